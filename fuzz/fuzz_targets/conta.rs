//! An account's file: it is read as an account, or left as it is.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::conta(dados));
