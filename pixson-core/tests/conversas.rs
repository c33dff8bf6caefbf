//! Recorded conversations, held against the server's side in memory.

mod comum;

use std::path::Path;

use pixson_core::Servico;
use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;

use comum::conversa::{Conversa, todas};
use comum::{Alimentacao, conversar};

fn conferir(conversa: &Conversa, entrada: &[u8], alimentacao: Alimentacao) {
    let servico = Servico::novo(BancoMemoria::com_contas(conversa.contas.iter().copied()));
    let (saida, passo) = conversar(&servico, entrada, alimentacao);
    assert_eq!(saida, conversa.saida(), "{} {alimentacao:?}", conversa.nome);
    let terminou = matches!(passo, Passo::Encerrar(_));
    assert_eq!(terminou, conversa.termina, "{} {alimentacao:?}", conversa.nome);
}

fn conversas() -> Vec<Conversa> {
    let conversas = todas(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(conversas.len() >= 15, "only {} conversations were found", conversas.len());
    conversas
}

#[test]
fn every_recorded_conversation_is_answered_word_for_word() {
    for conversa in conversas() {
        conferir(&conversa, &conversa.entrada(), Alimentacao::Inteira);
        conferir(&conversa, &conversa.entrada(), Alimentacao::ByteAByte);
    }
}

#[test]
fn a_conversation_may_be_cut_anywhere() {
    for conversa in conversas() {
        let entrada = conversa.entrada();
        for alimentacao in Alimentacao::todas(entrada.len()) {
            conferir(&conversa, &entrada, alimentacao);
        }
    }
}

#[test]
fn the_beginning_of_another_message_changes_nothing() {
    for conversa in conversas() {
        let entrada = [conversa.entrada().as_slice(), b"t:1|op:2|rg:"].concat();
        conferir(&conversa, &entrada, Alimentacao::Inteira);
        conferir(&conversa, &entrada, Alimentacao::ByteAByte);
    }
}

#[test]
fn lines_may_end_with_cr_lf() {
    for conversa in conversas() {
        let linhas = conversa.pedidos.iter().map(|pedido| [pedido.as_slice(), b"\r\n"].concat());
        let entrada = linhas.collect::<Vec<_>>().concat();
        conferir(&conversa, &entrada, Alimentacao::Inteira);
    }
}
