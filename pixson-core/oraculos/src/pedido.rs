//! The oracle of a request's bytes.

use pixson_core::protocolo::{ErroPedido, MENSAGEM_MAX_BYTES, Pedido};
use pixson_core::tipos::Valor;

/// Any bytes are a request that survives re-encoding, or give an error that says where the fault
/// is.
///
/// * The encoded request reads back as the same value, encodes to the same bytes again, and is no
///   longer than a message may be.
/// * It differs from the input by the spelling of its amount only, and not by the amount.
/// * An error points into the message, or to its end.
///
/// # Panics
///
/// If a law is broken.
pub fn pedido(dados: &[u8]) {
    match Pedido::decodificar(dados) {
        Ok(pedido) => sobrevive(&pedido, dados),
        Err(erro) => explica(erro, dados),
    }
}

fn sobrevive(pedido: &Pedido, dados: &[u8]) {
    let canonico = codificar(pedido);
    assert!(dados.len() <= MENSAGEM_MAX_BYTES, "a request of {} bytes", dados.len());
    assert!(canonico.len() <= MENSAGEM_MAX_BYTES, "written with {} bytes", canonico.len());
    assert_eq!(Pedido::decodificar(&canonico).as_ref(), Ok(pedido), "what is written is read");
    let (antes, valor) = no_valor(dados);
    let (antes_canonico, valor_canonico) = no_valor(&canonico);
    assert_eq!(antes, antes_canonico, "one spelling but for the amount");
    assert_eq!(quantia(valor), quantia(valor_canonico), "the amount is the same");
    assert_eq!(pedido.to_string().as_bytes(), canonico, "`Display` is the message");
}

fn explica(erro: ErroPedido, dados: &[u8]) {
    if let Some(carimbo) = erro.carimbo() {
        let inicio = format!("t:{carimbo}");
        assert!(dados.starts_with(inicio.as_bytes()), "{erro:?}: another stamp was sent");
    }
    match erro {
        ErroPedido::SemCarimbo { posicao }
        | ErroPedido::OperacaoInvalida { posicao, .. }
        | ErroPedido::ValorInvalido { posicao, .. } => {
            assert!(posicao <= dados.len(), "byte {posicao} of {}", dados.len());
        }
        ErroPedido::CarimboForaDoLimite => {
            assert!(dados.starts_with(b"t:"), "there is no stamp to be out of range");
        }
    }
}

pub(super) fn codificar(pedido: &Pedido) -> Vec<u8> {
    let mut bytes = Vec::new();
    pedido.codificar(&mut bytes);
    bytes
}

/// Splits a request into the bytes before the amount, which is the last field if there is one, and
/// the amount.
fn no_valor(bytes: &[u8]) -> (&[u8], &[u8]) {
    const CAMPO: &[u8] = b"|valor:";
    let campo = bytes.windows(CAMPO.len()).position(|janela| janela == CAMPO);
    bytes.split_at(campo.map_or(bytes.len(), |campo| campo + CAMPO.len()))
}

/// The amount in centavos, read without the grammar.
fn quantia(valor: &[u8]) -> Option<u64> {
    let texto = std::str::from_utf8(valor).expect("a request is ASCII");
    let (inteiro, decimais) = texto.split_once('.').unwrap_or((texto, ""));
    let centavos = format!("{inteiro}{decimais:0<2}").parse().ok();
    centavos.filter(|&centavos| Valor::de_centavos(centavos).is_ok())
}
