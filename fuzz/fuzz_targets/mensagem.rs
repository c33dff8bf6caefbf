//! Values for the constructors: each reads back as the same value.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::mensagem(dados));
