use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use pixson_core::Servico;
use pixson_core::banco::{BancoJson, Presa};
use pixson_core::servico::Evento;
use pixson_core::sessao::Fim;
use pixson_linha::portugues::causa;
use signal_hook::iterator::{Handle, Signals};

use crate::aceitacao::{Aceitacao, Chegada};
use crate::limites::Limites;
use crate::metricas::{Instantaneo, Metricas, Observado, Painel};
use crate::observacao::{Observacao, Relogio};
use crate::parada::Parada;
use crate::portaria::{Passe, Portaria};
use crate::queixa::Queixa;
use crate::recusa::{self, Recusas};
use crate::sinais;
use crate::tela::Tela;
use crate::{avisar, conexao, frases};

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// The stack of a thread that goes on beside the connections: 512 KiB.
const PILHA_DE_TAREFA_BYTES: usize = 512 * 1024;

/// How often bringing the account files up to the journal begins: every 500 ms, or at once when
/// that took longer. A file is behind by the rest of one round and its place in the next.
const PUBLICACAO: Duration = Duration::from_millis(500);

/// How long connections may still take when the server stops: 3 s. Then there is time to write
/// the account files.
const PARADA_MAX: Duration = Duration::from_secs(3);

/// How often the log says that the storage takes nothing: every 10 s.
const SEM_ESPACO: Duration = Duration::from_secs(10);

/// The exit code of a second signal, as a shell knows it from SIGINT.
const INTERROMPIDO: i32 = 130;

/// The listener and everything that its connections share.
#[derive(Debug)]
pub(crate) struct Servidor {
    servico: Servico<BancoJson>,
    ouvinte: TcpListener,
    endereco: SocketAddr,
    limites: Limites,
    tela: Tela,
    sinais: Mutex<Signals>,
    vigia: Handle,
    parada: Parada,
    portaria: Portaria,
    /// The storage has refused a request since the last look.
    recusou: AtomicBool,
    metricas: Metricas,
    painel: Option<Painel>,
}

/// Why the server stopped without being asked to.
#[derive(Debug)]
pub(crate) enum Queda {
    /// The run could not be begun.
    Inicio(io::Error),
    Armazenamento(io::Error),
    /// Everything is durable, but the account files could not be brought up to it.
    ArquivosAtrasados(io::Error),
    /// It ended in order, but for files that cannot be replaced.
    ArquivosPresos(Vec<Presa>),
    RelogioEsgotado,
    /// The system gives no thread for what has to be done beside serving.
    SemThread(io::Error),
}

