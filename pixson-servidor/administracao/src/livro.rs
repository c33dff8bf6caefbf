//! The ledger: statement and audit.

use std::io::ErrorKind;
use std::path::Path;

use pixson_core::banco::regras::Movimentacao;
use pixson_core::banco::{
    Auditoria, Balanco, Cadastro, Dano, Divergencia, Efeito, Feito, Inicio, Lancamento,
    auditar_com, ler_extrato,
};
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Rg, Saldo};
use pixson_linha::fala::dizer;
use pixson_linha::quantia::Reais;
use serde::Serialize;

use super::nao_feito::NaoFeito;
use super::processadores::Processadores;
use super::progresso::{DiscoContado, Progresso};
use super::saida::SaidaPadrao;
use crate::frases;

/// One operation of an account, for JSON.
#[derive(Serialize)]
struct LinhaDeExtrato {
    seq: u64,
    epoca: u64,
    carimbo: u64,
    operacao: &'static str,
    /// The other account of a transfer.
    outra: Option<String>,
    /// The change of the balance.
    centavos: i64,
    saldo_centavos: u64,
}

/// A divergence, for JSON.
#[derive(Serialize)]
struct LinhaDeDivergencia<'a> {
    divergencia: &'static str,
    rg: Option<&'a str>,
    seq: Option<u64>,
    livro_centavos: Option<u64>,
    encontrado_centavos: Option<u64>,
    frase: String,
}

/// What an audit found, for JSON.
#[derive(Serialize)]
struct LinhaDeAuditoria {
    lancamentos: u64,
    contas: u64,
    centavos: u128,
    inicial_centavos: u128,
    aberturas_centavos: u128,
    ajustes_centavos: i128,
    depositos_centavos: u128,
    saques_centavos: u128,
    divergencias: usize,
    danos: usize,
    /// How many records the bank has made in its life; the fields that follow are the first one in
    /// the ledger.
    feitos: u64,
    desde_seq: Option<u64>,
    desde_epoca: Option<u64>,
    desde_carimbo: Option<u64>,
}

/// A part of the ledger that cannot be read, for JSON.
#[derive(Serialize)]
struct LinhaDeDano<'a> {
    dano: &'static str,
    arquivo: Option<&'a str>,
    posicao: Option<usize>,
    de: Option<u64>,
    ate: Option<u64>,
    frase: String,
}

/// Shows an account's statement, from its first operation to its last.
pub(super) fn extrato(contas: &Path, rg: Rg, json: bool) -> Result<(), NaoFeito> {
    let disco = DiscoContado::abrir(contas, &Progresso::novo())?;
    let mut saida = SaidaPadrao::nova();
    let mut mostrado = Ok(());
    let mut linhas = 0_u64;
    let alcance = ler_extrato(&disco, rg, &Processadores, |lancamento| {
        for efeito in lancamento.feito.efeitos().filter(|efeito| efeito.rg() == rg) {
            if mostrado.is_err() {
                return;
            }
            mostrado = if json {
                saida.json(&objeto(&lancamento, efeito))
            } else {
                let antes = if linhas == 0 { cabecalho() + "\n" } else { String::new() };
                saida.linha(&(antes + &linha(&lancamento, efeito)))
            };
            linhas += 1;
        }
    })?;
    mostrado?;
    if linhas == 0 {
        if matches!(Cadastro::abrir_para(&disco, rg)?.conta(rg), Ok(None)) {
            return Err(NaoFeito::recusada(format!("A conta {rg} não existe.")));
        }
        if !json {
            saida.linha(&cabecalho())?;
        }
    }
    saida.fechar()?;
    // The data is on standard output already; these sentences say which part of the ledger it
    // covers.
    let frases: Vec<String> = alcance.danos.iter().map(frases::de_dano).collect();
    match alcance.desde {
        _ if !frases.is_empty() => Err(NaoFeito::Recusada(frases)),
        Some(desde) if desde.seq > 1 => {
            let frase = format!("Aviso: o extrato começa no meio. {}", comeco(&desde));
            dizer([frase]).map_err(NaoFeito::SaidaPadrao)
        }
        _ => Ok(()),
    }
}

/// Where a ledger begins.
fn comeco(&Inicio { seq, epoca, carimbo }: &Inicio) -> String {
    let antes = match seq - 1 {
        0 => String::new(),
        1 => "; o lançamento anterior do banco não está mais nele".into(),
        antes => format!("; os {antes} lançamentos anteriores do banco não estão mais nele"),
    };
    format!("O livro começa na época {epoca}, carimbo {carimbo}{antes}.")
}

