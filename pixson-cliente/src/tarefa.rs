//! What is to be done, once the command line is known to be right.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use pixson_carga::Plano;
use pixson_comandos::ComandoDeConta;
use pixson_conexao::{Interrupcao, ServidorDistante};
use pixson_core::Rg;
use pixson_linha::fala::dizer;
use pixson_terminal::{Interativo, Tubo};

use crate::argumentos::{Argumentos, Comando, Cor};
use crate::caminho::Caminho;
use crate::carga::OpcoesDeCarga;
use crate::cena::OpcoesDeCena;
use crate::diagrama::OpcoesDeDiagrama;
use crate::falha::{Falha, INTERROMPIDO_CODIGO, fechar_linha};
use crate::relator::Relator;
use crate::script::OpcoesDeScript;
use crate::{avulso, carga, cena, diagrama, menu, script};

/// What is to be done. Everything that it needs of the command line and of the environment is there.
pub(crate) enum Tarefa<'a> {
    Menu { rg: Option<Rg>, cor: Cor },
    Conta { rg: Rg, comando: ComandoDeConta },
    Script { rg: Rg, opcoes: &'a OpcoesDeScript },
    Carga { plano: Box<Plano>, opcoes: &'a OpcoesDeCarga },
    Cena(&'a OpcoesDeCena),
    Diagrama(&'a OpcoesDeDiagrama),
    Ping,
}

impl<'a> Tarefa<'a> {
    /// What the command line asks for. `Err` is a sentence about a wrong option or variable.
    pub(crate) fn de(
        argumentos: &'a Argumentos,
        servidor: &ServidorDistante,
        interrupcao: &Interrupcao,
    ) -> Result<Self, String> {
        let rg = || argumentos.rg_necessario();
        Ok(match &argumentos.comando {
            Some(Comando::Conta(comando)) => Self::Conta { rg: rg()?, comando: *comando },
            Some(Comando::Script(opcoes)) => Self::Script { rg: rg()?, opcoes },
            Some(Comando::Carga(opcoes)) => {
                Self::Carga { plano: Box::new(opcoes.plano(servidor, interrupcao)?), opcoes }
            }
            Some(Comando::Cena(opcoes)) => Self::Cena(opcoes),
            Some(Comando::Diagrama(opcoes)) => Self::Diagrama(opcoes),
            Some(Comando::Ping) => Self::Ping,
            None => Self::Menu { rg: argumentos.rg()?, cor: argumentos.cor.unwrap_or_default() },
        })
    }

    /// Does it. `Err` is a sentence about a picture that nobody could read.
    pub(crate) fn fazer(self, caminho: Caminho<'_>, json: bool) -> Result<ExitCode, String> {
        let relator = Relator { json, interrupcao: caminho.interrupcao };
        Ok(match self {
            Self::Menu { rg, cor } => conversar(caminho, rg, cor),
            Self::Conta { rg, comando } => avulso::executar(caminho, rg, comando, relator).into(),
            Self::Script { rg, opcoes } => script::executar(caminho, rg, relator, opcoes).into(),
            Self::Carga { plano, opcoes } => {
                let plano = match caminho.gravador {
                    Some(gravador) => {
                        plano.com_rastro(gravador).map_err(|erro| format!("{erro}."))?
                    }
                    None => *plano,
                };
                carga::executar(&plano, opcoes, json)
            }
            Self::Cena(opcoes) => {
                cena::executar(caminho.servidor, opcoes, caminho.interrupcao).into()
            }
            Self::Diagrama(opcoes) => return diagrama::executar(opcoes, caminho.interrupcao),
            Self::Ping => avulso::ping(caminho, relator).into(),
        })
    }
}

/// The menu: with a line editor for a person at a terminal, and otherwise as the original program
/// shows it.
fn conversar(caminho: Caminho<'_>, rg: Option<Rg>, cor: Cor) -> ExitCode {
    let interrupcao = caminho.interrupcao;
    let pessoa = io::stdin().is_terminal() && io::stdout().is_terminal();
    let fim = match pessoa.then(|| Interativo::novo(menu::escolhas(cor), interrupcao)) {
        Some(Ok(mut terminal)) => menu::conversar(caminho, rg, &mut terminal),
        // A terminal without a line editor is read like a pipe.
        None | Some(Err(_)) => Tubo::novo(interrupcao)
            .map_err(Falha::Entrada)
            .and_then(|mut tubo| menu::conversar(caminho, rg, &mut tubo)),
    };
    match fim {
        Ok(()) => ExitCode::SUCCESS,
        Err(falha) => {
            // If rustyline took the Ctrl-C, it has ended the line itself, and `veio` is false.
            if falha.codigo() == INTERROMPIDO_CODIGO && interrupcao.veio() {
                fechar_linha();
            }
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer(falha.frase());
            ExitCode::from(falha.codigo())
        }
    }
}
