//! The oracle of all values that public constructors can build.

use arbitrary::{Result, Unstructured};

use super::{original, pedido, resposta};
use pixson_core::protocolo::{ErroTexto, MENSAGEM_MAX_BYTES, Pedido, Resposta, Situacao};
use pixson_core::relogio::Carimbo;
use pixson_core::tipos::{Saldo, Valor};

/// The most values that one input asks for.
const VALORES_MAX: usize = 16;

/// Every value is read back from its written form.
///
/// `dados` says which values public constructors are asked for: requests, replies, texts and sums
/// of money.
///
/// * The parser accepts each message that a constructor builds as the same value, and the original
///   program accepts it with the same meaning, also with an LF at its end.
/// * Each message has at most [`MENSAGEM_MAX_BYTES`] and no control character.
/// * [`Resposta::com_texto`] refuses a text with a control character, whose first one it names, and
///   a text that is too long, and no other.
///
/// # Panics
///
/// If a law is broken.
pub fn mensagem(dados: &[u8]) {
    let mut dados = Unstructured::new(dados);
    for _ in 0..VALORES_MAX {
        if dados.is_empty() || conferir_um(&mut dados).is_err() {
            return;
        }
    }
}

fn conferir_um(dados: &mut Unstructured<'_>) -> Result<()> {
    match dados.int_in_range(0..=3)? {
        0 => conferir_pedido(&dados.arbitrary()?),
        1 => conferir_resposta(&dados.arbitrary()?),
        2 => {
            let (carimbo, situacao, texto): (_, _, &str) = dados.arbitrary()?;
            conferir_texto(carimbo, situacao, texto);
            // A drawn text is hardly ever as long as a message may be.
            let enchimento = "x".repeat(dados.int_in_range(990..=1030)?);
            conferir_texto(carimbo, situacao, &(enchimento + texto));
        }
        _ => {
            let (valor, saldo): (Valor, Saldo) = dados.arbitrary()?;
            assert_eq!(valor.to_string().parse(), Ok(valor), "an amount reads back");
            assert_eq!(saldo.to_string().parse(), Ok(saldo), "a balance reads back");
        }
    }
    Ok(())
}

fn conferir_pedido(pedido: &Pedido) {
    let bytes = pedido::codificar(pedido);
    conferir_bytes(&bytes);
    assert_eq!(Pedido::decodificar(&bytes).as_ref(), Ok(pedido), "a request reads back");
    original::entende_pedido(pedido, &bytes);
}

fn conferir_resposta(resposta: &Resposta) {
    let bytes = resposta::codificar(resposta);
    conferir_bytes(&bytes);
    assert_eq!(Resposta::decodificar(&bytes).as_ref(), Ok(resposta), "a reply reads back");
    original::entende_resposta(resposta, &bytes);
}

fn conferir_bytes(bytes: &[u8]) {
    assert!(bytes.len() <= MENSAGEM_MAX_BYTES, "a message of {} bytes", bytes.len());
    let texto = std::str::from_utf8(bytes).expect("a message is UTF-8");
    assert!(!texto.contains(char::is_control), "a control character in {texto:?}");
}

fn conferir_texto(carimbo: Carimbo, situacao: Situacao, texto: &str) {
    let s = u8::from(situacao == Situacao::Erro);
    let bytes = format!("t:{carimbo}|s:{s}|resposta:{texto}").len();
    match Resposta::com_texto(carimbo, situacao, texto) {
        Ok(resposta) => {
            assert_eq!(resposta.texto(), texto, "the text is kept");
            conferir_resposta(&resposta);
        }
        Err(ErroTexto::Controle { posicao }) => {
            let (antes, depois) = texto.split_at(posicao);
            let primeiro = !antes.contains(char::is_control);
            assert!(primeiro && depois.starts_with(char::is_control), "{posicao} in {texto:?}");
        }
        Err(erro) => assert!(
            erro == ErroTexto::Longo { bytes } && bytes > MENSAGEM_MAX_BYTES,
            "{erro:?}: the message has {bytes} bytes"
        ),
    }
}
