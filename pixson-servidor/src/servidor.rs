use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pixson_core::Servico;
use pixson_core::banco::BancoJson;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::parada::Parada;
use crate::tela::Tela;
use crate::{avisar, conexao};

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// How long to wait after a failed accept, such as for want of descriptors: 50 ms.
const PAUSA_APOS_FALHA: Duration = Duration::from_millis(50);

/// How often the account files are brought up to the journal: every 500 ms, so that with the
/// time of the writing itself they are at most a second behind.
const PUBLICACAO: Duration = Duration::from_millis(500);

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
    abertas: Mutex<HashMap<SocketAddr, Arc<TcpStream>>>,
}

impl Servidor {
    pub(crate) fn novo(
        servico: Servico<BancoJson>,
        ouvinte: TcpListener,
        tela: Tela,
    ) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let sinais = Signals::new([SIGINT, SIGTERM])?;
        Ok(Self {
            servico,
            ouvinte,
            endereco,
            tela,
            vigia: sinais.handle(),
            sinais: Mutex::new(sinais),
            parada: Parada::default(),
            abertas: Mutex::default(),
        })
    }

    /// Serves until SIGINT or SIGTERM; then every line that has arrived whole is answered, and
    /// every account file is made current.
    pub(crate) fn servir(&self) -> io::Result<()> {
        self.tela.mostrar(format_args!("Servidor iniciado na porta {}", self.endereco.port()));
        self.tela.mostrar("Aguardando conexão");
        thread::scope(|escopo| {
            escopo.spawn(|| self.vigiar());
            escopo.spawn(|| self.publicar());
            while !self.parada.pedida() {
                match self.ouvinte.accept() {
                    Ok((fluxo, par)) if !self.parada.pedida() => self.receber(escopo, fluxo, par),
                    Ok(_) => break,
                    Err(erro) if do_par(&erro) => {}
                    Err(_) => thread::sleep(PAUSA_APOS_FALHA),
                }
            }
        });
        avisar(self.servico.banco().fechar()?);
        Ok(())
    }

    /// Waits for a signal. The end of the server closes the list of signals.
    fn vigiar(&self) {
        let mut sinais = self.sinais.lock().unwrap_or_else(PoisonError::into_inner);
        if sinais.forever().next().is_some() {
            self.parar();
        }
    }

    /// Keeps the account files up to the journal, until the server stops.
    fn publicar(&self) {
        let banco = self.servico.banco();
        while !self.parada.esperar(PUBLICACAO) {
            match banco.publicar() {
                Ok(avisos) => avisar(avisos),
                Err(_) if banco.falhou() => self.parar(),
                // The disk is full: the next round tries again.
                Err(_) => {}
            }
        }
    }

    fn receber<'escopo>(
        &'escopo self,
        escopo: &'escopo thread::Scope<'escopo, '_>,
        fluxo: TcpStream,
        par: SocketAddr,
    ) {
        let fluxo = Arc::new(fluxo);
        self.abertas().insert(par, Arc::clone(&fluxo));
        if self.parada.pedida() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        let atender = move || {
            self.tela.mostrar(format_args!("Novo cliente conectado {par}"));
            // The peer's network is the peer's affair: nothing is lost on this side.
            let _ = conexao::atender(&fluxo, &self.servico, self.tela);
            if self.servico.banco().falhou() {
                self.parar();
            }
            self.abertas().remove(&par);
            self.tela.mostrar(format_args!("Cliente desconectado {par}"));
        };
        // Without a thread this client is refused, and the others are served.
        if thread::Builder::new().stack_size(PILHA_BYTES).spawn_scoped(escopo, atender).is_err() {
            self.abertas().remove(&par);
        }
    }

    /// Ends the input of every connection, and wakes everybody who waits for something else.
    fn parar(&self) {
        if !self.parada.pedir() {
            return;
        }
        self.tela.mostrar("Encerrando...");
        for fluxo in self.abertas().values() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        self.vigia.close();
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
