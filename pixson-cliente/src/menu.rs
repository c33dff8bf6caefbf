//! The dialogue of the menu, as the original program has it.

use std::io;

use pixson_comandos::ler_palavras;
use pixson_conexao::{ErroConexao, Interrompida};
use pixson_core::protocolo::Situacao;
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Carimbo, Operacao, Resposta, Rg, Valor};
use pixson_linha::quantia;
use pixson_linha::visivel::visivel;
use pixson_terminal::{ConfiguracaoDoTerminal, Digitado, Realce, Terminal, arquivo_do_historico};

use crate::argumentos::Cor;
use crate::caminho::Caminho;
use crate::falha::{DESCONHECIDO, Falha};
use crate::feitos::Feitos;
use crate::relato::sem_saber;

const MENU: &str = "\n1 - SALDO\n2 - SAQUE\n3 - DEPOSITO\n4 - TRANSFERENCIA\n0 - SAIR\n";

/// The names that can be typed at the prompt for a command, and are completed there.
const NOMES: [&str; 6] = [
    TipoDeOperacao::Saldo.palavra(),
    TipoDeOperacao::Saque.palavra(),
    TipoDeOperacao::Deposito.palavra(),
    TipoDeOperacao::Transferencia.palavra(),
    "ajuda",
    "sair",
];

/// The option that a command needs.
const OPCOES: [(&str, &str); 1] = [(TipoDeOperacao::Transferencia.palavra(), "--para")];

/// The help at a terminal, which takes names of commands, too.
const AJUDA: &str = "
Um comando é um número do menu ou um nome, e pode vir inteiro em uma linha:

  saldo                           mostra o saldo
  saque [VALOR]                   saca um valor
  deposito [VALOR]                deposita um valor
  transferencia [--para RG VALOR] transfere para outra conta
  ajuda                           mostra esta ajuda
  sair                            sai, como Ctrl-D

As setas percorrem os comandos anteriores, e Tab completa. Ctrl-C sai com o código 130.
Várias linhas coladas de uma vez só valem depois de Enter, e então uma por uma.";

/// The configuration of the terminal for the menu.
pub(crate) fn escolhas(cor: Cor) -> ConfiguracaoDoTerminal {
    ConfiguracaoDoTerminal {
        cor: cor.into(),
        nomes: &NOMES,
        opcoes: &OPCOES,
        historico: arquivo_do_historico("pixson"),
    }
}

/// Why a question gave no answer.
enum Volta {
    /// The person leaves, by the menu or by the end of the input.
    Sair,
    /// The answer is wrong: show this sentence, and ask again.
    Repetir(String),
    Falhar(Falha),
}

/// The whole interactive session of the original program.
pub(crate) fn conversar(
    caminho: Caminho<'_>,
    rg: Option<Rg>,
    terminal: &mut impl Terminal,
) -> Result<(), Falha> {
    let mut feitos = Feitos::default();
    terminal.mostrar("Cliente iniciado");
    let rg = match rg {
        Some(rg) => rg,
        None => match insistir(terminal, &feitos, perguntar_rg_da_conta)? {
            Some(rg) => rg,
            None => return Ok(()),
        },
    };
    conferir_saida(terminal, &feitos)?;
    let mut conexao = caminho.conectar()?;
    terminal.mostrar("Conectado ao servidor");
    let login = conexao.pedir(Operacao::Login { rg }, mostrar_relogio(terminal, &feitos))?;
    mostrar_resposta(&login, terminal);
    conferir_saida(terminal, &feitos)?;
    if login.situacao() == Situacao::Erro {
        return Err(Falha::LoginRecusado);
    }
    if terminal.tem_nomes() {
        terminal.mostrar("Digite ajuda para saber o que mais se pode digitar.");
    }
    while let Some(operacao) = insistir(terminal, &feitos, |terminal| escolher(rg, terminal))? {
        let resposta = conexao.pedir(operacao, mostrar_relogio(terminal, &feitos))?;
        mostrar_resposta(&resposta, terminal);
        if sem_saber(&operacao, &resposta) {
            feitos.desconhecer();
            terminal.mostrar(DESCONHECIDO);
            if terminal.esquecer_coladas() {
                terminal.mostrar("As outras linhas coladas não foram executadas.");
            }
        } else if resposta.situacao() == Situacao::Sucesso {
            feitos.contar(operacao.move_dinheiro(), None, &visivel(&resposta.texto()));
        }
        conferir_saida(terminal, &feitos).map_err(|falha| match falha {
            // The reply was not shown, so that its request counts as still on its way.
            Falha::Interrompido => ErroConexao::Interrompida { a_caminho: Some(operacao) }.into(),
            outra => outra,
        })?;
    }
    if feitos.houve_desconhecido() { Err(Falha::HouveDesconhecido) } else { Ok(()) }
}

