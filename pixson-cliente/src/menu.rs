use std::io::{BufRead, Write};

use pixson_core::protocolo::Situacao;
use pixson_core::{Carimbo, Operacao, Rg, Valor};

use crate::comando::ler_valor;
use crate::conexao::Conexao;
use crate::falha::{DESCONHECIDO, Falha};
use crate::interrupcao::EmJogo;
use crate::relato::sem_saber;
use crate::servidor::Servidor;
use crate::terminal::Terminal;

const MENU: &str = "\n1 - SALDO\n2 - SAQUE\n3 - DEPOSITO\n4 - TRANSFERENCIA\n0 - SAIR\n";

/// Why a question gave no answer.
enum Volta {
    /// The person leaves, by the menu or by the end of the input.
    Sair,
    /// Something was mistyped: say what, and go on.
    Repetir(String),
    Falhar(Falha),
}

/// The whole interactive session of the original program.
pub(crate) fn conversar(
    servidor: &Servidor,
    rg: Option<Rg>,
    terminal: &mut Terminal<impl BufRead, impl Write>,
) -> Result<(), Falha> {
    terminal.mostrar("Cliente iniciado");
    let rg = match rg {
        Some(rg) => rg,
        None => match insistir(terminal, perguntar_rg_da_conta)? {
            Some(rg) => rg,
            None => return Ok(()),
        },
    };
    let mut conexao = Conexao::abrir(servidor)?;
    terminal.mostrar("Conectado ao servidor");
    let login = conexao.pedir(Operacao::Login { rg }, mostrar_relogio(terminal))?;
    terminal.mostrar_texto(&login.texto());
    if login.situacao() == Situacao::Erro {
        return Err(Falha::LoginRecusado);
    }
    let mut houve_desconhecido = false;
    while let Some(operacao) = insistir(terminal, |terminal| escolher(rg, terminal))? {
        let _em_jogo = EmJogo::se_move(&operacao);
        let resposta = conexao.pedir(operacao, mostrar_relogio(terminal))?;
        terminal.mostrar_texto(&resposta.texto());
        if sem_saber(&operacao, &resposta) {
            houve_desconhecido = true;
            terminal.mostrar(DESCONHECIDO);
        }
    }
    if houve_desconhecido { Err(Falha::HouveDesconhecido) } else { Ok(()) }
}

fn mostrar_relogio(terminal: &mut Terminal<impl BufRead, impl Write>) -> impl FnMut(Carimbo) {
    |carimbo| terminal.mostrar(format_args!("Relógio Lógico Atualizado: {carimbo}"))
}

/// Repeats a question until it is answered. `None` when the person leaves.
fn insistir<E: BufRead, S: Write, T>(
    terminal: &mut Terminal<E, S>,
    mut pergunta: impl FnMut(&mut Terminal<E, S>) -> Result<T, Volta>,
) -> Result<Option<T>, Falha> {
    loop {
        match pergunta(terminal) {
            Ok(resposta) => return Ok(Some(resposta)),
            Err(Volta::Sair) => return Ok(None),
            Err(Volta::Repetir(frase)) => terminal.mostrar(frase),
            Err(Volta::Falhar(falha)) => return Err(falha),
        }
    }
}

/// One round of the menu.
fn escolher(rg: Rg, terminal: &mut Terminal<impl BufRead, impl Write>) -> Result<Operacao, Volta> {
    terminal.mostrar(MENU);
    match perguntar(terminal, "Digite o comando: ")?.as_str() {
        "1" => Ok(Operacao::Saldo { rg }),
        "2" => {
            let valor = perguntar_valor(terminal, "Digite o valor do saque: ")?;
            Ok(Operacao::Saque { rg, valor })
        }
        "3" => {
            let valor = perguntar_valor(terminal, "Digite o valor do deposito: ")?;
            Ok(Operacao::Deposito { rg, valor })
        }
        "4" => {
            let rg_destino = perguntar_rg(terminal, "Digite o RG do destinatário: ")?;
            let valor = perguntar_valor(terminal, "Digite o valor da transferência: ")?;
            Ok(Operacao::Transferencia { rg_origem: rg, rg_destino, valor })
        }
        "0" => Err(Volta::Sair),
        _ => Err(Volta::Repetir("Comando inválido!".into())),
    }
}

fn perguntar_rg_da_conta(terminal: &mut Terminal<impl BufRead, impl Write>) -> Result<Rg, Volta> {
    perguntar_rg(terminal, "Digite o RG associado a conta: ")
}

fn perguntar_rg(
    terminal: &mut Terminal<impl BufRead, impl Write>,
    pergunta: &str,
) -> Result<Rg, Volta> {
    let texto = perguntar(terminal, pergunta)?;
    texto.parse().map_err(|_| Volta::Repetir("RG inválido: digite de 1 a 10 dígitos.".into()))
}

/// Asks for an amount, with a decimal point or a decimal comma.
fn perguntar_valor(
    terminal: &mut Terminal<impl BufRead, impl Write>,
    pergunta: &str,
) -> Result<Valor, Volta> {
    let texto = perguntar(terminal, pergunta)?;
    ler_valor(&texto).map_err(|conselho| Volta::Repetir(format!("Valor inválido: {conselho}.")))
}

fn perguntar(
    terminal: &mut Terminal<impl BufRead, impl Write>,
    pergunta: &str,
) -> Result<String, Volta> {
    match terminal.perguntar(pergunta) {
        Ok(Some(texto)) => Ok(texto),
        Ok(None) => Err(Volta::Sair),
        Err(erro) => Err(Volta::Falhar(Falha::Entrada(erro))),
    }
}
