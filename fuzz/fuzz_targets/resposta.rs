//! One reply: it re-encodes to its bytes, or an error says where the fault is.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::resposta(dados));
