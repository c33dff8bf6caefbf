//! One account of the snapshot: its text, and the reading of many in one line.

use std::borrow::Cow;

use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::registro::TextoCanonico;
use crate::tipos::{Rg, Saldo, escrever};

/// An account whose file is behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Retratada<'a> {
    pub(in crate::banco) rg: Rg,
    pub(in crate::banco) saldo: Saldo,
    /// The checksum of the content that the bank saw last in its file; `None` if there was no file.
    pub(in crate::banco) visto: Option<u32>,
    /// The holder's name, where its file may not have it.
    pub(in crate::banco) nome: Option<Cow<'a, str>>,
    /// Other balances that its file may rightly hold.
    pub(in crate::banco) conhecidos: Vec<Saldo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonContas<'a> {
    #[serde(borrow)]
    contas: Vec<JsonRetratada<'a>>,
    #[serde(rename = "crc")]
    _crc: &'a str,
}

#[derive(Deserialize)]
struct JsonRetratada<'a>(
    &'a str,
    #[serde(borrow)] &'a RawValue,
    Option<u32>,
    #[serde(default, borrow)] Option<Cow<'a, str>>,
    #[serde(default, borrow)] Vec<&'a RawValue>,
);

/// The accounts of a whole line, and what its checksum covers of it. The bank's own spelling is read directly: a
/// start reads a million of them.
pub(super) fn retratadas<'l>(linha: &'l [u8], corpo: &'l [u8]) -> Option<Vec<Retratada<'l>>> {
    diretas(corpo).or_else(|| de_json(linha))
}

fn de_json(linha: &[u8]) -> Option<Vec<Retratada<'_>>> {
    let JsonContas { contas, .. } = serde_json::from_slice(linha).ok()?;
    contas.into_iter().map(JsonRetratada::conferir).collect()
}

fn diretas(corpo: &[u8]) -> Option<Vec<Retratada<'_>>> {
    let mut resto = TextoCanonico(corpo);
    resto.depois_de(b"{\"contas\":[")?;
    // About as many as there are.
    let mut contas = Vec::with_capacity(corpo.len() / 32);
    loop {
        contas.push(direta(&mut resto)?);
        if resto.depois_de(b",").is_none() {
            return (resto.0 == b"]").then_some(contas);
        }
    }
}

fn direta<'l>(resto: &mut TextoCanonico<'l>) -> Option<Retratada<'l>> {
    let rg = resto.depois_de(b"[")?.rg()?;
    let saldo = resto.depois_de(b",")?.saldo()?;
    let visto = match resto.depois_de(b",null") {
        Some(_) => None,
        None => Some(u32::try_from(resto.depois_de(b",")?.numero()?).ok()?),
    };
    let mut conta = Retratada { rg, saldo, visto, nome: None, conhecidos: Vec::new() };
    if resto.depois_de(b"]").is_some() {
        return Some(conta);
    }
    if resto.depois_de(b",null").is_none() {
        conta.nome = Some(nome(resto)?.into());
    }
    let mut separador: &[u8] = b",[";
    while resto.depois_de(separador).is_some() {
        conta.conhecidos.push(resto.saldo()?);
        separador = b",";
    }
    resto.depois_de(if conta.conhecidos.is_empty() { b"]" } else { b"]]" })?;
    Some(conta)
}

/// A name in which nothing is escaped.
fn nome<'l>(resto: &mut TextoCanonico<'l>) -> Option<&'l str> {
    resto.depois_de(b",\"")?;
    let texto: &'l [u8] = resto.0;
    let fim = memchr2(b'"', b'\\', texto).filter(|&fim| texto[fim] == b'"')?;
    let (nome, depois) = texto.split_at(fim);
    resto.0 = &depois[1..];
    // JSON has no control character in a text.
    let nome = std::str::from_utf8(nome).ok()?;
    nome.bytes().all(|byte| byte >= b' ').then_some(nome)
}

impl<'a> JsonRetratada<'a> {
    fn conferir(self) -> Option<Retratada<'a>> {
        let Self(rg, saldo, visto, nome, conhecidos) = self;
        let conhecidos: Option<Vec<Saldo>> =
            conhecidos.iter().map(|saldo| saldo.get().parse().ok()).collect();
        let (rg, saldo) = (rg.parse().ok()?, saldo.get().parse().ok()?);
        Some(Retratada { rg, saldo, visto, nome, conhecidos: conhecidos? })
    }
}

impl Retratada<'_> {
    pub(super) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { rg, saldo, visto, nome, conhecidos } = self;
        escrever(saida, &[&"[\"", rg, &"\",", saldo, &","]);
        match visto {
            Some(visto) => escrever(saida, &[&u64::from(*visto)]),
            None => escrever(saida, &[&"null"]),
        }
        if nome.is_some() || !conhecidos.is_empty() {
            saida.push(b',');
            let escrito = serde_json::to_writer(&mut *saida, nome);
            debug_assert!(escrito.is_ok(), "writing to a Vec is infallible");
        }
        if let [primeiro, outros @ ..] = conhecidos.as_slice() {
            escrever(saida, &[&",[", primeiro]);
            for outro in outros {
                escrever(saida, &[&",", outro]);
            }
            saida.push(b']');
        }
        saida.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXEMPLOS: [&str; 3] = [
        r#"{"contas":[["1111111111",15.5,2994212327],["3333333333",2.5,null,"Ana"]]"#,
        r#"{"contas":[["4",7.25,0,null,[5.0,6.5]],["5",0.0,null,"João",[0.01]]]"#,
        r#"{"contas":[["0",9999999999999.99,4294967295],["6",1.0,null,"O\"Neil"]]"#,
    ];

    /// What both readings make of a line whose checksum is right.
    fn lidas(
        corpo: &[u8],
        agir: impl FnOnce(Option<Vec<Retratada<'_>>>, Option<Vec<Retratada<'_>>>),
    ) {
        let linha = [corpo, b",\"crc\":\"00000000\"}\n"].concat();
        agir(diretas(corpo), de_json(&linha));
    }

    #[test]
    fn both_readings_of_accounts_give_the_same() {
        for exemplo in EXEMPLOS {
            lidas(exemplo.as_bytes(), |diretas, json| {
                assert!(json.is_some(), "{exemplo}");
                assert!(
                    diretas == json || diretas.is_none() && exemplo.contains('\\'),
                    "{exemplo}"
                );
            });
        }
    }

    /// Each byte is replaced by each that means something there, left out, and doubled.
    #[test]
    fn whatever_is_changed_in_accounts_is_read_as_json_is_or_left_to_it() {
        let mut quantas = 0;
        for exemplo in EXEMPLOS.map(str::as_bytes) {
            for posicao in 0..exemplo.len() {
                let (antes, depois) = (&exemplo[..posicao], &exemplo[posicao + 1..]);
                let trocas =
                    b"0123456789.,:[]{}\"-+eE xsn\\\n\xff".iter().map(std::slice::from_ref);
                let dobrado = [exemplo[posicao]; 2];
                for troca in trocas.chain([&b""[..], &dobrado[..]]) {
                    let corpo = [antes, troca, depois].concat();
                    lidas(&corpo, |diretas, json| {
                        quantas += usize::from(diretas.is_some());
                        let texto = String::from_utf8_lossy(&corpo);
                        let iguais = diretas.is_none() || diretas == json;
                        assert!(iguais, "{texto}: {diretas:?}, {json:?}");
                    });
                }
            }
        }
        assert!(quantas > 500, "only {quantas} were read directly");
    }
}
