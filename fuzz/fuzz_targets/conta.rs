//! An account's file: it is an account, or is left alone.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::conta(dados));
