//! The commands that change accounts on PostgreSQL.

use std::path::Path;

use pixson_core::banco::{Abertura, AdministracaoPostgres, Conflito, Conta, ErroDeGestao};
use pixson_core::tipos::Nome;
use pixson_core::{Rg, Saldo};

use super::super::alteracao::{criar_por, dizer_ajustada, indisponivel, ja_existe};
use super::super::importacao::importar_por;
use super::super::nao_feito::NaoFeito;

/// Opens one account.
pub(super) fn criar(
    banco: &mut AdministracaoPostgres,
    rg: Rg,
    nome: &Nome,
    saldo: Saldo,
    json: bool,
) -> Result<(), NaoFeito> {
    criar_por(&Conta { rg, nome: nome.clone(), saldo }, json, |abertura| {
        abrir(banco, abertura, ja_existe)
    })
}

/// Sets the balance of an account.
pub(super) fn ajustar(
    banco: &mut AdministracaoPostgres,
    rg: Rg,
    saldo: Saldo,
    json: bool,
) -> Result<(), NaoFeito> {
    let ajustada = banco.ajustar(rg, saldo).map_err(|erro| match erro {
        ErroDeGestao::NaoEncontrada => NaoFeito::recusada(format!("A conta {rg} não existe.")),
        erro => falhou(&erro),
    });
    dizer_ajustada(ajustada?, json)
}

/// Opens all accounts of a file, or none.
pub(super) fn importar(
    banco: &mut AdministracaoPostgres,
    arquivo: &Path,
    json: bool,
) -> Result<(), NaoFeito> {
    importar_por(arquivo, json, |abertura, linhas| {
        abrir(banco, abertura, |conflitos| linhas.recusar(conflitos))
    })
}

fn abrir(
    banco: &mut AdministracaoPostgres,
    abertura: &Abertura,
    recusar: impl FnOnce(&[Conflito]) -> NaoFeito,
) -> Result<(), NaoFeito> {
    banco.abrir_contas(abertura).map_err(|erro| match erro {
        ErroDeGestao::Existentes(rgs) => {
            let conflito = |rg| Conflito { rg, ilegivel: false };
            recusar(&rgs.into_iter().map(conflito).collect::<Vec<_>>())
        }
        erro => falhou(&erro),
    })
}

fn falhou(erro: &ErroDeGestao) -> NaoFeito {
    match erro {
        ErroDeGestao::Desconhecido => NaoFeito::SemRespostaDoPostgres,
        erro => indisponivel(erro),
    }
}
