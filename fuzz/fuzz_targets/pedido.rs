//! One request: it survives re-encoding, or an error says where the fault is.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::pedido(dados));
