//! A real server to put a load on, and what the load reports.
#![allow(dead_code, reason = "every test program includes the whole module")]

use std::process::Output;

use serde_json::Value;

use crate::comum::falso::RGS;
use crate::comum::{executar, texto};
use crate::servidor::banca::Banca;
use crate::servidor::contas;

/// A real server with three accounts that hold as much each, and its port.
pub(crate) fn tres_contas(saldo: &str) -> (Banca, String) {
    Banca::com_porta(contas(&[("1", saldo), ("2", saldo), ("3", saldo)]))
}

/// A load of a second on three accounts.
pub(crate) fn carga(porta: &str, argumentos: &[&str]) -> Output {
    let comuns = ["carga", "--porta", porta, "--rgs", RGS, "--duracao", "1", "--conexoes", "3"];
    executar(&[&comuns, argumentos].concat(), "")
}

/// The report of a load, and its exit code.
pub(crate) fn relato(porta: &str, argumentos: &[&str]) -> (Value, Option<i32>) {
    let saida = carga(porta, &[argumentos, &["--json"]].concat());
    let linha = texto(&saida.stdout);
    let relato = serde_json::from_str(linha);
    let relato = relato.unwrap_or_else(|_| panic!("{linha}{}", texto(&saida.stderr)));
    (relato, saida.status.code())
}

pub(crate) fn numero(relato: &Value, campo: &str) -> i64 {
    relato.pointer(campo).and_then(Value::as_i64).unwrap_or_else(|| panic!("{campo}: {relato}"))
}
