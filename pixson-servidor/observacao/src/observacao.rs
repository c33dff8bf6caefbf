//! The observer that passes on to screen, log, trace and counters what the server and each connection
//! report.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pixson_core::servico::Evento;
use pixson_core::sessao::Fim;
use pixson_core::{Carimbo, Recusa};
use pixson_linha::portugues::causa;
use pixson_rede::{Encerramento, Observador, ObservadorDeConexao, Parada};

use crate::queixa::Queixa;
use crate::rastreio::{Rastreio, RastreioDeConexao};
use crate::tela::{LinhasDaTela, Tela};
use pixson_metricas::Metricas;

/// How often the same complaint is logged, at most: once a second.
const QUEIXAS: Duration = Duration::from_secs(1);

/// The observer of the whole server.
#[derive(Debug)]
pub struct Observacao {
    tela: Tela,
    metricas: Metricas,
    /// Whether requests are counted and measured.
    conta: bool,
    /// Whether the server stops when an outcome cannot be known.
    para: bool,
    /// The storage has refused a request since the last [`Observacao::recusou`].
    recusou: AtomicBool,
    parada: Parada,
    queixa: Mutex<Queixa>,
    rastreio: Option<Rastreio>,
}

/// The observer of one connection.
#[derive(Debug)]
pub struct DeConexao<'o> {
    observacao: &'o Observacao,
    conexao: u64,
    par: SocketAddr,
    linhas: LinhasDaTela<'o>,
    rastreio: Option<RastreioDeConexao<'o>>,
}

impl Observacao {
    /// An observer that shows on this screen, logs and counts. `parada` is that of the server, and
    /// is asked for the stop when the storage has failed or the clock is exhausted.
    pub fn nova(parada: Parada, tela: Tela) -> Self {
        Self {
            tela,
            metricas: Metricas::novas(),
            conta: true,
            para: true,
            recusou: AtomicBool::new(false),
            parada,
            queixa: Mutex::new(Queixa::a_cada(QUEIXAS)),
            rastreio: None,
        }
    }

    /// The same without counting requests and measuring how long they take, for a server without a
    /// panel.
    #[must_use]
    pub fn sem_contar(self) -> Self {
        Self { conta: false, ..self }
    }

    /// The same for a bank that is far away ([`Banco::distante`](pixson_core::Banco::distante)): of a request
    /// whose outcome cannot be known, the connection ends, and the server goes on, since such a bank comes back by
    /// itself. Storage that has failed does not.
    #[must_use]
    pub fn que_continua(self) -> Self {
        Self { para: false, ..self }
    }

    /// The same, which also keeps a trace, if there is one.
    #[must_use]
    pub fn com_rastreio(self, rastreio: Option<Rastreio>) -> Self {
        Self { rastreio, ..self }
    }

    /// Standard output.
    pub fn tela(&self) -> &Tela {
        &self.tela
    }

    /// The counters.
    pub fn metricas(&self) -> &Metricas {
        &self.metricas
    }

    /// Asks for the stop of the server; the first call logs and shows it.
    pub fn parar(&self) {
        if self.parada.pedir() {
            tracing::info!("parada solicitada");
            self.tela.mostrar("Encerrando...");
        }
    }

    /// Whether the storage has refused a request since the last call.
    pub fn recusou(&self) -> bool {
        self.recusou.swap(false, Ordering::Relaxed)
    }

    /// Ends the trace, and waits until everything is shown: for 1 s at most, and for the trace for 10 s.
    pub fn despedir(self) {
        if let Some(rastreio) = self.rastreio {
            rastreio.encerrar();
        }
        self.tela.despedir();
    }
}

impl Observador for Observacao {
    type DeConexao<'o> = DeConexao<'o>;

