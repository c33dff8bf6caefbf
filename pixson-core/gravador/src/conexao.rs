//! One connection of a process that keeps a trace.

use std::collections::VecDeque;
use std::sync::Arc;

use pixson_core::rastro::{
    ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista, RespostaVista,
};
use pixson_core::relogio::{Avanco, Recebimento};
use pixson_core::sessao::RespostaEscrita;
use pixson_core::{Carimbo, Operacao, Pedido, Resposta, Rg};

use crate::mesa::Mesa;

/// How many events are left together at most.
const LOTE_MAX: usize = 1024;

/// One connection of a process that keeps a trace. What happens on it is handed over when
/// [`ConexaoGravada::entregar`] is called or many events have gathered, and when this value is dropped.
#[derive(Debug)]
pub struct ConexaoGravada {
    mesa: Arc<Mesa>,
    conexao: ConexaoNumerada,
    lote: Vec<EventoDoRelogio>,
    /// How many events found no room since the last were left. Counted here first: all connections share the count
    /// of the process, and would wait for each other.
    perdidas: usize,
    /// The requests that have no reply yet, and on whose behalf they are.
    pendentes: VecDeque<(Carimbo, Option<Rg>)>,
}

impl ConexaoGravada {
    pub(crate) fn nova(mesa: Arc<Mesa>, conexao: ConexaoNumerada) -> Self {
        Self { mesa, conexao, lote: Vec::new(), perdidas: 0, pendentes: VecDeque::new() }
    }

    /// Of a server: a message has come in. `pedido` is `None` if it is not understood but for its stamp.
    pub fn recebeu_pedido(&mut self, recebimento: Recebimento, pedido: Option<Operacao>) {
        let Recebimento { carimbo, antes, depois } = recebimento;
        self.pendentes.push_back((carimbo, pedido.map(|pedido| pedido.titular())));
        let fato = Fato::Recebimento(self.mensagem(carimbo, Conteudo::Pedido(pedido)));
        self.anotar(antes, depois, fato);
    }

    /// Of a server: a reply was stamped. `avanco` is how, if a bank drew the stamp above those of rows.
    pub fn respondeu(&mut self, escrita: RespostaEscrita, avanco: Option<Avanco>) {
        let RespostaEscrita { carimbo, desfecho, responde } = escrita;
        let rg = responde.and_then(|responde| self.atender(responde));
        let resposta = RespostaVista { responde, rg, dito: Dito::Conhecido(desfecho) };
        let (antes, fato) = if let Some(Avanco { passado, antes, .. }) = avanco {
            let resposta = Some((self.conexao, resposta));
            (antes, Fato::Execucao { linhas: passado, resposta })
        } else {
            let conteudo = Conteudo::Resposta(resposta);
            (anterior(carimbo), Fato::Envio(self.mensagem(carimbo, conteudo)))
        };
        self.anotar(antes, carimbo, fato);
    }

    /// Of a client: a request was stamped.
    pub fn enviou_pedido(&mut self, pedido: &Pedido) {
        let Pedido { carimbo, operacao } = *pedido;
        self.pendentes.push_back((carimbo, Some(operacao.titular())));
        let fato = Fato::Envio(self.mensagem(carimbo, Conteudo::Pedido(Some(operacao))));
        self.anotar(anterior(carimbo), carimbo, fato);
    }

    /// Of a client: a reply has come in, to the oldest request that had none, or unasked.
    pub fn recebeu_resposta(&mut self, recebimento: Recebimento, resposta: &Resposta) {
        let Recebimento { carimbo, antes, depois } = recebimento;
        let pedido = self.pendentes.pop_front();
        let responde = pedido.map(|(carimbo, _)| carimbo);
        let rg = pedido.and_then(|(_, rg)| rg);
        let conteudo = Conteudo::Resposta(RespostaVista { responde, rg, dito: resposta.into() });
        let fato = Fato::Recebimento(self.mensagem(carimbo, conteudo));
        self.anotar(antes, depois, fato);
    }

    /// Leaves what has happened so far to be written. It never waits.
    pub fn entregar(&mut self) {
        self.mesa.deixar(std::mem::take(&mut self.lote));
        self.mesa.perder(std::mem::take(&mut self.perdidas));
    }

    /// On whose behalf the request with that stamp was made. It and those before it have their replies.
    fn atender(&mut self, responde: Carimbo) -> Option<Rg> {
        let qual = self.pendentes.iter().position(|(carimbo, _)| *carimbo == responde)?;
        self.pendentes.drain(..=qual).next_back().and_then(|(_, rg)| rg)
    }

    fn mensagem(&self, carimbo: Carimbo, conteudo: Conteudo) -> MensagemVista {
        MensagemVista { conexao: self.conexao, carimbo, conteudo }
    }

    fn anotar(&mut self, antes: Carimbo, depois: Carimbo, fato: Fato) {
        // What would be lost is not worth the time that it takes to note it.
        if self.mesa.cheia(self.lote.len() + 1) {
            self.perdidas += 1;
            return;
        }
        self.lote.push(EventoDoRelogio { us: self.mesa.us(), antes, depois, fato });
        if self.lote.len() >= LOTE_MAX {
            self.entregar();
        }
    }
}

impl Drop for ConexaoGravada {
    fn drop(&mut self) {
        self.entregar();
    }
}

/// Where a clock stood that went one further.
fn anterior(carimbo: Carimbo) -> Carimbo {
    Carimbo::novo(carimbo.valor().saturating_sub(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use pixson_core::Relogio;

    use super::*;
    use crate::mesa::Recado;

    const ESPERAM_MAX: usize = 4 * LOTE_MAX;

    #[test]
    fn what_would_not_fit_is_counted_and_not_gathered() {
        let (recados, chegam) = mpsc::channel();
        let mesa = Arc::new(Mesa::nova(recados, ESPERAM_MAX));
        let conexao = ConexaoNumerada { numero: 1, porta: None };
        let mut gravada = ConexaoGravada::nova(Arc::clone(&mesa), conexao);
        let relogio = Relogio::novo();
        let operacao = Operacao::Saldo { rg: "1".parse().expect("legal") };
        for _ in 0..ESPERAM_MAX + 5 {
            let carimbo = relogio.tique().expect("far from the end");
            gravada.enviou_pedido(&Pedido { carimbo, operacao });
        }
        assert_eq!(gravada.lote, [], "what was lost takes no memory");
        drop(gravada);
        let deixados = chegam.try_iter().map(|recado| match recado {
            Recado::Eventos(eventos) => eventos.len(),
            Recado::Fim => 0,
        });
        assert_eq!((deixados.sum(), mesa.tirar_perdidas()), (ESPERAM_MAX, 5));
    }
}
