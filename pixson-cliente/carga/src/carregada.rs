//! One connection under load.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use pixson_core::Recusa;
use pixson_core::protocolo::Situacao;

use crate::ErroCarga;
use crate::Plano;
use crate::agenda::Agenda;
use crate::canal::Canal;
use crate::conferencia::VariacaoEsperada;
use crate::dialogo::Chegada;
use crate::medida::{Contadores, Medida};
use crate::sorteio::{Escolha, Escolhas};

/// How often a connection that has nothing to send checks whether it is to end.
pub(crate) const ATENCAO: Duration = Duration::from_millis(100);

/// One connection under load: as long as the time lasts, it keeps requests on their way.
#[derive(Debug)]
pub(crate) struct Carregada<'a> {
    plano: &'a Plano,
    esperado: &'a VariacaoEsperada,
    contadores: &'a Contadores,
    canal: Canal,
    /// The number of this connection.
    conexao: u32,
    sorteio: Escolhas,
    /// In the order in which they were sent, which is that of the replies.
    pendentes: VecDeque<Pendente>,
    medida: Medida,
}

/// When a connection sends, from the start of the load on.
#[derive(Debug)]
pub(crate) struct Ritmo {
    /// With a rate, the instants at which requests are due.
    agenda: Option<Agenda>,
    /// When no more requests are sent.
    fim: Instant,
    acabou: bool,
}

/// What a connection saw, and why it was lost, if it was.
pub(crate) type Concluida = (Medida, Option<ErroCarga>);

/// A request without an answer yet, and the instant from which its latency counts.
#[derive(Clone, Copy, Debug)]
struct Pendente {
    escolha: Escolha,
    desde: Instant,
}

impl<'a> Carregada<'a> {
    pub(crate) fn novo(
        plano: &'a Plano,
        esperado: &'a VariacaoEsperada,
        contadores: &'a Contadores,
        canal: Canal,
        (conexao, sorteio): (u32, Escolhas),
    ) -> Self {
        let pendentes = VecDeque::with_capacity(plano.pipeline as usize);
        let medida = Medida::nova();
        Self { plano, esperado, contadores, canal, conexao, sorteio, pendentes, medida }
    }

    /// Works until the time is over and every reply is in, or until the connection is lost.
    pub(crate) fn correr(mut self, inicio: Instant) -> Concluida {
        let falha = self.conversar(inicio).err();
        self.concluir(falha)
    }

    /// When it sends, if the load starts at this instant.
    pub(crate) fn ritmo(&self, inicio: Instant) -> Ritmo {
        let Plano { taxa, conexoes, duracao, .. } = *self.plano;
        let agenda = taxa.map(|taxa| Agenda::nova(inicio, taxa, self.conexao, conexoes));
        Ritmo { agenda, fim: inicio + duracao, acabou: false }
    }

    /// The end of the connection, which was lost if there is a reason.
    pub(crate) fn concluir(mut self, falha: Option<ErroCarga>) -> Concluida {
        if falha.is_some() {
            self.contadores.perder_conexao();
        }
        for Pendente { escolha, .. } in std::mem::take(&mut self.pendentes) {
            self.desconhecer(escolha);
        }
        (self.medida, falha)
    }

    /// Why the connection is lost if the system does not give what it needs.
    pub(crate) fn sem_recursos(&self, erro: &io::Error) -> ErroCarga {
        self.plano.sem_recursos(erro)
    }

    pub(crate) fn canal(&mut self) -> &mut Canal {
        &mut self.canal
    }

    fn conversar(&mut self, inicio: Instant) -> Result<(), ErroCarga> {
        let (mut ritmo, mut agora) = (self.ritmo(inicio), inicio);
        while let ControlFlow::Continue(ate) = self.encher(&mut ritmo, agora)? {
            self.canal.mover(agora, ate)?;
            agora = Instant::now();
            self.colher(agora)?;
        }
        Ok(())
    }

