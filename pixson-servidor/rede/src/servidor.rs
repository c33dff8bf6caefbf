//! The listener, one thread for each connection, and the stop.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, Scope};
use std::time::Duration;

use pixson_core::{Banco, Servico};

use crate::aceitacao::{Aceitacao, Aceito};
use crate::conexao::ConexaoServidor;
use crate::fio::conduzir;
use crate::limites::Limites;
use crate::observador::{Observador, ObservadorDeConexao};
use crate::parada::Parada;
use crate::portaria::{Passe, Portaria};
use crate::recusa::{self, Recusada, Recusas};
use crate::tarefa::tarefa;

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// How long connections may still take when the server stops: 3 s. Then there is time for whatever the
/// bank has to do.
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
}

impl<B: Banco, O: Observador> Servidor<B, O> {
    /// A server that does not serve yet. It stops when somebody asks `parada` for it. The limit of a
    /// message is that of `servico` ([`Limites::configuracao`]).
    pub fn novo(
        servico: Servico<B>,
        ouvinte: TcpListener,
        limites: Limites,
        parada: Parada,
        observador: O,
    ) -> Self {
        let portaria = Portaria::nova(limites.max_conexoes, limites.max_por_endereco);
        Self { servico, ouvinte, limites, parada, portaria, observador }
    }

    /// The bank, the clock, and what all connections share.
    pub fn servico(&self) -> &Servico<B> {
        &self.servico
    }

    /// Who looks on.
    pub fn observador(&self) -> &O {
        &self.observador
    }

    /// Asked for the stop, it ends the server.
    pub fn parada(&self) -> &Parada {
        &self.parada
    }

    /// How many connections are open.
    pub fn conexoes(&self) -> usize {
        self.portaria.quantas()
    }

    /// Bank and onlooker, when nothing is served any more. The listener is closed.
    pub fn desfazer(self) -> (Servico<B>, O) {
        (self.servico, self.observador)
    }

    /// Serves until the stop is asked for and the last connection has ended: every line that has
    /// arrived whole by then is answered. Connections that go on for more than 3 s after that are cut.
    ///
    /// `pronto` is called when everything is there that serving needs of the system, before anybody is
    /// accepted.
    ///
    /// # Errors
    ///
    /// That of `pronto`, or of the system if it gives no thread: nobody was accepted then.
    pub fn servir<E: From<io::Error>>(
        &self,
        pronto: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        thread::scope(|escopo| {
            let (recusas, recusadas) = Recusas::novas();
            let servido = tarefa(escopo, || self.despejar())
                .and_then(|()| tarefa(escopo, move || recusa::despedir(&recusadas)))
                .map_err(E::from)
                .and_then(|()| pronto());
            if servido.is_ok() {
                thread::scope(|conexoes| self.aceitar(conexoes, &recusas));
            }
            // Whatever has started must end.
            self.parada.pedir();
            servido
        })
    }

    fn aceitar<'escopo>(&'escopo self, conexoes: &'escopo Scope<'escopo, '_>, recusas: &Recusas) {
        let mut aceitacao = Aceitacao::nova(&self.ouvinte, &self.parada);
        while let Some(chegada) = aceitacao.proxima() {
            match chegada {
                Aceito::Lugar(fluxo, par) => self.receber(conexoes, recusas, fluxo, par),
                // It is closed at once: a peer that has spoken already may lose the words.
                Aceito::SemDescritor(fluxo, par) => drop(self.recusar(fluxo, par)),
                Aceito::Nenhuma(erro) => self.observador.sem_aceitar(&erro),
            }
        }
    }

    fn receber<'escopo>(
        &'escopo self,
        conexoes: &'escopo Scope<'escopo, '_>,
        recusas: &Recusas,
        fluxo: TcpStream,
        par: SocketAddr,
    ) {
        let fluxo = Arc::new(fluxo);
        let lugar = self.portaria.entrar(&fluxo, par.ip());
        let fluxo = match lugar {
            None => Err(fluxo),
            Some(passe) => {
                let dele = Arc::clone(&fluxo);
                let atender = move || self.atender(&dele, &passe, par);
                // Without a thread this client is refused, and the others are served.
                let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
                pilha.spawn_scoped(conexoes, atender).map(drop).map_err(|_| fluxo)
            }
        };
        // Nobody else has a share of a connection that was not let in.
        if let Some(fluxo) = fluxo.err().and_then(Arc::into_inner)
            && let Ok(recusada) = self.recusar(fluxo, par)
        {
            recusas.deixar(recusada);
        }
    }

    /// Tells a client that there is no place for it.
    fn recusar(&self, fluxo: TcpStream, par: SocketAddr) -> io::Result<Recusada> {
        self.observador.recusada(par);
        let conexao = ConexaoServidor::lotada(&self.servico, &self.limites);
        let mut recusada = Recusada::nova(fluxo, conexao);
        let dito =
            recusada.dizer(&self.servico, |evento| self.observador.evento_de_recusada(evento));
        dito.map(|()| recusada)
    }

    fn atender(&self, fluxo: &TcpStream, passe: &Passe<'_>, par: SocketAddr) {
        let mut observador = self.observador.aberta(passe.numero(), par);
        let conexao = ConexaoServidor::nova(self.servico.ligacao(), &self.limites);
        let fim = conduzir(fluxo, conexao, &self.servico, &self.parada, &mut observador);
        observador.encerrada(&fim);
    }

    /// Waits for the stop, ends the input of every connection and the wait for others, and then sees to
    /// it that nobody holds up the server.
    fn despejar(&self) {
        while !self.parada.esperar(PARADA_MAX) {}
        self.portaria.encerrar_entradas();
        // On Linux this ends an accept that waits.
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
        self.portaria.esvaziar(PARADA_MAX);
    }
}
