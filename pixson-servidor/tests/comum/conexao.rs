//! Connections of tests to a server.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::PACIENCIA;

/// Connects to this port. For those who expect the connection to break, or need thousands.
pub(crate) fn ligar(porta: u16) -> TcpStream {
    com_paciencia(TcpStream::connect(("127.0.0.1", porta)).expect("the server listens"))
}

fn com_paciencia(fluxo: TcpStream) -> TcpStream {
    fluxo.set_nodelay(true).expect("a TCP socket");
    fluxo.set_read_timeout(Some(PACIENCIA)).expect("a TCP socket");
    fluxo
}

/// A connection to a server that says and hears bytes.
pub(crate) struct ConexaoCrua {
    leitor: BufReader<TcpStream>,
}

impl ConexaoCrua {
    pub(crate) fn em(porta: u16) -> Self {
        Self { leitor: BufReader::new(ligar(porta)) }
    }

    pub(crate) fn de(fluxo: TcpStream) -> Self {
        Self { leitor: BufReader::new(com_paciencia(fluxo)) }
    }

    /// Reads what there is. `false` when the server has closed.
    pub(crate) fn leu_algo(&mut self) -> bool {
        let mut bytes = [0; 8 * 1024];
        self.leitor.get_mut().read(&mut bytes).is_ok_and(|quantos| quantos > 0)
    }

    /// Reads what there is now. `false` when there is nothing.
    pub(crate) fn leu_algo_ja(&mut self) -> bool {
        let fluxo = self.leitor.get_mut();
        fluxo.set_nonblocking(true).expect("a TCP socket");
        let leu = fluxo.read(&mut [0; 8 * 1024]).is_ok_and(|quantos| quantos > 0);
        fluxo.set_nonblocking(false).expect("a TCP socket");
        leu
    }

    /// Sends the same again and again, reading nothing, until no buffer takes any more. Returns
    /// how many bytes were taken.
    pub(crate) fn encher(&mut self, bytes: &[u8]) -> usize {
        let fluxo = self.leitor.get_mut();
        fluxo.set_nonblocking(true).expect("a TCP socket");
        let lote = bytes.repeat(1000);
        let mut enviados = 0;
        while let Ok(mais) = fluxo.write(&lote[enviados % bytes.len()..]) {
            enviados += mais;
        }
        fluxo.set_nonblocking(false).expect("a TCP socket");
        enviados
    }

    pub(crate) fn fluxo(&self) -> &TcpStream {
        self.leitor.get_ref()
    }

    pub(crate) fn enviar(&mut self, bytes: &[u8]) {
        self.leitor.get_mut().write_all(bytes).expect("the server reads");
    }

    /// One reply, without its LF.
    pub(crate) fn linha(&mut self) -> String {
        let mut linha = String::new();
        self.leitor.read_line(&mut linha).expect("the server answers");
        linha.strip_suffix('\n').expect("a whole line").to_owned()
    }

    pub(crate) fn pedir(&mut self, mensagem: &str) -> String {
        self.enviar(format!("{mensagem}\n").as_bytes());
        self.linha()
    }

    /// As the original: one `recv` of at most 1024 bytes.
    pub(crate) fn recv(&mut self) -> String {
        let mut bytes = [0; 1024];
        let quantos = self.leitor.get_mut().read(&mut bytes).expect("the server answers");
        String::from_utf8(bytes[..quantos].to_vec()).expect("replies are UTF-8")
    }

    /// Everything until the server closes.
    pub(crate) fn resto(&mut self) -> String {
        let mut resto = String::new();
        self.leitor.read_to_string(&mut resto).expect("an orderly end");
        resto
    }
}

pub(crate) fn depositar(conexao: &mut ConexaoCrua, rg: &str, valor: &str) {
    let resposta = conexao.pedir(&format!("t:0|op:3|rg:{rg}|valor:{valor}"));
    assert!(resposta.ends_with("|s:0|resposta:Depósito realizado com sucesso"), "{resposta}");
}

pub(crate) fn conferir_saldo(conexao: &mut ConexaoCrua, rg: &str, saldo: impl Display) {
    let resposta = conexao.pedir(&format!("t:0|op:1|rg:{rg}"));
    assert!(resposta.ends_with(&format!("|s:0|resposta:Saldo: {saldo}")), "{resposta}, {saldo}");
}

/// Lets connections ask the same, and read nothing, until the server seems to take no more of any
/// of them.
pub(crate) fn encher_todas(conexoes: &mut [ConexaoCrua], bytes: &[u8]) {
    // What is sent while the server still works makes no round an idle one.
    let mut rondas_ociosas = 0;
    while rondas_ociosas < 3 {
        let tomados: usize = conexoes.iter_mut().map(|conexao| conexao.encher(bytes)).sum();
        rondas_ociosas = if tomados == 0 { rondas_ociosas + 1 } else { 0 };
        thread::park_timeout(Duration::from_millis(50));
    }
}
