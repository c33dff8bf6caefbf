//! What constructors are asked to build: it reads back as the same value.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::mensagem(dados));
