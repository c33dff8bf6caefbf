//! The oracle of a stream that is cut into messages.

use super::linhas::{LinhaRecebida, LinhasRecebidas};
use super::roteiro::{self, Estimulo};
use pixson_core::protocolo::{Enquadrador, MENSAGEM_MAX_BYTES, Modo};

/// The same messages and the same error come out of a stream, however it is cut into chunks.
///
/// `dados` is a script: bytes, `^` where a chunk ends, `~` for a pause at which the bytes without
/// LF are taken as a message, `*` for 255 more of the byte before, `\` before a byte that would
/// mean something else.
///
/// * The messages, the mode and the rest are those of a model that reads byte by byte and keeps no
///   position, for the length limit of the protocol and for a lower one.
/// * They are the same if all chunks between two pauses are joined, and if each byte is a chunk.
/// * After an error every call gives the same error.
///
/// # Panics
///
/// If a law is broken.
pub fn quadro(dados: &[u8]) {
    let roteiro = roteiro::ler(dados);
    for limite in [MENSAGEM_MAX_BYTES, 16] {
        let esperado = modelo(&roteiro, limite);
        assert_eq!(cortado(&roteiro, limite), esperado, "cut as the script says");
        assert_eq!(cortado(&roteiro::inteiro(&roteiro), limite), esperado, "in one piece");
        assert_eq!(cortado(&roteiro::byte_a_byte(&roteiro), limite), esperado, "byte by byte");
    }
}

/// Everything that can be observed of a stream once all of it has arrived.
#[derive(Debug, Default, PartialEq)]
struct QuadrosVistos {
    quadros: Vec<Vec<u8>>,
    longo: bool,
    modo: Option<Modo>,
    sem_terminador: Vec<u8>,
}

fn modelo(roteiro: &[Estimulo], limite: usize) -> QuadrosVistos {
    let mut linhas = LinhasRecebidas::com_limite(limite);
    let mut visto = QuadrosVistos::default();
    for evento in roteiro {
        match evento {
            Estimulo::Bytes(bytes) => {
                for linha in bytes.iter().filter_map(|&byte| linhas.byte(byte)) {
                    match linha {
                        LinhaRecebida::Inteira(linha) => visto.quadros.push(linha),
                        LinhaRecebida::Longa => visto.longo = true,
                    }
                }
            }
            Estimulo::Silencio if !linhas.resto().is_empty() => visto.quadros.push(linhas.tomar()),
            _ => {}
        }
    }
    visto.modo = linhas.modo;
    visto.sem_terminador = linhas.resto().to_vec();
    visto
}

fn cortado(roteiro: &[Estimulo], limite: usize) -> QuadrosVistos {
    let mut enquadrador = Enquadrador::com_limite(limite);
    let mut visto = QuadrosVistos::default();
    for evento in roteiro {
        match evento {
            Estimulo::Bytes(bytes) => {
                enquadrador.receber(bytes);
                tirar(&mut enquadrador, &mut visto);
            }
            Estimulo::Silencio if !visto.longo && !enquadrador.sem_terminador().is_empty() => {
                visto.quadros.push(enquadrador.sem_terminador().to_vec());
                enquadrador.tomar_sem_terminador();
                assert_eq!(enquadrador.restantes(), b"", "what was taken is gone");
            }
            _ => {}
        }
    }
    visto.modo = enquadrador.modo();
    if !visto.longo {
        visto.sem_terminador = enquadrador.sem_terminador().to_vec();
    }
    visto
}

fn tirar(enquadrador: &mut Enquadrador, visto: &mut QuadrosVistos) {
    loop {
        match enquadrador.proximo() {
            Ok(_) if visto.longo => panic!("an error is for ever"),
            Ok(Some(quadro)) => visto.quadros.push(quadro.0.to_vec()),
            Ok(None) => return,
            Err(_) => {
                visto.longo = true;
                return;
            }
        }
    }
}
