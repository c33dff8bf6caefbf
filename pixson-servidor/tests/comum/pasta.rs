//! What tests do with a directory of accounts, and read in it.

use std::fs;
use std::path::Path;
use std::process::Output;

use pixson_core::banco::auditar;
use pixson_core::banco::disco::DiscoReal;

use super::ambiente::programa;
use super::instancia::esperar_ate;
use super::{binario, conta};

/// Runs the program on these accounts, to its end.
pub(crate) fn executar_sobre(contas: &Path, argumentos: &[&str]) -> Output {
    let mut comando = programa(binario());
    comando.args(argumentos).arg("--contas").arg(contas).output().expect("the program runs")
}

/// Waits until the file of an account has this balance.
pub(crate) fn esperar_arquivo(contas: &Path, rg: &str, saldo: &str) {
    let (arquivo, esperado) = (contas.join(format!("{rg}.json")), conta(rg, saldo));
    esperar_ate("the account's file", || {
        fs::read_to_string(&arquivo).expect("a file is replaced as a whole") == esperado
    });
}

/// How many entries the ledger has, in which an audit finds nothing wrong.
pub(crate) fn lancamentos(contas: &Path) -> u64 {
    let disco = DiscoReal::abrir(contas).expect("a directory");
    let auditoria = auditar(&disco).expect("nobody has it open");
    assert_eq!((auditoria.divergencias, auditoria.alcance.danos), (vec![], vec![]));
    auditoria.lancamentos
}

/// The names in a directory, in order.
pub(crate) fn nomes(pasta: &Path) -> Vec<String> {
    let itens = fs::read_dir(pasta).expect("a folder").map(|item| item.expect("an entry"));
    let mut nomes: Vec<_> =
        itens.map(|item| item.file_name().into_string().expect("UTF-8")).collect();
    nomes.sort();
    nomes
}
