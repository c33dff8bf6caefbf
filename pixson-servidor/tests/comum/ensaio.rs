//! One input of the table of hostile bytes, said over a socket.
//!
//! It arrives whole, byte by byte and cut, as in memory, with these differences:
//!
//! * Between two pieces another connection is served, so that the server has most likely read the
//!   first when the second is sent. Nobody can be sure.
//! * A pause on the way must not change the meaning. So bytes without LF that a legacy peer could
//!   mean as a message are sent together with what follows them, and where the end of the input
//!   follows them, the input is for memory alone.
//! * Inputs of more than 80 bytes are cut at some indexes, and those of more than 2048 are sent
//!   in pieces of some bytes in place of one.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use pixson_core::Pedido;
use pixson_core::protocolo::ErroPedido;

use crate::alimentacao::Alimentacao;
use crate::bytes::{Antes, Caso, Classe, Depois, SONDA, conferir_respostas};
use crate::comum::conexao::ligar;

const CORTADA_EM_TODOS_MAX_BYTES: usize = 80;
const BYTE_A_BYTE_MAX_BYTES: usize = 2048;

/// Every way in which an input is said.
pub(crate) fn arranjos(caso: &Caso) -> Vec<(&Caso, Alimentacao)> {
    let bytes = caso.etapas[0].bytes(0);
    let ultima = caso.etapas.last().expect("at least one");
    if ultima.depois == Depois::Fim && !pausa_nao_importa(&caso.antes, &bytes) {
        return vec![];
    }
    let novo = |alimentacao: &Alimentacao| match alimentacao {
        Alimentacao::Inteira => true,
        Alimentacao::ByteAByte => bytes.len() > 2,
        Alimentacao::Cortada(onde) => {
            (1..bytes.len()).contains(onde) && pausa_nao_importa(&caso.antes, &bytes[..*onde])
        }
    };
    let todas = Alimentacao::ate(bytes.len(), CORTADA_EM_TODOS_MAX_BYTES);
    todas.filter(novo).map(|alimentacao| (caso, alimentacao)).collect()
}

pub(crate) fn carimbo(resposta: &str) -> u64 {
    let digitos = resposta.strip_prefix("t:").and_then(|resposta| resposta.split('|').next());
    digitos.expect("a reply").parse().expect("a stamp")
}

/// Whether a pause behind these bytes changes nothing, so that they may be a piece of their own.
fn pausa_nao_importa(antes: &Antes, ditos: &[u8]) -> bool {
    let resto = ditos.rsplit(|byte| *byte == b'\n').next().expect("at least one part");
    match antes {
        Antes::Titular(_) => return true,
        Antes::Novo if resto.len() < ditos.len() => return true,
        Antes::Novo | Antes::Legado(_) => {}
    }
    match Pedido::decodificar(resto) {
        Ok(_) => false,
        Err(ErroPedido::ValorInvalido { .. }) => matches!(resto.last(), Some(b':' | b'.')),
        Err(_) => true,
    }
}

/// The pieces in which the bytes are sent.
fn pedacos(caso: &Caso, alimentacao: Alimentacao, relogio: u64) -> Vec<Vec<u8>> {
    let etapas: Vec<_> = caso.etapas.iter().map(|etapa| etapa.bytes(relogio)).collect();
    let (primeira, tudo) = (etapas[0].len(), etapas.concat());
    let mut cortes = match alimentacao {
        Alimentacao::Inteira => vec![],
        Alimentacao::ByteAByte => {
            (1..primeira).step_by(1 + primeira / BYTE_A_BYTE_MAX_BYTES).collect()
        }
        Alimentacao::Cortada(onde) => vec![onde.min(primeira)],
    };
    cortes.push(primeira);
    cortes.retain(|onde| pausa_nao_importa(&caso.antes, &tudo[..*onde]));
    cortes.push(tudo.len());
    cortes.dedup();
    let inicios = std::iter::once(0).chain(cortes.iter().copied());
    inicios.zip(&cortes).map(|(inicio, fim)| tudo[inicio..*fim].to_vec()).collect()
}

