//! The oracle of an account's file.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::bytes::Regex;
use serde_json::Value;

use super::disco::DiscoModelo;
use super::fazer;
use super::juiz::PEQUENA;
use pixson_core::banco::BancoJson;
use pixson_core::relogio::Relogio;
use pixson_core::tipos::{Desfecho, Operacao, Recusa, Rg, Saldo, Sucesso, Valor};

const ARQUIVO: &str = "1.json";

/// A file of up to this length, in bytes, surely has room for the largest balance.
const CERTAMENTE_CABE_BYTES: usize = 4000;

/// Any bytes in an account's file are read as an account, or the file is left as it is. Needs the
/// feature `json`.
///
/// * If the bank reads a balance, another JSON reader sees an object with the three keys, the RG
///   and a number less than a millionth away from that balance.
/// * A plain file with two decimals at most is read, with exactly its balance.
/// * The bank can read what it writes: the new balance, the same name, three keys and no copy.
/// * An account whose file it cannot read answers `Conta ilegível`, and the file keeps every byte.
///
/// # Panics
///
/// If a law is broken.
pub fn conta(dados: &[u8]) {
    let disco = DiscoModelo::com_arquivos([(ARQUIVO.to_owned(), String::new())]);
    disco.editar(ARQUIVO, dados);
    let simples = saldo_simples(dados);
    let mudanca = match consultar(&disco) {
        Ok(Sucesso::Saldo(saldo)) => {
            conferir_leitura(dados, saldo, simples);
            mudanca_de(saldo)
        }
        Err(Recusa::ContaIlegivel) => {
            assert_eq!(simples, None, "a plain file is read");
            None
        }
        outro => panic!("{outro:?} in answer to a balance"),
    };
    let Some((operacao, depois)) = mudanca else {
        deixada_em_paz(&disco, dados);
        return;
    };
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let (_, desfecho) = fazer(&banco, &Relogio::novo(), operacao);
    assert!(desfecho.is_ok(), "{operacao:?}: {desfecho:?}");
    let avisos = banco.fechar().expect("a sound disk");
    assert_eq!(avisos, [], "nobody else has touched the file");
    drop(banco);
    assert_eq!(consultar(&disco), Ok(Sucesso::Saldo(depois)), "what is written is read");
    let escrito = disco.conteudo(ARQUIVO).expect("the account's file");
    let (antes, agora) = (json(dados), json(&escrito));
    assert_eq!(agora["nome"], antes["nome"], "the name is kept");
    let nome = serde_json::to_string(&agora["nome"]).expect("a string");
    let texto = format!(r#"{{"rg": "1", "nome": {nome}, "saldo": {depois}}}"#);
    assert_eq!(String::from_utf8_lossy(&escrito), texto, "the file has one form");
}

fn rg() -> Rg {
    "1".parse().expect("legal")
}

fn consultar(disco: &DiscoModelo) -> Desfecho {
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg() }).1
}

/// An operation that the account allows, and its balance after that.
fn mudanca_de(saldo: Saldo) -> Option<(Operacao, Saldo)> {
    let (rg, valor) = (rg(), Valor::MIN);
    let deposito = saldo.mais(valor).map(|depois| (Operacao::Deposito { rg, valor }, depois));
    deposito.or_else(|| Some((Operacao::Saque { rg, valor }, saldo.menos(valor)?)))
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("what the bank reads or writes is JSON")
}

fn conferir_leitura(dados: &[u8], saldo: Saldo, simples: Option<Saldo>) {
    assert!(simples.is_none_or(|simples| simples == saldo), "{simples:?} was read as {saldo}");
    let json = json(dados);
    let chaves: BTreeSet<&str> =
        json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(chaves, BTreeSet::from(["nome", "rg", "saldo"]), "exactly these keys");
    assert_eq!(json["rg"], "1", "the account that its name says");
    assert!(json["nome"].is_string(), "a name");
    let numero = json["saldo"].as_f64().expect("a number");
    let lido: f64 = saldo.to_string().parse().expect("a decimal");
    // Two neighbouring floats near the limit differ by about a thousandth.
    let distancia = (numero - lido).abs();
    assert!(distancia <= 1e-6 + lido * f64::EPSILON, "{numero} was read as {saldo}");
}

/// The balance of a file in the plainest form.
fn saldo_simples(dados: &[u8]) -> Option<Saldo> {
    static SIMPLES: LazyLock<Regex> = LazyLock::new(|| {
        const PADRAO: &str = concat!(
            r#"^\s*\{\s*"rg"\s*:\s*"1"\s*,"#,
            r#"\s*"nome"\s*:\s*"[ !#-\[\]-~]*"\s*,"#,
            r#"\s*"saldo"\s*:\s*((?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?)\s*\}\s*$"#
        );
        // JSON has no other white space than these four.
        Regex::new(&PADRAO.replace(r"\s", r"[ \t\n\r]")).expect("the pattern is valid")
    });
    let campos = SIMPLES.captures(dados).filter(|_| dados.len() <= CERTAMENTE_CABE_BYTES)?;
    let numero = std::str::from_utf8(&campos[1]).expect("digits and a point");
    let (inteiro, decimais) = numero.split_once('.').unwrap_or((numero, ""));
    let centavos = format!("{inteiro}{decimais:0<2}").parse().expect("at most fifteen digits");
    Some(Saldo::de_centavos(centavos).expect("at most fifteen digits"))
}

/// Checks that an account with an unreadable file refuses operations, and that its file stays
/// unchanged.
fn deixada_em_paz(disco: &DiscoModelo, dados: &[u8]) {
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let deposito = Operacao::Deposito { rg: rg(), valor: Valor::MIN };
    let (_, desfecho) = fazer(&banco, &Relogio::novo(), deposito);
    assert_eq!(desfecho, Err(Recusa::ContaIlegivel));
    assert_eq!(banco.fechar().expect("a sound disk"), []);
    assert_eq!(disco.conteudo(ARQUIVO).as_deref(), Some(dados), "the file is left alone");
}
