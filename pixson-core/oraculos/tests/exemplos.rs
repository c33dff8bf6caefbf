//! Every example runs to its end, and what it asserts holds.

#[path = "../examples/banco_proprio.rs"]
mod banco_proprio;
#[path = "../examples/transporte.rs"]
mod transporte;

use std::error::Error;

#[test]
fn a_bank_of_ones_own_counts_and_breaks() -> Result<(), Box<dyn Error>> {
    banco_proprio::main()
}

#[test]
fn a_transport_of_ones_own_passes_the_oracle() {
    transporte::main();
}
