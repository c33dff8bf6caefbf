//! Every example runs to its end, and what it asserts holds.

#[path = "../examples/assincrono.rs"]
mod assincrono;
#[path = "../examples/banco_proprio.rs"]
mod banco_proprio;
#[path = "../examples/memoria.rs"]
mod memoria;
#[path = "../examples/tcp.rs"]
mod tcp;
#[path = "../examples/transporte.rs"]
mod transporte;

use std::error::Error;

#[test]
fn two_machines_converse_in_memory() -> Result<(), Box<dyn Error>> {
    memoria::main()
}

#[test]
fn the_machines_run_over_blocking_sockets() -> Result<(), Box<dyn Error>> {
    tcp::main()
}

#[test]
fn the_machines_run_inside_an_async_runtime() -> Result<(), Box<dyn Error>> {
    assincrono::main()
}

#[test]
fn a_bank_of_ones_own_counts_and_breaks() -> Result<(), Box<dyn Error>> {
    banco_proprio::main()
}

#[test]
fn a_transport_of_ones_own_passes_the_oracle() {
    transporte::main();
}
