//! A journal whose checksums are right, and whose numbers are any: it is read without a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::forjado(dados));
