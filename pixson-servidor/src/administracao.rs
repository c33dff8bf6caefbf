//! What can be asked of a bank that no server has open.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pixson_core::banco::disco::DiscoReal;
use pixson_core::banco::{Auditoria, Efeito, Feito, Lancamento, auditar, ler_livro};
use pixson_core::{Rg, Saldo};

use crate::frase_de_abertura;

/// The audit found something.
const DIVERGE: u8 = 1;

/// The bank could not be read.
const ILEGIVEL: u8 = 3;

/// Prints an account's statement, from its first operation to its last.
pub(crate) fn extrato(contas: &Path, rg: Rg) -> ExitCode {
    let mut tela = io::stdout().lock();
    let _ = writeln!(
        tela,
        "{:>5}  {:>10}  {:<30}  {:>18}  {:>18}",
        "época", "carimbo", "operação", "valor", "saldo"
    );
    let lido = ler_livro(&DiscoReal::novo(contas), |lancamento| {
        for efeito in lancamento.feito.efeitos().filter(|efeito| efeito.rg() == rg) {
            // A reader that has gone away wants no more.
            let _ = writeln!(tela, "{}", linha(&lancamento, efeito));
        }
    });
    match lido {
        Ok(()) => ExitCode::SUCCESS,
        Err(erro) => falhar(&frase_de_abertura(contas, &erro)),
    }
}

fn linha(lancamento: &Lancamento, efeito: Efeito<'_>) -> String {
    let (antes, depois) = (efeito.antes().unwrap_or(Saldo::ZERO), efeito.depois());
    let operacao = match &lancamento.feito {
        Feito::Saque { .. } => "saque".into(),
        Feito::Deposito { .. } => "depósito".into(),
        Feito::Transferencia { origem, .. } if depois > antes => {
            format!("transferência de {}", origem.rg)
        }
        Feito::Transferencia { destino, .. } => format!("transferência para {}", destino.rg),
        Feito::Abertura(_) => "abertura".into(),
        Feito::Ajuste(_) => "ajuste".into(),
    };
    let sinal = if depois < antes { '-' } else { '+' };
    let diferenca = antes.centavos().abs_diff(depois.centavos());
    let valor = Saldo::de_centavos(diferenca).unwrap_or(Saldo::MAX);
    let valor = format!("{sinal}{valor}");
    format!(
        "{:>5}  {:>10}  {operacao:<30}  {valor:>18}  {depois:>18}",
        lancamento.epoca, lancamento.carimbo
    )
}

/// Recomputes every balance, and says what does not add up.
pub(crate) fn auditoria(contas: &Path) -> ExitCode {
    match auditar(&DiscoReal::novo(contas)) {
        Ok(auditoria) => {
            let _ = io::stdout().write_all(relatorio(&auditoria).as_bytes());
            if auditoria.divergencias.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(DIVERGE)
            }
        }
        Err(erro) => falhar(&frase_de_abertura(contas, &erro)),
    }
}

fn relatorio(auditoria: &Auditoria) -> String {
    let Auditoria { lancamentos, contas, total_em_centavos: total, divergencias, .. } = auditoria;
    let mut texto = format!(
        "Lançamentos: {lancamentos}\nContas: {contas}\nTotal: {}.{:02}\n",
        total / 100,
        total % 100
    );
    for divergencia in divergencias {
        let _ = writeln!(texto, "{divergencia}");
    }
    let _ = match divergencias.len() {
        0 => writeln!(texto, "Nenhuma divergência."),
        1 => writeln!(texto, "1 divergência."),
        quantas => writeln!(texto, "{quantas} divergências."),
    };
    texto
}

fn falhar(frase: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{frase}");
    ExitCode::from(ILEGIVEL)
}
