//! The live page: the last events of the server's trace, and the balances of their accounts.

use std::fmt::{self, Write};
use std::net::IpAddr;

use pixson_core::rastro::{
    Causalidade, Filtro, Rastros, Recorte, SemRastro, diagnosticar, json, montar,
};
use pixson_core::{Rg, Saldo};
use pixson_gravador::{AnelDoRastro, JanelaDoAnel};

/// What the live page shows.
pub struct Tempo<'o> {
    /// The last events.
    pub anel: &'o AnelDoRastro,
    /// The host by which the pages are asked for, as the operator gave it. They are also shown by an address or by
    /// `localhost`, and by no other name: a page of somebody else whose name suddenly means this machine
    /// (DNS rebinding) reads nothing here.
    pub host: &'o str,
    /// What an account has, if that is known without waiting.
    pub saldo: &'o dyn Fn(Rg) -> Option<Saldo>,
}

impl fmt::Debug for Tempo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tempo").field("anel", &self.anel).field("host", &self.host).finish()
    }
}

impl Tempo<'_> {
    /// What there is to be seen now, as docs/rastro.md says in its section 10: the graph only if there are events
    /// after the last that the visitor has seen, or the visitor has seen another run.
    pub(super) fn json(&self, depois: Option<u64>) -> String {
        let JanelaDoAnel { ate, contas, rastros } = self.anel.janela();
        let epoca = self.anel.cabecalho().epoca().unwrap_or_default();
        // An RG and a balance are digits and a point.
        let conta = |rg: Rg| match (self.saldo)(rg) {
            Some(saldo) => format!("{{\"rg\":\"{rg}\",\"saldo\":\"{saldo}\"}}"),
            None => format!("{{\"rg\":\"{rg}\"}}"),
        };
        let saldos: Vec<String> = contas.into_iter().map(conta).collect();
        let saldos = saldos.join(",");
        let mut saida = format!("{{\"epoca\":{epoca},\"ate\":{ate},\"saldos\":[{saldos}]");
        if depois != Some(ate)
            && let Some(grafo) = grafo(rastros)
        {
            // A String takes whatever is written to it.
            let _ = write!(saida, ",\"grafo\":{grafo}");
        }
        saida.push_str("}\n");
        saida
    }

    /// Whether the pages are shown to who asks for them under this name (RFC 9110, section 7.2).
    pub(super) fn atende_por(&self, host: Option<&str>) -> bool {
        let Some(host) = host.map(str::trim) else { return true };
        let nome = match host.rsplit_once(':') {
            Some((nome, porta)) if porta.bytes().all(|byte| byte.is_ascii_digit()) => nome,
            _ => host,
        };
        let nome = nome.strip_prefix('[').and_then(|nome| nome.strip_suffix(']')).unwrap_or(nome);
        nome.parse::<IpAddr>().is_ok()
            || [self.host, "localhost"].iter().any(|certo| nome.eq_ignore_ascii_case(certo))
    }
}

/// The graph of these traces. Too large a one could not be: a ring holds few events.
fn grafo(rastros: Rastros) -> Option<String> {
    let causalidade = Causalidade::de(montar(rastros)).ok()?;
    let recorte = Recorte::de(causalidade.grafo(), &Filtro::default());
    let infracoes = diagnosticar(causalidade.grafo(), SemRastro::PodemAdiantar);
    Some(json(&causalidade, &recorte, &infracoes))
}

#[cfg(test)]
mod tests {
    use pixson_core::rastro::CabecalhoDoRastro;

    use super::*;

    #[test]
    fn a_page_is_shown_under_an_address_or_a_name_that_the_operator_knows() {
        let anel = AnelDoRastro::novo(CabecalhoDoRastro::novo("servidor".parse().expect("a name")));
        let tempo = Tempo { anel: &anel, host: "Banco.local", saldo: &|_| None };
        for certo in
            ["127.0.0.1:9100", "10.0.0.7", "[::1]:9100", "[::1]", "LOCALHOST:1", "banco.local:9100"]
        {
            assert!(tempo.atende_por(Some(certo)), "{certo}");
        }
        assert!(tempo.atende_por(None), "a program that is no browser");
        for errado in
            ["", "exemplo.com", "exemplo.com:9100", "127.0.0.1.exemplo.com", "localhost.x"]
        {
            assert!(!tempo.atende_por(Some(errado)), "{errado}");
        }
    }
}
