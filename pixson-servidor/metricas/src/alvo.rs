//! What a request asks for.

/// The target of a request (RFC 9112, section 3.2).
#[derive(Debug)]
pub(super) struct Alvo<'a> {
    /// The host and port that an absolute target names.
    pub(super) autoridade: Option<&'a str>,
    /// The path, with percent-encoded bytes decoded (RFC 3986, section 2.1).
    pub(super) caminho: Vec<u8>,
    consulta: &'a str,
}

impl<'a> Alvo<'a> {
    /// The parts of a target, whatever it is.
    pub(super) fn ler(alvo: &'a str) -> Self {
        let absoluto = alvo.split_once("://").filter(|(esquema, _)| !esquema.contains('/'));
        let (autoridade, resto) = match absoluto {
            Some((_, resto)) => {
                let fim = resto.find(['/', '?']).unwrap_or(resto.len());
                let (autoridade, resto) = resto.split_at(fim);
                (Some(autoridade), if resto.is_empty() { "/" } else { resto })
            }
            None => (None, alvo),
        };
        let resto = resto.split('#').next().unwrap_or_default();
        let (caminho, consulta) = resto.split_once('?').unwrap_or((resto, ""));
        Self { autoridade, caminho: decodificar(caminho), consulta }
    }

    /// The value of a parameter of the query, as it is written there.
    pub(super) fn parametro(&self, nome: &str) -> Option<&'a str> {
        let mut partes = self.consulta.split('&').filter_map(|parte| parte.split_once('='));
        partes.find_map(|(este, valor)| (este == nome).then_some(valor))
    }
}

fn decodificar(caminho: &str) -> Vec<u8> {
    let hexa =
        |byte: u8| char::from(byte).to_digit(16).and_then(|digito| u8::try_from(digito).ok());
    let mut decodificado = Vec::with_capacity(caminho.len());
    let mut resto = caminho.as_bytes();
    while let [byte, depois @ ..] = resto {
        let escrito = match (byte, depois) {
            (b'%', [alto, baixo, ..]) => hexa(*alto).zip(hexa(*baixo)),
            _ => None,
        };
        let (letra, seguinte) = match escrito {
            Some((alto, baixo)) => (alto * 16 + baixo, &depois[2..]),
            None => (*byte, depois),
        };
        decodificado.push(letra);
        resto = seguinte;
    }
    decodificado
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_leads_to_the_page_whichever_way_it_is_written() {
        for (alvo, esperado) in [
            ("/saude", "/saude"),
            ("/saude?x=/metrics", "/saude"),
            ("/saude?x=http://y/metrics", "/saude"),
            ("/%73aud%65", "/saude"),
            ("/%7", "/%7"),
            ("/%zz", "/%zz"),
            ("/%+1", "/%+1"),
            ("http://127.0.0.1:9100/saude?x", "/saude"),
            ("HTTP://[::1]:9100/metrics", "/metrics"),
            ("http://servidor", "/"),
            ("http://servidor?x", ""),
            ("*", "*"),
        ] {
            let visto = Alvo::ler(alvo).caminho;
            assert_eq!(String::from_utf8_lossy(&visto), esperado, "{alvo}");
        }
    }

    #[test]
    fn only_what_stands_before_the_path_is_a_host_and_only_what_stands_behind_it_a_parameter() {
        for (alvo, autoridade, depois) in [
            ("/tempo.json", None, None),
            ("/tempo.json?depois=7", None, Some("7")),
            ("/tempo.json?de=http://y/&depois=7&depois=8#9", None, Some("7")),
            ("/depois=7/tempo.json?x", None, None),
            ("/tempo.json?antes_e_depois=7", None, None),
            ("http://[::1]:9100/tempo.json?depois=", Some("[::1]:9100"), Some("")),
            ("http://servidor?depois=7", Some("servidor"), Some("7")),
        ] {
            let lido = Alvo::ler(alvo);
            assert_eq!((lido.autoridade, lido.parametro("depois")), (autoridade, depois), "{alvo}");
        }
    }
}
