//! What changes accounts: it opens the bank as a server does.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use pixson_core::banco::{
    Abertura, BancoJson, ConfiguracaoJson, Conflito, Conta, ErroAbertura, ErroAbrirContas,
    ErroAjuste, Gestao,
};
use pixson_core::tipos::Nome;
use pixson_core::{Banco, Relogio, Rg, Saldo};
use serde::Serialize;

use super::Falha;
use super::linhas::{LINHA_MAX_BYTES, Lida, LinhaDeConta, ler_conta, ler_linha};
use super::progresso::{DiscoContado, Passos, Progresso};
use super::saida::Saida;
use crate::{fala, frases};

/// How many account files are replaced before their names are made durable: nobody is served
/// meanwhile.
const ARQUIVOS_POR_VEZ: usize = 1024;

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
struct Ajustada<'a> {
    rg: &'a str,
    centavos_antes: u64,
    centavos: u64,
}

#[derive(Serialize)]
struct Importadas {
    contas: usize,
    centavos: u128,
}

/// Opens one account.
pub(super) fn criar(
    contas: &Path,
    rg: Rg,
    nome: &Nome,
    saldo: Saldo,
    json: bool,
) -> Result<(), Falha> {
    let conta = Conta { rg, nome: nome.clone(), saldo };
    let abertura = abertura(vec![conta.clone()])?;
    let (banco, progresso) = abrir(contas)?;
    let aberta = banco.abrir_contas(&abertura, &Relogio::novo()).map_err(|erro| match erro {
        ErroAbrirContas::Existentes(conflitos) => Falha::Recusada(
            conflitos.iter().map(|conflito| existente(conflito, "A conta")).collect(),
        ),
        erro => indisponivel(&erro),
    });
    let gestao = ou_fechar(&banco, aberta)?;
    concluir(&banco, gestao, &progresso, 1)?;
    dizer(|saida| {
        if json {
            let Conta { rg, nome, saldo } = &conta;
            let (rg, nome) = (rg.as_str(), nome.as_str());
            saida.json(&LinhaDeConta { rg, nome, centavos: saldo.centavos() })?;
        } else {
            saida.linha(&format!("Conta {rg} criada, com saldo {saldo}."))?;
        }
        Ok(())
    })
}

/// Sets the balance of an account.
pub(super) fn ajustar(contas: &Path, rg: Rg, saldo: Saldo, json: bool) -> Result<(), Falha> {
    let (banco, progresso) = abrir(contas)?;
    let ajustada = banco.ajustar(rg, saldo, &Relogio::novo()).map_err(|erro| match erro {
        ErroAjuste::NaoEncontrada => Falha::recusada(format!("A conta {rg} não existe.")),
        ErroAjuste::Ilegivel => Falha::recusada(format!("Conta {rg}: {erro}.")),
        erro => indisponivel(&erro),
    });
    let (movimento, gestao) = ou_fechar(&banco, ajustada)?;
    concluir(&banco, gestao, &progresso, 1)?;
    let (antes, depois) = (movimento.antes, movimento.depois);
    dizer(|saida| {
        if json {
            let (centavos_antes, centavos) = (antes.centavos(), depois.centavos());
            saida.json(&Ajustada { rg: rg.as_str(), centavos_antes, centavos })?;
        } else if antes == depois {
            saida.linha(&format!("Conta {rg}: o saldo já é {depois}."))?;
        } else {
            saida.linha(&format!("Conta {rg}: saldo ajustado de {antes} para {depois}."))?;
        }
        Ok(())
    })
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

fn existente(Conflito { rg, ilegivel }: &Conflito, quem: &str) -> String {
    if *ilegivel {
        format!("{quem} {rg} tem um arquivo que não pode ser lido.")
    } else {
        format!("{quem} {rg} já existe.")
    }
}

fn indisponivel(erro: &impl std::fmt::Display) -> Falha {
    Falha::recusada(format!("Nada foi feito: {erro}."))
}

fn abertura(contas: Vec<Conta>) -> Result<Abertura, Falha> {
    Abertura::nova(contas)
        .map_err(|erro: ErroAbertura| Falha::recusada(format!("Nada foi feito: {erro}.")))
}

/// Opens the bank as a server does: it recovers, and is a run of its own.
fn abrir(contas: &Path) -> Result<(BancoJson<DiscoContado>, Progresso), Falha> {
    let progresso = Progresso::novo();
    let disco = DiscoContado::abrir(contas, &progresso)?;
    let configuracao =
        ConfiguracaoJson { arquivos_por_vez: ARQUIVOS_POR_VEZ, ..ConfiguracaoJson::default() };
    let (banco, avisos) = BancoJson::abrir_em(disco, configuracao)?;
    advertir(avisos.iter().map(frases::de_aviso));
    Ok((banco, progresso))
}

/// Of a refusal nothing is left to recover.
fn ou_fechar<T>(banco: &BancoJson<DiscoContado>, feito: Result<T, Falha>) -> Result<T, Falha> {
    feito.inspect_err(|_| {
        // If that fails, the next who opens the bank recovers.
        let _ = banco.fechar();
    })
}

/// Waits until it is done, and brings the account files up to it.
fn concluir(
    banco: &BancoJson<DiscoContado>,
    gestao: Gestao,
    progresso: &Progresso,
    contas: usize,
) -> Result<(), Falha> {
    banco.confirmar(gestao.recibo).map_err(|_| Falha::Desconhecida)?;
    progresso.comecar("Gravando", Passos::Gravacoes, contas);
    let fechado = banco.fechar();
    progresso.terminar();
    // It is done in any case: the journal has it.
    let frases: Vec<_> = match fechado {
        Ok(avisos) => avisos.iter().map(frases::de_aviso).collect(),
        Err(erro) => vec![format!(
            "A operação foi feita, mas os arquivos das contas não puderam ser atualizados ({}): o \
             próximo comando, ou o servidor ao iniciar, os atualiza.",
            frases::do_disco(&erro)
        )],
    };
    advertir(frases);
    Ok(())
}

/// What whoever runs the command should know. It changes nothing in what is done.
fn advertir(frases: impl IntoIterator<Item = String>) {
    let _ = fala::dizer(frases.into_iter().map(|frase| format!("Aviso: {frase}")));
}

/// Says what was done. It is done, whether anybody hears of it or not.
fn dizer(frase: impl FnOnce(&mut Saida) -> Result<(), Falha>) -> Result<(), Falha> {
    let mut saida = Saida::nova();
    frase(&mut saida).and_then(|()| saida.fechar()).map_err(|falha| match falha {
        Falha::Saida(erro) => Falha::FeitoSemSaida(erro),
        outra => outra,
    })
}