/// `Err` if the output has failed: no further request is sent once the person cannot see the
/// replies.
fn conferir_saida(terminal: &impl Terminal, feitos: &Feitos) -> Result<(), Falha> {
    let Some(erro) = terminal.falha() else { return Ok(()) };
    if Interrompida::em(erro) {
        return Err(Falha::Interrompido);
    }
    Err(Falha::Saida { frase: feitos.despedida(erro), codigo: feitos.codigo() })
}

fn mostrar_relogio(
    terminal: &mut impl Terminal,
    feitos: &Feitos,
) -> impl FnMut(Carimbo) -> Result<(), Falha> {
    |carimbo| {
        terminal.realcar(Realce::Relogio, &format!("Relógio Lógico Atualizado: {carimbo}"));
        conferir_saida(terminal, feitos)
    }
}

fn mostrar_resposta(resposta: &Resposta, terminal: &mut impl Terminal) {
    let realce = match resposta.situacao() {
        Situacao::Sucesso => Realce::Feito,
        Situacao::Erro => Realce::Recusado,
    };
    terminal.realcar(realce, &visivel(&resposta.texto()));
}

/// Repeats a question until it is answered. `None` when the person leaves.
fn insistir<E: Terminal, T>(
    terminal: &mut E,
    feitos: &Feitos,
    mut pergunta: impl FnMut(&mut E) -> Result<T, Volta>,
) -> Result<Option<T>, Falha> {
    loop {
        let respondida = pergunta(terminal);
        conferir_saida(terminal, feitos)?;
        match respondida {
            Ok(resposta) => return Ok(Some(resposta)),
            Err(Volta::Sair) => return Ok(None),
            Err(Volta::Repetir(frase)) => terminal.mostrar(&frase),
            Err(Volta::Falhar(falha)) => return Err(falha),
        }
    }
}

/// The choices at the prompt: those of the menu, and the help.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Opcao {
    Pedir(TipoDeOperacao),
    Sair,
    Ajuda,
}

/// One round of the menu.
fn escolher(rg: Rg, terminal: &mut impl Terminal) -> Result<Operacao, Volta> {
    terminal.mostrar(MENU);
    let digitado = terminal.perguntar_comando("Digite o comando: ");
    let comando = linha(digitado)?;
    let entrada =
        numero(&comando).or_else(|| nome(&comando.to_lowercase()).filter(|_| terminal.tem_nomes()));
    match entrada {
        Some(entrada) => completar(entrada, rg, terminal),
        None if terminal.tem_nomes() && !comando.is_empty() => {
            let comando = ler_palavras(&comando).map_err(Volta::Repetir)?;
            Ok(comando.operacao(rg))
        }
        None => Err(Volta::Repetir("Comando inválido!".into())),
    }
}

/// The number of an operation in the menu, and its name as people spell it. The login comes before the
/// menu.
fn escolha_de(tipo: TipoDeOperacao) -> Option<(&'static str, &'static str)> {
    match tipo {
        TipoDeOperacao::Login => None,
        TipoDeOperacao::Saldo => Some(("1", "saldo")),
        TipoDeOperacao::Saque => Some(("2", "saque")),
        TipoDeOperacao::Deposito => Some(("3", "depósito")),
        TipoDeOperacao::Transferencia => Some(("4", "transferência")),
    }
}

/// The operation of the menu for which `este` is true.
fn pedido(este: impl Fn(TipoDeOperacao, &'static str, &'static str) -> bool) -> Option<Opcao> {
    let todos = TipoDeOperacao::TODOS.iter().copied();
    let mut do_menu = todos.filter_map(|tipo| escolha_de(tipo).map(|escolha| (tipo, escolha)));
    do_menu
        .find(|&(tipo, (numero, nome))| este(tipo, numero, nome))
        .map(|(tipo, _)| Opcao::Pedir(tipo))
}

