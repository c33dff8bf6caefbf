//! A second implementation of the client's side: straight from message to output, without states.

use super::visto::{VistoCliente, operacao};
use crate::linhas::{LinhaRecebida, LinhasRecebidas};
use crate::pedido::codificar;
use crate::roteiro::Estimulo;
use pixson_core::protocolo::{Modo, Pedido, QuadroLongo, Resposta};
use pixson_core::relogio::{Carimbo, Recebimento, Relogio};
use pixson_core::sessao::{ConfiguracaoCliente, ErroEnvio, ErroSessao, SaidaCliente};

pub(super) struct ModeloCliente {
    configuracao: ConfiguracaoCliente,
    linhas: LinhasRecebidas,
    agora: u64,
    pendentes: usize,
    /// How the session ended, if it did.
    fim: Option<Result<(), ErroSessao>>,
    visto: VistoCliente,
}

impl ModeloCliente {
    pub(super) fn encenar(roteiro: &[Estimulo], configuracao: ConfiguracaoCliente) -> VistoCliente {
        let mut modelo = Self {
            configuracao,
            linhas: LinhasRecebidas::default(),
            agora: 0,
            pendentes: 0,
            fim: None,
            visto: VistoCliente::default(),
        };
        for evento in roteiro {
            modelo.evento(evento);
        }
        let ultima = match &modelo.fim {
            None => Ok(SaidaCliente::PrecisaDeDados { acordar_apos: modelo.acordar_apos() }),
            Some(Ok(())) => Ok(SaidaCliente::Encerrada),
            Some(Err(erro)) => Err(erro.clone()),
        };
        let Self { pendentes, agora, visto, fim, .. } = modelo;
        let pendentes = if fim.is_some() { 0 } else { pendentes };
        VistoCliente { ultima: Some(ultima), pendentes, relogio: agora, ..visto }
    }

    fn evento(&mut self, evento: &Estimulo) {
        match evento {
            Estimulo::Comando(comando) => self.enviar(*comando),
            _ if self.fim.is_some() => {}
            Estimulo::Bytes(bytes) => bytes.iter().for_each(|&byte| self.byte(byte)),
            Estimulo::Silencio => {
                if let Some(resposta) = self.legada() {
                    self.linhas.tomar();
                    self.resposta(resposta);
                }
            }
            Estimulo::Fim => {
                let pendentes = self.pendentes;
                let interrompida = ErroSessao::Interrompida { pendentes };
                self.fim = Some(if pendentes == 0 { Ok(()) } else { Err(interrompida) });
            }
            Estimulo::Falha => {}
        }
    }

    fn enviar(&mut self, comando: u8) {
        let legado = self.linhas.modo == Some(Modo::Legado);
        let maximo = if legado { 1 } else { self.configuracao.pendentes_max.get() };
        let enviado = if self.fim.is_some() {
            Err(ErroEnvio::Encerrada)
        } else if self.pendentes >= maximo {
            Err(ErroEnvio::PendentesDemais)
        } else {
            self.pendentes += 1;
            self.agora += 1;
            let pedido = Pedido { carimbo: carimbo(self.agora), operacao: operacao(comando) };
            self.visto.saidas.push(SaidaCliente::PedidoEnviado(pedido));
            self.visto.bytes.extend(codificar(&pedido));
            self.visto.bytes.push(b'\n');
            Ok(self.agora)
        };
        self.visto.enviados.push(enviado);
    }

    fn byte(&mut self, byte: u8) {
        if self.fim.is_some() {
            return;
        }
        match self.linhas.byte(byte) {
            None => {}
            Some(LinhaRecebida::Longa) => {
                self.fim = Some(Err(ErroSessao::RespostaLonga(QuadroLongo)));
            }
            Some(LinhaRecebida::Inteira(mensagem)) => match Resposta::decodificar(&mensagem) {
                Ok(resposta) => self.resposta(resposta),
                Err(erro) => self.fim = Some(Err(ErroSessao::RespostaInvalida(erro))),
            },
        }
    }

    /// The bytes without LF, if a pause would make a reply of them.
    fn legada(&self) -> Option<Resposta> {
        Resposta::decodificar(self.linhas.resto()).ok()
    }

    fn acordar_apos(&self) -> Option<std::time::Duration> {
        let pausa = self.configuracao.pausa_legada;
        self.legada().map(|resposta| match resposta.desfecho() {
            Some(_) => pausa,
            // The text may still grow into one that the protocol knows.
            None => pausa * 10,
        })
    }

    fn resposta(&mut self, resposta: Resposta) {
        let recebido = resposta.carimbo().valor();
        let longe = recebido > self.agora && recebido - self.agora > Relogio::SALTO_MAXIMO;
        let novo = self.agora.max(recebido) + 1;
        let antes = carimbo(self.agora);
        if !longe && novo <= Carimbo::MAX.valor() {
            self.agora = novo;
        }
        let (carimbo, depois) = (resposta.carimbo(), carimbo(self.agora));
        let recebimento = Recebimento { carimbo, antes, depois };
        self.visto.saidas.push(SaidaCliente::MensagemRecebida(recebimento));
        if self.pendentes == 0 {
            self.fim = Some(Err(ErroSessao::RespostaInesperada(resposta)));
        } else {
            self.pendentes -= 1;
            self.visto.saidas.push(SaidaCliente::RespostaRecebida(resposta));
        }
    }
}

fn carimbo(valor: u64) -> Carimbo {
    Carimbo::novo(valor).expect("far from the end")
}
