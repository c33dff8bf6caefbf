//! One message: the core and the original program agree, or differ in a way that has a name.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::original(dados));