impl Servidor {
    pub(crate) fn novo(
        servico: Servico<BancoJson>,
        ouvinte: TcpListener,
        limites: Limites,
        painel: Option<Painel>,
        silencioso: bool,
    ) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let sinais = Signals::new(sinais::de_fim())?;
        Ok(Self {
            servico,
            ouvinte,
            endereco,
            limites,
            tela: Tela::nova(silencioso),
            vigia: sinais.handle(),
            sinais: Mutex::new(sinais),
            parada: Parada::default(),
            portaria: Portaria::nova(limites.max_conexoes, limites.max_por_endereco),
            recusou: AtomicBool::new(false),
            metricas: Metricas::novas(),
            painel,
        })
    }

    /// Serves until a signal asks for the end; then every line that has arrived whole is answered, and
    /// every account file is made current.
    pub(crate) fn servir(self) -> Result<(), Queda> {
        let banco = self.servico.banco();
        let fechado = thread::scope(|escopo| {
            let (recusas, recusadas) = Recusas::novas();
            let tarefas = [
                tarefa(escopo, || self.vigiar()),
                tarefa(escopo, || self.publicar()),
                tarefa(escopo, || self.despejar()),
                tarefa(escopo, || {
                    if let Some(painel) = &self.painel {
                        painel.servir(&self, &self.parada);
                    }
                }),
                tarefa(escopo, move || recusa::despedir(&recusadas)),
            ];
            let completo = tarefas.into_iter().collect::<io::Result<()>>();
            // Last of all, so that a start that fails leaves the bank as it was.
            let iniciado = completo
                .map_err(Queda::SemThread)
                .and_then(|()| banco.iniciar().map_err(Queda::Inicio));
            if iniciado.is_ok() {
                self.anunciar();
                thread::scope(|conexoes| self.aceitar(conexoes, &recusas));
            }
            // Whatever has started must end.
            self.parada.pedir();
            let fechado = banco.fechar();
            self.parada.concluir();
            if let Some(painel) = &self.painel {
                painel.acordar();
            }
            // Until here a second signal ends the process at once.
            self.vigia.close();
            iniciado?;
            let queda =
                if banco.falhou() { Queda::Armazenamento } else { Queda::ArquivosAtrasados };
            fechado.map_err(queda)
        });
        let esgotado = self.servico.relogio().esgotado();
        let presas = banco.presas();
        self.tela.despedir();
        avisar(fechado?);
        tracing::info!("servidor encerrado");
        match presas.is_empty() {
            _ if esgotado => Err(Queda::RelogioEsgotado),
            true => Ok(()),
            false => Err(Queda::ArquivosPresos(presas)),
        }
    }

    fn anunciar(&self) {
        let (porta, epoca) = (self.endereco.port(), self.servico.banco().epoca());
        tracing::info!(endereco = %self.endereco, epoca, "servidor iniciado");
        self.tela.mostrar(format_args!("Servidor iniciado na porta {porta}"));
        self.tela.mostrar("Aguardando conexão");
    }

    fn aceitar<'escopo>(&'escopo self, conexoes: &'escopo Scope<'escopo, '_>, recusas: &Recusas) {
        let mut aceitacao = Aceitacao::nova(&self.ouvinte, &self.parada);
        while let Some(chegada) = aceitacao.proxima() {
            match chegada {
                Chegada::Lugar(fluxo, par) => self.receber(conexoes, recusas, fluxo, par),
                Chegada::SemDescritor(fluxo, par) => {
                    recusa::recusar_ja(&fluxo, &self.palavras_de_recusa(par));
                }
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
        if let Some(fluxo) = fluxo.err().and_then(Arc::into_inner) {
            recusas.recusar(fluxo, &self.palavras_de_recusa(par));
        }
    }

    /// What a client is told for which there is no place.
    fn palavras_de_recusa(&self, par: SocketAddr) -> Vec<u8> {
        tracing::info!(%par, "conexão recusada: servidor lotado");
        self.metricas.conexao("recusada");
        let mut ligacao = self.servico.ligacao();
        self.servico.lotada(&mut ligacao);
        self.servico.avancar(&mut ligacao, |evento| {
            if let Evento::RelogioAtualizado(carimbo) = evento {
                self.tela.mostrar(Relogio(carimbo));
            }
        });
        let mut palavras = Vec::new();
        // Nothing was asked of the bank: there is nothing to wait for, and the connection is over.
        let _ = self.servico.confirmar(&mut ligacao, &mut palavras);
        palavras
    }

    fn atender(&self, fluxo: &TcpStream, passe: &Passe<'_>, par: SocketAddr) {
        let conexao = passe.numero();
        tracing::info!(conexao, %par, "conexão aberta");
        self.metricas.conexao("aceita");
        self.tela.mostrar(format_args!("Novo cliente conectado {par}"));
        let metricas = self.painel.is_some().then_some(&self.metricas);
        let (linhas, recusou) = (self.tela.linhas(), &self.recusou);
        let observacao = Observacao { conexao, linhas, metricas, recusou };
        // The peer's network is the peer's affair: nothing is lost on this side.
        let fim = conexao::atender(fluxo, &self.servico, &self.limites, &self.parada, observacao);
        match &fim {
            Ok(fim) => tracing::info!(conexao, ?fim, "conexão encerrada"),
            Err(erro) => tracing::info!(conexao, erro = causa(erro), "conexão interrompida"),
        }
        self.tela.mostrar(format_args!("Cliente desconectado {par}"));
        let esgotado = matches!(fim, Ok(Fim::RelogioEsgotado));
        if esgotado || self.servico.banco().falhou() {
            self.parar();
        }
    }

    /// The first signal stops the server in order. A second one of a person stops it at once: what was
    /// acknowledged is in the journal. A server that stops by itself has had none yet.
    fn vigiar(&self) {
        let mut sinais = self.sinais.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pediram = false;
        for sinal in sinais.forever() {
            if sinais::insiste(sinal) && std::mem::replace(&mut pediram, true) {
                process::exit(INTERROMPIDO);
            }
            self.parar();
        }
    }

    /// Keeps the account files up to the journal, until the server stops.
    fn publicar(&self) {
        let banco = self.servico.banco();
        let mut espera = PUBLICACAO;
        let mut queixa = Queixa::a_cada(SEM_ESPACO);
        while !self.parada.esperar(espera) {
            let inicio = Instant::now();
            let publicado = banco.publicar();
            // A disk that has failed ends the server, which says so by itself.
            let recusou = self.recusou.swap(false, Ordering::Relaxed) && !banco.falhou();
            if recusou && queixa.cabe() {
                tracing::warn!(
                    "pedidos recusados: falta espaço em disco, ou faltam descritores; \
                     o servidor volta a aceitá-los quando houver"
                );
            }
            espera = PUBLICACAO.saturating_sub(inicio.elapsed());
            match publicado {
                Ok(avisos) => avisar(avisos),
                Err(_) if banco.falhou() => self.parar(),
                // Space or descriptors are short: the next round tries again.
                Err(erro) => {
                    let erro = frases::do_disco(&erro);
                    tracing::debug!(erro, "arquivos das contas atrasados");
                }
            }
        }
    }

    /// Waits until the server stops, and then sees to it that nobody holds it up.
    fn despejar(&self) {
        while !self.parada.esperar(PARADA_MAX) {}
        self.portaria.esvaziar(PARADA_MAX);
    }

    /// Ends the input of every connection, and wakes everybody who waits for something else.
    fn parar(&self) {
        if !self.parada.pedir() {
            return;
        }
        tracing::info!("parada solicitada");
        self.portaria.encerrar_entradas();
        self.tela.mostrar("Encerrando...");
        // On Linux this ends an accept that waits.
        let _ = rustix::net::shutdown(&self.ouvinte, rustix::net::Shutdown::Read);
    }
}

/// Starts something that goes on beside the connections.
fn tarefa<'escopo>(
    escopo: &'escopo Scope<'escopo, '_>,
    fazer: impl FnOnce() + Send + 'escopo,
) -> io::Result<()> {
    let pilha = thread::Builder::new().stack_size(PILHA_DE_TAREFA_BYTES);
    pilha.spawn_scoped(escopo, fazer).map(drop)
}

impl Observado for Servidor {
    fn metricas(&self) -> &Metricas {
        &self.metricas
    }

    fn instantaneo(&self) -> Instantaneo {
        let banco = self.servico.banco();
        Instantaneo {
            abertas: self.portaria.quantas(),
            relogio: self.servico.relogio().agora(),
            epoca: banco.epoca(),
            diario: banco.medidas(),
            atrasados: banco.registros_atrasados(),
            presas: banco.presas(),
            falhas: banco.falhas_do_disco(),
        }
    }

    fn presas(&self) -> Vec<Presa> {
        self.servico.banco().presas()
    }

    fn saudavel(&self) -> bool {
        !self.parada.pedida() && !self.servico.banco().falhou()
    }
}
