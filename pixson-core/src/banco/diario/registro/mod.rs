//! One line of the journal: its text, and the check of it.

mod canonico;
mod json;
mod linha;
mod texto;

pub(super) use self::linha::{Linha, corpo_inteiro, ler_linha, linha_inteira};
pub(super) use self::texto::TextoCanonico;
use crate::banco::feito::Feito;
use crate::banco::regras::{Movimentacao, Movimento};
use crate::relogio::Carimbo;
use crate::tipos::{TipoDeOperacao, Valor, escrever};

/// The bytes between the checked part of a line and its checksum.
const CRC: &[u8] = b",\"crc\":\"";

/// The bytes behind the checksum.
const FIM: &[u8] = b"\"}\n";

/// The version of the format.
const VERSAO: u64 = 1;

/// Numbers of records, runs and segments are below this, 2^62, so that sums with them do not
/// overflow. A bank that makes a million records a second needs 146,000 years to get there.
pub(in crate::banco) const NUMERO_MAX: u64 = 1 << 62;

/// Digits of the checksum.
const CRC_DIGITOS: usize = 8;

/// The words for acts of the administration: no client asks for these, so that they have no number.
const ABERTURA: &str = "abertura";
const AJUSTE: &str = "ajuste";

/// The first line of a segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Cabecalho {
    pub(in crate::banco) segmento: u64,
    pub(in crate::banco) epoca: u64,
    /// The first record that follows.
    pub(in crate::banco) seq: u64,
    /// By how many bytes the file grows, each time before records are written there; 0 if that is
    /// not known. A file that is not as long has lost its end.
    pub(in crate::banco) reserva: u64,
}

/// One act, with all that it changed. A record that is read owns its `feito`; one that is written
/// borrows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Registro<F = Feito> {
    pub(in crate::banco) seq: u64,
    pub(in crate::banco) epoca: u64,
    pub(in crate::banco) carimbo: Carimbo,
    pub(in crate::banco) feito: F,
    /// The last record known to be synced.
    pub(in crate::banco) sinc: u64,
}

