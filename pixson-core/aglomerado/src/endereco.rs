//! The URL of a database, in parts.

use std::fmt;

use percent_encoding::percent_decode_str;

/// The URL of a database, in parts. It is shown as it came, or with the parts that were put in their place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Endereco<'u> {
    pub(super) esquema: &'u str,
    pub(super) usuario: &'u str,
    pub(super) senha: Option<&'u str>,
    /// The machine and its port, or several of them.
    pub(super) onde: &'u str,
    pub(super) banco: &'u str,
    /// From the question mark on.
    pub(super) opcoes: &'u str,
}

impl<'u> Endereco<'u> {
    /// `None` if it does not name a user, a machine and a database.
    pub(super) fn novo(url: &'u str) -> Option<Self> {
        let (esquema, resto) = url.split_once("://")?;
        let (resto, opcoes) = resto.split_at(resto.find('?').unwrap_or(resto.len()));
        let (quem_e_onde, banco) = resto.split_once('/')?;
        let (quem, onde) = quem_e_onde.rsplit_once('@')?;
        let (usuario, senha) = match quem.split_once(':') {
            Some((usuario, senha)) => (usuario, Some(senha)),
            None => (quem, None),
        };
        let todas = [usuario, onde, banco].iter().all(|parte| !parte.is_empty());
        todas.then_some(Self { esquema, usuario, senha, onde, banco, opcoes })
    }

    /// The machine and the port that it names, if there is one of them and what is said to it is not encrypted:
    /// as for the bank, that is what the URL asks for, or does not ask about on this machine.
    pub(super) fn em_claro(&self) -> Option<String> {
        let numero = |porta: &str| porta.parse::<u16>().is_ok();
        let (maquina, porta) = match self.onde.rsplit_once(':') {
            Some((maquina, porta)) if numero(porta) => (maquina, porta),
            _ => (self.onde, "5432"),
        };
        let mut opcoes = self.opcoes.trim_start_matches('?').split('&');
        let em_claro = match opcoes.find_map(|opcao| opcao.strip_prefix("sslmode=")) {
            Some(modo) => modo == "disable",
            None => ["127.0.0.1", "[::1]", "localhost"].contains(&maquina),
        };
        let uma = !maquina.contains([',', '%']);
        (em_claro && uma).then(|| format!("{maquina}:{porta}"))
    }
}

impl fmt::Display for Endereco<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { esquema, usuario, senha, onde, banco, opcoes } = self;
        write!(f, "{esquema}://{usuario}")?;
        senha.map_or(Ok(()), |senha| write!(f, ":{senha}"))?;
        write!(f, "@{onde}/{banco}{opcoes}")
    }
}

/// A URL without its password, and the password by itself.
///
/// # Panics
///
/// If it is none that [`crate::Motor`] gives.
pub fn separar_senha(url: &str) -> (String, Option<String>) {
    let endereco = Endereco::novo(url).expect("a user, a machine and a database");
    let decifrar = |senha| percent_decode_str(senha).decode_utf8_lossy().into_owned();
    let senha = endereco.senha.map(decifrar);
    (Endereco { senha: None, ..endereco }.to_string(), senha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_as_it_came() {
        for url in [
            "postgres://dono@127.0.0.1/testes",
            "postgresql://dono:a%3Ab@[::1]:5433/testes?sslmode=disable&options=-c%20x=1",
            "postgres://dono:@a:1,b:2/testes?",
        ] {
            assert_eq!(Endereco::novo(url).expect("all parts").to_string(), url);
        }
        for url in ["dono@a/b", "postgres://a/b", "postgres://dono@a", "postgres://dono@a/?x=1"] {
            assert_eq!(Endereco::novo(url), None, "{url}");
        }
    }

    #[test]
    fn a_password_is_taken_out_and_read() {
        let (url, senha) = separar_senha("postgres://dono:d%C3%B3:is@a:1/b?c=d");
        assert_eq!((&*url, senha.as_deref()), ("postgres://dono@a:1/b?c=d", Some("dó:is")));
        assert_eq!(separar_senha("postgres://x@a/b").1, None);
    }

    #[test]
    fn a_network_can_be_followed_to_one_machine_and_in_the_clear() {
        let destino = |url| Endereco::novo(url).expect("all parts").em_claro();
        for (url, esperado) in [
            ("postgres://x@a/b?sslmode=disable", Some("a:5432")),
            ("postgres://x@a:7/b?c=d&sslmode=disable", Some("a:7")),
            ("postgres://x@[::1]/b", Some("[::1]:5432")),
            ("postgres://x@127.0.0.1:7/b?c=d", Some("127.0.0.1:7")),
            ("postgres://x@127.0.0.1:7/b?sslmode=verify-full", None),
            ("postgres://x@a/b", None),
            ("postgres://x@a,c/b?sslmode=disable", None),
            ("postgres://x@%2Frun/b?sslmode=disable", None),
        ] {
            assert_eq!(destino(url).as_deref(), esperado, "{url}");
        }
    }
}
