//! The commands that change accounts: they open the bank as a server does.

use std::path::Path;

use pixson_core::banco::{
    Abertura, BancoJson, ConfiguracaoJson, Conflito, Conta, ErroAbertura, ErroAbrirContas,
    ErroAjuste, Gestao, Movimento,
};
use pixson_core::tipos::Nome;
use pixson_core::{Banco, Relogio, Rg, Saldo};
use serde::Serialize;

use super::linhas::LinhaDeConta;
use super::nao_feito::NaoFeito;
use super::progresso::{DiscoContado, Passos, Progresso};
use super::saida::SaidaPadrao;
use crate::frases;

/// How many account files are replaced before their names are made durable: more than in a server,
/// since no client waits meanwhile.
const ARQUIVOS_POR_VEZ: usize = 1024;

#[derive(Serialize)]
struct Ajustada<'a> {
    rg: &'a str,
    centavos_antes: u64,
    centavos: u64,
}

/// Opens one account.
pub(super) fn criar(
    contas: &Path,
    rg: Rg,
    nome: &Nome,
    saldo: Saldo,
    json: bool,
) -> Result<(), NaoFeito> {
    criar_por(&Conta { rg, nome: nome.clone(), saldo }, json, |abertura| {
        let (banco, progresso) = abrir(contas)?;
        let aberta = banco.abrir_contas(abertura, &Relogio::novo()).map_err(|erro| match erro {
            ErroAbrirContas::Existentes(conflitos) => ja_existe(&conflitos),
            erro => indisponivel(&erro),
        });
        let gestao = ou_fechar(&banco, aberta)?;
        concluir(&banco, gestao, &progresso, 1)
    })
}

/// The same with a bank that `abrir` opens it in.
pub(super) fn criar_por(
    conta: &Conta,
    json: bool,
    abrir: impl FnOnce(&Abertura) -> Result<(), NaoFeito>,
) -> Result<(), NaoFeito> {
    abrir(&abertura(vec![conta.clone()])?)?;
    let Conta { rg, nome, saldo } = conta;
    dizer(|saida| {
        if json {
            let (rg, nome) = (rg.as_str(), nome.as_str());
            saida.json(&LinhaDeConta { rg, nome, centavos: saldo.centavos() })?;
        } else {
            saida.linha(&format!("Conta {rg} criada, com saldo {saldo}."))?;
        }
        Ok(())
    })
}

/// Sets the balance of an account.
pub(super) fn ajustar(contas: &Path, rg: Rg, saldo: Saldo, json: bool) -> Result<(), NaoFeito> {
    let (banco, progresso) = abrir(contas)?;
    let ajustada = banco.ajustar(rg, saldo, &Relogio::novo()).map_err(|erro| match erro {
        ErroAjuste::NaoEncontrada => NaoFeito::recusada(format!("A conta {rg} não existe.")),
        ErroAjuste::Ilegivel => NaoFeito::recusada(format!("Conta {rg}: {erro}.")),
        erro => indisponivel(&erro),
    });
    let (movimento, gestao) = ou_fechar(&banco, ajustada)?;
    concluir(&banco, gestao, &progresso, 1)?;
    dizer_ajustada(movimento, json)
}

/// Reports that a balance was set.
pub(super) fn dizer_ajustada(
    Movimento { rg, antes, depois }: Movimento,
    json: bool,
) -> Result<(), NaoFeito> {
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

/// Nothing was opened, since the account is there.
pub(super) fn ja_existe(conflitos: &[Conflito]) -> NaoFeito {
    NaoFeito::Recusada(conflitos.iter().map(|conflito| existente(conflito, "A conta")).collect())
}

pub(super) fn existente(Conflito { rg, ilegivel }: &Conflito, quem: &str) -> String {
    if *ilegivel {
        format!("{quem} {rg} tem um arquivo que não pode ser lido.")
    } else {
        format!("{quem} {rg} já existe.")
    }
}

pub(super) fn indisponivel(erro: &impl std::fmt::Display) -> NaoFeito {
    NaoFeito::recusada(format!("Nada foi feito: {erro}."))
}

pub(super) fn abertura(contas: Vec<Conta>) -> Result<Abertura, NaoFeito> {
    Abertura::nova(contas)
        .map_err(|erro: ErroAbertura| NaoFeito::recusada(format!("Nada foi feito: {erro}.")))
}

/// Opens the bank as a server does: with recovery, and as a run of its own.
pub(super) fn abrir(contas: &Path) -> Result<(BancoJson<DiscoContado>, Progresso), NaoFeito> {
    let progresso = Progresso::novo();
    let disco = DiscoContado::abrir(contas, &progresso)?;
    let configuracao =
        ConfiguracaoJson { arquivos_por_vez: ARQUIVOS_POR_VEZ, ..ConfiguracaoJson::default() };
    let (banco, avisos) = BancoJson::abrir_em(disco, configuracao)?;
    frases::advertir(avisos.iter().map(frases::de_aviso));
    Ok((banco, progresso))
}

/// Closes the bank after a refusal, so that nothing is left to recover.
pub(super) fn ou_fechar<T>(
    banco: &BancoJson<DiscoContado>,
    feito: Result<T, NaoFeito>,
) -> Result<T, NaoFeito> {
    feito.inspect_err(|_| {
        // If closing fails, the next opening of the bank recovers it.
        let _ = banco.fechar();
    })
}

/// Waits until an act is durable, and brings the account files up to it.
pub(super) fn concluir(
    banco: &BancoJson<DiscoContado>,
    gestao: Gestao,
    progresso: &Progresso,
    contas: usize,
) -> Result<(), NaoFeito> {
    banco.confirmar(gestao.recibo).map_err(|_| NaoFeito::Desconhecida)?;
    progresso.comecar("Gravando", Passos::Gravacoes, contas);
    let fechado = banco.fechar();
    progresso.terminar();
    // The act is done in any case, since the journal has it.
    let frases: Vec<_> = match fechado {
        Ok(avisos) => avisos.iter().map(frases::de_aviso).collect(),
        Err(erro) => vec![format!(
            "A operação foi feita, mas os arquivos das contas não puderam ser atualizados ({}): o \
             próximo comando, ou o servidor ao iniciar, os atualiza.",
            frases::do_disco(&erro)
        )],
    };
    frases::advertir(frases);
    Ok(())
}

/// Reports what was done. If the report cannot be written, the error says that the act was done all
/// the same.
pub(super) fn dizer(
    frase: impl FnOnce(&mut SaidaPadrao) -> Result<(), NaoFeito>,
) -> Result<(), NaoFeito> {
    let mut saida = SaidaPadrao::nova();
    frase(&mut saida).and_then(|()| saida.fechar()).map_err(|falha| match falha {
        NaoFeito::SaidaPadrao(erro) => NaoFeito::FeitoSemSaida(erro),
        outra => outra,
    })
}
