//! The server's side of a scene, inferred from what it answers.
//!
//! A scene has one request at the server at a time: the reply to it comes before the next one is
//! delivered. If nobody else uses the server, each of its receivings and sendings is therefore known from
//! the stamp of the request and that of the reply; if somebody does, the stamps show it.

use pixson_core::rastro::{
    ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista, RespostaVista,
};
use pixson_core::{Carimbo, Pedido, Relogio, Resposta};

/// What the server's clock did.
#[derive(Debug, Default)]
pub(crate) struct ServidorInferido {
    eventos: Vec<EventoDoRelogio>,
    alheio: bool,
}

/// What a reply says, to the request that bears `responde`.
pub(crate) fn vista(pedido: &Pedido, resposta: &Resposta) -> RespostaVista {
    RespostaVista {
        responde: Some(pedido.carimbo),
        rg: Some(pedido.operacao.titular()),
        dito: Dito::from(resposta),
    }
}

impl ServidorInferido {
    /// A request has come in, and its reply has come out.
    pub(crate) fn atender(
        &mut self,
        us: u64,
        conexao: ConexaoNumerada,
        pedido: &Pedido,
        resposta: &Resposta,
    ) {
        let enviado = resposta.carimbo();
        let estava = self
            .eventos
            .last()
            .map_or_else(|| inicio(pedido.carimbo, enviado), |ultimo| Some(ultimo.depois));
        let recebimento = estava.map(|estava| Relogio::desde(estava).receber(pedido.carimbo));
        let Some(recebimento) = recebimento.filter(|um| um.depois.seguinte() == Some(enviado))
        else {
            self.alheio = true;
            return;
        };
        let visto = |carimbo, conteudo| MensagemVista { conexao, carimbo, conteudo };
        let pedida = Conteudo::Pedido(Some(pedido.operacao));
        let (antes, depois) = (recebimento.antes, recebimento.depois);
        let fato = Fato::Recebimento(visto(pedido.carimbo, pedida));
        self.eventos.push(EventoDoRelogio { us, antes, depois, fato });
        let fato = Fato::Envio(visto(enviado, Conteudo::Resposta(vista(pedido, resposta))));
        self.eventos.push(EventoDoRelogio { us, antes: depois, depois: enviado, fato });
    }

    /// Where its clock began, and what it did. `None` if somebody else has used it in between.
    pub(crate) fn eventos(&self) -> Option<(Carimbo, &[EventoDoRelogio])> {
        let inicio = self.eventos.first().map_or(Carimbo::ZERO, |primeiro| primeiro.antes);
        (!self.alheio).then_some((inicio, &self.eventos))
    }
}

/// Where a clock stood that answers a request stamped so with a reply stamped so: at 0 if that may be.
fn inicio(pedido: Carimbo, resposta: Carimbo) -> Option<Carimbo> {
    let certo = |estava| {
        let depois = Relogio::desde(estava).receber(pedido).depois;
        depois.seguinte() == Some(resposta)
    };
    let atras = |quanto| resposta.valor().checked_sub(quanto).and_then(Carimbo::novo);
    [Some(Carimbo::ZERO), atras(2), atras(1)].into_iter().flatten().find(|&estava| certo(estava))
}
