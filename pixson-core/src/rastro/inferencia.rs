//! The events of a client that has no trace, as its server saw them (docs/rastro.md, section 7).

use super::cabecalho::NomeDeProcesso;
use super::evento::{Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista};
use super::grafo::{Grafo, NoDoGrafo, OutroLado, ProcessoDoGrafo};
use super::pontas::{Ponta, Pontas};
use super::regras::seguinte;
use crate::relogio::Carimbo;
use crate::tipos::Recusa;

/// Adds a process for each connection of a server that belongs to no connection of a client.
pub(super) fn inferir(grafo: &mut Grafo, pontas: &Pontas, pares: &[Option<usize>]) {
    let mut sozinhas = vec![true; pontas.servidores.len()];
    for &lugar in pares.iter().flatten() {
        sozinhas[lugar] = false;
    }
    for (ponta, _) in pontas.servidores.iter().zip(sozinhas).filter(|(_, sozinha)| *sozinha) {
        inferir_cliente(grafo, ponta);
    }
}

fn inferir_cliente(grafo: &mut Grafo, ponta: &Ponta) {
    let inicio = grafo.nos.len();
    let respostas = respostas_que_sairam(grafo, ponta);
    let mut cliente = ClienteInferido { processo: grafo.processos.len(), relogio: Carimbo::ZERO };
    let mut restam = respostas.as_slice();
    for &pedido in &ponta.recebimentos {
        while let [resposta, depois @ ..] = restam
            && cliente.cabe_antes(grafo, *resposta, pedido)
        {
            cliente.receber(grafo, *resposta);
            restam = depois;
        }
        cliente.enviar(grafo, pedido);
    }
    for &resposta in restam {
        cliente.receber(grafo, resposta);
    }
    let nome: NomeDeProcesso =
        format!("conexão {}", ponta.numero).parse().expect("a short text without control");
    grafo.processos.push(ProcessoDoGrafo {
        nome,
        epoca: None,
        relogio: Carimbo::ZERO,
        inteiro: false,
        inferido: Some(OutroLado { processo: ponta.processo, conexao: ponta.numero }),
        nos: inicio..grafo.nos.len(),
    });
}

/// The replies that were sent. If the storage failed, those that waited for it were stamped again at the
/// end: so many of them are there as requests had no reply, and the others took the place of replies.
fn respostas_que_sairam(grafo: &Grafo, ponta: &Ponta) -> Vec<usize> {
    let resposta = |no: usize| grafo.nos[no].evento.resposta();
    let anulou = |&&no: &&usize| {
        let indisponivel = Dito::Conhecido(Err(Recusa::ServidorIndisponivel));
        resposta(no).is_some_and(|uma| uma.responde.is_none() && uma.dito == indisponivel)
    };
    let anulacoes = ponta.envios.iter().rev().take_while(anulou).count();
    let (antes, ultimas) = ponta.envios.split_at(ponta.envios.len() - anulacoes);
    let responde = |&&no: &&usize| resposta(no).is_some_and(|uma| uma.responde.is_some());
    let respondidos = antes.iter().filter(responde).count();
    let sem_resposta = ponta.recebimentos.len().saturating_sub(respondidos);
    let sairam = antes.len().saturating_sub(anulacoes.saturating_sub(sem_resposta));
    [&antes[..sairam], ultimas].concat()
}

struct ClienteInferido {
    processo: usize,
    /// The least value at which its clock can stand.
    relogio: Carimbo,
}

impl ClienteInferido {
    /// Whether the client may have received that reply before it sent this request: the reply was sent
    /// before the request came in, and its stamp leaves room.
    fn cabe_antes(&self, grafo: &Grafo, resposta: usize, pedido: usize) -> bool {
        let carimbo = grafo.nos[resposta].evento.enviado();
        let recebido = grafo.nos[pedido].evento.recebido();
        let cabe = carimbo
            .zip(recebido)
            .is_some_and(|(resposta, pedido)| seguinte(self.relogio.max(resposta)) < pedido);
        cabe && resposta < pedido
    }

    fn enviar(&mut self, grafo: &mut Grafo, recebimento: usize) {
        let evento = &grafo.nos[recebimento].evento;
        let Fato::Recebimento(mensagem) = &evento.fato else { return };
        let depois = mensagem.carimbo;
        let antes = Carimbo::novo(depois.valor().saturating_sub(1)).unwrap_or(depois);
        let fato = Fato::Envio(mensagem.clone());
        let evento = EventoDoRelogio { us: evento.us, antes, depois, fato };
        grafo.nos[recebimento].origem = Some(self.acrescentar(grafo, evento, None));
        self.relogio = depois;
    }

    fn receber(&mut self, grafo: &mut Grafo, envio: usize) {
        let evento = &grafo.nos[envio].evento;
        let conteudo = evento.resposta().cloned().map(Conteudo::Resposta);
        let (Some(carimbo), Some(conexao), Some(conteudo)) =
            (evento.enviado(), evento.conexao(), conteudo)
        else {
            return;
        };
        let (us, antes) = (evento.us, self.relogio);
        self.relogio = seguinte(antes.max(carimbo));
        let fato = Fato::Recebimento(MensagemVista { conexao, carimbo, conteudo });
        let evento = EventoDoRelogio { us, antes, depois: self.relogio, fato };
        self.acrescentar(grafo, evento, Some(envio));
    }

    fn acrescentar(
        &self,
        grafo: &mut Grafo,
        evento: EventoDoRelogio,
        origem: Option<usize>,
    ) -> usize {
        grafo.nos.push(NoDoGrafo {
            processo: self.processo,
            seq: None,
            evento,
            origem,
            outra_origem: None,
        });
        grafo.nos.len() - 1
    }
}
