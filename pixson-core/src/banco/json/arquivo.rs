//! The file of one account. The JSON types are private to this module: the domain's own types
//! are never serialised by derivation, so no file can build one past its constructor.

use std::fmt;
use std::io::{self, ErrorKind};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::banco::disco::Disco;
use crate::tipos::{Rg, Saldo};

/// One account as its file holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) struct ContaArquivo {
    pub(in crate::banco) rg: Rg,
    pub(in crate::banco) nome: String,
    pub(in crate::banco) saldo: Saldo,
}

/// The file is not an account: it is kept, and its account is out of service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Ilegivel;

/// Why an account could not be read from its file.
#[derive(Debug)]
pub(in crate::banco) enum FalhaDeLeitura {
    /// It is there, and is no account.
    Ilegivel,
    /// The disk did not give it.
    Disco(io::Error),
}

impl From<Ilegivel> for FalhaDeLeitura {
    fn from(_: Ilegivel) -> Self {
        Self::Ilegivel
    }
}

impl From<io::Error> for FalhaDeLeitura {
    fn from(erro: io::Error) -> Self {
        if nao_e_arquivo(&erro) { Self::Ilegivel } else { Self::Disco(erro) }
    }
}

/// Whether an error says that what is there cannot be the file of an account.
pub(in crate::banco) fn nao_e_arquivo(erro: &io::Error) -> bool {
    matches!(
        erro.kind(),
        ErrorKind::InvalidData | ErrorKind::FileTooLarge | ErrorKind::PermissionDenied
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json<'a> {
    rg: String,
    nome: String,
    #[serde(borrow)]
    saldo: &'a RawValue,
}

impl ContaArquivo {
    /// The largest file that is read: 4 KiB.
    pub(in crate::banco) const MAX_BYTES: u64 = 4096;

    pub(in crate::banco) fn nome_de_arquivo(rg: Rg) -> String {
        format!("{rg}.json")
    }

    /// Reads an account from its file, and the checksum of what stands there. `None` if there is
    /// no such file.
    pub(in crate::banco) fn abrir(
        disco: &impl Disco,
        rg: Rg,
    ) -> Result<Option<(Self, u32)>, FalhaDeLeitura> {
        let bytes = disco.ler(&Self::nome_de_arquivo(rg), Self::MAX_BYTES)?;
        bytes.map(|bytes| Ok((Self::ler(rg, &bytes)?, impressao(&bytes)))).transpose()
    }

    fn ler(rg: Rg, bytes: &[u8]) -> Result<Self, Ilegivel> {
        // An array of three would do for serde as well.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Ilegivel);
        }
        let json: Json<'_> = serde_json::from_slice(bytes).map_err(|_| Ilegivel)?;
        if json.rg != rg.as_str() {
            return Err(Ilegivel);
        }
        let saldo = saldo_de_numero(json.saldo.get()).ok_or(Ilegivel)?;
        let conta = Self { rg, nome: json.nome, saldo };
        // Whatever balance the bank will write, it must be able to read the file again.
        let maior = conta.com_saldo(Saldo::MAX).para_json().len();
        if u64::try_from(maior).is_ok_and(|bytes| bytes <= Self::MAX_BYTES) {
            Ok(conta)
        } else {
            Err(Ilegivel)
        }
    }

    #[must_use]
    pub(in crate::banco) fn com_saldo(&self, saldo: Saldo) -> Self {
        Self { saldo, ..self.clone() }
    }

    /// The text of the file: the keys, spaces and decimals that the original program writes, but
    /// the name unescaped.
    pub(in crate::banco) fn para_json(&self) -> String {
        let Self { rg, nome, saldo } = self;
        format!(r#"{{"rg": "{rg}", "nome": {}, "saldo": {saldo}}}"#, EntreAspas(nome))
    }
}

/// The checksum by which the bank knows what it has seen in a file.
pub(in crate::banco) fn impressao(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// A JSON string. Only what JSON forbids is escaped (RFC 8259, section 7).
struct EntreAspas<'a>(&'a str);

impl fmt::Display for EntreAspas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texto = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&texto)
    }
}

/// The balance that a JSON number stands for. The original computed in floats, so that a number
/// less than 0.000001 away from a whole centavo is that centavo, and any other is none
/// (protocolo.md, section 5). The decimal text is judged, exactly; no float is involved.
fn saldo_de_numero(numero: &str) -> Option<Saldo> {
    let (negativo, numero) = match numero.strip_prefix('-') {
        Some(resto) => (true, resto),
        None => (false, numero),
    };
    let (mantissa, expoente) = numero.split_once(['e', 'E']).unwrap_or((numero, "0"));
    let (inteira, fracao) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let expoente: i64 = expoente.parse().ok()?;
    let digitos: Vec<u8> = inteira.bytes().chain(fracao.bytes()).collect();
    if !digitos.iter().all(u8::is_ascii_digit) || digitos.is_empty() {
        return None;
    }
    // The number is 0.DIGITOS × 10^ponto.
    let ponto = i64::try_from(inteira.len()).ok()?.checked_add(expoente)?;
    let centavos = centavos_de_digitos(&digitos, ponto)?;
    if negativo && centavos > 0 {
        return None;
    }
    Saldo::de_centavos(centavos).ok()
}