    fn aberta(&self, conexao: u64, par: SocketAddr) -> DeConexao<'_> {
        tracing::info!(conexao, %par, "conexão aberta");
        self.metricas.conexao("aceita");
        self.tela.mostrar(format_args!("Novo cliente conectado {par}"));
        let rastreio = self.rastreio.as_ref().map(|rastreio| rastreio.conexao(conexao, par));
        DeConexao { observacao: self, conexao, par, linhas: self.tela.linhas(), rastreio }
    }

    fn recusada(&self, conexao: u64, par: SocketAddr) {
        tracing::info!(conexao, %par, "conexão recusada: servidor lotado");
        self.metricas.conexao("recusada");
    }

    fn evento_de_recusada(&self, conexao: u64, par: SocketAddr, evento: Evento) {
        if let Some(rastreio) = &self.rastreio {
            rastreio.conexao(conexao, par).evento(evento);
        }
        if let Some(relogio) = evento.relogio() {
            self.tela.mostrar(LinhaDoRelogio(relogio));
        }
    }

    fn sem_aceitar(&self, erro: &io::Error) {
        // A poisoned lock is ignored: the value is consistent whatever panics.
        if self.queixa.lock().unwrap_or_else(PoisonError::into_inner).cabe() {
            tracing::warn!(erro = causa(erro), "nenhuma conexão pode ser aceita agora");
        }
    }
}

impl ObservadorDeConexao for DeConexao<'_> {
    fn evento(&mut self, evento: Evento) {
        let conexao = self.conexao;
        if let Some(rastreio) = &mut self.rastreio {
            rastreio.evento(evento);
        }
        if let Some(relogio) = evento.relogio() {
            self.linhas.juntar(LinhaDoRelogio(relogio));
        }
        match evento {
            Evento::Recebida { .. } | Evento::Respondida(_) => {}
            Evento::Executada { operacao, desfecho } => {
                tracing::debug!(
                    conexao,
                    operacao = operacao.tipo().palavra(),
                    recusa = desfecho.err().map(tracing::field::display),
                    "pedido atendido"
                );
                if desfecho == Err(Recusa::ServidorIndisponivel) {
                    self.observacao.recusou.store(true, Ordering::Relaxed);
                }
            }
            Evento::Recusada(recusa) => tracing::debug!(conexao, %recusa, "mensagem recusada"),
        }
        if self.observacao.conta {
            self.observacao.metricas.evento(evento);
        }
    }

    fn separado(&mut self) {
        self.linhas.separar();
    }

    fn confirmado(&mut self) {
        if let Some(rastreio) = &mut self.rastreio {
            rastreio.entregar();
        }
        self.linhas.mostrar();
    }

    fn mede(&self) -> bool {
        self.observacao.conta
    }

    fn atendimento(&mut self, duracao: Duration) {
        if self.observacao.conta {
            self.observacao.metricas.atendimento(duracao);
        }
    }

    fn encerrada(self, fim: &io::Result<Encerramento>) {
        let Self { observacao, conexao, par, .. } = self;
        drop(self.rastreio);
        match fim {
            Ok(Encerramento::Sessao(fim)) => {
                let culpa = fim.culpa().map(tracing::field::debug);
                tracing::info!(conexao, ?fim, culpa, "conexão encerrada");
            }
            Ok(Encerramento::EscritaEsgotada) => {
                let erro = causa(&io::ErrorKind::TimedOut.into());
                tracing::info!(conexao, erro, "conexão interrompida");
            }
            Ok(Encerramento::Panico) => {
                tracing::error!(conexao, "conexão encerrada por um defeito do servidor");
            }
            // An error of the peer's network is no warning: nothing is lost on this side.
            Err(erro) => tracing::info!(conexao, erro = causa(erro), "conexão interrompida"),
        }
        observacao.tela.mostrar(format_args!("Cliente desconectado {par}"));
        match fim {
            Ok(Encerramento::Sessao(Fim::RelogioEsgotado)) => observacao.parar(),
            Ok(Encerramento::Sessao(Fim::ArmazenamentoFalhou)) if observacao.para => {
                observacao.parar();
            }
            _ => {}
        }
    }
}

/// The seed's line for a change of the clock.
struct LinhaDoRelogio(Carimbo);

impl fmt::Display for LinhaDoRelogio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relógio Lógico Atualizado: {}", self.0)
    }
}
