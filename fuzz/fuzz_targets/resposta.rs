//! Any bytes are a reply that re-encodes to them, or an error that says where.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pixson_core::Resposta;
use pixson_core::protocolo::{ErroResposta, MENSAGEM_MAX_BYTES};

fuzz_target!(|bytes: &[u8]| {
    match Resposta::decodificar(bytes) {
        Ok(resposta) => sobrevive(&resposta, bytes),
        Err(ErroResposta::Forma { posicao }) => assert!(posicao <= bytes.len()),
        Err(ErroResposta::Longa) => assert!(bytes.len() > MENSAGEM_MAX_BYTES),
        Err(ErroResposta::CarimboForaDoLimite) => {}
    }
});

/// The bytes come back as they were, no control character reaches a screen, and whoever builds
/// the same reply from its parts gets the same value.
fn sobrevive(resposta: &Resposta, bytes: &[u8]) {
    let mut canonico = Vec::new();
    resposta.codificar(&mut canonico);
    assert_eq!(canonico, bytes);
    assert_eq!(Resposta::decodificar(&canonico).as_ref(), Ok(resposta));

    let texto = resposta.texto();
    assert!(!texto.contains(char::is_control));
    let de_partes = Resposta::com_texto(resposta.carimbo(), resposta.situacao(), &texto);
    assert_eq!(de_partes.as_ref(), Ok(resposta));
    if let Some(desfecho) = resposta.desfecho() {
        assert_eq!(Resposta::nova(resposta.carimbo(), desfecho), *resposta);
    }
}
