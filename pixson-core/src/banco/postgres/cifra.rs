//! TLS to the database: whose certificates are believed, and what an address says about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// What an address asks for: the parameters of libpq whose names begin with `ssl`.
#[derive(Debug, Default)]
pub(super) struct PedidoDeCifra {
    modo: Option<String>,
    raizes: Option<PathBuf>,
    certificado: Option<PathBuf>,
    chave: Option<PathBuf>,
}

/// Takes the parameters of TLS out of a URL.
pub(super) fn separar(endereco: &str) -> (String, PedidoDeCifra) {
    let mut pedido = PedidoDeCifra::default();
    let Some((inicio, parametros)) = endereco.split_once('?') else {
        return (endereco.to_owned(), pedido);
    };
    let mut outros = Vec::new();
    for parametro in parametros.split('&') {
        let (nome, valor) = parametro.split_once('=').unwrap_or((parametro, ""));
        let arquivo = || Some(PathBuf::from(valor));
        match nome {
            "sslmode" => pedido.modo = Some(valor.to_owned()),
            "sslrootcert" => pedido.raizes = arquivo(),
            "sslcert" => pedido.certificado = arquivo(),
            "sslkey" => pedido.chave = arquivo(),
            _ => outros.push(parametro),
        }
    }
    let fim = if outros.is_empty() { String::new() } else { format!("?{}", outros.join("&")) };
    (format!("{inicio}{fim}"), pedido)
}

impl PedidoDeCifra {
    /// How to speak TLS with that database, or `None` if in the clear. Whoever does not say is on this
    /// machine, or gets TLS with all checks.
    pub(super) fn resolver(&self, config: &Config) -> Result<Option<Arc<ClientConfig>>, String> {
        match self.modo.as_deref() {
            Some("disable") => Ok(None),
            None if config.get_hosts().iter().all(e_desta_maquina) => Ok(None),
            None | Some("verify-full") => self.preparar().map(|pronta| Some(Arc::new(pronta))),
            Some(outro) => Err(format!(
                "sslmode={outro} não confere o nome do servidor: use verify-full, ou disable"
            )),
        }
    }

    fn preparar(&self) -> Result<ClientConfig, String> {
        let mut raizes = RootCertStore::empty();
        if let Some(arquivo) = &self.raizes {
            for certificado in certificados(arquivo)? {
                let recusa = |erro| format!("{}: {erro}", arquivo.display());
                raizes.add(certificado).map_err(recusa)?;
            }
        } else {
            // Those of the system that cannot be read are believed no more than those that are not there.
            raizes.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        if raizes.is_empty() {
            return Err("nenhum certificado raiz: indique um com sslrootcert".to_owned());
        }
        let construida = ClientConfig::builder().with_root_certificates(raizes);
        match (&self.certificado, &self.chave) {
            (None, None) => Ok(construida.with_no_client_auth()),
            (Some(certificado), Some(chave)) => {
                let ilegivel = |erro| format!("{}: {erro}", chave.display());
                let da_chave = PrivateKeyDer::from_pem_file(chave).map_err(ilegivel)?;
                let cadeia = certificados(certificado)?;
                construida.with_client_auth_cert(cadeia, da_chave).map_err(|erro| erro.to_string())
            }
            _ => Err("sslcert e sslkey só valem juntos".to_owned()),
        }
    }
}

fn certificados(arquivo: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let lidos = CertificateDer::pem_file_iter(arquivo).and_then(Iterator::collect);
    lidos.map_err(|erro| format!("{}: {erro}", arquivo.display()))
}

fn e_desta_maquina(host: &Host) -> bool {
    match host {
        Host::Tcp(nome) => {
            nome == "localhost"
                || nome.parse::<std::net::IpAddr>().is_ok_and(|endereco| endereco.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolvida(endereco: &str) -> Result<bool, String> {
        let (endereco, pedido) = separar(endereco);
        let config = endereco.parse().expect("an address without what is of TLS");
        Ok(pedido.resolver(&config)?.is_some())
    }

    #[test]
    fn whoever_does_not_say_is_on_this_machine_or_gets_all_checks() {
        assert_eq!(resolvida("postgres://a@localhost/b"), Ok(false));
        assert_eq!(resolvida("postgres://a@127.0.0.1,[::1]/b?connect_timeout=3"), Ok(false));
        assert_eq!(resolvida("postgres://a@longe/b?sslmode=disable"), Ok(false));
        assert!(resolvida("postgres://a@localhost,longe/b?sslrootcert=/nada").is_err());
    }

    #[test]
    fn a_mode_that_checks_no_name_is_refused() {
        for modo in ["allow", "prefer", "require", "verify-ca", ""] {
            let recusa = resolvida(&format!("postgres://a@longe/b?sslmode={modo}"));
            assert!(recusa.is_err_and(|frase| frase.contains("verify-full")), "{modo}");
        }
        assert!(resolvida("postgres://a@longe/b?sslmode=verify-full&sslcert=/nada").is_err());
    }
}
