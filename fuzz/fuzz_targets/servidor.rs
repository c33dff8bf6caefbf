//! The inputs of the server's side of a connection: it does what the model does.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::servidor(dados));
