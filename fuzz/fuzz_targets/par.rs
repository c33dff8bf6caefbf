//! A conversation and how it is cut: client and server understand each other.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::par(dados));
