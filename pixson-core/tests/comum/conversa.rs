//! Recorded conversations as data:
//!
//! ```text
//! # a comment
//! conta 1111111111 10.0          an account of the bank
//! C: t:1|op:6|rg:1111111111      what the client sends, LF-terminated
//! S: t:3|s:0|resposta:...        what the server must answer
//! FIM                            and it must end the connection here
//! ```
//!
//! `\x00` to `\xff` in a `C:` line stand for that byte.

#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use pixson_core::{Rg, Saldo};

#[derive(Debug, Default)]
pub(crate) struct Conversa {
    pub(crate) nome: String,
    pub(crate) contas: Vec<(Rg, Saldo)>,
    pub(crate) pedidos: Vec<Vec<u8>>,
    pub(crate) respostas: Vec<String>,
    pub(crate) termina: bool,
}

impl Conversa {
    pub(crate) fn ler(nome: &str, texto: &str) -> Self {
        let mut conversa = Self { nome: nome.into(), ..Self::default() };
        for linha in texto.lines().filter(|linha| !linha.is_empty() && !linha.starts_with('#')) {
            if let Some(pedido) = linha.strip_prefix("C: ") {
                conversa.pedidos.push(bytes_de(pedido));
            } else if let Some(resposta) = linha.strip_prefix("S: ") {
                conversa.respostas.push(resposta.into());
            } else if let Some(conta) = linha.strip_prefix("conta ") {
                let (rg, saldo) = conta.split_once(' ').expect("conta <rg> <saldo>");
                let saldo = saldo.parse().expect("legal balance");
                conversa.contas.push((rg.parse().expect("legal RG"), saldo));
            } else if linha == "FIM" {
                conversa.termina = true;
            } else {
                panic!("{nome}: a line that is none: {linha}");
            }
        }
        assert!(!conversa.respostas.is_empty(), "{nome}: a conversation without replies");
        conversa
    }

    /// All that the client sends.
    pub(crate) fn entrada(&self) -> Vec<u8> {
        let linhas = self.pedidos.iter().map(|pedido| [pedido.as_slice(), b"\n"].concat());
        linhas.collect::<Vec<_>>().concat()
    }

    /// All that the server answers.
    pub(crate) fn saida(&self) -> String {
        self.respostas.join("\n") + "\n"
    }
}

fn bytes_de(texto: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut resto = texto;
    while let Some((antes, depois)) = resto.split_once("\\x") {
        bytes.extend_from_slice(antes.as_bytes());
        let (hexa, depois) = depois.split_at(2);
        bytes.push(u8::from_str_radix(hexa, 16).expect("two hexadecimal digits"));
        resto = depois;
    }
    bytes.extend_from_slice(resto.as_bytes());
    bytes
}

/// Every conversation of `tests/conversas`, and every block ```` ```conversa ```` of
/// `docs/protocolo.md`.
pub(crate) fn todas(pixson_core: &std::path::Path) -> Vec<Conversa> {
    let mut conversas = Vec::new();
    let pasta = std::fs::read_dir(pixson_core.join("tests/conversas")).expect("conversations");
    for item in pasta {
        let caminho = item.expect("readable directory").path();
        let texto = std::fs::read_to_string(&caminho).expect("readable conversation");
        conversas.push(Conversa::ler(&caminho.display().to_string(), &texto));
    }
    let documento = pixson_core.join("../docs/protocolo.md");
    let texto = std::fs::read_to_string(documento).expect("docs/protocolo.md");
    for (numero, bloco) in texto.split("```conversa\n").skip(1).enumerate() {
        let (bloco, _) = bloco.split_once("```").expect("a closed block");
        conversas.push(Conversa::ler(&format!("docs/protocolo.md, block {}", numero + 1), bloco));
    }
    conversas
}
