//! However a stream is cut into chunks, the same messages come out, and the same error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pixson_core::protocolo::{Enquadrador, MENSAGEM_MAX_BYTES, Modo, QuadroLongo};

fuzz_target!(|dados: &[u8]| {
    // Two sizes in turn, so that chunks meet each border of a message in many ways.
    let Some((tamanhos, bytes)) = dados.split_first_chunk::<2>() else { return };
    let tamanhos = tamanhos.map(|tamanho| usize::from(tamanho) + 1);
    let bytes = desdobrar(bytes);
    let esperado = cortar(&bytes);
    assert_eq!(alimentar(std::iter::once(&*bytes)), esperado);
    assert_eq!(alimentar(pedacos(&bytes, tamanhos)), esperado);
});

/// A byte above ASCII stands for a run of hundreds, so that short inputs meet the length limit.
fn desdobrar(bytes: &[u8]) -> Vec<u8> {
    let vezes = |byte: u8| if byte.is_ascii() { 1 } else { 4 * usize::from(byte) };
    let corrida = |&byte: &u8| std::iter::repeat_n(byte, vezes(byte));
    bytes.iter().flat_map(corrida).take(16 * MENSAGEM_MAX_BYTES).collect()
}

/// Everything that can be seen of a stream once all of it has arrived.
#[derive(Debug, PartialEq)]
struct Visto {
    quadros: Vec<Vec<u8>>,
    /// The mode and the bytes without LF, unless a message was too long.
    fim: Result<(Option<Modo>, Vec<u8>), QuadroLongo>,
}

fn alimentar<'a>(pedacos: impl Iterator<Item = &'a [u8]>) -> Visto {
    let mut enquadrador = Enquadrador::default();
    let mut quadros = Vec::new();
    for pedaco in pedacos {
        enquadrador.receber(pedaco);
        loop {
            match enquadrador.proximo() {
                Ok(Some(quadro)) => quadros.push(quadro.0.to_vec()),
                Ok(None) => break,
                Err(erro) => {
                    enquadrador.receber(b"\n");
                    assert_eq!(enquadrador.proximo(), Err(erro), "an error is for ever");
                    return Visto { quadros, fim: Err(erro) };
                }
            }
        }
    }
    Visto { quadros, fim: Ok((enquadrador.modo(), enquadrador.sem_terminador().to_vec())) }
}

/// The rule itself, without a buffer: LF ends a message, one CR before it is not part of it.
fn cortar(bytes: &[u8]) -> Visto {
    let sem_cr = |linha: &[u8]| linha.strip_suffix(b"\r").unwrap_or(linha).to_vec();
    let mut linhas: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let longa = linhas.iter().position(|linha| sem_cr(linha).len() > MENSAGEM_MAX_BYTES);
    let resto = linhas.split_off(longa.unwrap_or(linhas.len() - 1))[0];
    let fim = match longa {
        Some(_) => Err(QuadroLongo),
        // A peer that frames its messages means nothing by bytes without LF.
        None if linhas.is_empty() => Ok((None, resto.to_vec())),
        None => Ok((Some(Modo::Enquadrado), Vec::new())),
    };
    Visto { quadros: linhas.into_iter().map(sem_cr).collect(), fim }
}

fn pedacos(mut bytes: &[u8], tamanhos: [usize; 2]) -> impl Iterator<Item = &[u8]> {
    tamanhos.into_iter().cycle().map_while(move |tamanho| {
        let (pedaco, resto) = bytes.split_at(tamanho.min(bytes.len()));
        bytes = resto;
        (!pedaco.is_empty()).then_some(pedaco)
    })
}
