//! One request: it survives its re-encoding, or an error says where.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::pedido(dados));
