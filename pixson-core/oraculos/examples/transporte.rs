//! A transport that is tested by the oracle of both sessions: packets with a length and a checksum.
//!
//! The bytes that the oracle is given decide the conversation. Here they are random; in a fuzz
//! target they come from the fuzzer, and the target is the one line `fuzz_target!(|dados: &[u8]|
//! par_sobre(&mut Pacotes::default(), dados));`.

use pixson_oraculos::{Sentido, Sorteio, Transporte, par_sobre};

/// The most bytes that one packet carries.
const CARGA_MAX: usize = 16;

/// How many bytes the network underneath delivers at a time, so that packets are cut anywhere.
const POR_VEZ: usize = 5;

/// A receiver for each direction, with the beginning of a packet whose rest is still to come.
#[derive(Default)]
struct Pacotes {
    ida: Vec<u8>,
    volta: Vec<u8>,
}

fn soma(carga: &[u8]) -> u8 {
    carga.iter().fold(0, |soma, byte| soma ^ byte)
}

/// Makes packets of length, checksum and payload.
fn empacotar(bytes: &[u8]) -> Vec<u8> {
    let pacote = |carga: &[u8]| {
        let tamanho = u8::try_from(carga.len()).expect("at most CARGA_MAX");
        [&[tamanho, soma(carga)], carga].concat()
    };
    bytes.chunks(CARGA_MAX).flat_map(pacote).collect()
}

/// Takes the first packet, if it has arrived whole.
fn desempacotar(recebido: &mut Vec<u8>) -> Option<Vec<u8>> {
    let &[tamanho, soma_enviada, ref resto @ ..] = recebido.as_slice() else { return None };
    let carga = resto.get(..usize::from(tamanho))?.to_vec();
    assert_eq!(soma(&carga), soma_enviada, "a packet was damaged");
    recebido.drain(..2 + carga.len());
    Some(carga)
}

impl Transporte for Pacotes {
    fn levar(&mut self, sentido: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
        let recebido = match sentido {
            Sentido::Ida => &mut self.ida,
            Sentido::Volta => &mut self.volta,
        };
        for chegam in empacotar(bytes).chunks(POR_VEZ) {
            recebido.extend_from_slice(chegam);
            while let Some(carga) = desempacotar(recebido) {
                chegar(&carga);
            }
        }
    }
}

/// Runs two hundred conversations, each drawn from its number as the seed.
pub(crate) fn main() {
    for semente in 0..200 {
        let mut sorteio = Sorteio::novo(semente);
        let dados: Vec<u8> = (0..64).flat_map(|_| sorteio.proximo().to_le_bytes()).collect();
        par_sobre(&mut Pacotes::default(), &dados);
    }
}
