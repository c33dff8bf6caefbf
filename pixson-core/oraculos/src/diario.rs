//! The oracle of a damaged journal.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};

use super::contas::{Elenco, Saldos};
use super::disco::{Corte, DiscoModelo};
use super::fazer;
use super::gestao::{gestao, saldos};
use super::juiz::{PEQUENA, PassoDaCena};
use pixson_core::banco::{Banco, BancoJson, Dano, ErroAbrir, Lancamento, auditar, ler_livro};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::Operacao;

/// The most operations of one journal.
const OPERACOES_MAX: usize = 24;

/// How many bits are flipped at most: a CRC-32 detects any three in a line.
const VIRADAS_MAX: usize = 3;

/// How many other kinds of damage are done at most.
const OUTROS_MAX: usize = 2;

/// A damaged journal is refused, or gives the balances of some moment in the bank's life. Needs the
/// feature `json`.
///
/// `dados` says what a bank does until it is killed, each operation being acknowledged by itself;
/// and then which bits of its journal are flipped, where it is cut, overwritten with zeros or with
/// another part of itself, which of its lines are out of order, and which segment is lost. The rest
/// of `dados` describes a second bank, which has an administration, too; and the rest of that a
/// third one, whose accounts have names and balances of any length.
///
/// * A bank that opens has, in all its accounts, the balances after one and the same operation; the
///   last one, if the end of the journal is as it was.
/// * A bank that does not open names a file, and the place of the damage if the file is there, and
///   nothing was changed.
/// * The ledger has only what was done, in the right order. It says where it begins, where it is
///   damaged, and where each gap is. Reading and audit go on behind damage.
/// * A bank that has opened goes on: its next operation is there at the next start, and its ledger
///   has no new gap.
///
/// # Panics
///
/// If a law is broken.
pub fn diario(dados: &[u8]) {
    let mut dados = Unstructured::new(dados);
    let _ = estragar_e_abrir(&mut dados, Elenco::curto(), false);
    if !dados.is_empty() {
        let _ = estragar_e_abrir(&mut dados, Elenco::curto(), true);
    }
    if !dados.is_empty() {
        let semente: u16 = dados.arbitrary().unwrap_or_default();
        let _ = estragar_e_abrir(&mut dados, Elenco::sorteado(semente.into()), true);
    }
}

/// What a bank did until it was killed.
struct Vida {
    elenco: Elenco,
    disco: DiscoModelo,
    /// The balances after each operation that changed something, and before the first.
    momentos: Vec<Saldos>,
    livro: Vec<Lancamento>,
}

fn estragar_e_abrir(
    dados: &mut Unstructured<'_>,
    elenco: Elenco,
    administrado: bool,
) -> Result<()> {
    let vida = viver(dados, elenco, administrado)?;
    let inteiros = diarios(&vida.disco);
    for _ in 0..dados.int_in_range(0..=VIRADAS_MAX)? {
        virar(&vida.disco, dados)?;
    }
    for _ in 0..dados.int_in_range(0..=OUTROS_MAX)? {
        estragar(&vida.disco, dados)?;
    }
    let legivel = conferir_livro(&vida);
    conferir_abertura(&vida, fim_inteiro(&inteiros, &diarios(&vida.disco)), legivel);
    Ok(())
}

fn viver(dados: &mut Unstructured<'_>, elenco: Elenco, administrado: bool) -> Result<Vida> {
    let disco = DiscoModelo::com_contas(&elenco.iniciais());
    let mut momentos = vec![elenco.iniciais()];
    let (mut banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let relogio = Relogio::novo();
    for _ in 0..dados.int_in_range(1..=OPERACOES_MAX)? {
        match dados.int_in_range(0..=11)? {
            0 => drop(banco.publicar().expect("a sound disk")),
            1 => {
                drop(banco);
                banco = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk").0;
            }
            _ => {
                if administrado && dados.ratio(1, 3)? {
                    gerir(&banco, &relogio, &gestao(&elenco, dados)?);
                } else {
                    let _ = fazer(&banco, &relogio, elenco.operacao(dados)?);
                }
                let agora = saldos(&banco, &elenco);
                if momentos.last() != Some(&agora) {
                    momentos.push(agora);
                }
            }
        }
    }
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Tudo);
    let mut livro = Vec::new();
    ler_livro(&disco, |lancamento| livro.push(lancamento)).expect("a sound disk");
    assert_eq!(livro.len() + 1, momentos.len(), "what changed something is in the ledger, once");
    Ok(Vida { elenco, disco, momentos, livro })
}

