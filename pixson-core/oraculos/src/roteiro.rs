//! Scripts: readable descriptions of the inputs of a session machine.
//!
//! A byte stands for itself, as a byte that arrives from the peer, except for these marks:
//!
//! | mark | means |
//! |---|---|
//! | `^` | a chunk ends here |
//! | `~` | the quiet period passes |
//! | `$` | the peer will send nothing more |
//! | `!` | the storage fails |
//! | `?` | the byte behind it is a command of the program |
//! | `*` | the byte before it, 255 times more: `x*` is 256 of them |
//! | `\` | the byte behind it stands for itself |

use pixson_core::protocolo::MENSAGEM_MAX_BYTES;

/// The most bytes that a script brings: four times the longest message.
const BYTES_MAX: usize = 4 * MENSAGEM_MAX_BYTES;

/// How many more times `*` repeats a byte. Four runs, of 256 bytes each, are exactly the longest
/// message.
const CORRIDA: usize = 255;

/// An input of a session machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Estimulo {
    Bytes(Vec<u8>),
    Silencio,
    Fim,
    Falha,
    Comando(u8),
}

pub(super) fn ler(dados: &[u8]) -> Vec<Estimulo> {
    let mut roteiro = Vec::new();
    let mut bytes = Vec::new();
    let mut restam = BYTES_MAX;
    let mut marcas = dados.iter();
    while let Some(&marca) = marcas.next() {
        let evento = match marca {
            b'^' => None,
            b'~' => Some(Estimulo::Silencio),
            b'$' => Some(Estimulo::Fim),
            b'!' => Some(Estimulo::Falha),
            b'?' => marcas.next().map(|&comando| Estimulo::Comando(comando)),
            byte => {
                let (byte, vezes) = match byte {
                    b'*' => (bytes.last().copied(), CORRIDA),
                    b'\\' => (marcas.next().copied(), 1),
                    byte => (Some(byte), 1),
                };
                let vezes = vezes.min(restam);
                restam -= vezes;
                bytes.extend(byte.into_iter().flat_map(|byte| std::iter::repeat_n(byte, vezes)));
                continue;
            }
        };
        entregar(&mut bytes, &mut roteiro);
        roteiro.extend(evento);
    }
    entregar(&mut bytes, &mut roteiro);
    roteiro
}

fn entregar(bytes: &mut Vec<u8>, roteiro: &mut Vec<Estimulo>) {
    if !bytes.is_empty() {
        roteiro.push(Estimulo::Bytes(std::mem::take(bytes)));
    }
}

/// The same bytes, and the same events between them, with every chunk as large as can be.
pub(super) fn inteiro(roteiro: &[Estimulo]) -> Vec<Estimulo> {
    let mut junto = Vec::new();
    let mut bytes = Vec::new();
    for evento in roteiro {
        if let Estimulo::Bytes(pedaco) = evento {
            bytes.extend_from_slice(pedaco);
        } else {
            entregar(&mut bytes, &mut junto);
            junto.push(evento.clone());
        }
    }
    entregar(&mut bytes, &mut junto);
    junto
}

/// The same with a chunk for each byte.
pub(super) fn byte_a_byte(roteiro: &[Estimulo]) -> Vec<Estimulo> {
    let cortar = |evento: &Estimulo| match evento {
        Estimulo::Bytes(bytes) => bytes.iter().map(|&byte| Estimulo::Bytes(vec![byte])).collect(),
        outro => vec![outro.clone()],
    };
    roteiro.iter().flat_map(cortar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(texto: &str) -> Estimulo {
        Estimulo::Bytes(texto.into())
    }

    #[test]
    fn marks_are_events_and_anything_else_is_bytes() {
        let roteiro = ler(b"t:1|\\^~ab^c?6!$");
        let esperado = [
            bytes("t:1|^"),
            Estimulo::Silencio,
            bytes("ab"),
            bytes("c"),
            Estimulo::Comando(b'6'),
            Estimulo::Falha,
            Estimulo::Fim,
        ];
        assert_eq!(roteiro, esperado);
        assert_eq!(inteiro(&roteiro)[2], bytes("abc"));
        assert_eq!(byte_a_byte(&roteiro).len(), 5 + 1 + 3 + 3);
    }

    #[test]
    fn a_run_is_256_of_a_byte_and_the_whole_is_bounded() {
        assert_eq!(ler(b"xy*"), [bytes(&format!("x{}", "y".repeat(256)))]);
        assert_eq!(ler(b"*^?"), []);
        let Estimulo::Bytes(muitos) = &ler(&[b"x".as_slice(), &[b'*'; 100]].concat())[0] else {
            panic!("only bytes")
        };
        assert_eq!(muitos.len(), BYTES_MAX);
    }
}
