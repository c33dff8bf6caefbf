//! The live page: the last events of the server's trace, and the balances of their accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pixson_core::rastro::{
    Causalidade, Filtro, Rastros, Recorte, SemRastro, diagnosticar, json, montar,
};
use pixson_core::{Rg, Saldo};
use pixson_gravador::{AnelDoRastro, JanelaDoAnel};

/// How old the graph may be that a visitor gets: 200 ms. Making one takes up to 35 ms, in which nobody else is
/// answered.
const VALIDADE: Duration = Duration::from_millis(200);

/// The live page of a server.
#[derive(Debug)]
pub struct AoVivo {
    anel: Arc<AnelDoRastro>,
    host: String,
    vista: Mutex<Option<Vista>>,
}

/// What was to be seen at one moment.
#[derive(Clone, Debug)]
struct Vista {
    feita: Instant,
    ate: u64,
    contas: Arc<BTreeSet<Rg>>,
    grafo: Arc<str>,
}

impl AoVivo {
    /// The page of what is in this ring.
    ///
    /// `host` is the one by which the pages are asked for, as the operator gave it. They are also shown by an address
    /// or by `localhost`, and by no other name: a page of somebody else whose name suddenly means this machine (DNS
    /// rebinding) reads nothing here.
    pub fn novo(anel: AnelDoRastro, host: String) -> Self {
        Self { anel: Arc::new(anel), host, vista: Mutex::default() }
    }

    /// The ring, to be filled by who keeps the trace.
    pub fn anel(&self) -> Arc<AnelDoRastro> {
        Arc::clone(&self.anel)
    }

    /// What there is to be seen now, as docs/rastro.md says in its section 10: the graph only if it is not the one that
    /// the visitor has. `saldos` says what accounts have, as far as that is known.
    pub(super) fn json(
        &self,
        depois: Option<u64>,
        saldos: impl FnOnce(&BTreeSet<Rg>) -> BTreeMap<Rg, Saldo>,
    ) -> String {
        let Vista { ate, contas, grafo, .. } = self.vista();
        let epoca = self.anel.cabecalho().epoca().unwrap_or_default();
        let saldos = saldos(&contas);
        // An RG and a balance are digits and a point.
        let conta = |rg: &Rg| match saldos.get(rg) {
            Some(saldo) => format!("{{\"rg\":\"{rg}\",\"saldo\":\"{saldo}\"}}"),
            None => format!("{{\"rg\":\"{rg}\"}}"),
        };
        let contas: Vec<String> = contas.iter().map(conta).collect();
        let contas = contas.join(",");
        let mut saida = format!("{{\"epoca\":{epoca},\"ate\":{ate},\"saldos\":[{contas}]");
        if depois != Some(ate) {
            // A String takes whatever is written to it.
            let _ = write!(saida, ",\"grafo\":{grafo}");
        }
        saida.push_str("}\n");
        saida
    }

    /// The last view, or a new one if that is too old. However many visitors there are, no more are made.
    fn vista(&self) -> Vista {
        // A poisoned lock is ignored: a whole view stands there whatever panics.
        let mut vista = self.vista.lock().unwrap_or_else(PoisonError::into_inner);
        let agora = Instant::now();
        if let Some(vista) = vista.as_ref().filter(|uma| agora < uma.feita + VALIDADE) {
            return vista.clone();
        }
        let JanelaDoAnel { ate, contas, rastros } = self.anel.janela();
        let nova = Vista { feita: agora, ate, contas: Arc::new(contas), grafo: grafo(rastros) };
        vista.insert(nova).clone()
    }

    /// Whether the pages are shown to who asks for them under this name (RFC 9110, section 7.2).
    pub(super) fn atende_por(&self, host: &str) -> bool {
        let nome = match host.rsplit_once(':') {
            Some((nome, porta)) if porta.bytes().all(|byte| byte.is_ascii_digit()) => nome,
            _ => host,
        };
        if let Some(endereco) = nome.strip_prefix('[') {
            let endereco = endereco.strip_suffix(']');
            return endereco.is_some_and(|endereco| endereco.parse::<Ipv6Addr>().is_ok());
        }
        let nome = nome.strip_suffix('.').unwrap_or(nome);
        let conhecidos = [self.host.as_str(), "localhost"];
        nome.parse::<IpAddr>().is_ok()
            || conhecidos.iter().any(|certo| nome.eq_ignore_ascii_case(certo))
    }
}

/// The graph of these traces.
fn grafo(rastros: Rastros) -> Arc<str> {
    let causalidade = Causalidade::de(montar(rastros)).expect("a ring holds few events");
    let recorte = Recorte::de(causalidade.grafo(), &Filtro::default());
    let infracoes = diagnosticar(causalidade.grafo(), SemRastro::PodemAdiantar);
    json(&causalidade, &recorte, &infracoes).into()
}

#[cfg(test)]
mod tests {
    use pixson_core::rastro::CabecalhoDoRastro;

    use super::*;

    #[test]
    fn a_page_is_shown_under_an_address_or_a_name_that_the_operator_knows() {
        let cabecalho = CabecalhoDoRastro::novo("servidor".parse().expect("a name"));
        let ao_vivo = AoVivo::novo(AnelDoRastro::novo(cabecalho), "Banco.local".to_owned());
        for certo in [
            "127.0.0.1:9100",
            "10.0.0.7",
            "[::1]:9100",
            "[::1]",
            "LOCALHOST:1",
            "localhost.",
            "banco.local:9100",
        ] {
            assert!(ao_vivo.atende_por(certo), "{certo}");
        }
        for errado in [
            "",
            "exemplo.com",
            "exemplo.com:9100",
            "127.0.0.1.exemplo.com",
            "localhost.x",
            "[localhost]",
            "[127.0.0.1]",
            "[::1",
            "eu@localhost",
        ] {
            assert!(!ao_vivo.atende_por(errado), "{errado}");
        }
    }
}