fn cabecalho() -> String {
    format!(
        "{:>5}  {:>10}  {:<30}  {:>18}  {:>18}",
        "época", "carimbo", "operação", "valor", "saldo"
    )
}

/// What was done to an account, in the words of the JSON and in those for a person, and the other
/// account of a transfer.
fn descricao(feito: &Feito, credito: bool) -> (&'static str, &'static str, Option<Rg>) {
    match *feito {
        Feito::Movimentacao(Movimentacao::Saque { .. }) => {
            (TipoDeOperacao::Saque.palavra(), "saque", None)
        }
        Feito::Movimentacao(Movimentacao::Deposito { .. }) => {
            (TipoDeOperacao::Deposito.palavra(), "depósito", None)
        }
        Feito::Movimentacao(Movimentacao::Transferencia { origem, .. }) if credito => {
            ("transferencia_recebida", "transferência de", Some(origem.rg))
        }
        Feito::Movimentacao(Movimentacao::Transferencia { destino, .. }) => {
            ("transferencia_enviada", "transferência para", Some(destino.rg))
        }
        Feito::Abertura(_) => ("abertura", "abertura", None),
        Feito::Ajuste(_) => ("ajuste", "ajuste", None),
    }
}

fn linha(lancamento: &Lancamento, efeito: Efeito<'_>) -> String {
    let (antes, depois) = (efeito.antes().unwrap_or(Saldo::ZERO), efeito.depois());
    let operacao = match descricao(&lancamento.feito, depois > antes) {
        (_, operacao, Some(outra)) => format!("{operacao} {outra}"),
        (_, operacao, None) => operacao.into(),
    };
    let sinal = if depois < antes { '-' } else { '+' };
    let diferenca = antes.centavos().abs_diff(depois.centavos());
    let valor = format!("{sinal}{}", Saldo::de_centavos(diferenca).unwrap_or(Saldo::MAX));
    format!(
        "{:>5}  {:>10}  {operacao:<30}  {valor:>18}  {depois:>18}",
        lancamento.epoca, lancamento.carimbo
    )
}

fn objeto(lancamento: &Lancamento, efeito: Efeito<'_>) -> LinhaDeExtrato {
    let (antes, depois) = (efeito.antes().unwrap_or(Saldo::ZERO), efeito.depois());
    let (operacao, _, outra) = descricao(&lancamento.feito, depois > antes);
    LinhaDeExtrato {
        seq: lancamento.seq,
        epoca: lancamento.epoca,
        carimbo: lancamento.carimbo.valor(),
        operacao,
        outra: outra.map(|rg| rg.to_string()),
        centavos: depois.centavos().cast_signed() - antes.centavos().cast_signed(),
        saldo_centavos: depois.centavos(),
    }
}

/// Recomputes every balance, and reports what does not add up.
pub(super) fn auditoria(contas: &Path, json: bool) -> Result<(), NaoFeito> {
    let progresso = Progresso::novo();
    progresso.comecar_leitura("Auditando", contas);
    let disco = DiscoContado::abrir(contas, &progresso)?;
    let auditada = auditar_com(&disco, &Processadores);
    progresso.terminar();
    let auditoria = auditada?;
    let relatada = mostrar(&auditoria, json);
    // If the reader has gone away, the exit code still reports what was found.
    match relatada {
        Err(NaoFeito::SaidaPadrao(erro)) if erro.kind() == ErrorKind::BrokenPipe => {}
        relatada => relatada?,
    }
    let confere = auditoria.divergencias.is_empty() && auditoria.alcance.danos.is_empty();
    if confere { Ok(()) } else { Err(NaoFeito::Recusada(vec![])) }
}

fn mostrar(auditoria: &Auditoria, json: bool) -> Result<(), NaoFeito> {
    let mut saida = SaidaPadrao::nova();
    if json {
        for dano in &auditoria.alcance.danos {
            saida.json(&danificado(dano))?;
        }
        for divergencia in &auditoria.divergencias {
            saida.json(&divergente(divergencia))?;
        }
        saida.json(&totais(auditoria))?;
    } else {
        relatar(auditoria, &mut saida)?;
    }
    saida.fechar()
}

