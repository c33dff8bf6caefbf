//! The listener, those who serve its connections, and the stop.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, Scope};
use std::time::Duration;

use pixson_core::{Banco, Servico};

use crate::aceitacao::{Aceitacao, Aceito};
use crate::admitida::{Admitida, Contexto};
use crate::conducao::{Conducao, Condutores};
use crate::conexao::ConexaoServidor;
use crate::limites::Limites;
use crate::observador::Observador;
use crate::panico::{ParadaAoFim, isolar};
use crate::parada::Parada;
use crate::portaria::Portaria;
use crate::recusa::{self, Recusada, Recusas};
use crate::tarefa::tarefa;

/// How long connections may still take when the server stops: 3 s. That leaves time for the bank to
/// close.
const PARADA_MAX: Duration = Duration::from_secs(3);

/// A bank on a listener: see the [crate](crate) for an example.
#[derive(Debug)]
pub struct Servidor<B, O = ()> {
    servico: Servico<B>,
    ouvinte: TcpListener,
    limites: Limites,
    parada: Parada,
    portaria: Portaria,
    observador: O,
    conducao: Conducao,
}

impl<B: Banco, O: Observador> Servidor<B, O> {
    /// A server that does not serve yet. It stops when `parada` is asked for the stop. The limit of
    /// a message is that of `servico` ([`Limites::configuracao`]).
    pub fn novo(
        servico: Servico<B>,
        ouvinte: TcpListener,
        limites: Limites,
        parada: Parada,
        observador: O,
    ) -> Self {
        let portaria = Portaria::nova(limites.max_conexoes, limites.max_por_endereco);
        let conducao = Conducao::default();
        Self { servico, ouvinte, limites, parada, portaria, observador, conducao }
    }

    /// Served in this way instead of a thread for each connection.
    #[must_use]
    pub fn com_conducao(self, conducao: Conducao) -> Self {
        Self { conducao, ..self }
    }

    /// How its connections are served.
    pub fn conducao(&self) -> Conducao {
        self.conducao
    }

    /// The bank, the clock, and what all connections share.
    pub fn servico(&self) -> &Servico<B> {
        &self.servico
    }

    /// The observer.
    pub fn observador(&self) -> &O {
        &self.observador
    }

    /// The handle by which the stop is asked for.
    pub fn parada(&self) -> &Parada {
        &self.parada
    }

    /// How many connections are open.
    pub fn conexoes(&self) -> usize {
        self.portaria.quantas()
    }

    /// Takes the service and the observer back, when nothing is served any more. The listener is
    /// closed.
    pub fn desfazer(self) -> (Servico<B>, O) {
        (self.servico, self.observador)
    }

    /// Serves until the stop is asked for and the last connection has ended: every line that has
    /// arrived whole by then is answered. Connections that go on for more than 3 s after that are cut.
    ///
    /// `pronto` is called when the system has given everything that serving needs, before the first
    /// connection is accepted.
    ///
    /// # Errors
    ///
    /// That of `pronto`, or of the system if it gives no thread. No connection was accepted then.
    pub fn servir<E: From<io::Error>>(
        &self,
        pronto: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        thread::scope(|escopo| {
            // The threads that have started must end, also after an error.
            let _fim = ParadaAoFim(&self.parada);
            let (recusas, recusadas) = Recusas::novas();
            tarefa(escopo, || self.despejar())
                .and_then(|()| tarefa(escopo, move || recusa::despedir(&recusadas)))
                .and_then(|()| self.condutores(escopo))
                .map_err(E::from)
                .and_then(|condutores| pronto().map(|()| self.aceitar(&condutores, &recusas)))
        })
    }

    fn condutores<'s, 'e>(
        &'s self,
        escopo: &'s Scope<'s, 'e>,
    ) -> io::Result<Condutores<'s, 'e, B, O>> {
        let Self { servico, limites, parada, observador, .. } = self;
        let contexto = Contexto { servico, limites, parada, observador };
        Condutores::novos(self.conducao, escopo, contexto)
    }

    fn aceitar<'s>(&'s self, condutores: &Condutores<'s, '_, B, O>, recusas: &Recusas) {
        let mut aceitacao = Aceitacao::nova(&self.ouvinte, &self.parada);
        while let Some(chegada) = aceitacao.proxima() {
            match chegada {
                Aceito::Lugar(fluxo, par) => self.receber(condutores, recusas, fluxo, par),
                // The connection is closed at once: a peer that has sent something already may lose
                // the refusal to a reset.
                Aceito::SemDescritor(fluxo, par) => drop(self.recusar(fluxo, par)),
                Aceito::Nenhuma(erro) => {
                    isolar(|| self.observador.sem_aceitar(&erro));
                }
            }
        }
    }

    fn receber<'s>(
        &'s self,
        condutores: &Condutores<'s, '_, B, O>,
        recusas: &Recusas,
        fluxo: TcpStream,
        par: SocketAddr,
    ) {
        let fluxo = Arc::new(fluxo);
        let recusado = match self.portaria.entrar(&fluxo, par.ip()) {
            None => Some(fluxo),
            Some(passe) => condutores.receber(Admitida { fluxo, passe, par }),
        };
        // A connection that was not let in has no other owner, so that `into_inner` succeeds.
        if let Some(fluxo) = recusado.and_then(Arc::into_inner)
            && let Some(Ok(recusada)) = self.recusar(fluxo, par)
        {
            recusas.deixar(recusada);
        }
    }

    /// Tells a client that there is no place for it. `None` after a panic.
    fn recusar(&self, fluxo: TcpStream, par: SocketAddr) -> Option<io::Result<Recusada>> {
        isolar(|| {
            let numero = self.portaria.numerar();
            self.observador.recusada(numero, par);
            let conexao = ConexaoServidor::lotada(&self.servico, &self.limites);
            let mut recusada = Recusada::nova(fluxo, conexao);
            let observar = |evento| self.observador.evento_de_recusada(numero, par, evento);
            recusada.dizer(&self.servico, observar).map(|()| recusada)
        })
    }

    /// Waits for the stop, ends the input of every connection and the accepting of new ones, and
    /// then makes sure that no connection holds up the server.
    fn despejar(&self) {
        while !self.parada.esperar(PARADA_MAX) {}
        self.portaria.encerrar_entradas();
        // On Linux this wakes an accept that blocks.
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
        self.portaria.esvaziar(PARADA_MAX);
    }
}
