//! A file of traces: lines survive being written again, and whatever is read makes a graph with an order.
#![no_main]

libfuzzer_sys::fuzz_target!(|dados: &[u8]| pixson_oraculos::rastro(dados));
