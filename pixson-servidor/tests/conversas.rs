//! The recorded conversations of the core, over real sockets and JSON files.

mod comum;
#[path = "../../pixson-core/tests/comum/conversa.rs"]
mod conversa;

use std::path::Path;

use comum::banca::Banca;
use comum::contas;

#[test]
fn every_recorded_conversation_is_answered_word_for_word() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pixson-core");
    let conversas = conversa::todas(&core);
    assert!(conversas.len() >= 15, "only {} conversations were found", conversas.len());
    for conversa in conversas {
        let saldos: Vec<_> =
            conversa.contas.iter().map(|(rg, saldo)| (rg.to_string(), saldo.to_string())).collect();
        let saldos: Vec<_> = saldos.iter().map(|(rg, saldo)| (&**rg, &**saldo)).collect();
        let servidor = Banca::abrir(contas(&saldos));
        let mut conexao = servidor.conectar();
        conexao.enviar(&conversa.entrada());
        let respostas = conversa.respostas.iter().map(|_| conexao.linha() + "\n");
        assert_eq!(respostas.collect::<String>(), conversa.saida(), "{}", conversa.nome);
        if conversa.termina {
            assert_eq!(conexao.resto(), "", "{}", conversa.nome);
        }
    }
}