    /// Hands the requests that are due to the connection. Breaks off when the time is over and every
    /// reply is in; otherwise it says when to look again, if that is not only when a reply arrives.
    pub(crate) fn encher(
        &mut self,
        ritmo: &mut Ritmo,
        agora: Instant,
    ) -> Result<ControlFlow<(), Option<Instant>>, ErroCarga> {
        let mut ate = None;
        if !ritmo.acabou {
            ritmo.acabou = agora >= ritmo.fim || self.plano.interrompido();
            match &mut ritmo.agenda {
                None if ritmo.acabou => {}
                None => self.completar(agora)?,
                Some(agenda) => ate = self.cumprir(agenda, agora, ritmo.fim)?,
            }
        }
        if ritmo.acabou && self.pendentes.is_empty() {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(ate))
    }

    /// Fills the window when half of it is empty. Requests that are sent singly would cost one
    /// system call each.
    fn completar(&mut self, agora: Instant) -> Result<(), ErroCarga> {
        if self.pendentes.len() > self.plano.pipeline as usize / 2 {
            return Ok(());
        }
        while self.cabe_mais() {
            self.pedir(agora, agora)?;
        }
        Ok(())
    }

    /// Sends the requests that are due, as far as the window allows. Returns when to look again:
    /// when the next request is due, or at the end. Requests that were due before the end are still
    /// sent a little after it, but no more than fit into the window.
    fn cumprir(
        &mut self,
        agenda: &mut Agenda,
        agora: Instant,
        fim: Instant,
    ) -> Result<Option<Instant>, ErroCarga> {
        let mut proxima = agenda.proxima();
        while self.cabe_mais() && proxima <= agora && proxima < fim {
            self.pedir(proxima, agora)?;
            agenda.avancar();
            proxima = agenda.proxima();
        }
        // An end may be asked for before the next request is due.
        Ok((self.cabe_mais() && agora < fim).then(|| proxima.min(fim).min(agora + ATENCAO)))
    }

    fn cabe_mais(&self) -> bool {
        self.pendentes.len() < self.plano.pipeline as usize
    }

    fn pedir(&mut self, desde: Instant, agora: Instant) -> Result<(), ErroCarga> {
        let escolha = self.sorteio.proxima();
        let operacao = escolha.operacao(&self.plano.usadas);
        self.canal.enviar(operacao, agora).map_err(|erro| self.canal.falha_de_envio(erro))?;
        self.pendentes.push_back(Pendente { escolha, desde });
        self.medida.enviadas += 1;
        Ok(())
    }

    /// Takes every reply that has arrived.
    pub(crate) fn colher(&mut self, agora: Instant) -> Result<(), ErroCarga> {
        let (mut feitas, mut recusadas) = (0, 0);
        let fim = loop {
            match self.canal.proxima() {
                Ok(None) => break Ok(()),
                Err(falha) => break Err(falha),
                Ok(Some(chegada)) if self.contar(&chegada, agora) => feitas += 1,
                Ok(Some(_)) => recusadas += 1,
            }
        };
        if feitas + recusadas > 0 {
            self.medida.marcar(agora);
            self.contadores.somar(feitas, recusadas);
        }
        fim
    }

    /// Counts one reply. Returns whether the operation was done.
    fn contar(&mut self, chegada: &Chegada, agora: Instant) -> bool {
        let Pendente { escolha, desde } =
            self.pendentes.pop_front().expect("there are no more replies than requests");
        if let Chegada::Resposta(resposta) = chegada
            && resposta.situacao() == Situacao::Erro
        {
            self.medida.recusas.contar(&resposta.texto());
            if resposta.desfecho() == Some(Err(Recusa::ServidorIndisponivel)) {
                self.desconhecer(escolha);
            }
            return false;
        }
        self.medida.contar_feita(escolha.especie(), agora.duration_since(desde));
        self.esperado.aplicar(escolha);
        true
    }

    /// Takes note of an operation whose outcome is unknown, if it moves money.
    fn desconhecer(&mut self, escolha: Escolha) {
        if escolha.move_dinheiro() && !self.plano.eco {
            self.medida.desconhecidas.push(escolha);
        }
    }
}
