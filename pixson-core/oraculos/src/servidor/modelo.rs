//! A second implementation of the server's side: straight from message to reply, without states, by
//! sections 2 to 4 of docs/protocolo.md.

use super::visto::{VistoServidor, adiantado, contas};
use crate::linhas::{LinhaRecebida, LinhasRecebidas};
use crate::roteiro::Estimulo;
use pixson_core::banco::{Banco, BancoMemoria};
use pixson_core::protocolo::{ErroPedido, Modo, Pedido, Resposta};
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::sessao::{ConfiguracaoServidor, Fim};
use pixson_core::tipos::{Desfecho, Operacao, Recusa, Rg};

pub(super) struct ModeloServidor {
    legado: bool,
    linhas: LinhasRecebidas,
    agora: u64,
    banco: BancoMemoria,
    titular: Option<Rg>,
    malformadas: u8,
    falha: bool,
    /// Replies that are not confirmed yet, and whether one of them comes from the bank.
    lote: Vec<Resposta>,
    executou: bool,
    visto: VistoServidor,
}

impl ModeloServidor {
    pub(super) fn encenar(
        roteiro: &[Estimulo],
        configuracao: ConfiguracaoServidor,
    ) -> VistoServidor {
        let mut modelo = Self {
            legado: configuracao.pausa_legada.is_some(),
            linhas: LinhasRecebidas::com_limite(configuracao.mensagem_max_bytes),
            agora: 0,
            banco: contas(),
            titular: None,
            malformadas: 0,
            falha: false,
            lote: Vec::new(),
            executou: false,
            visto: VistoServidor::default(),
        };
        for evento in roteiro {
            modelo.evento(evento);
            modelo.confirmar();
        }
        let Self { banco, titular, mut visto, .. } = modelo;
        visto.titular = titular.filter(|_| visto.fim.is_none());
        visto.saldos = banco.saldos().into_iter().collect();
        visto
    }

    fn evento(&mut self, evento: &Estimulo) {
        match evento {
            Estimulo::Falha => self.falha = true,
            Estimulo::Comando(comando) if !matches!(comando, b'0' | b'5' | b'7') => {
                let agora = Carimbo::novo(self.agora).expect("in range");
                self.agora = adiantado(agora, *comando).valor();
            }
            _ if self.visto.fim.is_some() => {}
            Estimulo::Bytes(bytes) => bytes.iter().for_each(|&byte| self.byte(byte)),
            Estimulo::Silencio if self.completo() => {
                let mensagem = self.linhas.tomar();
                self.mensagem(&mensagem);
            }
            Estimulo::Silencio => {}
            Estimulo::Comando(b'5') => {
                self.visto.fim = Some(Fim::PrazoEsgotado);
                if self.linhas.comecou() {
                    self.recusar(Recusa::MensagemInvalida);
                }
            }
            Estimulo::Comando(b'7') => {
                self.visto.fim = Some(Fim::ServidorLotado);
                self.recusar(Recusa::ServidorLotado);
            }
            Estimulo::Fim | Estimulo::Comando(_) => self.visto.fim = Some(Fim::FimDeEntrada),
        }
        self.visto.acordar = self.visto.fim.is_none() && self.completo();
    }

    fn byte(&mut self, byte: u8) {
        if self.visto.fim.is_some() {
            return;
        }
        match self.linhas.byte(byte) {
            None => {}
            Some(LinhaRecebida::Inteira(mensagem)) => self.mensagem(&mensagem),
            Some(LinhaRecebida::Longa) => {
                self.visto.fim = Some(Fim::MensagemLonga);
                self.recusar(Recusa::MensagemLongaDemais);
            }
        }
    }

    /// Whether a pause would make a message of the bytes without LF.
    fn completo(&self) -> bool {
        let resto = self.linhas.resto();
        self.legado
            && match Pedido::decodificar(resto) {
                Ok(_) => true,
                Err(ErroPedido::ValorInvalido { .. }) => {
                    !resto.ends_with(b":") && !resto.ends_with(b".")
                }
                Err(_) => false,
            }
    }