impl Cabecalho {
    pub(in crate::banco) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { segmento, epoca, seq, reserva } = self;
        com_crc(saida, |saida| {
            escrever(saida, &[&r#"{"pixson":"#, &VERSAO, &r#","segmento":"#, segmento]);
            escrever(saida, &[&r#","epoca":"#, epoca, &r#","seq":"#, seq]);
            escrever(saida, &[&r#","reserva":"#, reserva]);
        });
    }
}

impl Registro<&Feito> {
    pub(in crate::banco) fn escrever(&self, saida: &mut Vec<u8>) {
        let Self { seq, epoca, carimbo, feito, sinc } = self;
        com_crc(saida, |saida| {
            escrever(saida, &[&r#"{"seq":"#, seq, &r#","epoca":"#, epoca]);
            escrever(saida, &[&r#","carimbo":"#, &carimbo.valor(), &r#","op":"#]);
            match feito {
                Feito::Movimentacao(movimentacao) => dinheiro(saida, movimentacao),
                Feito::Abertura(abertura) => {
                    escrever(saida, &[&"\"", &ABERTURA, &r#"","contas":"#]);
                    lista(saida, abertura.contas(), |saida, conta| conta.escrever(saida));
                }
                Feito::Ajuste(movimento) => {
                    escrever(saida, &[&"\"", &AJUSTE, &r#"","contas":"#]);
                    lista(saida, [*movimento], escrever_movimento);
                }
            }
            escrever(saida, &[&r#","sinc":"#, sinc]);
        });
    }
}

fn dinheiro(saida: &mut Vec<u8>, movimentacao: &Movimentacao) {
    let (tipo, valor) = match movimentacao {
        Movimentacao::Saque { valor, .. } => (TipoDeOperacao::Saque, valor),
        Movimentacao::Deposito { valor, .. } => (TipoDeOperacao::Deposito, valor),
        Movimentacao::Transferencia { valor, .. } => (TipoDeOperacao::Transferencia, valor),
    };
    escrever(saida, &[&u64::from(tipo.numero()), &r#","valor":"#, valor, &r#","contas":"#]);
    lista(saida, movimentacao.movimentos(), escrever_movimento);
}

/// What a record that moves money says was done: its operation's number, amount and accounts.
fn movimentacao(
    op: u8,
    valor: Valor,
    uma: Movimento,
    outra: Option<Movimento>,
) -> Option<Movimentacao> {
    match (TipoDeOperacao::de_numero(op)?, outra) {
        (TipoDeOperacao::Saque, None) => Some(Movimentacao::Saque { valor, titular: uma }),
        (TipoDeOperacao::Deposito, None) => Some(Movimentacao::Deposito { valor, titular: uma }),
        (TipoDeOperacao::Transferencia, Some(destino)) => {
            Some(Movimentacao::Transferencia { valor, origem: uma, destino })
        }
        // The bank writes no record of a login or a balance, since they change nothing.
        (TipoDeOperacao::Login | TipoDeOperacao::Saldo, _)
        | (TipoDeOperacao::Saque | TipoDeOperacao::Deposito, Some(_))
        | (TipoDeOperacao::Transferencia, None) => None,
    }
}

fn lista<T>(
    saida: &mut Vec<u8>,
    itens: impl IntoIterator<Item = T>,
    item: impl Fn(&mut Vec<u8>, T),
) {
    saida.push(b'[');
    for (indice, um) in itens.into_iter().enumerate() {
        if indice > 0 {
            saida.push(b',');
        }
        item(saida, um);
    }
    saida.push(b']');
}

fn escrever_movimento(saida: &mut Vec<u8>, movimento: Movimento) {
    let Movimento { rg, antes, depois } = &movimento;
    escrever(saida, &[&"[\"", rg, &"\",", antes, &",", depois, &"]"]);
}

/// Appends a line and its checksum.
pub(in crate::banco::diario) fn com_crc(saida: &mut Vec<u8>, corpo: impl FnOnce(&mut Vec<u8>)) {
    let inicio = saida.len();
    corpo(saida);
    let crc = crc32fast::hash(&saida[inicio..]);
    saida.extend_from_slice(CRC);
    saida.extend_from_slice(&digitos(crc));
    saida.extend_from_slice(FIM);
}

/// A checksum as it is written.
fn digitos(crc: u32) -> [u8; CRC_DIGITOS] {
    std::array::from_fn(|indice| {
        let byte = crc.to_be_bytes()[indice / 2];
        let digito = if indice % 2 == 0 { byte >> 4 } else { byte & 0xf };
        b"0123456789abcdef"[usize::from(digito)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banco::abertura::{Abertura, Conta};

    fn movimento(rg: &str, antes: &str, depois: &str) -> Movimento {
        Movimento {
            rg: rg.parse().expect("legal RG"),
            antes: antes.parse().expect("legal balance"),
            depois: depois.parse().expect("legal balance"),
        }
    }

    fn conta(rg: &str, nome: &str, saldo: &str) -> Conta {
        Conta {
            rg: rg.parse().expect("legal RG"),
            nome: nome.parse().expect("legal name"),
            saldo: saldo.parse().expect("legal balance"),
        }
    }

    /// One of each kind, with its text up to the checksum.
    fn exemplos() -> [(Feito, &'static str); 5] {
        let valor = "5.5".parse().expect("legal amount");
        let (um, dois) = ("1111111111", "2222222222");
        let abertas = vec![conta(dois, "O\"Neil\\", "0.0"), conta(um, "João", "10.0")];
        [
            (
                Movimentacao::Saque { valor, titular: movimento(um, "15.5", "10.0") }.into(),
                r#""op":2,"valor":5.5,"contas":[["1111111111",15.5,10.0]]"#,
            ),
            (
                Movimentacao::Deposito { valor, titular: movimento(um, "10.0", "15.5") }.into(),
                r#""op":3,"valor":5.5,"contas":[["1111111111",10.0,15.5]]"#,
            ),
            (
                Movimentacao::Transferencia {
                    valor,
                    origem: movimento(um, "15.5", "10.0"),
                    destino: movimento(dois, "10.0", "15.5"),
                }
                .into(),
                r#""op":4,"valor":5.5,"contas":[["1111111111",15.5,10.0],["2222222222",10.0,15.5]]"#,
            ),
            (
                Feito::Abertura(Abertura::nova(abertas).expect("two accounts")),
                r#""op":"abertura","contas":[["1111111111","João",10.0],["2222222222","O\"Neil\\",0.0]]"#,
            ),
            (
                Feito::Ajuste(movimento(um, "15.5", "10.0")),
                r#""op":"ajuste","contas":[["1111111111",15.5,10.0]]"#,
            ),
        ]
    }

    fn escrito(feito: &Feito) -> Vec<u8> {
        let carimbo = Carimbo::novo(11).expect("legal stamp");
        let mut bytes = Vec::new();
        Registro { seq: 17, epoca: 3, carimbo, feito, sinc: 16 }.escrever(&mut bytes);
        bytes
    }

    #[test]
    fn a_record_is_a_readable_line_and_reads_back() {
        for (feito, texto) in exemplos() {
            let bytes = escrito(&feito);
            let linha = String::from_utf8_lossy(&bytes);
            let corpo = format!(r#"{{"seq":17,"epoca":3,"carimbo":11,{texto},"sinc":16,"crc":""#);
            assert!(linha.starts_with(&corpo), "{linha}");
            let Some((Linha::Registro(lido), tamanho)) = ler_linha(&bytes) else {
                panic!("{linha} is no record");
            };
            assert_eq!((lido.seq, lido.epoca, lido.sinc, tamanho), (17, 3, 16, bytes.len()));
            assert_eq!((lido.carimbo.valor(), lido.feito), (11, feito));
        }
        assert!(escrito(&exemplos()[2].0).ends_with(b",\"crc\":\"4c46b521\"}\n"));
        let cabecalho = Cabecalho { segmento: 2, epoca: 3, seq: 17, reserva: 256 };
        let mut bytes = Vec::new();
        cabecalho.escrever(&mut bytes);
        assert_eq!(ler_linha(&bytes), Some((Linha::Cabecalho(cabecalho), bytes.len())));
    }

    #[test]
    fn the_lines_of_the_documentation_are_lines_of_a_journal() {
        let pagina = include_str!("../../../../../docs/armazenamento.md");
        let exemplos = pagina.lines().filter(|linha| linha.contains(r#","crc":""#));
        let do_diario = |linha: &&str| {
            ["{\"pixson\"", "{\"seq\""].iter().any(|inicio| linha.starts_with(inicio))
        };
        let exemplos: Vec<_> = exemplos.filter(do_diario).collect();
        assert_eq!(exemplos.len(), 4);
        for exemplo in exemplos {
            assert!(ler_linha(format!("{exemplo}\n").as_bytes()).is_some(), "{exemplo}");
        }
    }

    #[test]
    fn no_flipped_bit_and_no_cut_goes_unseen() {
        for (feito, _) in exemplos() {
            let bytes = escrito(&feito);
            for cortada in 0..bytes.len() {
                assert_eq!(ler_linha(&bytes[..cortada]), None);
            }
            for indice in 0..bytes.len() {
                for bit in 0..8 {
                    let mut virada = bytes.clone();
                    virada[indice] ^= 1 << bit;
                    // The case of a hexadecimal digit says nothing.
                    let mesma = virada[indice].eq_ignore_ascii_case(&bytes[indice])
                        && indice > bytes.len() - 12;
                    assert_eq!(ler_linha(&virada).is_some(), mesma, "bit {bit} of byte {indice}");
                }
            }
        }
    }

    #[test]
    fn a_line_whose_parts_do_not_belong_together_is_no_record() {
        for corpo in [
            r#""op":2,"valor":5.5,"contas":[["1",15.5,10.0],["2",10.0,15.5]]"#,
            r#""op":4,"valor":5.5,"contas":[["1",15.5,10.0]]"#,
            r#""op":1,"valor":5.5,"contas":[["1",15.5,15.5]]"#,
            r#""op":5,"valor":5.5,"contas":[["1",15.5,10.0]]"#,
            r#""op":2,"contas":[["1",15.5,10.0]]"#,
            r#""op":"ajuste","valor":5.5,"contas":[["1",15.5,10.0]]"#,
            r#""op":"ajuste","contas":[]"#,
            r#""op":"ajuste","contas":[["1",15.5,10.0],["2",10.0,15.5]]"#,
            r#""op":"abertura","contas":[]"#,
            r#""op":"abertura","contas":[["1","",10.0]]"#,
            r#""op":"abertura","contas":[["1","a\n",10.0]]"#,
            r#""op":"abertura","contas":[["1","a",10.005]]"#,
            r#""op":"abertura","contas":[["1","a",-1.0]]"#,
            r#""op":"abertura","contas":[["x","a",1.0]]"#,
            r#""op":"abertura","contas":[["1","a",1.0],["1","b",1.0]]"#,
            r#""op":"fechamento","contas":[["1","a",1.0]]"#,
        ] {
            let mut bytes = Vec::new();
            com_crc(&mut bytes, |saida| {
                escrever(
                    saida,
                    &[&r#"{"seq":17,"epoca":3,"carimbo":11,"#, &corpo, &r#","sinc":16"#],
                );
            });
            assert_eq!(ler_linha(&bytes), None, "{corpo}");
        }
    }
}
