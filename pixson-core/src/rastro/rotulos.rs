//! Events in few words, for pictures: whatever a peer said in them is short, visible and one line.

use super::evento::{EventoDoRelogio, Fato};
use super::grafo::{Grafo, NoDoGrafo};
use crate::tipos::{Operacao, TipoDeOperacao};

/// The longest text of a reply in a picture, in characters.
const TEXTO_MAX_CARACTERES: usize = 40;

/// What a message says.
pub(super) fn assunto(evento: &EventoDoRelogio) -> String {
    if let Some(resposta) = evento.resposta() {
        return limpo(&resposta.dito.texto());
    }
    match evento.operacao() {
        Some(operacao) => pedido(operacao),
        None if evento.de_pedido() => "pedido inválido".into(),
        None => "carimbo do banco".into(),
    }
}

/// What leads from one event to `recebedor`.
pub(super) fn mensagem(recebedor: &EventoDoRelogio) -> String {
    match recebedor.fato {
        Fato::Execucao { .. } => "pelas contas".into(),
        Fato::Envio(_) | Fato::Recebimento(_) => assunto(recebedor),
    }
}

fn pedido(operacao: &Operacao) -> String {
    match *operacao {
        Operacao::Login { rg } => format!("login {rg}"),
        Operacao::Saldo { .. } => TipoDeOperacao::Saldo.palavra().into(),
        Operacao::Saque { valor, .. } => format!("saque {valor}"),
        Operacao::Deposito { valor, .. } => format!("depósito {valor}"),
        Operacao::Transferencia { rg_destino, valor, .. } => {
            format!("transferência {valor} para {rg_destino}")
        }
    }
}

/// What a process does at an event.
pub(super) fn acontecido(evento: &EventoDoRelogio) -> String {
    let assunto = assunto(evento);
    match &evento.fato {
        Fato::Envio(mensagem) => format!("envia {assunto}, carimbo {}", mensagem.carimbo),
        Fato::Recebimento(mensagem) => format!("recebe {assunto}, carimbo {}", mensagem.carimbo),
        Fato::Execucao { linhas: Some(linhas), .. } => {
            format!("carimba {assunto}, depois do carimbo {linhas} das contas")
        }
        Fato::Execucao { linhas: None, .. } => format!("carimba {assunto}"),
    }
}

/// What an event is, in a sentence.
pub(super) fn frase(no: &NoDoGrafo) -> String {
    let NoDoGrafo { evento, .. } = no;
    let (antes, depois) = (evento.antes, evento.depois);
    let mut frase = acontecido(evento);
    if evento.sem_fusao() {
        frase.push_str(", sem fusão");
    }
    if no.seq.is_none() {
        return format!("{frase}; relógio em {depois} (inferido)");
    }
    format!("{frase}; relógio de {antes} a {depois}")
}

/// The name of a process, for a picture.
pub(super) fn nome(grafo: &Grafo, processo: usize) -> String {
    let nome = limpo(&grafo.nome(processo));
    let inferido = grafo.processos()[processo].inferido.is_some();
    if inferido { format!("{nome}, sem rastro") } else { nome }
}

/// A text from outside as at most [`TEXTO_MAX_CARACTERES`] visible characters of one line.
fn limpo(texto: &str) -> String {
    let mut letras = texto.chars();
    let visivel = |letra| if nociva(letra) { char::REPLACEMENT_CHARACTER } else { letra };
    let mut limpo: String = letras.by_ref().take(TEXTO_MAX_CARACTERES).map(visivel).collect();
    if letras.next().is_some() {
        limpo.push('…');
    }
    limpo
}

/// Characters that end a line, that change how their neighbours are shown, or that are not shown.
fn nociva(letra: char) -> bool {
    letra.is_control()
        || matches!(letra,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