/// Does what an administration asks for, durably, unless it is refused.
fn gerir(banco: &BancoJson<DiscoModelo>, relogio: &Relogio, passo: &PassoDaCena) {
    let gestao = match passo {
        PassoDaCena::Abrir(abertura) => banco.abrir_contas(abertura, relogio).ok(),
        &PassoDaCena::Ajustar(rg, saldo) => {
            banco.ajustar(rg, saldo, relogio).ok().map(|(_, gestao)| gestao)
        }
        _ => None,
    };
    if let Some(gestao) = gestao {
        banco.confirmar(gestao.recibo).expect("a sound disk");
    }
}

/// The files of the journal, in order: the checkpoint last.
fn diarios(disco: &DiscoModelo) -> Vec<(String, Vec<u8>)> {
    let nomes = disco.nomes().into_iter().filter(|nome| nome.starts_with("diario/"));
    let com_bytes = |nome: String| disco.conteudo(&nome).map(|bytes| (nome, bytes));
    nomes.filter_map(com_bytes).collect()
}

/// Draws one of these files that is not empty.
fn escolher(disco: &DiscoModelo, dados: &mut Unstructured<'_>) -> Result<(String, Vec<u8>)> {
    let cheios: Vec<_> =
        diarios(disco).into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    dados.choose(&cheios).cloned()
}

fn virar(disco: &DiscoModelo, dados: &mut Unstructured<'_>) -> Result<()> {
    let (nome, mut bytes) = escolher(disco, dados)?;
    let onde = dados.choose_index(bytes.len())?;
    bytes[onde] ^= 1 << dados.int_in_range(0..=7)?;
    disco.editar(&nome, &bytes);
    Ok(())
}

fn estragar(disco: &DiscoModelo, dados: &mut Unstructured<'_>) -> Result<()> {
    let (nome, mut bytes) = escolher(disco, dados)?;
    // The checkpoint is never removed: without it a lost segment could not be noticed.
    if nome.strip_suffix(".jsonl").is_some() && dados.ratio(1, 8)? {
        disco.remover(&nome);
        return Ok(());
    }
    let inicio = dados.choose_index(bytes.len())?;
    let fim = dados.int_in_range(inicio..=bytes.len())?;
    match dados.int_in_range(0..=3)? {
        0 => bytes.truncate(inicio),
        1 => bytes[inicio..fim].fill(0),
        2 => {
            let para = dados.choose_index(bytes.len() - (fim - inicio) + 1)?;
            bytes.copy_within(inicio..fim, para);
        }
        _ => bytes = embaralhar(&bytes, dados)?,
    }
    disco.editar(&nome, &bytes);
    Ok(())
}

/// The same lines, except that one is missing, doubled or in another place.
fn embaralhar(bytes: &[u8], dados: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut linhas: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    let linha = linhas.remove(dados.choose_index(linhas.len())?);
    for _ in 0..dados.int_in_range(0..=2)? {
        linhas.insert(dados.int_in_range(0..=linhas.len())?, linha);
    }
    Ok(linhas.concat())
}

/// Whether the last line of the last segment is still in its place.
fn fim_inteiro(antes: &[(String, Vec<u8>)], depois: &[(String, Vec<u8>)]) -> bool {
    let ultimo = |arquivos: &[(String, Vec<u8>)]| {
        let mut segmentos =
            arquivos.iter().filter(|(nome, _)| nome.strip_suffix(".jsonl").is_some());
        segmentos.next_back().map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    };
    let (antes, depois) = (ultimo(antes), ultimo(depois));
    let fim = antes.iter().rposition(|&byte| byte == b'\n').map_or(0, |lf| lf + 1);
    let inicio = antes[..fim.saturating_sub(1)].iter().rposition(|&byte| byte == b'\n');
    let linha = inicio.map_or(0, |lf| lf + 1)..fim;
    depois.get(linha.clone()) == antes.get(linha)
}