    fn mensagem(&mut self, mensagem: &[u8]) {
        let pedido = Pedido::decodificar(mensagem);
        let carimbo = pedido.map_or_else(|erro| erro.carimbo(), |pedido| Some(pedido.carimbo));
        if let Some(carimbo) = carimbo {
            let recebido = carimbo.valor();
            let longe = recebido > self.agora && recebido - self.agora > Relogio::SALTO_MAXIMO;
            let novo = self.agora.max(recebido) + 1;
            if longe || novo > Carimbo::MAX.valor() {
                return self.recusar(Recusa::CarimboInvalido);
            }
            self.marcar(novo);
        }
        match pedido {
            Ok(Pedido { operacao, .. }) => {
                self.malformadas = 0;
                self.operacao(operacao);
            }
            Err(ErroPedido::ValorInvalido { titular, .. }) => {
                self.malformadas = 0;
                self.recusar(self.direito(titular).unwrap_or(Recusa::ValorInvalido));
            }
            Err(erro) => self.malformada(erro.recusa()),
        }
    }

    fn malformada(&mut self, recusa: Recusa) {
        self.malformadas += 1;
        if self.titular.is_none() && recusa == Recusa::MensagemInvalida {
            self.visto.fim = Some(Fim::OutroProtocolo);
        } else if self.malformadas == 10 {
            self.visto.fim = Some(Fim::MuitasMalformadas);
        }
        self.recusar(recusa);
    }

    /// Why this connection may not act for that account.
    fn direito(&self, rg: Rg) -> Option<Recusa> {
        match self.titular {
            None => Some(Recusa::LoginNecessario),
            Some(titular) if titular != rg => Some(Recusa::OperacaoNaoAutorizada),
            Some(_) => None,
        }
    }

    fn operacao(&mut self, operacao: Operacao) {
        let login = matches!(operacao, Operacao::Login { .. });
        if let Some(recusa) = self.direito(operacao.titular()).filter(|_| !login) {
            return self.recusar(recusa);
        }
        if self.agora == Carimbo::MAX.valor() {
            self.visto.fim = Some(Fim::RelogioEsgotado);
            return;
        }
        // The clock given here is not used: the model draws the stamps itself.
        let execucao = self.banco.executar(operacao, &Relogio::novo()).expect("the first stamp");
        if login && execucao.desfecho.is_ok() {
            self.titular = Some(operacao.titular());
        }
        self.executou = true;
        self.responder(execucao.desfecho);
    }

    fn recusar(&mut self, recusa: Recusa) {
        self.responder(Err(recusa));
    }

    fn responder(&mut self, desfecho: Desfecho) {
        match Carimbo::novo(self.agora + 1) {
            Some(carimbo) => {
                self.marcar(carimbo.valor());
                self.lote.push(Resposta::nova(carimbo, desfecho));
            }
            None => self.visto.fim = Some(Fim::RelogioEsgotado),
        }
    }

    fn marcar(&mut self, agora: u64) {
        self.agora = agora;
        self.visto.relogios.push(agora);
    }

    /// Confirms the replies since the last event, or replaces them if the storage fails.
    fn confirmar(&mut self) {
        if std::mem::take(&mut self.executou) && self.falha {
            for _ in 0..std::mem::take(&mut self.lote).len() {
                self.recusar(Recusa::ServidorIndisponivel);
            }
            self.visto.fim = Some(Fim::ArmazenamentoFalhou);
            self.visto.acordar = false;
        }
        for resposta in std::mem::take(&mut self.lote) {
            resposta.codificar(&mut self.visto.saida);
            if self.linhas.modo != Some(Modo::Legado) {
                self.visto.saida.push(b'\n');
            }
        }
    }
}
