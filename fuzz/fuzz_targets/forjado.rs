//! A journal with right checksums and arbitrary numbers: it is read without a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::forjado(dados));