/// Checks that the ledger has only what was done, in the right order, and reports each gap. Returns
/// whether it can be read without damage.
fn conferir_livro(vida: &Vida) -> bool {
    let mut lidos: Vec<Lancamento> = Vec::new();
    let alcance = match ler_livro(&vida.disco, |lancamento| lidos.push(lancamento)) {
        Ok(alcance) => alcance,
        Err(erro) => {
            conferir_erro(&vida.disco, &erro);
            return false;
        }
    };
    for lido in &lidos {
        assert!(vida.livro.contains(lido), "the ledger tells what was done: {lido:?}");
    }
    let faltas = lidos.array_windows().filter(|[antes, depois]| depois.seq != antes.seq + 1);
    for [antes, depois] in faltas {
        assert!(antes.seq < depois.seq, "the ledger tells it in order");
        let falta = Dano::Falta { de: antes.seq + 1, ate: depois.seq - 1 };
        assert!(alcance.danos.contains(&falta), "a gap was not said: {falta:?}");
    }
    for dano in &alcance.danos {
        if let Dano::Trecho { arquivo, posicao } = dano {
            conferir_lugar(&vida.disco, arquivo, *posicao);
        }
    }
    let inicio = lidos.first().map(|primeiro| (primeiro.seq, primeiro.epoca, primeiro.carimbo));
    let desde = alcance.desde.map(|desde| (desde.seq, desde.epoca, desde.carimbo));
    assert_eq!(desde, inicio, "where the ledger begins");
    let auditoria = auditar(&vida.disco).expect("what can be read can be audited");
    assert_eq!((auditoria.lancamentos, auditoria.alcance), (lidos.len() as u64, alcance.clone()));
    alcance.danos.is_empty()
}

fn conferir_erro(disco: &DiscoModelo, erro: &ErroAbrir) {
    match erro {
        ErroAbrir::Corrompido { arquivo, posicao } => conferir_lugar(disco, arquivo, *posicao),
        ErroAbrir::Falta { arquivo } => {
            assert_eq!(disco.conteudo(arquivo), None, "{arquivo} is there");
        }
        _ => panic!("damage was taken for something else: {erro}"),
    }
}

fn conferir_lugar(disco: &DiscoModelo, arquivo: &str, posicao: usize) {
    let tamanho = disco.conteudo(arquivo).map(|bytes| bytes.len());
    assert!(tamanho.is_some_and(|bytes| posicao <= bytes), "{arquivo}, byte {posicao}");
}

fn conferir_abertura(vida: &Vida, fim_inteiro: bool, legivel: bool) {
    let tudo = |disco: &DiscoModelo| {
        let nomes = disco.nomes().into_iter();
        nomes.map(|nome| (disco.conteudo(&nome), nome)).collect::<BTreeSet<_>>()
    };
    let antes = tudo(&vida.disco);
    let banco = match BancoJson::abrir_em(vida.disco.clone(), PEQUENA) {
        Ok((banco, _)) => banco,
        Err(erro) => {
            conferir_erro(&vida.disco, &erro);
            assert_eq!(tudo(&vida.disco), antes, "a bank that does not open changes nothing");
            return;
        }
    };
    let agora = saldos(&banco, &vida.elenco);
    assert!(vida.momentos.contains(&agora), "{agora:?} never were the balances");
    if fim_inteiro {
        assert_eq!(Some(&agora), vida.momentos.last(), "the journal's end was there");
    }
    let rg = *vida.elenco.iniciais().keys().nth(1).expect("several accounts");
    let saque = Operacao::Saque { rg, valor: "0.01".parse().expect("legal") };
    let desfecho = fazer(&banco, &Relogio::novo(), saque).1;
    let esperado = agora[&rg].menos("0.01".parse().expect("legal"));
    assert_eq!(desfecho.is_ok(), esperado.is_some(), "the bank goes on");
    drop(banco);
    let disco = vida.disco.depois_de(&mut Corte::Nada);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("it opens again");
    assert_eq!(
        saldos(&banco, &vida.elenco)[&rg],
        esperado.unwrap_or(agora[&rg]),
        "what it did is there"
    );
    drop(banco);
    let inteiro = || ler_livro(&disco, |_| {}).is_ok_and(|alcance| alcance.danos.is_empty());
    assert!(!legivel || inteiro(), "the ledger goes on without a gap");
}
