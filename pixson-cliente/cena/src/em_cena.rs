//! An actor while the scene is played: its clock, its connection, and its trace.

use std::collections::VecDeque;

use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, EventoDoRelogio, Fato, MensagemVista,
    RedatorDoRastro,
};
use pixson_core::{Carimbo, Operacao, Pedido, Relogio, Resposta};

use crate::canal::CanalDoAtor;
use crate::cena::{AtorDaCena, Vicio};
use crate::falha::MotivoDaFalha;
use crate::inferido::vista;

#[derive(Debug)]
pub(crate) struct EmCena<'c, 'i> {
    papel: &'c AtorDaCena,
    relogio: Carimbo,
    redator: RedatorDoRastro,
    rastro: Vec<u8>,
    pub(crate) conexao: Option<ConexaoAberta<'i>>,
    conexoes: u64,
    ultima: Option<Resposta>,
}

/// The connection of an actor, and what is on its way on it.
#[derive(Debug)]
pub(crate) struct ConexaoAberta<'i> {
    pub(crate) canal: CanalDoAtor<'i>,
    /// Its number among those of the actor.
    numero: u64,
    /// Its number among those of all actors.
    pub(crate) no_servidor: u64,
    /// Requests that were stamped, and have not reached the server.
    pub(crate) atrasados: Vec<Pedido>,
    /// Replies that have come, and that the actor has not received.
    pub(crate) chegadas: VecDeque<(Pedido, Resposta)>,
}

impl ConexaoAberta<'_> {
    fn numerada(&self) -> ConexaoNumerada {
        ConexaoNumerada { numero: self.numero, porta: self.canal.porta }
    }
}

impl<'c, 'i> EmCena<'c, 'i> {
    pub(crate) fn novo(papel: &'c AtorDaCena) -> Self {
        let mut rastro = Vec::new();
        let cabecalho = CabecalhoDoRastro::novo(papel.nome.clone()).com_relogio(papel.relogio);
        let redator = RedatorDoRastro::novo(&cabecalho, &mut rastro);
        let (conexao, ultima) = (None, None);
        Self { papel, relogio: papel.relogio, redator, rastro, conexao, conexoes: 0, ultima }
    }

    pub(crate) fn nome(&self) -> String {
        self.papel.nome.to_string()
    }

    pub(crate) fn conectar(&mut self, canal: CanalDoAtor<'i>, no_servidor: u64) {
        self.conexoes += 1;
        let (atrasados, chegadas) = (Vec::new(), VecDeque::new());
        let numero = self.conexoes;
        self.conexao = Some(ConexaoAberta { canal, numero, no_servidor, atrasados, chegadas });
    }

    /// Stamps a request, with the value of the clock or with `outro`, and delays it.
    pub(crate) fn carimbar(
        &mut self,
        us: u64,
        operacao: Operacao,
        outro: Option<Carimbo>,
    ) -> Result<(), MotivoDaFalha> {
        let Some(conexao) = &mut self.conexao else { return Ok(()) };
        let antes = self.relogio;
        let depois = Relogio::desde(antes).tique();
        let depois = depois.map_err(|_| MotivoDaFalha::Esgotado(self.papel.nome.to_string()))?;
        let pedido = Pedido { carimbo: outro.unwrap_or(depois), operacao };
        conexao.atrasados.push(pedido);
        let conteudo = Conteudo::Pedido(Some(operacao));
        let carimbo = pedido.carimbo;
        let fato = Fato::Envio(MensagemVista { conexao: conexao.numerada(), carimbo, conteudo });
        self.mudar(&EventoDoRelogio { us, antes, depois, fato });
        Ok(())
    }

    /// Takes the oldest reply that has come, and its stamp, as this actor does that.
    pub(crate) fn receber(&mut self, us: u64) {
        let Some(conexao) = &mut self.conexao else { return };
        let Some((pedido, resposta)) = conexao.chegadas.pop_front() else { return };
        let (antes, carimbo) = (self.relogio, resposta.carimbo());
        let depois = match self.papel.vicio {
            None => Relogio::desde(antes).receber(carimbo).depois,
            Some(Vicio::NaoFunde) => Relogio::desde(antes).tique().unwrap_or(antes),
            Some(Vicio::EsqueceMaisUm) => antes.max(carimbo),
        };
        let conteudo = Conteudo::Resposta(vista(&pedido, &resposta));
        let visto = MensagemVista { conexao: conexao.numerada(), carimbo, conteudo };
        self.ultima = Some(resposta);
        self.mudar(&EventoDoRelogio { us, antes, depois, fato: Fato::Recebimento(visto) });
    }

    pub(crate) fn por_relogio(&mut self, relogio: Carimbo) {
        self.relogio = relogio;
    }

    pub(crate) fn esperar_relogio(&self, esperado: Carimbo) -> Result<(), MotivoDaFalha> {
        let marca = self.relogio;
        if marca == esperado {
            return Ok(());
        }
        Err(MotivoDaFalha::Relogio { ator: self.nome(), esperado, marca })
    }

    pub(crate) fn esperar_texto(&self, esperado: &str) -> Result<(), MotivoDaFalha> {
        let recebido = self.ultima.as_ref().map(|resposta| resposta.texto().into_owned());
        let recebido = recebido.unwrap_or_default();
        if recebido == esperado {
            return Ok(());
        }
        Err(MotivoDaFalha::Texto { ator: self.nome(), esperado: esperado.to_owned(), recebido })
    }

    /// The whole trace, at the end.
    pub(crate) fn fechar(mut self, us: u64) -> Vec<u8> {
        self.redator.perda(us, 0, &mut self.rastro);
        self.rastro
    }

    fn mudar(&mut self, evento: &EventoDoRelogio) {
        self.relogio = evento.depois;
        self.redator.evento(evento, &mut self.rastro);
    }
}
