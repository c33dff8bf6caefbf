//! One reply: it re-encodes to its bytes, or an error says where.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::resposta(dados));
