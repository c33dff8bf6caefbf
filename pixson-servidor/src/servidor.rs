use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pixson_core::{Banco, Servico};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::conexao;
use crate::tela::Tela;

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// How long to wait after a failed accept, such as for want of descriptors: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// The listener and everything that its connections share.
#[derive(Debug)]
pub(crate) struct Servidor<B> {
    servico: Servico<B>,
    ouvinte: TcpListener,
    endereco: SocketAddr,
    tela: Tela,
    parando: AtomicBool,
    abertas: Mutex<HashMap<SocketAddr, Arc<TcpStream>>>,
}

impl<B: Banco> Servidor<B> {
    pub(crate) fn novo(servico: Servico<B>, ouvinte: TcpListener, tela: Tela) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let parando = AtomicBool::new(false);
        Ok(Self { servico, ouvinte, endereco, tela, parando, abertas: Mutex::default() })
    }

    /// Serves until SIGINT or SIGTERM; then every line that has arrived whole is answered.
    pub(crate) fn servir(&self) -> io::Result<()> {
        let mut sinais = Signals::new([SIGINT, SIGTERM])?;
        self.tela.mostrar(format_args!("Servidor iniciado na porta {}", self.endereco.port()));
        self.tela.mostrar("Aguardando conexão");
        thread::scope(|escopo| {
            escopo.spawn(move || {
                if sinais.forever().next().is_some() {
                    self.parar();
                }
            });
            while !self.parando() {
                match self.ouvinte.accept() {
                    Ok((fluxo, par)) if !self.parando() => self.receber(escopo, fluxo, par),
                    Ok(_) => break,
                    Err(erro) if do_par(&erro) => {}
                    Err(_) => thread::sleep(PAUSA_APOS_FALHA),
                }
            }
        });
        Ok(())
    }

    fn receber<'escopo>(
        &'escopo self,
        escopo: &'escopo thread::Scope<'escopo, '_>,
        fluxo: TcpStream,
        par: SocketAddr,
    ) {
        let fluxo = Arc::new(fluxo);
        self.abertas().insert(par, Arc::clone(&fluxo));
        if self.parando() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        let atender = move || {
            self.tela.mostrar(format_args!("Novo cliente conectado {par}"));
            // The peer's network is the peer's affair: nothing is lost on this side.
            let _ = conexao::atender(&fluxo, &self.servico, self.tela);
            self.abertas().remove(&par);
            self.tela.mostrar(format_args!("Cliente desconectado {par}"));
        };
        // Without a thread this client is refused, and the others are served.
        if thread::Builder::new().stack_size(PILHA_BYTES).spawn_scoped(escopo, atender).is_err() {
            self.abertas().remove(&par);
        }
    }

    fn parando(&self) -> bool {
        self.parando.load(Ordering::SeqCst)
    }

    /// Ends the input of every connection, and wakes the one that waits for new ones.
    fn parar(&self) {
        self.tela.mostrar("Encerrando...");
        self.parando.store(true, Ordering::SeqCst);
        for fluxo in self.abertas().values() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        let _ = TcpStream::connect(alcancavel(self.endereco));
    }

    /// The table holds whole entries whatever panics.
    fn abertas(&self) -> MutexGuard<'_, HashMap<SocketAddr, Arc<TcpStream>>> {
        self.abertas.lock().unwrap_or_else(PoisonError::into_inner)
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
