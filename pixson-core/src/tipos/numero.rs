//! Balances as JSON numbers: one rule for all readers.

use super::Saldo;

impl Saldo {
    /// The balance that a JSON number stands for, or `None` if it stands for none.
    ///
    /// The original program computes in floats, so that a number less than 0.000001 away from a
    /// whole centavo is that centavo (protocolo.md, section 5). The decimal text itself is
    /// compared, exactly and without floats. The caller makes sure that the text is a number of
    /// JSON's grammar.
    ///
    /// ```
    /// use pixson_core::Saldo;
    ///
    /// let saldo = Saldo::de_numero_json("10349.899999999081");
    /// assert_eq!(saldo.map(Saldo::centavos), Some(1_034_990));
    /// assert_eq!(Saldo::de_numero_json("10.005"), None);
    /// ```
    pub fn de_numero_json(numero: &str) -> Option<Self> {
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
        Self::de_centavos(centavos).ok()
    }
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
        Saldo::de_numero_json(numero).map(Saldo::centavos)
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
}
