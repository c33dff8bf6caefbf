//! The JSON of the administration: one object in each line. Later versions may add fields, but none
//! may be removed or change its meaning.

use std::io::{self, BufRead};

use pixson_core::banco::Conta;
use pixson_core::{Rg, Saldo};
use pixson_linha::entrada::LINHA_MAX_BYTES;
use pixson_linha::quantia;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// An account as it is written.
#[derive(Debug, Serialize)]
pub(super) struct LinhaDeConta<'a> {
    pub(super) rg: &'a str,
    pub(super) nome: &'a str,
    pub(super) centavos: u64,
}

impl<'a> LinhaDeConta<'a> {
    pub(super) fn de(conta: &'a Conta<String>) -> Self {
        let Conta { rg, nome, saldo } = conta;
        Self { rg: rg.as_str(), nome, centavos: saldo.centavos() }
    }
}

/// An account as it is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContaLida<'a> {
    rg: String,
    nome: String,
    #[serde(borrow)]
    centavos: Option<&'a RawValue>,
    #[serde(borrow)]
    saldo: Option<&'a RawValue>,
}

/// Reads an account from a line, or says what is wrong with it.
pub(super) fn ler_conta(linha: &[u8]) -> Result<Conta, String> {
    // serde would also accept an array of four values.
    if linha.trim_ascii_start().first() != Some(&b'{') {
        return Err("não é um objeto JSON".into());
    }
    if std::str::from_utf8(linha).is_err() {
        return Err("não é UTF-8".into());
    }
    let lida: ContaLida<'_> = serde_json::from_slice(linha).map_err(|_| motivo(linha))?;
    let rg: Rg = lida.rg.parse().map_err(|erro| format!("{erro}"))?;
    let nome = lida.nome.parse().map_err(|erro| format!("{erro}"))?;
    let saldo = match (lida.centavos, lida.saldo) {
        (Some(centavos), None) => {
            let inteiro: u64 = centavos
                .get()
                .parse()
                .map_err(|_| "\"centavos\" não é um número inteiro, de zero em diante")?;
            Saldo::de_centavos(inteiro).map_err(|erro| format!("{erro}"))?
        }
        (None, Some(saldo)) => {
            ler_saldo(saldo.get()).map_err(|conselho| format!("quantia inválida: {conselho}"))?
        }
        (None, None) => return Err("falta \"centavos\" ou \"saldo\"".into()),
        (Some(_), Some(_)) => return Err("tem \"centavos\" e \"saldo\": use um só".into()),
    };
    Ok(Conta { rg, nome, saldo })
}

/// Reads a balance: as a person writes it, in quotes, or as a number, which may have the float
/// noise of an account file.
fn ler_saldo(json: &str) -> Result<Saldo, String> {
    match serde_json::from_str::<String>(json) {
        Ok(texto) => quantia::ler(&texto),
        // The error for a number is that of the text, which says best what is wrong.
        Err(_) => Saldo::de_numero_json(json).map_or_else(|| quantia::ler(json), Ok),
    }
}

/// The lines of an export that are no accounts.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MarcaDeExportacao {
    /// The first line: all lines from here on belong to an export of this form.
    Exportacao(u64),
    /// The last line: how many accounts came since the first line.
    Contas(u64),
}

impl MarcaDeExportacao {
    /// The form that this version writes and reads.
    pub(super) const FORMA: u64 = 1;

    pub(super) fn ler(linha: &[u8]) -> Option<Self> {
        serde_json::from_slice(linha).ok()
    }
}

/// Why a line is no account, in Portuguese: the errors of serde are English.
fn motivo(linha: &[u8]) -> String {
    let Ok(Value::Object(objeto)) = serde_json::from_slice(linha) else {
        return "não é um objeto JSON".into();
    };
    let estranha =
        objeto.keys().find(|chave| !["rg", "nome", "centavos", "saldo"].contains(&chave.as_str()));
    if let Some(chave) = estranha {
        return format!("chave desconhecida: {chave:?}");
    }
    for chave in ["rg", "nome"] {
        match objeto.get(chave) {
            None => return format!("falta \"{chave}\""),
            Some(Value::String(_)) => {}
            Some(_) => return format!("\"{chave}\" não é um texto entre aspas"),
        }
    }
    "a mesma chave aparece duas vezes".into()
}

/// What came of reading a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lida {
    Linha,
    Longa,
    Fim,
}

/// Reads a line into `linha`, without its end. A line that is too long is skipped, and leaves
/// `linha` empty.
pub(super) fn ler_linha(fonte: &mut impl BufRead, linha: &mut Vec<u8>) -> io::Result<Lida> {
    linha.clear();
    let (mut lida, mut longa) = (false, false);
    loop {
        let bloco = match fonte.fill_buf() {
            Err(erro) if erro.kind() == io::ErrorKind::Interrupted => continue,
            bloco => bloco?,
        };
        if bloco.is_empty() && !lida {
            return Ok(Lida::Fim);
        }
        lida = true;
        let fim = bloco.iter().position(|&byte| byte == b'\n');
        let parte = &bloco[..fim.unwrap_or(bloco.len())];
        longa |= linha.len() + parte.len() > LINHA_MAX_BYTES;
        if longa {
            linha.clear();
        } else {
            linha.extend_from_slice(parte);
        }
        let acabou = fim.is_some() || bloco.is_empty();
        let consumidos = fim.map_or(bloco.len(), |fim| fim + 1);
        fonte.consume(consumidos);
        if acabou {
            return Ok(if longa { Lida::Longa } else { Lida::Linha });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// All lines of a text that is read in blocks of `bloco` bytes.
    fn lidas(texto: &[u8], bloco: usize) -> Vec<(Lida, Vec<u8>)> {
        let mut fonte = BufReader::with_capacity(bloco, texto);
        let mut linha = Vec::new();
        let ler = || {
            let lida = ler_linha(&mut fonte, &mut linha).expect("memory can be read");
            Some((lida, linha.clone())).filter(|(lida, _)| *lida != Lida::Fim)
        };
        std::iter::from_fn(ler).collect()
    }

    #[test]
    fn a_line_is_as_long_as_it_is_in_whatever_blocks_it_comes() {
        for bloco in [1, 7, 4095, 4096, 4097, 4098, 100_000] {
            for bytes in [LINHA_MAX_BYTES - 1, LINHA_MAX_BYTES, LINHA_MAX_BYTES + 1, 9000] {
                let primeira = vec![b'a'; bytes];
                let (lida, guardada) = if bytes <= LINHA_MAX_BYTES {
                    (Lida::Linha, primeira.clone())
                } else {
                    (Lida::Longa, Vec::new())
                };
                for (fim, depois) in [(&b""[..], None), (b"\n", None), (b"\nb", Some(b"b"))] {
                    let texto = [&primeira[..], fim].concat();
                    let mut esperadas = vec![(lida, guardada.clone())];
                    esperadas.extend(depois.map(|depois| (Lida::Linha, depois.to_vec())));
                    assert_eq!(lidas(&texto, bloco), esperadas, "{bytes} bytes by {bloco}");
                }
            }
        }
    }
}
