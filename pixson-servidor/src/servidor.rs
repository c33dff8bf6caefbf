use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use pixson_core::Servico;
use pixson_core::banco::BancoJson;
use pixson_core::sessao::Fim;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::parada::Parada;
use crate::tela::Tela;
use crate::{avisar, conexao};

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// How long to wait after a failed accept, such as for want of descriptors: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// How often bringing the account files up to the journal begins: every 500 ms, or at once when
/// that took longer. A file is behind by the rest of one round and its place in the next.
const PUBLICACAO: Duration = Duration::from_millis(500);

/// The exit code of a second signal, as a shell knows it from SIGINT.
const INTERROMPIDO: i32 = 130;

/// The listener and everything that its connections share.
#[derive(Debug)]
pub(crate) struct Servidor {
    servico: Servico<BancoJson>,
    ouvinte: TcpListener,
    endereco: SocketAddr,
    tela: Tela,
    sinais: Mutex<Signals>,
    vigia: Handle,
    parada: Parada,
    abertas: Mutex<Abertas>,
}

/// The connections that are being served, each under a number of its own.
#[derive(Debug, Default)]
struct Abertas {
    ultima: u64,
    fluxos: HashMap<u64, Arc<TcpStream>>,
}

/// Why the server stopped without being asked to.
#[derive(Debug)]
pub(crate) enum Queda {
    Armazenamento(io::Error),
    /// Everything is durable, but the account files could not be brought up to it.
    ArquivosAtrasados(io::Error),
    RelogioEsgotado,
}

impl Servidor {
    pub(crate) fn novo(
        servico: Servico<BancoJson>,
        ouvinte: TcpListener,
        silencioso: bool,
    ) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let sinais = Signals::new([SIGINT, SIGTERM])?;
        Ok(Self {
            servico,
            ouvinte,
            endereco,
            tela: Tela::nova(silencioso),
            vigia: sinais.handle(),
            sinais: Mutex::new(sinais),
            parada: Parada::default(),
            abertas: Mutex::default(),
        })
    }

    /// Serves until SIGINT or SIGTERM; then every line that has arrived whole is answered, and
    /// every account file is made current.
    pub(crate) fn servir(self) -> Result<(), Queda> {
        self.tela.mostrar(format_args!("Servidor iniciado na porta {}", self.endereco.port()));
        self.tela.mostrar("Aguardando conexão");
        thread::scope(|escopo| {
            escopo.spawn(|| self.vigiar());
            escopo.spawn(|| self.publicar());
            thread::scope(|conexoes| self.aceitar(conexoes));
            self.vigia.close();
        });
        let banco = self.servico.banco();
        let fechado = banco.fechar().map_err(|erro| {
            if banco.falhou() { Queda::Armazenamento(erro) } else { Queda::ArquivosAtrasados(erro) }
        });
        let esgotado = self.servico.relogio().esgotado();
        self.tela.despedir();
        avisar(fechado?);
        if esgotado { Err(Queda::RelogioEsgotado) } else { Ok(()) }
    }

    fn aceitar<'escopo>(&'escopo self, conexoes: &'escopo Scope<'escopo, '_>) {
        while !self.parada.pedida() {
            match self.ouvinte.accept() {
                Ok((fluxo, par)) if !self.parada.pedida() => self.receber(conexoes, fluxo, par),
                Ok(_) => break,
                Err(erro) if do_par(&erro) => {}
                Err(_) => thread::sleep(PAUSA_APOS_FALHA),
            }
        }
        self.parada.dizer_que_nao_aceita();
    }

    /// The first signal stops the server in order, the second at once: what was acknowledged is
    /// in the journal.
    fn vigiar(&self) {
        let mut sinais = self.sinais.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in sinais.forever() {
            if self.parada.pedida() {
                process::exit(INTERROMPIDO);
            }
            self.parar();
        }
    }

    /// Keeps the account files up to the journal, until the server stops.
    fn publicar(&self) {
        let banco = self.servico.banco();
        let mut espera = PUBLICACAO;
        while !self.parada.esperar(espera) {
            let inicio = Instant::now();
            let publicado = banco.publicar();
            espera = PUBLICACAO.saturating_sub(inicio.elapsed());
            match publicado {
                Ok(avisos) => avisar(avisos),
                Err(_) if banco.falhou() => self.parar(),
                // Space or descriptors are short: the next round tries again.
                Err(_) => {}
            }
        }
    }

    fn receber<'escopo>(
        &'escopo self,
        conexoes: &'escopo Scope<'escopo, '_>,
        fluxo: TcpStream,
        par: SocketAddr,
    ) {
        let fluxo = Arc::new(fluxo);
        let numero = self.abertas().guardar(&fluxo);
        if self.parada.pedida() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        let atender = move || {
            self.tela.mostrar(format_args!("Novo cliente conectado {par}"));
            // The peer's network is the peer's affair: nothing is lost on this side.
            let fim = conexao::atender(&fluxo, &self.servico, &self.tela, &self.parada);
            self.abertas().fluxos.remove(&numero);
            self.tela.mostrar(format_args!("Cliente desconectado {par}"));
            let esgotado = matches!(fim, Ok(Fim::RelogioEsgotado));
            if esgotado || self.servico.banco().falhou() {
                self.parar();
            }
        };
        // Without a thread this client is refused, and the others are served.
        let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
        if pilha.spawn_scoped(conexoes, atender).is_err() {
            self.abertas().fluxos.remove(&numero);
        }
    }

    /// Ends the input of every connection, and wakes everybody who waits for something else.
    fn parar(&self) {
        if !self.parada.pedir() {
            return;
        }
        for fluxo in self.abertas().fluxos.values() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        self.tela.mostrar("Encerrando...");
        // Without a descriptor the listener cannot be woken yet; connections that end free some.
        while TcpStream::connect(alcancavel(self.endereco)).is_err()
            && !self.parada.esperar_que_nao_aceite(PAUSA_APOS_FALHA)
        {}
    }

    /// The table holds whole entries whatever panics.
    fn abertas(&self) -> MutexGuard<'_, Abertas> {
        self.abertas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Abertas {
    fn guardar(&mut self, fluxo: &Arc<TcpStream>) -> u64 {
        self.ultima += 1;
        self.fluxos.insert(self.ultima, Arc::clone(fluxo));
        self.ultima
    }
}

/// Whether an accept failed because of the connection that was to be accepted.
fn do_par(erro: &io::Error) -> bool {
    matches!(
        erro.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}

/// An address of this machine under which `endereco` answers.
fn alcancavel(endereco: SocketAddr) -> SocketAddr {
    let ip = match endereco.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, endereco.port())
}
