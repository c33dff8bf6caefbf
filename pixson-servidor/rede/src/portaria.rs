//! The open connections, how many there may be, and how they are ended.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The open connections.
#[derive(Debug)]
pub(crate) struct Portaria {
    max_conexoes: usize,
    max_por_endereco: usize,
    abertas: Mutex<Abertas>,
    vazia: Condvar,
}

#[derive(Debug, Default)]
struct Abertas {
    ultima: u64,
    fluxos: HashMap<u64, Arc<TcpStream>>,
    por_endereco: HashMap<IpAddr, usize>,
    /// The input of all connections was ended, and is ended for new ones, too.
    encerrada: bool,
}

/// The place of one connection. It is free again when this value is dropped.
#[derive(Debug)]
pub(crate) struct Passe<'p> {
    portaria: &'p Portaria,
    origem: IpAddr,
    numero: u64,
}

impl Portaria {
    pub(crate) fn nova(max_conexoes: usize, max_por_endereco: usize) -> Self {
        Self { max_conexoes, max_por_endereco, abertas: Mutex::default(), vazia: Condvar::new() }
    }

    /// Takes a place for a connection. `None` if none is left, in all or for its address.
    pub(crate) fn entrar(&self, fluxo: &Arc<TcpStream>, endereco: IpAddr) -> Option<Passe<'_>> {
        let origem = origem(endereco);
        let mut abertas = self.trancar();
        let da_origem = abertas.por_endereco.get(&origem).copied().unwrap_or(0);
        if abertas.fluxos.len() >= self.max_conexoes || da_origem >= self.max_por_endereco {
            return None;
        }
        abertas.por_endereco.insert(origem, da_origem + 1);
        abertas.ultima += 1;
        let numero = abertas.ultima;
        abertas.fluxos.insert(numero, Arc::clone(fluxo));
        if abertas.encerrada {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
        Some(Passe { portaria: self, origem, numero })
    }

    /// A number for a connection that gets no place, which no other one has.
    pub(crate) fn numerar(&self) -> u64 {
        let mut abertas = self.trancar();
        abertas.ultima += 1;
        abertas.ultima
    }

    /// How many connections are open.
    pub(crate) fn quantas(&self) -> usize {
        self.trancar().fluxos.len()
    }

    /// Ends the input of every connection, also of those that come later.
    pub(crate) fn encerrar_entradas(&self) {
        let mut abertas = self.trancar();
        abertas.encerrada = true;
        for fluxo in abertas.fluxos.values() {
            let _ = fluxo.shutdown(Shutdown::Read);
        }
    }

    /// Waits for the last connection to end, at most for `no_maximo`, and then cuts those that are
    /// left.
    pub(crate) fn esvaziar(&self, no_maximo: Duration) {
        let ha = |abertas: &mut Abertas| !abertas.fluxos.is_empty();
        let espera = self.vazia.wait_timeout_while(self.trancar(), no_maximo, ha);
        let abertas = espera.unwrap_or_else(PoisonError::into_inner).0;
        for fluxo in abertas.fluxos.values() {
            let _ = fluxo.shutdown(Shutdown::Both);
        }
    }

    fn sair(&self, passe: &Passe<'_>) {
        let mut abertas = self.trancar();
        abertas.fluxos.remove(&passe.numero);
        if let Some(quantas) = abertas.por_endereco.get_mut(&passe.origem) {
            *quantas -= 1;
            if *quantas == 0 {
                abertas.por_endereco.remove(&passe.origem);
            }
        }
        if abertas.fluxos.is_empty() {
            self.vazia.notify_all();
        }
    }

    /// Ignores a poisoned lock: the tables hold whole entries whatever panics.
    fn trancar(&self) -> MutexGuard<'_, Abertas> {
        self.abertas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Passe<'_> {
    /// The connection's number in this run.
    pub(crate) fn numero(&self) -> u64 {
        self.numero
    }
}

impl Drop for Passe<'_> {
    fn drop(&mut self) {
        self.portaria.sair(self);
    }
}

/// What counts as one address: for IPv6 the network of 64 bits, which one customer is given.
fn origem(endereco: IpAddr) -> IpAddr {
    const REDE: u128 = u128::MAX << 64;
    match endereco.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & REDE).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn fluxo() -> Arc<TcpStream> {
        let ouvinte = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let endereco = ouvinte.local_addr().expect("bound");
        Arc::new(TcpStream::connect(endereco).expect("it listens"))
    }

    fn ip(texto: &str) -> IpAddr {
        texto.parse().expect("an address")
    }

    #[test]
    fn a_place_that_is_left_is_free_again() {
        let portaria = Portaria::nova(2, 2);
        let fluxo = fluxo();
        let entrar = || portaria.entrar(&fluxo, ip("10.0.0.1"));
        let primeiro = entrar().expect("there is room");
        let _segundo = entrar().expect("there is room");
        assert!(entrar().is_none());
        drop(primeiro);
        assert!(entrar().is_some());
        assert_eq!(portaria.quantas(), 1);
    }

    #[test]
    fn one_address_does_not_take_the_places_of_the_others() {
        let portaria = Portaria::nova(3, 2);
        let fluxo = fluxo();
        let mut dentro = Vec::new();
        for (endereco, entra) in [
            ("10.0.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("10.0.0.1", false),
            ("2001:db8::1", true),
            ("10.0.0.2", false),
        ] {
            let passe = portaria.entrar(&fluxo, ip(endereco));
            assert_eq!(passe.is_some(), entra, "{endereco}");
            dentro.extend(passe);
        }
        dentro.clear();
        let rede = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8::2", "2001:db8:0:1::1"];
        let passes: Vec<_> = rede.map(|um| portaria.entrar(&fluxo, ip(um)).is_some()).into();
        assert_eq!(passes, [true; 4], "each left at once");
        let dentro: Vec<_> = rede.map(|um| portaria.entrar(&fluxo, ip(um))).into();
        let entraram: Vec<_> = dentro.iter().map(Option::is_some).collect();
        assert_eq!(entraram, [true, true, false, true], "two of one network, one of another");
    }
}
