//! The oracle of a reply's bytes.

use pixson_core::protocolo::{ErroResposta, MENSAGEM_MAX_BYTES, Resposta};

/// Any bytes are a reply that re-encodes to exactly these bytes, or give an error that says where
/// the fault is.
///
/// * A reply has one spelling.
/// * It holds no control character, so that it can be shown on a screen.
/// * Building it from its parts gives the same value.
/// * An error points into the message, or to its end.
///
/// # Panics
///
/// If a law is broken.
pub fn resposta(dados: &[u8]) {
    match Resposta::decodificar(dados) {
        Ok(resposta) => sobrevive(&resposta, dados),
        Err(ErroResposta::Forma { posicao }) => {
            assert!(posicao <= dados.len(), "byte {posicao} of {}", dados.len());
        }
        Err(ErroResposta::Longa) => assert!(dados.len() > MENSAGEM_MAX_BYTES, "not that long"),
        Err(ErroResposta::CarimboForaDoLimite) => {
            assert!(dados.starts_with(b"t:"), "there is no stamp to be out of range");
        }
    }
}

fn sobrevive(resposta: &Resposta, dados: &[u8]) {
    let canonico = codificar(resposta);
    assert_eq!(canonico, dados, "a reply has one spelling");
    assert!(dados.len() <= MENSAGEM_MAX_BYTES, "a reply of {} bytes", dados.len());
    let texto = resposta.texto();
    assert!(!texto.contains(char::is_control), "a control character in {texto:?}");
    let de_partes = Resposta::com_texto(resposta.carimbo(), resposta.situacao(), &texto);
    assert_eq!(de_partes.as_ref(), Ok(resposta), "its parts build the same value");
    if let Some(desfecho) = resposta.desfecho() {
        assert_eq!(Resposta::nova(resposta.carimbo(), desfecho), *resposta, "so does its outcome");
    }
    assert_eq!(resposta.to_string().as_bytes(), dados, "`Display` is the message");
}

pub(super) fn codificar(resposta: &Resposta) -> Vec<u8> {
    let mut bytes = Vec::new();
    resposta.codificar(&mut bytes);
    bytes
}
