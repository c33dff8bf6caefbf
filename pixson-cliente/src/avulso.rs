//! Commands that are given whole, on the command line or in a script, without questions to the
//! person.

use std::io;
use std::time::Instant;

use pixson_comandos::ComandoDeConta;
use pixson_conexao::ConexaoCliente;
use pixson_core::{Carimbo, Operacao, Recusa, Resposta, Rg};

use crate::caminho::Caminho;
use crate::falha::Falha;
use crate::relato::Relato;
use crate::relator::{Relator, despedir};

/// A connection that acts for one account, and reports what becomes of each command.
#[derive(Debug)]
pub(crate) struct ContaConectada<'i> {
    conexao: ConexaoCliente<'i>,
    rg: Rg,
    relator: Relator<'i>,
}

impl<'i> ContaConectada<'i> {
    /// Connects and logs in. `Err` is the exit code, after the reason was reported.
    pub(crate) fn entrar(caminho: Caminho<'i>, rg: Rg, relator: Relator<'i>) -> Result<Self, u8> {
        let login = Operacao::Login { rg };
        let mut conexao = caminho
            .conectar()
            .map_err(|falha| relator.concluir(&Relato::da_falha(&login, None, &falha.into())))?;
        let relato = pedir(&mut conexao, &login);
        if relato.feito() {
            Ok(Self { conexao, rg, relator })
        } else {
            Err(relator.concluir(&relato))
        }
    }

    /// Does one command, and reports what became of it. The second value is the error if the report
    /// could not be written.
    pub(crate) fn executar(
        &mut self,
        comando: ComandoDeConta,
        linha: impl Into<Option<u64>>,
    ) -> (Relato, io::Result<()>) {
        let (operacao, linha) = (comando.operacao(self.rg), linha.into());
        let relato = pedir(&mut self.conexao, &operacao).da_linha(linha);
        let escrito = self.relator.relatar(&relato);
        (relato, escrito)
    }
}

/// One command on a connection of its own. Returns the exit code.
pub(crate) fn executar(
    caminho: Caminho<'_>,
    rg: Rg,
    comando: ComandoDeConta,
    relator: Relator<'_>,
) -> u8 {
    match ContaConectada::entrar(caminho, rg, relator) {
        Ok(mut conectada) => {
            let (relato, escrito) = conectada.executar(comando, None);
            despedir(&relato, escrito)
        }
        Err(codigo) => codigo,
    }
}

/// Checks that a server answers: asks for a balance without a login, which a server refuses without
/// reading any account. Returns the exit code.
pub(crate) fn ping(caminho: Caminho<'_>, relator: Relator<'_>) -> u8 {
    let servidor = caminho.servidor;
    let rg = "0".parse().expect("a digit is an RG");
    let operacao = Operacao::Saldo { rg };
    let mut enviado = None;
    let mut medir = || -> Result<_, Falha> {
        let mut conexao = caminho.conectar()?;
        let inicio = Instant::now();
        let resposta = conexao.pedir(operacao, anotar(&mut enviado))?;
        Ok((resposta, inicio.elapsed()))
    };
    let relato = match medir() {
        Ok((resposta, ida_e_volta)) => {
            let relato = Relato::da_resposta(&operacao, enviado, &resposta);
            let relato = if atende(&resposta) {
                let us = ida_e_volta.as_micros();
                relato.como_feito(&format!(
                    "{servidor} responde em {}.{:03} ms, com o relógio lógico em {}",
                    us / 1000,
                    us % 1000,
                    resposta.carimbo()
                ))
            } else {
                relato
            };
            relato.como_ping(Some(ida_e_volta))
        }
        Err(falha) => Relato::da_falha(&operacao, enviado, &falha).como_ping(None),
    };
    relator.concluir(&relato)
}

/// Whether a server that gives this reply would serve an account.
fn atende(resposta: &Resposta) -> bool {
    !matches!(resposta.desfecho(), Some(Err(Recusa::ServidorLotado | Recusa::ServidorIndisponivel)))
}

/// Takes note of the first stamp, which is that of the request.
fn anotar(enviado: &mut Option<Carimbo>) -> impl FnMut(Carimbo) -> Result<(), Falha> {
    |carimbo| {
        enviado.get_or_insert(carimbo);
        Ok(())
    }
}

fn pedir(conexao: &mut ConexaoCliente<'_>, operacao: &Operacao) -> Relato {
    let mut enviado = None;
    let resposta = conexao.pedir(*operacao, anotar(&mut enviado));
    match resposta {
        Ok(resposta) => Relato::da_resposta(operacao, enviado, &resposta),
        Err(falha) => Relato::da_falha(operacao, enviado, &falha),
    }
}
