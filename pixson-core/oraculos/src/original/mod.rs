//! A second opinion on every message: whether the original program accepts it, and with what
//! meaning.
//!
//! The original is written in Python. It matches a message against one regular expression for each
//! kind, and takes the amount with `float`. Both are written here once more, without the grammar of
//! the core. This module computes in floats, as the original does.

mod diferenca;
mod padroes;

pub use self::diferenca::Diferenca;
use self::padroes::{NumeroLido, ler_pedido, ler_resposta};
use pixson_core::protocolo::{Pedido, Resposta, Situacao};
use pixson_core::tipos::{Operacao, Rg};

/// The original program and the core agree on any bytes, or differ in a way that has a name.
///
/// * What the core accepts, the original accepts with the same meaning.
/// * What the original accepts, the core accepts, unless it falls into a class of [`Diferenca`];
///   then it does not.
///
/// As the original does, one LF at the end is taken for a terminator.
///
/// # Panics
///
/// If a law is broken.
pub fn original(dados: &[u8]) {
    let mensagem = dados.strip_suffix(b"\n").unwrap_or(dados);
    let nosso = Pedido::decodificar(mensagem);
    if let Ok(pedido) = &nosso {
        entende_pedido(pedido, mensagem);
    }
    concorda(ler_pedido(dados).is_some(), nosso.is_ok(), Diferenca::de_pedido(dados));
    let nossa = Resposta::decodificar(mensagem);
    if let Ok(resposta) = &nossa {
        entende_resposta(resposta, mensagem);
    }
    concorda(ler_resposta(dados).is_some(), nossa.is_ok(), Diferenca::de_resposta(dados));
}

/// Checks that the classes are neither too narrow nor too wide.
fn concorda(original: bool, nosso: bool, diferenca: Option<Diferenca>) {
    assert_eq!(
        nosso,
        original && diferenca.is_none(),
        "the original {}, and the class of this is {diferenca:?}",
        if original { "accepts it" } else { "refuses it" }
    );
}

/// Checks that the original reads these bytes as that request, with and without an LF.
pub(super) fn entende_pedido(pedido: &Pedido, bytes: &[u8]) {
    let (op, rgs) = match pedido.operacao {
        Operacao::Saldo { rg } => (1, [Some(rg), None]),
        Operacao::Saque { rg, .. } => (2, [Some(rg), None]),
        Operacao::Deposito { rg, .. } => (3, [Some(rg), None]),
        Operacao::Transferencia { rg_origem, rg_destino, .. } => {
            (4, [Some(rg_origem), Some(rg_destino)])
        }
        Operacao::Login { rg } => (6, [Some(rg), None]),
    };
    let valor = match pedido.operacao {
        Operacao::Login { .. } | Operacao::Saldo { .. } => None,
        Operacao::Saque { valor, .. }
        | Operacao::Deposito { valor, .. }
        | Operacao::Transferencia { valor, .. } => Some(valor.to_string()),
    };
    for bytes in [bytes, &[bytes, b"\n"].concat()] {
        let lido = ler_pedido(bytes).expect("the original accepts what we accept");
        assert_eq!(lido.tempo, pedido.carimbo.to_string(), "the stamp");
        assert_eq!(lido.op, op, "the operation");
        assert_eq!(lido.rgs, rgs.each_ref().map(|rg| rg.as_ref().map(Rg::as_str)), "the accounts");
        assert_eq!(
            lido.valor.as_ref().map(NumeroLido::impressa),
            valor,
            "the amount, as it prints it"
        );
    }
}

/// Checks that the original reads these bytes as that reply, with and without an LF.
pub(super) fn entende_resposta(resposta: &Resposta, bytes: &[u8]) {
    for bytes in [bytes, &[bytes, b"\n"].concat()] {
        let lida = ler_resposta(bytes).expect("the original accepts what we accept");
        assert_eq!(lida.tempo, resposta.carimbo().to_string(), "the stamp");
        assert_eq!(lida.sucesso, resposta.situacao() == Situacao::Sucesso, "whether it was done");
        assert_eq!(lida.texto, resposta.texto(), "the text");
    }
}
