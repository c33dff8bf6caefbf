//! A stream and how it is cut: the same messages come out.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::quadro(dados));
