//! A bank's life, and what becomes of its journal: it is refused, or tells the truth.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::diario(dados));
