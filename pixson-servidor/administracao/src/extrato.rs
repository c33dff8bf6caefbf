//! The statement of an account.

use std::path::Path;

use pixson_core::banco::regras::Movimentacao;
use pixson_core::banco::{Cadastro, Efeito, Feito, Lancamento, ler_extrato};
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Rg, Saldo};
use pixson_linha::fala::dizer;
use serde::Serialize;

use super::livro::comeco;
use super::nao_feito::NaoFeito;
use super::processadores::Processadores;
use super::progresso::{DiscoContado, Progresso};
use super::saida::SaidaPadrao;
use crate::frases;

/// One operation of an account, for JSON.
#[derive(Serialize)]
struct LinhaDeExtrato {
    /// The number of its record, which only a bank in files has.
    seq: Option<u64>,
    epoca: u64,
    carimbo: u64,
    operacao: &'static str,
    /// The other account of a transfer.
    outra: Option<String>,
    /// The change of the balance.
    centavos: i64,
    saldo_centavos: u64,
}

/// One operation of an account, in whatever bank.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassoDoExtrato {
    pub(super) seq: Option<u64>,
    pub(super) epoca: u64,
    pub(super) carimbo: u64,
    pub(super) especie: EspecieDePasso,
    pub(super) antes: Saldo,
    pub(super) depois: Saldo,
}

/// What was done to the account.
#[derive(Clone, Copy, Debug)]
pub(super) enum EspecieDePasso {
    Movimentacao(Movimentacao),
    Abertura,
    Ajuste,
}

impl PassoDoExtrato {
    fn de(lancamento: &Lancamento, efeito: Efeito<'_>) -> Self {
        let especie = match lancamento.feito {
            Feito::Movimentacao(movimentacao) => EspecieDePasso::Movimentacao(movimentacao),
            Feito::Abertura(_) => EspecieDePasso::Abertura,
            Feito::Ajuste(_) => EspecieDePasso::Ajuste,
        };
        Self {
            seq: Some(lancamento.seq),
            epoca: lancamento.epoca,
            carimbo: lancamento.carimbo.valor(),
            especie,
            antes: efeito.antes().unwrap_or(Saldo::ZERO),
            depois: efeito.depois(),
        }
    }
}

/// A statement that is being shown, from its first operation to its last.
pub(super) struct ExtratoMostrado {
    saida: SaidaPadrao,
    json: bool,
    linhas: u64,
}

impl ExtratoMostrado {
    pub(super) fn novo(json: bool) -> Self {
        Self { saida: SaidaPadrao::nova(), json, linhas: 0 }
    }

    pub(super) fn passo(&mut self, passo: &PassoDoExtrato) -> Result<(), NaoFeito> {
        self.linhas += 1;
        if self.json {
            return self.saida.json(&objeto(passo));
        }
        let antes = if self.linhas == 1 { cabecalho() + "\n" } else { String::new() };
        self.saida.linha(&(antes + &linha(passo)))
    }

    /// Nothing was shown yet.
    pub(super) fn vazio(&self) -> bool {
        self.linhas == 0
    }

    pub(super) fn fechar(mut self) -> Result<(), NaoFeito> {
        if self.vazio() && !self.json {
            self.saida.linha(&cabecalho())?;
        }
        self.saida.fechar()
    }
}

/// Shows an account's statement.
pub(super) fn extrato(contas: &Path, rg: Rg, json: bool) -> Result<(), NaoFeito> {
    let disco = DiscoContado::abrir(contas, &Progresso::novo())?;
    let mut mostrado = ExtratoMostrado::novo(json);
    let mut escrito = Ok(());
    let alcance = ler_extrato(&disco, rg, &Processadores, |lancamento| {
        for efeito in lancamento.feito.efeitos().filter(|efeito| efeito.rg() == rg) {
            if escrito.is_err() {
                return;
            }
            escrito = mostrado.passo(&PassoDoExtrato::de(&lancamento, efeito));
        }
    })?;
    escrito?;
    if mostrado.vazio() && matches!(Cadastro::abrir_para(&disco, rg)?.conta(rg), Ok(None)) {
        return Err(NaoFeito::recusada(format!("A conta {rg} não existe.")));
    }
    mostrado.fechar()?;
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

fn cabecalho() -> String {
    format!(
        "{:>5}  {:>10}  {:<30}  {:>18}  {:>18}",
        "época", "carimbo", "operação", "valor", "saldo"
    )
}

/// What was done to an account, in the words of the JSON and in those for a person, and the other
/// account of a transfer.
fn descricao(passo: &PassoDoExtrato) -> (&'static str, &'static str, Option<Rg>) {
    let credito = passo.depois > passo.antes;
    match passo.especie {
        EspecieDePasso::Movimentacao(Movimentacao::Saque { .. }) => {
            (TipoDeOperacao::Saque.palavra(), "saque", None)
        }
        EspecieDePasso::Movimentacao(Movimentacao::Deposito { .. }) => {
            (TipoDeOperacao::Deposito.palavra(), "depósito", None)
        }
        EspecieDePasso::Movimentacao(Movimentacao::Transferencia { origem, .. }) if credito => {
            ("transferencia_recebida", "transferência de", Some(origem.rg))
        }
        EspecieDePasso::Movimentacao(Movimentacao::Transferencia { destino, .. }) => {
            ("transferencia_enviada", "transferência para", Some(destino.rg))
        }
        EspecieDePasso::Abertura => ("abertura", "abertura", None),
        EspecieDePasso::Ajuste => ("ajuste", "ajuste", None),
    }
}

fn linha(passo: &PassoDoExtrato) -> String {
    let PassoDoExtrato { epoca, carimbo, antes, depois, .. } = *passo;
    let operacao = match descricao(passo) {
        (_, operacao, Some(outra)) => format!("{operacao} {outra}"),
        (_, operacao, None) => operacao.into(),
    };
    let sinal = if depois < antes { '-' } else { '+' };
    let diferenca = antes.centavos().abs_diff(depois.centavos());
    let valor = format!("{sinal}{}", Saldo::de_centavos(diferenca).unwrap_or(Saldo::MAX));
    format!("{epoca:>5}  {carimbo:>10}  {operacao:<30}  {valor:>18}  {depois:>18}")
}

fn objeto(passo: &PassoDoExtrato) -> LinhaDeExtrato {
    let PassoDoExtrato { seq, epoca, carimbo, antes, depois, .. } = *passo;
    let (operacao, _, outra) = descricao(passo);
    LinhaDeExtrato {
        seq,
        epoca,
        carimbo,
        operacao,
        outra: outra.map(|rg| rg.to_string()),
        centavos: depois.centavos().cast_signed() - antes.centavos().cast_signed(),
        saldo_centavos: depois.centavos(),
    }
}
