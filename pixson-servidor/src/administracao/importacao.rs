//! Accounts from a file, one a line: all of them, or none.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use pixson_core::banco::{Abertura, Conflito, Conta, ErroAbrirContas};
use pixson_core::{Relogio, Rg};
use serde::Serialize;

use super::Falha;
use super::alteracao::{abertura, abrir, concluir, dizer, existente, indisponivel, ou_fechar};
use super::linhas::{LINHA_MAX_BYTES, Lida, ler_conta, ler_linha};
use super::progresso::Passos;

/// After so many wrong lines an import reads no more of them.
const ERRADAS_MAX: usize = 1000;

/// More accounts than one import can hold: each has at least 14 bytes in the journal.
const CONTAS_MAX: usize = Abertura::MAX_BYTES / 14;

/// Accounts, and the lines that they come from.
#[derive(Default)]
struct Lidas {
    contas: Vec<Conta>,
    /// Where each RG stands, in the order of the RGs.
    linhas: Vec<(Rg, u64)>,
}

#[derive(Serialize)]
struct Importadas {
    contas: usize,
    centavos: u128,
}

/// Opens all accounts of a file, or none.
pub(super) fn importar(contas: &Path, arquivo: &Path, json: bool) -> Result<(), Falha> {
    let do_arquivo = |erro| Falha::Arquivo(arquivo.to_path_buf(), erro);
    let lidas = if arquivo == Path::new("-") {
        ler(io::stdin().lock())
    } else {
        File::open(arquivo).and_then(|arquivo| ler(BufReader::new(arquivo)))
    };
    let Lidas { contas: novas, linhas } = lidas.map_err(do_arquivo)?.map_err(nada_importado)?;
    let quantas = novas.len();
    let centavos = novas.iter().map(|conta| u128::from(conta.saldo.centavos())).sum();
    if quantas > 0 {
        let abertura = abertura(novas)?;
        let (banco, progresso) = abrir(contas)?;
        progresso.comecar("Conferindo", Passos::Leituras, quantas);
        let aberta = banco.abrir_contas(&abertura, &Relogio::novo());
        progresso.terminar();
        let aberta = aberta.map_err(|erro| match erro {
            ErroAbrirContas::Existentes(conflitos) => nada_importado(
                conflitos.iter().map(|conflito| na_linha(conflito, &linhas)).collect(),
            ),
            erro => indisponivel(&erro),
        });
        let gestao = ou_fechar(&banco, aberta)?;
        concluir(&banco, gestao, &progresso, quantas)?;
    }
    dizer(|saida| {
        if json {
            saida.json(&Importadas { contas: quantas, centavos })?;
        } else {
            let feito = match quantas {
                1 => "1 conta importada".into(),
                quantas => format!("{quantas} contas importadas"),
            };
            saida.linha(&format!(
                "{feito}, com {}.{:02} ao todo.",
                centavos / 100,
                centavos % 100
            ))?;
        }
        Ok(())
    })
}

/// Reads accounts, one a line. `Err` has what is wrong with each line that is none. What never ends
/// is not read for ever.
fn ler(mut fonte: impl io::BufRead) -> io::Result<Result<Lidas, Vec<String>>> {
    let mut lidas = Lidas::default();
    let mut erradas: Vec<(u64, String)> = Vec::new();
    let mut linha = Vec::new();
    for numero in 1_u64.. {
        if erradas.len() == ERRADAS_MAX || lidas.contas.len() > CONTAS_MAX {
            break;
        }
        match ler_linha(&mut fonte, &mut linha)? {
            Lida::Fim => break,
            Lida::Longa => {
                erradas.push((numero, format!("a linha tem mais de {LINHA_MAX_BYTES} bytes")));
            }
            Lida::Linha if linha.trim_ascii().is_empty() => {}
            Lida::Linha => match ler_conta(&linha) {
                Ok(conta) => {
                    lidas.linhas.push((conta.rg, numero));
                    lidas.contas.push(conta);
                }
                Err(motivo) => erradas.push((numero, motivo)),
            },
        }
    }
    lidas.linhas.sort_unstable();
    for [(rg, antes), (outro, numero)] in lidas.linhas.array_windows() {
        if rg == outro {
            erradas.push((*numero, format!("o RG {rg} já está na linha {antes}")));
        }
    }
    if erradas.is_empty() {
        return Ok(Ok(lidas));
    }
    let demais = erradas.len() >= ERRADAS_MAX;
    erradas.sort_unstable();
    let frases = erradas.into_iter().map(|(numero, motivo)| format!("Linha {numero}: {motivo}."));
    let fim = demais.then(|| "São erros demais: as outras linhas não foram lidas.".to_owned());
    Ok(Err(frases.chain(fim).collect()))
}

fn nada_importado(mut frases: Vec<String>) -> Falha {
    frases.push("Nada foi importado.".into());
    Falha::Recusada(frases)
}

fn na_linha(conflito: &Conflito, linhas: &[(Rg, u64)]) -> String {
    let indice = linhas.partition_point(|(rg, _)| *rg < conflito.rg);
    let numero = linhas.get(indice).map_or(0, |(_, numero)| *numero);
    existente(conflito, &format!("Linha {numero}: a conta"))
}