/// The whole centavo next to 0.DIGITOS × 10^ponto, if that is less than 0.000001 away.
fn centavos_de_digitos(digitos: &[u8], ponto: i64) -> Option<u64> {
    /// Digits of the largest balance, in centavos.
    const CENTAVOS_MAX_DIGITOS: i64 = 15;
    /// The places after the centavos that tell whether the distance is below 0.000001.
    const JANELA: i64 = 4;

    let Some(primeiro) = digitos.iter().position(|&digito| digito != b'0') else {
        return Some(0);
    };
    let primeiro = i64::try_from(primeiro).ok()?;
    let digito = |indice: i64| {
        let digito = usize::try_from(indice).ok().and_then(|indice| digitos.get(indice));
        u64::from(digito.map_or(0, |digito| digito - b'0'))
    };
    let fim_dos_centavos = ponto.checked_add(2)?;
    let fim_da_janela = fim_dos_centavos.checked_add(JANELA)?;
    if fim_dos_centavos.saturating_sub(primeiro) > CENTAVOS_MAX_DIGITOS {
        return None;
    }
    let abaixo =
        (primeiro..fim_dos_centavos).fold(0, |centavos, indice| centavos * 10 + digito(indice));
    let mut janela = fim_dos_centavos..fim_da_janela;
    if janela.clone().all(|indice| digito(indice) == 0) {
        return Some(abaixo);
    }
    let depois = usize::try_from(fim_da_janela).ok().and_then(|indice| digitos.get(indice..));
    let passa = depois.is_some_and(|resto| resto.iter().any(|&digito| digito != b'0'));
    (janela.all(|indice| digito(indice) == 9) && passa).then_some(abaixo + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saldo(numero: &str) -> Option<u64> {
        saldo_de_numero(numero).map(Saldo::centavos)
    }

    #[test]
    fn honest_decimals_are_read_exactly() {
        for (numero, centavos) in [
            ("0", 0),
            ("0.0", 0),
            ("10", 1000),
            ("10.0", 1000),
            ("10.5", 1050),
            ("10.55", 1055),
            ("0.01", 1),
            ("1000.000", 100_000),
            ("1e3", 100_000),
            ("1.5E+2", 15_000),
            ("150e-1", 1500),
            ("9999999999999.99", 999_999_999_999_999),
        ] {
            assert_eq!(saldo(numero), Some(centavos), "{numero}");
        }
    }

    #[test]
    fn float_noise_below_a_millionth_is_the_centavo_it_came_from() {
        for (numero, centavos) in [
            ("10349.899999999081", 1_034_990),
            ("0.30000000000000004", 30),
            ("5.551115123125783e-17", 0),
            ("-5.551115123125783e-17", 0),
            ("-0.0", 0),
            ("0.9999999", 100),
            ("9.99999901", 1000),
            ("10.00000099", 1000),
            ("9999999999999.9900009", 999_999_999_999_999),
        ] {
            assert_eq!(saldo(numero), Some(centavos), "{numero}");
        }
    }

    #[test]
    fn anything_else_is_no_balance() {
        for numero in [
            "10.005",
            "10.001",
            "10.000001",
            "9.999999",
            "9999999999999.9999999",
            "-0.01",
            "-10.0",
            "10000000000000",
            "1e400",
            "1e99999999999999999999",
            "9e9223372036854775807",
            "NaN",
            "\"10.0\"",
            "null",
            "",
        ] {
            assert_eq!(saldo(numero), None, "{numero}");
        }
    }

    #[test]
    fn file_has_exactly_three_keys_and_its_own_rg() {
        let rg: Rg = "123456789".parse().expect("legal RG");
        let ler = |texto: &str| ContaArquivo::ler(rg, texto.as_bytes());
        let conta = ler(r#"{"nome": "João da Silva", "rg": "123456789", "saldo": 1000.0}"#)
            .expect("the seed's example");
        assert_eq!(conta.saldo, Saldo::de_centavos(100_000).expect("legal"));
        assert_eq!(
            conta.para_json(),
            r#"{"rg": "123456789", "nome": "João da Silva", "saldo": 1000.0}"#
        );
        for ruim in [
            "",
            "{}",
            r#"{"rg": "123456789", "nome": "x"}"#,
            r#"{"rg": "123456780", "nome": "x", "saldo": 1.0}"#,
            r#"{"rg": 123456789, "nome": "x", "saldo": 1.0}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": "1.0"}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": NaN}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": Infinity}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0, "limite": 2}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0, "saldo": 2.0}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0} {}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0"#,
            r#"["123456789", "x", 1.0]"#,
            &format!(r#"{{"rg":"123456789","nome":"{}","saldo":1}}"#, "x".repeat(4045)),
        ] {
            assert_eq!(ler(ruim), Err(Ilegivel), "{ruim}");
        }
    }

    #[test]
    fn name_survives_a_rewrite_whatever_it_holds() {
        let rg: Rg = "1".parse().expect("legal RG");
        for nome in ["José", "a\"b\\c", "tab\tLF\n", "\u{1f600}", ""] {
            let conta = ContaArquivo { rg, nome: nome.into(), saldo: Saldo::MAX };
            assert_eq!(ContaArquivo::ler(rg, conta.para_json().as_bytes()), Ok(conta));
        }
    }
}