/// One input, as it is said on a connection of its own.
pub(crate) struct Ensaio<'e> {
    caso: &'e Caso,
    alimentacao: Alimentacao,
    fluxo: TcpStream,
    /// What is still to be sent.
    pedacos: Vec<Vec<u8>>,
    saida: Vec<u8>,
}

impl<'e> Ensaio<'e> {
    pub(crate) fn abrir(porta: u16, (caso, alimentacao): (&'e Caso, Alimentacao)) -> Self {
        let mut fluxo = ligar(porta);
        let login = caso.antes.login().unwrap_or_default();
        fluxo.write_all(login.as_bytes()).expect("the server reads");
        Self { caso, alimentacao, fluxo, pedacos: vec![], saida: vec![] }
    }

    /// Reads the reply to the login, and cuts the bytes. `agora` tells the server's clock.
    pub(crate) fn entrar(&mut self, agora: impl FnOnce() -> u64) {
        let fim = match self.caso.antes {
            Antes::Novo => "",
            Antes::Titular(_) => "com sucesso\n",
            Antes::Legado(_) => "com sucesso",
        };
        while !self.saida.ends_with(fim.as_bytes()) {
            assert!(self.ler() > 0, "{}: no login", self.caso.nome);
        }
        let relogio = match self.caso.antes {
            Antes::Novo if self.caso.conhece_o_relogio() => agora(),
            Antes::Novo => 0,
            Antes::Titular(_) | Antes::Legado(_) => carimbo(&String::from_utf8_lossy(&self.saida)),
        };
        self.saida.clear();
        self.pedacos = pedacos(self.caso, self.alimentacao, relogio);
    }

    /// Sends what there is but so many pieces.
    pub(crate) fn enviar(&mut self, restem: usize) {
        let quantos = self.pedacos.len().saturating_sub(restem);
        for pedaco in self.pedacos.drain(..quantos) {
            let enviado = self.fluxo.write_all(&pedaco);
            // A server that has ended the connection reads on, but not for ever.
            let acabou = self.caso.etapas.iter().any(|etapa| etapa.classe == Classe::End);
            assert!(enviado.is_ok() || acabou, "{}", self.caso.nome);
        }
    }

    fn ler(&mut self) -> usize {
        let mut bytes = [0; 4096];
        let lidos = self.fluxo.read(&mut bytes).unwrap_or_else(|erro| {
            let saida = String::from_utf8_lossy(&self.saida);
            panic!("{} {:?}: {erro} after {saida:?}", self.caso.nome, self.alimentacao)
        });
        self.saida.extend_from_slice(&bytes[..lidos]);
        lidos
    }

    fn conferir(&self, sonda: bool) -> Result<Vec<u64>, String> {
        let mut esperadas = self.caso.respostas();
        esperadas.extend(self.caso.sonda().filter(|_| sonda));
        let saida = String::from_utf8_lossy(&self.saida);
        conferir_respostas(&saida, &esperadas, self.caso.com_lf())
    }

    /// What a legacy peer is told comes before it says more.
    pub(crate) fn esperar_a_pausa(&mut self) {
        let primeira = &self.caso.etapas[0];
        if primeira.depois == Depois::Pausa && primeira.classe != Classe::Wait {
            while self.conferir(false).is_err() && self.ler() > 0 {}
        }
    }

    /// Asks whether the connection is still there, or ends the input, unless the server has to
    /// end the connection by itself.
    pub(crate) fn despedir(&mut self) {
        if self.caso.sonda().is_some() {
            self.fluxo.write_all(SONDA).expect("the server reads");
        }
        let ultima = self.caso.etapas.last().expect("at least one");
        if ultima.classe != Classe::End || ultima.depois == Depois::Fim {
            let fim = self.fluxo.shutdown(Shutdown::Write);
            let acabou = fim.as_ref().is_err_and(|erro| erro.kind() == ErrorKind::NotConnected);
            assert!(fim.is_ok() || acabou && ultima.classe == Classe::End, "{fim:?}");
        }
    }

    pub(crate) fn ouvir_ate_o_fim(&mut self) {
        while self.ler() > 0 {}
        let certo = self.conferir(true);
        assert!(certo.is_ok(), "{} {:?}: {certo:?}", self.caso.nome, self.alimentacao);
    }
}
