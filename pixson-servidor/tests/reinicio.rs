//! A start after a crash with more accounts behind than it writes before it serves.

mod comum;

use std::fs;

use pixson_core::banco::{Abertura, BancoJson, Conta};
use pixson_core::{Banco, Operacao, Relogio, Saldo};
use tempfile::TempDir;

use comum::conexao::{conferir_saldo, depositar};
use comum::instancia::{Instancia, entrar};

const CONTAS: u64 = 300;

fn numero(conta: u64) -> String {
    (1_000_000_000 + conta).to_string()
}

/// A bank that ended without a checkpoint: its accounts hold 5.0, and none of them has a file.
fn caido() -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    let (banco, _) = BancoJson::abrir(pasta.path()).expect("an empty directory");
    let relogio = Relogio::novo();
    let contas = (0..CONTAS).map(|conta| Conta {
        rg: numero(conta).parse().expect("legal RG"),
        nome: format!("Pessoa {conta}").parse().expect("legal name"),
        saldo: Saldo::ZERO,
    });
    let abertura = Abertura::nova(contas.collect()).expect("new accounts");
    let mut ultimo = banco.abrir_contas(&abertura, &relogio).expect("a sound disk").recibo;
    for conta in abertura.contas() {
        let deposito = Operacao::Deposito { rg: conta.rg, valor: "5".parse().expect("legal") };
        ultimo = banco.executar(deposito, &relogio).expect("a stamp").recibo;
    }
    banco.confirmar(ultimo).expect("a sound disk");
    pasta
}

#[test]
fn a_server_serves_accounts_whose_files_are_still_to_be_written() {
    let pasta = caido();
    let mut comando = Instancia::comando(pasta.path());
    let mut instancia = Instancia::iniciar(comando.args(["--log", "info"]));
    let iniciado = instancia.proximo_erro();
    assert!(iniciado.contains(&format!("por_recuperar={CONTAS}")), "{iniciado}");
    for conta in [0, 150, 299].map(numero) {
        let mut conexao = entrar(&instancia, &conta);
        conferir_saldo(&mut conexao, &conta, "5.0");
        depositar(&mut conexao, &conta, "1");
    }
    instancia.parar();
    for conta in 0..CONTAS {
        let saldo = if [0, 150, 299].contains(&conta) { "6.0" } else { "5.0" };
        let (rg, nome) = (numero(conta), format!("Pessoa {conta}"));
        let texto = fs::read_to_string(pasta.path().join(format!("{rg}.json"))).expect("a file");
        let esperado = format!(r#"{{"rg": "{rg}", "nome": "{nome}", "saldo": {saldo}}}"#);
        assert_eq!(texto, esperado);
    }
}
