//! The upper bound that loopback and threads set without a bank: a server that sends back what it
//! reads, with one thread for each connection, as the bank's server has by default.
//!
//! ```sh
//! cargo run --release -p pixson-servidor --example eco -- 5001
//! cargo run --release -p pixson-cliente -- carga --eco --porta 5001
//! ```
#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// How many bytes are read at once: 16 KiB. The bank's server reads 2 to 32 KiB.
const LEITURA_BYTES: usize = 16 * 1024;

fn ecoar(mut fluxo: &TcpStream) -> io::Result<()> {
    fluxo.set_nodelay(true)?;
    let mut bytes = vec![0; LEITURA_BYTES];
    loop {
        match fluxo.read(&mut bytes)? {
            0 => return Ok(()),
            lidos => fluxo.write_all(&bytes[..lidos])?,
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let porta = match std::env::args().nth(1) {
        Some(porta) => porta.parse()?,
        None => 5001,
    };
    let ouvinte = TcpListener::bind(("127.0.0.1", porta))?;
    println!("Eco na porta {}", ouvinte.local_addr()?.port());
    for fluxo in ouvinte.incoming() {
        let fluxo = fluxo?;
        // A client that leaves in the middle ends its own thread only.
        thread::spawn(move || ecoar(&fluxo));
    }
    Ok(())
}
