//! Operations on a bank on a failing disk: it does what the bank in memory does.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::banco(dados));
