//! One message: this crate and the original program agree, or differ by a name.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::original(dados));
