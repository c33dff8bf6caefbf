//! Where a server is, as people write it.

use std::net::Ipv6Addr;

/// Reads a host: a name or an IP address. The brackets around an IPv6 address are removed.
///
/// # Errors
///
/// Words about what is wrong, for the inside of a sentence.
pub fn ler_host(texto: &str) -> Result<String, String> {
    if texto.is_empty() {
        return Err("está vazio".into());
    }
    if texto.contains(|letra: char| letra.is_whitespace() || letra.is_control()) {
        return Err("tem espaços ou caracteres de controle".into());
    }
    if let Some((esquema, _)) = texto.split_once("://") {
        return Err(format!("use só o nome ou o endereço IP, sem {esquema}://"));
    }
    if texto.contains('/') {
        return Err("use só o nome ou o endereço IP".into());
    }
    if let Some(resto) = texto.strip_prefix('[') {
        return match resto.split_once(']') {
            Some((ip, "")) if eh_ipv6(ip) => Ok(ip.into()),
            Some((ip, depois)) if eh_ipv6(ip) && depois.starts_with(':') => {
                Err(porta_a_parte(ip, &depois[1..]))
            }
            _ => Err("entre colchetes vem um endereço IPv6, como em [::1]".into()),
        };
    }
    match texto.rsplit_once(':') {
        Some(_) if eh_ipv6(texto) => Ok(texto.into()),
        Some((host, porta)) if !host.is_empty() && !host.contains(':') => {
            Err(porta_a_parte(host, porta))
        }
        Some(_) => Err("não é um nome nem um endereço IP".into()),
        None => Ok(texto.into()),
    }
}

/// Reads a port from `menor` on.
///
/// # Errors
///
/// Words about what is wrong, for the inside of a sentence.
pub fn ler_porta(texto: &str, menor: u16) -> Result<u16, String> {
    if let Some((host, porta)) = texto.rsplit_once(':') {
        return Err(porta_a_parte(host, porta));
    }
    let numero = texto.strip_prefix('-').unwrap_or(texto);
    if numero.is_empty() || !numero.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("não é um número inteiro".into());
    }
    let porta = texto.parse().ok().filter(|porta| *porta >= menor);
    porta.ok_or_else(|| format!("não está entre {menor} e {}", u16::MAX))
}

fn porta_a_parte(host: &str, porta: &str) -> String {
    let host = if host.is_empty() { "HOST" } else { host };
    let porta = if porta.is_empty() { "PORTA" } else { porta };
    format!("informe a porta separadamente: use --host {host} --porta {porta}")
}

/// Whether a text is an IPv6 address, with or without a zone, as in `fe80::1%eth0`.
fn eh_ipv6(texto: &str) -> bool {
    let (ip, zona) = texto.split_once('%').unwrap_or((texto, "x"));
    ip.parse::<Ipv6Addr>().is_ok() && !zona.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ipv6_may_stand_in_brackets_and_a_port_stands_apart() {
        for (texto, host) in [
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("fe80::1%eth0", "fe80::1%eth0"),
            ("[fe80::1%eth0]", "fe80::1%eth0"),
        ] {
            assert_eq!(ler_host(texto).as_deref(), Ok(host), "{texto}");
        }
        for (texto, motivo) in [
            ("", "está vazio"),
            ("localhost ", "espaços"),
            ("localhost\r", "controle"),
            ("localhost:5000", "--host localhost --porta 5000"),
            ("localhost:", "--host localhost --porta PORTA"),
            ("[::1]:5000", "--host ::1 --porta 5000"),
            ("tcp://localhost", "sem tcp://"),
            ("localhost/", "só o nome"),
            ("[localhost]", "IPv6"),
            ("[::1", "IPv6"),
            ("[::1]x", "IPv6"),
            (":5000", "não é um nome"),
            ("::g", "não é um nome"),
            ("::1%", "não é um nome"),
        ] {
            let erro = ler_host(texto).expect_err(texto);
            assert!(erro.contains(motivo), "{texto}: {erro}");
        }
    }

    #[test]
    fn a_port_is_a_number_without_its_host() {
        assert_eq!(ler_porta("5000", 1), Ok(5000));
        assert_eq!(ler_porta("0", 0), Ok(0));
        for (texto, motivo) in [
            ("0", "não está entre 1 e 65535"),
            ("65536", "não está entre 1 e 65535"),
            ("99999999999999999999", "não está entre 1 e 65535"),
            ("-1", "não está entre 1 e 65535"),
            ("", "não é um número inteiro"),
            ("5000 ", "não é um número inteiro"),
            ("http", "não é um número inteiro"),
            ("localhost:5000", "use --host localhost --porta 5000"),
            (":5000", "use --host HOST --porta 5000"),
        ] {
            let erro = ler_porta(texto, 1).expect_err(texto);
            assert!(erro.contains(motivo), "{texto}: {erro}");
        }
    }
}