fn relatar(auditoria: &Auditoria, saida: &mut SaidaPadrao) -> Result<(), NaoFeito> {
    let Auditoria { lancamentos, contas, total_em_centavos, balanco, divergencias, .. } = auditoria;
    let Auditoria { feitos, alcance, .. } = auditoria;
    saida.linha(&format!("Lançamentos: {lancamentos}"))?;
    match alcance.desde {
        Some(desde) if desde.seq > 1 => saida.linha(&comeco(&desde))?,
        None if *feitos > 0 => saida.linha(&format!(
            "O livro está vazio: os {feitos} lançamentos já feitos não estão mais nele."
        ))?,
        _ => {}
    }
    saida.linha(&format!("Contas: {contas}"))?;
    saida.linha(&format!("Total: {}", Reais::from(*total_em_centavos)))?;
    let Balanco { inicial, aberturas, ajustes, depositos, saques } = *balanco;
    saida.linha(&format!(
        "Balanço: {} no início, +{} em aberturas, {}{} em ajustes, +{} em depósitos, -{} em saques",
        Reais::from(inicial),
        Reais::from(aberturas),
        if ajustes < 0 { '-' } else { '+' },
        Reais::from(ajustes.unsigned_abs()),
        Reais::from(depositos),
        Reais::from(saques)
    ))?;
    for frase in alcance.danos.iter().map(frases::de_dano) {
        saida.linha(&frase)?;
    }
    if !alcance.danos.is_empty() {
        saida.linha("O que está acima é do que pôde ser lido.")?;
    }
    for divergencia in divergencias {
        saida.linha(&divergencia.to_string())?;
    }
    saida.linha(&match divergencias.len() {
        0 if !alcance.danos.is_empty() => "Nenhuma divergência no que pôde ser lido.".into(),
        0 => "Nenhuma divergência.".into(),
        1 => "1 divergência.".into(),
        quantas => format!("{quantas} divergências."),
    })
}

fn divergente(divergencia: &Divergencia) -> LinhaDeDivergencia<'_> {
    let (nome, rg, seq, livro, encontrado) = match divergencia {
        Divergencia::ContaErrada { seq } => ("conta_errada", None, Some(*seq), None, None),
        Divergencia::Ajuste { rg, seq, livro, encontrado } => {
            ("alterada_por_fora", Some(rg), Some(*seq), Some(livro), Some(encontrado))
        }
        Divergencia::Reaberta { rg, seq, livro } => {
            ("reaberta", Some(rg), Some(*seq), Some(livro), None)
        }
        Divergencia::ArquivoDiferente { rg, livro, arquivo } => {
            ("arquivo_diferente", Some(rg), None, Some(livro), Some(arquivo))
        }
        Divergencia::ArquivoIlegivel { rg } => ("arquivo_ilegivel", Some(rg), None, None, None),
        Divergencia::IndiceErrado { .. } => ("indice_errado", None, None, None, None),
        _ => ("outra", None, None, None, None),
    };
    LinhaDeDivergencia {
        divergencia: nome,
        rg: rg.map(Rg::as_str),
        seq,
        livro_centavos: livro.map(|saldo| saldo.centavos()),
        encontrado_centavos: encontrado.map(|saldo| saldo.centavos()),
        frase: divergencia.to_string(),
    }
}

fn danificado(dano: &Dano) -> LinhaDeDano<'_> {
    let frase = frases::de_dano(dano);
    let linha =
        LinhaDeDano { dano: "outro", arquivo: None, posicao: None, de: None, ate: None, frase };
    match dano {
        Dano::Trecho { arquivo, posicao } => {
            LinhaDeDano { dano: "trecho", arquivo: Some(arquivo), posicao: Some(*posicao), ..linha }
        }
        Dano::Falta { de, ate } => {
            LinhaDeDano { dano: "falta", de: Some(*de), ate: Some(*ate), ..linha }
        }
        Dano::Segmento { arquivo } => {
            LinhaDeDano { dano: "segmento", arquivo: Some(arquivo), ..linha }
        }
        Dano::Arquivo { arquivo, .. } => {
            LinhaDeDano { dano: "arquivo", arquivo: Some(arquivo), ..linha }
        }
        _ => linha,
    }
}

fn totais(auditoria: &Auditoria) -> LinhaDeAuditoria {
    let desde = auditoria.alcance.desde;
    let Balanco { inicial, aberturas, ajustes, depositos, saques } = auditoria.balanco;
    LinhaDeAuditoria {
        lancamentos: auditoria.lancamentos,
        contas: auditoria.contas,
        centavos: auditoria.total_em_centavos,
        inicial_centavos: inicial,
        aberturas_centavos: aberturas,
        ajustes_centavos: ajustes,
        depositos_centavos: depositos,
        saques_centavos: saques,
        divergencias: auditoria.divergencias.len(),
        danos: auditoria.alcance.danos.len(),
        feitos: auditoria.feitos,
        desde_seq: desde.map(|desde| desde.seq),
        desde_epoca: desde.map(|desde| desde.epoca),
        desde_carimbo: desde.map(|desde| desde.carimbo.valor()),
    }
}