fn numero(texto: &str) -> Option<Opcao> {
    match texto {
        "0" => Some(Opcao::Sair),
        _ => pedido(|_, numero, _| numero == texto),
    }
}

fn nome(texto: &str) -> Option<Opcao> {
    match texto {
        "sair" => Some(Opcao::Sair),
        "ajuda" => Some(Opcao::Ajuda),
        _ => pedido(|tipo, _, nome| tipo.palavra() == texto || nome == texto),
    }
}

/// Asks the questions that a choice needs.
fn completar(entrada: Opcao, rg: Rg, terminal: &mut impl Terminal) -> Result<Operacao, Volta> {
    match entrada {
        Opcao::Pedir(tipo) => perguntar_operacao(tipo, rg, terminal),
        Opcao::Sair => Err(Volta::Sair),
        Opcao::Ajuda => Err(Volta::Repetir(AJUDA.into())),
    }
}

fn perguntar_operacao(
    tipo: TipoDeOperacao,
    rg: Rg,
    terminal: &mut impl Terminal,
) -> Result<Operacao, Volta> {
    Ok(match tipo {
        TipoDeOperacao::Login => Operacao::Login { rg },
        TipoDeOperacao::Saldo => Operacao::Saldo { rg },
        TipoDeOperacao::Saque => {
            let valor = perguntar_valor(terminal, "Digite o valor do saque: ")?;
            Operacao::Saque { rg, valor }
        }
        TipoDeOperacao::Deposito => {
            let valor = perguntar_valor(terminal, "Digite o valor do deposito: ")?;
            Operacao::Deposito { rg, valor }
        }
        TipoDeOperacao::Transferencia => {
            let rg_destino = perguntar_rg(terminal, "Digite o RG do destinatário: ")?;
            let valor = perguntar_valor(terminal, "Digite o valor da transferência: ")?;
            Operacao::Transferencia { rg_origem: rg, rg_destino, valor }
        }
    })
}

fn perguntar_rg_da_conta(terminal: &mut impl Terminal) -> Result<Rg, Volta> {
    perguntar_rg(terminal, "Digite o RG associado a conta: ")
}

fn perguntar_rg(terminal: &mut impl Terminal, pergunta: &str) -> Result<Rg, Volta> {
    let texto = perguntar(terminal, pergunta)?;
    texto.parse().map_err(|_| Volta::Repetir("RG inválido: digite de 1 a 10 dígitos.".into()))
}

/// Asks for an amount, with a decimal point or a decimal comma.
fn perguntar_valor(terminal: &mut impl Terminal, pergunta: &str) -> Result<Valor, Volta> {
    let texto = perguntar(terminal, pergunta)?;
    quantia::ler(&texto).map_err(|conselho| Volta::Repetir(format!("Valor inválido: {conselho}.")))
}

fn perguntar(terminal: &mut impl Terminal, pergunta: &str) -> Result<String, Volta> {
    linha(terminal.perguntar(pergunta))
}

fn linha(digitado: io::Result<Digitado>) -> Result<String, Volta> {
    match digitado {
        Ok(Digitado::Linha(texto)) => Ok(texto),
        Ok(Digitado::Fim) => Err(Volta::Sair),
        Ok(Digitado::Interrompido) => Err(Volta::Falhar(Falha::Interrompido)),
        Err(erro) => Err(Volta::Falhar(Falha::de_entrada(erro))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_can_be_chosen_stands_in_the_menu_in_the_help_and_among_the_names() {
        for tipo in TipoDeOperacao::TODOS {
            let Some((numero, _)) = escolha_de(*tipo) else { continue };
            let palavra = tipo.palavra();
            assert!(
                MENU.contains(&format!("\n{numero} - {}\n", palavra.to_uppercase())),
                "{palavra}"
            );
            assert!(AJUDA.contains(&format!("\n  {palavra} ")), "{palavra}");
            assert!(NOMES.contains(&palavra), "{palavra}");
        }
    }
}
