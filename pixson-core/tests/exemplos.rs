//! Every example runs to its end, and what it asserts holds.

#[path = "../examples/assincrono.rs"]
mod assincrono;
#[path = "../examples/memoria.rs"]
mod memoria;
#[path = "../examples/tcp.rs"]
mod tcp;

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
