//! The records that move money, in the one spelling in which the bank writes them: read directly,
//! since nearly all records of a ledger are of this kind.
//!
//! `None` says nothing about a line, which is then read as any JSON is. What is read here is what the
//! reading of JSON gives; a test holds the two against each other.

use super::texto::TextoCanonico;
use super::{NUMERO_MAX, Registro, movimentacao};
use crate::banco::regras::Movimento;
use crate::relogio::Carimbo;
use crate::tipos::Valor;

/// The record whose line begins with `corpo` and goes on with its checksum.
pub(super) fn registro(corpo: &[u8]) -> Option<Registro> {
    let mut resto = TextoCanonico(corpo);
    let seq = resto.depois_de(b"{\"seq\":")?.numero()?;
    let epoca = resto.depois_de(b",\"epoca\":")?.numero()?;
    let carimbo = resto.depois_de(b",\"carimbo\":")?.numero()?;
    let op = u8::try_from(resto.depois_de(b",\"op\":")?.numero()?).ok()?;
    let valor = Valor::de_centavos(resto.depois_de(b",\"valor\":")?.centavos()?).ok()?;
    let uma = resto.depois_de(b",\"contas\":[")?.movimento()?;
    let outra = match resto.depois_de(b",") {
        Some(resto) => Some(resto.movimento()?),
        None => None,
    };
    let movimentacao = movimentacao(op, valor, uma, outra)?;
    let sinc = resto.depois_de(b"],\"sinc\":")?.numero()?;
    let em_ordem = [seq, epoca, sinc].iter().all(|&numero| numero < NUMERO_MAX);
    let carimbo = Carimbo::novo(carimbo)?;
    let feito = movimentacao.into();
    let inteiro = resto.0.is_empty() && em_ordem;
    inteiro.then_some(Registro { seq, epoca, carimbo, feito, sinc })
}

impl TextoCanonico<'_> {
    fn movimento(&mut self) -> Option<Movimento> {
        let rg = self.depois_de(b"[")?.rg()?;
        let antes = self.depois_de(b",")?.saldo()?;
        let depois = self.depois_de(b",")?.saldo()?;
        self.depois_de(b"]")?;
        Some(Movimento { rg, antes, depois })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CRC, json};
    use super::*;

    /// What both readings make of a line whose checksum is right.
    fn lidas(corpo: &[u8]) -> (Option<Registro>, Option<Registro>) {
        let linha = [corpo, CRC, b"00000000\"}\n"].concat();
        (registro(corpo), json::registro(&linha))
    }

    const EXEMPLOS: [&str; 4] = [
        r#"{"seq":17,"epoca":3,"carimbo":11,"op":2,"valor":5.5,"contas":[["1111111111",15.5,10.0]],"sinc":16"#,
        r#"{"seq":1,"epoca":1,"carimbo":0,"op":3,"valor":0.01,"contas":[["0",0.0,0.01]],"sinc":0"#,
        r#"{"seq":4611686018427387903,"epoca":4611686018427387903,"carimbo":4611686018427387903,"op":4,"valor":9999999999999.99,"contas":[["0000000000",9999999999999.99,0.0],["22",0.0,9999999999999.99]],"sinc":4611686018427387903"#,
        r#"{"seq":9,"epoca":2,"carimbo":8,"op":"ajuste","contas":[["1",15.5,10.0]],"sinc":7"#,
    ];

    #[test]
    fn both_readings_of_a_record_give_the_same() {
        for exemplo in EXEMPLOS {
            let (direta, json) = lidas(exemplo.as_bytes());
            assert!(json.is_some(), "{exemplo}");
            assert!(direta == json || direta.is_none() && exemplo.contains("ajuste"), "{exemplo}");
        }
    }

    /// Each byte is replaced by each that means something in a record, left out, and doubled.
    #[test]
    fn whatever_is_changed_in_a_record_is_read_as_json_is_or_left_to_it() {
        let mut diretas = 0;
        for exemplo in EXEMPLOS.map(str::as_bytes) {
            for posicao in 0..exemplo.len() {
                let (antes, depois) = (&exemplo[..posicao], &exemplo[posicao + 1..]);
                let trocas = b"0123456789.,:[]{}\"-+eE xs".iter().map(std::slice::from_ref);
                let dobrado = [exemplo[posicao]; 2];
                for troca in trocas.chain([&b""[..], &dobrado[..]]) {
                    let corpo = [antes, troca, depois].concat();
                    let (direta, json) = lidas(&corpo);
                    diretas += usize::from(direta.is_some());
                    let texto = String::from_utf8_lossy(&corpo);
                    assert!(direta.is_none() || direta == json, "{texto}: {direta:?}, {json:?}");
                }
            }
        }
        assert!(diretas > 500, "only {diretas} were read directly");
    }
}
