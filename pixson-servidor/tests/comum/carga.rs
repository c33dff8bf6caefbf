//! Clients that work on a server until it is killed under them, and remember what they heard.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use pixson_core::{Carimbo, Operacao, Pedido, Resposta, Rg, Valor};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Ouvida, Pergunta};

/// The accounts. The last is close to the limit; one more RG has no account.
pub(crate) const SALDOS: [(&str, &str); 6] = [
    ("1111111111", "100.0"),
    ("2222222222", "100.0"),
    ("3", "25.5"),
    ("04", "0.0"),
    ("4", "10.01"),
    ("6666666666", "9999999999990.0"),
];
const AUSENTE: &str = "7";

/// The most requests that are written at once.
const LOTE_MAX: usize = 16;

/// A request, and what its client heard of it.
#[derive(Clone, Debug)]
pub(crate) struct Pedida {
    pub(crate) operacao: Operacao,
    pub(crate) resposta: Option<Resposta>,
}

/// Tells when so many replies have come, to all clients together.
pub(crate) struct Meta {
    faltam: AtomicIsize,
    chegou: Sender<()>,
    /// From then on, whoever holds this keeps the clients waiting.
    pub(crate) portao: Mutex<()>,
}

impl Meta {
    pub(crate) fn nova(faltam: usize) -> (Self, Receiver<()>) {
        let faltam = AtomicIsize::new(isize::try_from(faltam).expect("a small number"));
        let (chegou, espera) = mpsc::channel();
        (Self { faltam, chegou, portao: Mutex::default() }, espera)
    }

    fn contar(&self) {
        if self.faltam.fetch_sub(1, Ordering::Relaxed) == 1 {
            let _ = self.chegou.send(());
        }
    }

    fn passar(&self) {
        if self.faltam.load(Ordering::Relaxed) <= 0 {
            drop(self.portao.lock());
        }
    }
}

/// A client that works until its connection breaks.
pub(crate) struct Cliente {
    fluxo: BufReader<TcpStream>,
    sorteio: Sorteio,
    titular: Rg,
    relogio: Carimbo,
    pub(crate) pedidas: Vec<Pedida>,
}

impl Cliente {
    pub(crate) fn novo(fluxo: TcpStream, mut sorteio: Sorteio) -> Self {
        let titular = existente(&mut sorteio);
        let fluxo = BufReader::new(fluxo);
        Self { fluxo, sorteio, titular, relogio: Carimbo::ZERO, pedidas: Vec::new() }
    }

    pub(crate) fn trabalhar(mut self, meta: &Meta) -> Vec<Pedida> {
        let mut lote = vec![Operacao::Login { rg: self.titular }];
        while self.pedir(&lote, meta).is_some() {
            meta.passar();
            let quantas =
                if self.sorteio.um_em(3) { 2 + self.sorteio.ate(LOTE_MAX - 1) } else { 1 };
            lote = (0..quantas).map(|_| self.sortear()).collect();
        }
        self.pedidas
    }

    /// Writes a batch at once, then reads its replies. `None` if the connection broke.
    pub(crate) fn pedir(&mut self, lote: &[Operacao], meta: &Meta) -> Option<()> {
        let (mut bytes, primeira) = (Vec::new(), self.pedidas.len());
        for &operacao in lote {
            Pedido { carimbo: self.relogio, operacao }.codificar(&mut bytes);
            bytes.push(b'\n');
            self.pedidas.push(Pedida { operacao, resposta: None });
        }
        self.fluxo.get_mut().write_all(&bytes).ok()?;
        for pedida in &mut self.pedidas[primeira..] {
            let mut linha = String::new();
            self.fluxo.read_line(&mut linha).ok()?;
            let linha = linha.strip_suffix('\n')?;
            let resposta = Resposta::decodificar(linha.as_bytes()).expect("a legal reply");
            assert!(resposta.carimbo() > self.relogio, "{resposta} after {}", self.relogio);
            self.relogio = resposta.carimbo();
            pedida.resposta = Some(resposta);
            meta.contar();
        }
        Some(())
    }

    /// Any operation that the session lets pass.
    fn sortear(&mut self) -> Operacao {
        let sorteio = &mut self.sorteio;
        let rg = self.titular;
        let centavos = 1 + sorteio.ate(5000);
        let valor = Valor::de_centavos(centavos as u64).expect("in range");
        match sorteio.ate(12) {
            0 if sorteio.um_em(4) => Operacao::Login { rg: AUSENTE.parse().expect("legal RG") },
            0 => {
                self.titular = existente(sorteio);
                Operacao::Login { rg: self.titular }
            }
            1 | 2 => Operacao::Saldo { rg },
            3 | 4 => Operacao::Saque { rg, valor },
            5 | 6 => Operacao::Deposito { rg, valor },
            _ if sorteio.um_em(12) => Operacao::Transferencia {
                rg_origem: rg,
                rg_destino: AUSENTE.parse().expect("legal RG"),
                valor,
            },
            _ => Operacao::Transferencia { rg_origem: rg, rg_destino: existente(sorteio), valor },
        }
    }
}

fn existente(sorteio: &mut Sorteio) -> Rg {
    sorteio.escolher(&SALDOS).0.parse().expect("legal RG")
}

/// What the clients heard, and what they asked for and heard nothing of.
pub(crate) fn separar(pedidas: Vec<(u64, Pedida)>) -> (Vec<Ouvida>, Vec<Pergunta>) {
    let (mut ouvidas, mut perguntas) = (Vec::new(), Vec::new());
    for (epoca, Pedida { operacao, resposta }) in pedidas {
        let Some(resposta) = resposta else {
            perguntas.push((epoca, operacao));
            continue;
        };
        let carimbo = resposta.carimbo();
        let desfecho = resposta.desfecho().expect("a text of the protocol");
        ouvidas.push(Ouvida { epoca, carimbo, operacao, desfecho, confirmada: true });
    }
    (ouvidas, perguntas)
}
