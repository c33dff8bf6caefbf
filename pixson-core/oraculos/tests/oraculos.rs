//! The oracles find what they are for, and say nothing of what is right.

use std::panic;

use pixson_core::{Pedido, Resposta};
use pixson_oraculos::{Diferenca, Sentido, Sorteio, Transporte, original, par_sobre};

#[test]
fn each_class_of_difference_to_the_original_has_its_messages() {
    use Diferenca::{
        CarimboAlem, CarimboComZeros, TextoComControle, ValorAlem, ValorComOutraGrafia, ValorFino,
        ValorNaoFinito, ValorNaoPositivo,
    };
    let pedidos =
        [("t:007|op:1|rg:1", CarimboComZeros), ("t:4611686018427387904|op:1|rg:1", CarimboAlem)];
    let valores = [
        ("inf", ValorNaoFinito),
        ("-Infinity", ValorNaoFinito),
        ("nan", ValorNaoFinito),
        ("1e400", ValorNaoFinito),
        ("0.0", ValorNaoPositivo),
        ("-5.0", ValorNaoPositivo),
        ("-0", ValorNaoPositivo),
        ("10000000000000.0", ValorAlem),
        ("1e+16", ValorAlem),
        ("10.005", ValorFino),
        ("1e-05", ValorFino),
        ("0.30000000000000004", ValorFino),
        ("+1", ValorComOutraGrafia),
        ("01.0", ValorComOutraGrafia),
        ("1.000", ValorComOutraGrafia),
        ("1.", ValorComOutraGrafia),
        (".5", ValorComOutraGrafia),
        ("1e3", ValorComOutraGrafia),
        ("1_000", ValorComOutraGrafia),
        (" 1 ", ValorComOutraGrafia),
        ("1\r", ValorComOutraGrafia),
        ("\u{ff11}", ValorComOutraGrafia),
    ];
    let respostas = [
        ("t:00|s:0|resposta:ok", CarimboComZeros),
        ("t:99999999999999999999999999999999999999999|s:0|resposta:ok", CarimboAlem),
        ("t:1|s:1|resposta:a\u{1b}[2Jb", TextoComControle),
        ("t:1|s:0|resposta:ok\r", TextoComControle),
    ];
    let pedidos = pedidos.map(|(bytes, classe)| (bytes.to_owned(), classe));
    let com_valor = valores.map(|(valor, classe)| (format!("t:1|op:2|rg:1|valor:{valor}"), classe));
    let mut vistas = Vec::new();
    for (bytes, classe) in pedidos.into_iter().chain(com_valor) {
        assert_eq!(Diferenca::de_pedido(bytes.as_bytes()), Some(classe), "{bytes}");
        assert!(Pedido::decodificar(bytes.as_bytes()).is_err(), "{bytes}");
        original(bytes.as_bytes());
        vistas.push(classe);
    }
    for (bytes, classe) in respostas {
        assert_eq!(Diferenca::de_resposta(bytes.as_bytes()), Some(classe), "{bytes}");
        assert!(Resposta::decodificar(bytes.as_bytes()).is_err(), "{bytes}");
        original(bytes.as_bytes());
        vistas.push(classe);
    }
    for classe in Diferenca::TODAS {
        assert!(vistas.contains(classe), "{classe:?} has no message");
    }
}

#[test]
fn the_documentation_names_every_class_of_difference() {
    let documento = include_str!("../../../docs/testes.md");
    for classe in Diferenca::TODAS {
        assert!(documento.contains(&format!("`{classe:?}`")), "{classe:?} is not documented");
    }
}

/// A transport that is in order, or has a fault at one byte of the replies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fio {
    /// Gives what it gets one call later.
    Atrasado,
    Perde,
    Dobra,
    Troca,
    Muda,
    /// Gives nothing more.
    Corta,
}

struct TransporteDeFio {
    fio: Fio,
    /// The byte with the fault.
    byte: usize,
    passados: usize,
    guardados: [Vec<u8>; 2],
}

impl Transporte for TransporteDeFio {
    fn levar(&mut self, sentido: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
        if self.fio == Fio::Atrasado {
            let guardados = &mut self.guardados[usize::from(sentido == Sentido::Volta)];
            return chegar(&std::mem::replace(guardados, bytes.to_vec()));
        }
        let mut bytes = bytes.to_vec();
        if sentido == Sentido::Volta {
            let onde = self.byte.wrapping_sub(self.passados);
            self.passados += bytes.len();
            match (self.fio, bytes.get(onde).copied()) {
                (Fio::Perde, Some(_)) => drop(bytes.remove(onde)),
                (Fio::Dobra, Some(byte)) => bytes.insert(onde, byte),
                (Fio::Troca, Some(_)) if onde + 1 < bytes.len() => bytes.swap(onde, onde + 1),
                (Fio::Muda, Some(_)) => bytes[onde] ^= 1,
                (Fio::Corta, _) if self.passados > self.byte => bytes.clear(),
                _ => {}
            }
        }
        chegar(&bytes);
    }
}

