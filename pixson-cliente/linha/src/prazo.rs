//! Time limits as a person writes them.

use std::time::Duration;

/// The longest time: a day, in seconds.
const MAX_SEGUNDOS: f64 = 86_400.0;

/// Reads a time in seconds, above zero and up to a day, with a decimal point or a decimal comma.
///
/// # Errors
///
/// Words about what is wrong, for the inside of a sentence.
///
/// ```
/// use std::time::Duration;
///
/// use pixson_linha::prazo;
///
/// assert_eq!(prazo::ler("0,5"), Ok(Duration::from_millis(500)));
/// assert!(prazo::ler("0").is_err());
/// ```
pub fn ler(texto: &str) -> Result<Duration, &'static str> {
    let segundos = texto.replacen(',', ".", 1).parse().ok();
    segundos
        .filter(|&segundos: &f64| segundos > 0.0 && segundos <= MAX_SEGUNDOS)
        .and_then(|segundos| Duration::try_from_secs_f64(segundos).ok())
        .filter(|prazo| !prazo.is_zero())
        .ok_or("não é um número de segundos, acima de zero e até 86400")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_above_zero_and_up_to_a_day() {
        for (texto, segundos) in [("1", 1.0), ("0.25", 0.25), ("0,25", 0.25), ("86400", 86_400.0)] {
            assert_eq!(ler(texto), Ok(Duration::from_secs_f64(segundos)), "{texto}");
        }
        for texto in ["", "0", "-1", "1e-12", "86400.1", "inf", "nan", "1,000,5", "1 s", "um"] {
            assert!(ler(texto).is_err(), "{texto}");
        }
    }
}
