//! A network between a bank and its database that can be cut at any message.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// How the network is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CorteDaRede {
    /// The message does not arrive.
    Antes,
    /// It arrives, and nothing comes after it.
    Depois,
    /// The same, and nobody is connected any more.
    ParaSempre,
    /// It does not arrive, nor does what comes after it, and yet the connection stays, as when a machine
    /// stops.
    Silencio,
}

/// At which message it is cut, once.
#[derive(Clone, Copy, Debug)]
enum QuandoCortar {
    /// After so many others, in both directions together.
    Depois(usize),
    /// At the first COMMIT.
    NoCommit,
}

/// Carries messages to a database, and cuts where it is told to. It ends with the process.
#[derive(Debug)]
pub struct Intermediario {
    porta: u16,
    rede: Arc<Rede>,
}

#[derive(Debug, Default)]
struct Rede {
    plano: Mutex<PlanoDeCorte>,
    /// Nothing passes while this is held.
    parada: Mutex<()>,
}

#[derive(Debug, Default)]
struct PlanoDeCorte {
    proximo: Option<(QuandoCortar, CorteDaRede)>,
    cortou: bool,
    /// Nobody is connected any more.
    fechada: bool,
}

impl Intermediario {
    /// A way to that port, `machine:port`.
    ///
    /// # Panics
    ///
    /// If this machine gives no port.
    pub(super) fn novo(destino: String) -> Self {
        let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let porta = ouvinte.local_addr().expect("bound").port();
        let rede = Arc::new(Rede::default());
        let dela = Arc::clone(&rede);
        thread::spawn(move || {
            for cliente in ouvinte.incoming().flatten() {
                let servidor = TcpStream::connect(&destino);
                let Some(servidor) = servidor.ok().filter(|_| !dela.fechada()) else { continue };
                for fluxo in [&cliente, &servidor] {
                    fluxo.set_nodelay(true).expect("a TCP socket");
                }
                for (de, para, nome_na_frente) in
                    [(&cliente, &servidor, false), (&servidor, &cliente, true)]
                {
                    let (de, para) = (de.try_clone(), para.try_clone());
                    let (de, para) = (de.expect("a socket"), para.expect("a socket"));
                    let rede = Arc::clone(&dela);
                    thread::spawn(move || rede.levar(de, para, nome_na_frente));
                }
            }
        });
        Self { porta, rede }
    }

    /// The port on 127.0.0.1 where the way begins.
    pub(super) fn porta(&self) -> u16 {
        self.porta
    }

    /// Cuts once, at this message from now on (0 is the next one).
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn cortar_em(&self, mensagem: usize, corte: CorteDaRede) {
        self.planejar(QuandoCortar::Depois(mensagem), corte);
    }

    /// Cuts once, at the next COMMIT.
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn cortar_no_commit(&self, corte: CorteDaRede) {
        self.planejar(QuandoCortar::NoCommit, corte);
    }

    fn planejar(&self, quando: QuandoCortar, corte: CorteDaRede) {
        let mut plano = self.rede.plano.lock().expect("no panic");
        (plano.proximo, plano.cortou) = (Some((quando, corte)), false);
    }

    /// Whether it has cut since then.
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn cortou(&self) -> bool {
        self.rede.plano.lock().expect("no panic").cortou
    }

    /// Lets nothing pass for as long as the result lives.
    ///
    /// # Panics
    ///
    /// If a thread of it has.
    pub fn parar(&self) -> impl Sized + '_ {
        self.rede.parada.lock().expect("no panic")
    }
}

impl Rede {
    fn fechada(&self) -> bool {
        self.plano.lock().expect("no panic").fechada
    }

    /// Carries messages in one direction until somebody closes, or the network is cut. The first message of
    /// a client has no name before its length.
    fn levar(&self, mut de: TcpStream, mut para: TcpStream, mut nome_na_frente: bool) {
        while let Some(mensagem) = ler_mensagem(&mut de, nome_na_frente) {
            nome_na_frente = true;
            drop(self.parada.lock().expect("no panic"));
            let corte = self.plano.lock().expect("no panic").passar(&mensagem);
            while corte == Some(CorteDaRede::Silencio) {
                thread::park();
            }
            if corte != Some(CorteDaRede::Antes) && para.write_all(&mensagem).is_err() {
                break;
            }
            if corte.is_some() {
                break;
            }
        }
        let _ = de.shutdown(Shutdown::Both);
        let _ = para.shutdown(Shutdown::Both);
    }
}

impl PlanoDeCorte {
    /// How the network is cut at this message, if it is.
    fn passar(&mut self, mensagem: &[u8]) -> Option<CorteDaRede> {
        let (quando, corte) = self.proximo?;
        match quando {
            QuandoCortar::Depois(outras @ 1..) => {
                self.proximo = Some((QuandoCortar::Depois(outras - 1), corte));
                return None;
            }
            QuandoCortar::NoCommit if !mensagem.ends_with(b"COMMIT\0") => return None,
            QuandoCortar::Depois(0) | QuandoCortar::NoCommit => {}
        }
        (self.proximo, self.cortou) = (None, true);
        self.fechada |= corte == CorteDaRede::ParaSempre;
        Some(corte)
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