/// The seeds of those of fifty conversations in which the oracle has something to say about a
/// transport.
fn acusacoes<T: Transporte>(novo: impl Fn(&mut Sorteio) -> T) -> Vec<u64> {
    let acusado = |semente: &u64| {
        let mut sorteio = Sorteio::novo(*semente);
        let dados: Vec<u8> = (0..32).flat_map(|_| sorteio.proximo().to_le_bytes()).collect();
        let mut transporte = novo(&mut sorteio);
        panic::catch_unwind(panic::AssertUnwindSafe(|| par_sobre(&mut transporte, &dados))).is_err()
    };
    (0..50).filter(acusado).collect()
}

fn acusado(fio: Fio) -> Vec<u64> {
    acusacoes(|sorteio| TransporteDeFio {
        fio,
        byte: sorteio.ate(100),
        passados: 0,
        guardados: Default::default(),
    })
}

#[test]
fn a_transport_that_keeps_bytes_back_for_a_while_is_borne() {
    assert_eq!(acusado(Fio::Atrasado), Vec::<u64>::new());
}

#[test]
fn a_transport_that_loses_or_changes_a_byte_is_found() {
    for fio in [Fio::Perde, Fio::Dobra, Fio::Troca, Fio::Muda, Fio::Corta] {
        // Two equal bytes may be swapped, and some conversations are short.
        let achadas = acusado(fio);
        assert!(achadas.len() > 40, "{fio:?} was found with the seeds {achadas:?} of 50");
    }
}

/// What a transport does with a run of decimal digits, as one does that packs numbers or compresses.
#[derive(Clone, Copy, Debug)]
enum Tratamento {
    /// As it is.
    Leva,
    /// A run of more digits than this loses one in its middle.
    Encurta(usize),
    /// A run of more digits than this has another one in its middle.
    Estraga(usize),
    /// A number goes through a float of 32 bits, which has about seven digits.
    Flutua,
    /// A number goes through an integer of 32 bits, which wraps.
    Estoura,
    /// Zeros before a number are left out.
    SemZeros,
}

impl Tratamento {
    fn passar(self, corrida: &[u8]) -> Vec<u8> {
        let texto = str::from_utf8(corrida).expect("digits");
        let numero = || texto.parse::<u128>().expect("few digits");
        let meio = corrida.len() / 2;
        let mut passada = corrida.to_vec();
        match self {
            Self::Encurta(limite) if corrida.len() > limite => drop(passada.remove(meio)),
            Self::Estraga(limite) if corrida.len() > limite => passada[meio] ^= 1,
            Self::Flutua if !texto.starts_with('0') => {
                passada = format!("{}", texto.parse::<f32>().expect("digits")).into_bytes();
            }
            Self::Estoura if !texto.starts_with('0') => {
                passada = (numero() & 0xffff_ffff).to_string().into_bytes();
            }
            Self::SemZeros if corrida.len() > 1 => passada = numero().to_string().into_bytes(),
            _ => {}
        }
        passada
    }
}

/// Packs the runs of digits of each direction. A run ends at a byte that is no digit.
struct Compactador {
    tratamento: Tratamento,
    /// So that centavos do not pass for a number with zeros before it.
    so_inteiros: bool,
    sentido: Sentido,
}

impl Transporte for Compactador {
    fn levar(&mut self, sentido: Sentido, bytes: &[u8], chegar: &mut dyn FnMut(&[u8])) {
        if sentido != self.sentido {
            return chegar(bytes);
        }
        // A call brings whole messages, which end with LF.
        let mut anterior = b'\n';
        for pedaco in bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
            if pedaco[0].is_ascii_digit() && !(self.so_inteiros && anterior == b'.') {
                chegar(&self.tratamento.passar(pedaco));
            } else {
                chegar(pedaco);
            }
            anterior = pedaco[pedaco.len() - 1];
        }
    }
}

#[test]
fn a_transport_that_damages_long_runs_of_digits_is_found() {
    let acusado =
        |tratamento, sentido| acusacoes(|_| Compactador { tratamento, so_inteiros: true, sentido });
    assert_eq!(acusado(Tratamento::Leva, Sentido::Ida), Vec::<u64>::new());
    for sentido in [Sentido::Ida, Sentido::Volta] {
        for tratamento in [
            Tratamento::Encurta(4),
            Tratamento::Encurta(9),
            Tratamento::Estraga(4),
            Tratamento::Estraga(9),
            Tratamento::Flutua,
            Tratamento::Estoura,
        ] {
            let achadas = acusado(tratamento, sentido);
            assert!(achadas.len() > 25, "{tratamento:?}, {sentido:?}: seeds {achadas:?} of 50");
        }
    }
    // Only RGs begin with zeros.
    let achadas = acusado(Tratamento::SemZeros, Sentido::Ida);
    assert!(achadas.len() > 40, "seeds {achadas:?} of 50");
}
