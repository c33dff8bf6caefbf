//! The bank on PostgreSQL, on private clusters (docs/distribuido.md).

mod comum;
#[path = "postgres/falhas.rs"]
mod falhas;
#[path = "postgres/memoria.rs"]
mod memoria;
#[path = "postgres/quedas.rs"]
mod quedas;
#[path = "postgres/recusas.rs"]
mod recusas;
#[path = "postgres/servidores.rs"]
mod servidores;
#[path = "comum/tabelas.rs"]
mod tabelas;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pixson_aglomerado::Aglomerado;
use pixson_core::banco::{BancoPostgres, ConfiguracaoPostgres, Preparo, preparar};
use pixson_core::{Rg, Saldo};
use pixson_oraculos::conformidade;

/// The cluster of the tests that do it no harm.
fn aglomerado() -> Option<&'static Aglomerado> {
    static UM: OnceLock<Option<Aglomerado>> = OnceLock::new();
    let preparar = |url: &str| {
        let configuracao = url.parse().expect("a URL");
        for preparo in [Preparo::Criado, Preparo::JaEstava] {
            assert_eq!(preparar(&configuracao).expect("the tables are made"), preparo);
        }
    };
    UM.get_or_init(|| Aglomerado::com_modelo(preparar)).as_ref()
}

fn configuracao(aglomerado: &Aglomerado, banco: &str) -> ConfiguracaoPostgres {
    aglomerado.url(banco).parse().expect("a URL")
}

/// Makes a database with the tables of a bank and these accounts.
fn preparado(aglomerado: &Aglomerado, nome: &str, contas: &BTreeMap<Rg, Saldo>) {
    aglomerado.sql("postgres", &format!("CREATE DATABASE {nome}"));
    preparar(&configuracao(aglomerado, nome)).expect("the tables are made");
    inserir(aglomerado, nome, contas);
}

fn inserir(aglomerado: &Aglomerado, banco: &str, contas: &BTreeMap<Rg, Saldo>) {
    let linha = |(rg, saldo): (&Rg, &Saldo)| format!("('{rg}', 'x', {})", saldo.centavos());
    let linhas: Vec<String> = contas.iter().map(linha).collect();
    if !linhas.is_empty() {
        let valores = linhas.join(",");
        let inserir = format!("INSERT INTO pixson.contas (rg, nome, saldo) VALUES {valores}");
        aglomerado.sql(banco, &inserir);
    }
}

/// A new database with these accounts, and its name.
fn banco_com(aglomerado: &Aglomerado, contas: &BTreeMap<Rg, Saldo>) -> String {
    let nome = aglomerado.copia_do_modelo();
    inserir(aglomerado, &nome, contas);
    nome
}

fn abrir(aglomerado: &Aglomerado, banco: &str) -> BancoPostgres {
    BancoPostgres::abrir(configuracao(aglomerado, banco)).expect("the bank opens")
}

#[test]
fn it_keeps_the_laws_of_every_bank() {
    let Some(aglomerado) = aglomerado() else { return };
    // One is open at a time: they take turns, since making a database takes a tenth of a second.
    let bancos = [(); 2].map(|()| banco_com(aglomerado, &BTreeMap::new()));
    let vez = AtomicUsize::new(0);
    conformidade::conferir(|contas| {
        let banco = &bancos[vez.fetch_add(1, Ordering::Relaxed) % bancos.len()];
        aglomerado.sql(banco, "TRUNCATE pixson.contas, pixson.livro, pixson.vias");
        inserir(aglomerado, banco, contas);
        abrir(aglomerado, banco)
    });
}
