//! The events of a client that has no trace, as its server saw them (docs/rastro.md, section 7).

use std::collections::HashMap;

use super::cabecalho::NomeDeProcesso;
use super::evento::{Conteudo, EventoDoRelogio, Fato, MensagemVista};
use super::grafo::{Grafo, NoDoGrafo, OutroLado, ProcessoDoGrafo};
use super::pontas::{Ponta, Pontas};
use super::regras::seguinte;
use crate::relogio::Carimbo;

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

/// The replies that were sent: of several to one request, the storage has failed, and the last one was.
fn respostas_que_sairam(grafo: &Grafo, ponta: &Ponta) -> Vec<usize> {
    let mut pedidos: HashMap<Carimbo, usize> = HashMap::new();
    for carimbo in ponta.recebimentos.iter().filter_map(|&no| grafo.nos[no].evento.recebido()) {
        *pedidos.entry(carimbo).or_default() += 1;
    }
    let mut sairam = Vec::new();
    for &no in ponta.envios.iter().rev() {
        let responde = grafo.nos[no].evento.resposta().and_then(|resposta| resposta.responde);
        let esperada = match responde.and_then(|carimbo| pedidos.get_mut(&carimbo)) {
            Some(0) => false,
            Some(faltam) => {
                *faltam -= 1;
                true
            }
            None => true,
        };
        if esperada {
            sairam.push(no);
        }
    }
    sairam.reverse();
    sairam
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
