//! The seeds of tests that draw what they try. The tests of other packages use this file too.
//!
//! `PIXSON_SEMENTES` says how many seeds each test tries, `PIXSON_SEMENTE` names the only one. A test
//! that fails at a seed prints the command that repeats it.

use std::io::{self, Write};
use std::ops::Range;
use std::{env, thread};

/// So many seeds, unless the environment asks for others.
pub(crate) fn sementes(padrao: u64) -> Sementes {
    sementes_vezes(padrao, 1)
}

/// The same for a test that has so many things to try, and wants seeds for each of them.
pub(crate) fn sementes_vezes(padrao: u64, vezes: u64) -> Sementes {
    match do_ambiente("PIXSON_SEMENTE") {
        Some(semente) => Sementes::de(semente..semente + 1),
        None => Sementes::de(0..vezes * quantas(padrao)),
    }
}

/// How many seeds a test tries that does not go through them itself.
pub(crate) fn quantas(padrao: u64) -> u64 {
    do_ambiente("PIXSON_SEMENTES").unwrap_or(padrao)
}

/// The seed of a test that goes on from one of them as long as it runs.
pub(crate) fn semente(padrao: u64) -> u64 {
    do_ambiente("PIXSON_SEMENTE").unwrap_or(padrao)
}

/// Whether one seed is repeated: what holds of all of them together need not hold of it.
pub(crate) fn so_uma() -> bool {
    do_ambiente("PIXSON_SEMENTE").is_some()
}

/// The number in a variable of the environment.
pub(crate) fn do_ambiente(nome: &str) -> Option<u64> {
    let texto = env::var(nome).ok()?;
    Some(texto.parse().unwrap_or_else(|_| panic!("{nome} is no number: {texto:?}")))
}

/// The command that runs the present test with this seed.
pub(crate) fn como_repetir(semente: u64) -> String {
    let (pacote, programa) = (env!("CARGO_PKG_NAME"), env!("CARGO_CRATE_NAME"));
    // Where tests run one at a time, they run in the thread of the program.
    let tarefa = thread::current();
    let teste = tarefa.name().filter(|nome| *nome != "main").unwrap_or_default();
    format!(
        "PIXSON_SEMENTE={semente} \
         cargo test --package {pacote} --test {programa} -- --exact {teste}"
    )
}

/// Seeds, one after the other.
pub(crate) struct Sementes {
    restam: Range<u64>,
    atual: Option<u64>,
}

impl Sementes {
    /// These, whatever the environment says: for a test that knows what it finds in them.
    pub(crate) fn de(faixa: Range<u64>) -> Self {
        Self { restam: faixa, atual: None }
    }
}

impl Iterator for Sementes {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.atual = self.restam.next();
        self.atual
    }
}

impl Drop for Sementes {
    fn drop(&mut self) {
        if let Some(semente) = self.atual.filter(|_| thread::panicking()) {
            let _ = writeln!(io::stderr(), "seed {semente}: {}", como_repetir(semente));
        }
    }
}
