//! The runs of a bank, and damage to its journal: the journal is refused, or read rightly.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::diario(dados));
