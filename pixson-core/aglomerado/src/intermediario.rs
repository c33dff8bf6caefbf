//! A network between a bank and its database that can be cut at any message.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Where the network is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CorteDaRede {
    /// The message does not arrive.
    Antes,
    /// It arrives, and nothing comes after it.
    Depois,
}

/// Carries messages to a port of this machine, and cuts where it is told to. It ends with the process.
#[derive(Debug)]
pub struct Intermediario {
    porta: u16,
    estado: Arc<EstadoDaRede>,
}

#[derive(Debug)]
struct EstadoDaRede {
    destino: u16,
    /// After so many messages, in both directions together, the network is cut once.
    restam: AtomicUsize,
    corte: Mutex<CorteDaRede>,
    /// How many messages have passed.
    passaram: AtomicUsize,
    cortou: AtomicBool,
    /// Nothing passes while this is held.
    parada: Mutex<()>,
}

impl Intermediario {
    /// A way to that port.
    ///
    /// # Panics
    ///
    /// If this machine gives no port.
    pub fn novo(destino: u16) -> Self {
        let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let porta = ouvinte.local_addr().expect("bound").port();
        let estado = Arc::new(EstadoDaRede {
            destino,
            restam: AtomicUsize::new(usize::MAX),
            corte: Mutex::new(CorteDaRede::Antes),
            passaram: AtomicUsize::new(0),
            cortou: AtomicBool::new(false),
            parada: Mutex::new(()),
        });
        let dele = Arc::clone(&estado);
        thread::spawn(move || {
            for cliente in ouvinte.incoming().flatten() {
                let Ok(servidor) = TcpStream::connect(("127.0.0.1", dele.destino)) else {
                    continue;
                };
                for fluxo in [&cliente, &servidor] {
                    fluxo.set_nodelay(true).expect("a TCP socket");
                }
                for (de, para, nome_na_frente) in
                    [(&cliente, &servidor, false), (&servidor, &cliente, true)]
                {
                    let (de, para) = (de.try_clone(), para.try_clone());
                    let (de, para) = (de.expect("a socket"), para.expect("a socket"));
                    let estado = Arc::clone(&dele);
                    thread::spawn(move || estado.levar(de, para, nome_na_frente));
                }
            }
        });
        Self { porta, estado }
    }

    /// The URL of a database that is reached this way.
    pub fn url(&self, banco: &str) -> String {
        format!("postgres://pixson@127.0.0.1:{}/{banco}", self.porta)
    }

    /// Cuts once, at this message from now on (0 is the next one).
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn cortar_em(&self, mensagem: usize, corte: CorteDaRede) {
        *self.estado.corte.lock().expect("no panic") = corte;
        self.estado.cortou.store(false, Ordering::SeqCst);
        self.estado.passaram.store(0, Ordering::SeqCst);
        self.estado.restam.store(mensagem, Ordering::SeqCst);
    }

    /// Whether it has cut since then.
    pub fn cortou(&self) -> bool {
        self.estado.cortou.load(Ordering::SeqCst)
    }

    /// Lets nothing pass for as long as the result lives.
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn parar(&self) -> impl Sized + '_ {
        self.estado.parada.lock().expect("no panic")
    }
}

impl EstadoDaRede {
    /// Carries messages in one direction until somebody closes, or the network is cut. The first message of
    /// a client has no name before its length.
    fn levar(&self, mut de: TcpStream, mut para: TcpStream, mut nome_na_frente: bool) {
        while let Some(mensagem) = ler_mensagem(&mut de, nome_na_frente) {
            nome_na_frente = true;
            drop(self.parada.lock().expect("no panic"));
            self.passaram.fetch_add(1, Ordering::SeqCst);
            let contar = |restam: usize| restam.checked_sub(1).or(Some(usize::MAX));
            let restavam = self.restam.fetch_update(Ordering::SeqCst, Ordering::SeqCst, contar);
            let cortar = restavam == Ok(0);
            let antes = *self.corte.lock().expect("no panic") == CorteDaRede::Antes;
            if !(cortar && antes) && para.write_all(&mensagem).is_err() {
                break;
            }
            if cortar {
                self.cortou.store(true, Ordering::SeqCst);
                break;
            }
        }
        let _ = de.shutdown(Shutdown::Both);
        let _ = para.shutdown(Shutdown::Both);
    }
}

fn ler_mensagem(de: &mut TcpStream, nome_na_frente: bool) -> Option<Vec<u8>> {
    let inicio = if nome_na_frente { 5 } else { 4 };
    let mut mensagem = vec![0; inicio];
    de.read_exact(&mut mensagem).ok()?;
    let tamanho = mensagem[inicio - 4..].try_into().map(u32::from_be_bytes).ok()?;
    let corpo = usize::try_from(tamanho).ok()?.checked_sub(4)?;
    mensagem.resize(inicio + corpo, 0);
    de.read_exact(&mut mensagem[inicio..]).ok()?;
    Some(mensagem)
}
