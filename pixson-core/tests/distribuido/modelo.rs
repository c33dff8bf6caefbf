//! What can happen next, in the form that the explorer asks for.

use stateright::{Model, Property};

use super::cena::{CenaDistribuida, EspelhoModelado};
use super::explorador::LEIS;
use super::mundo::{
    Dita, FaseDaSessao as S, FaseDoServidor as F, MundoDistribuido, Ofensa, SERVIDORES, SESSOES,
    TRAVA_DA_TABELA, ULTIMO_CARIMBO,
};

/// A step; the numbers are operations, servers and sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassoDistribuido {
    Envia(u8),
    Comeca(usize),
    ComecaDeMemoria(usize),
    Decide(usize),
    Recebe(usize),
    Pergunta(usize),
    Desiste(usize),
    Corta(usize),
    Mata(usize),
    Reinicia(usize),
    Avanca(usize),
    /// The database ends an idle transaction, or one whose connection is gone.
    Encerra(usize),
    Conflito(usize),
    Cancela(usize),
    Replica,
    Cai,
    Promove,
    Encalha,
}

use PassoDistribuido as P;

impl MundoDistribuido {
    pub(crate) fn acusar(&mut self, ofensa: Ofensa) {
        self.ofensa.get_or_insert(ofensa);
    }

    fn passos_de_clientes(&self, cena: &CenaDistribuida, passos: &mut Vec<P>) {
        let mut ocupados = [false; 2];
        for (operacao, pedido) in cena.pedidos.iter().enumerate() {
            let ocupado = &mut ocupados[usize::from(pedido.cliente)];
            let vivo = self.servidores[usize::from(pedido.servidor)].fase != F::Morto;
            let dita = self.ditas[operacao];
            if !*ocupado && dita == Dita::Nada && vivo {
                passos.push(P::Envia(u8::try_from(operacao).expect("few operations")));
            }
            *ocupado |= matches!(dita, Dita::Nada | Dita::Enviada);
        }
    }

    fn passos_de_servidor(&self, cena: &CenaDistribuida, servidor: usize, passos: &mut Vec<P>) {
        let deste = &self.servidores[servidor];
        let ha_lugar = self.sessoes.iter().any(|sessao| sessao.fase == S::Vaga);
        let tabela = self.sessoes.iter().any(|sessao| sessao.travas & TRAVA_DA_TABELA != 0);
        let sessao = deste.sessao().map(|lugar| self.sessoes[lugar].fase);
        match deste.fase {
            F::Morto if !tabela => passos.push(P::Reinicia(servidor)),
            F::Ocioso if ha_lugar && !(deste.lote.vazia() && deste.fila.vazia()) => {
                passos.push(P::Comeca(servidor));
                if self.tudo_lembrado(cena, servidor) {
                    passos.push(P::ComecaDeMemoria(servidor));
                }
            }
            F::EmDuvida if ha_lugar => passos.push(P::Pergunta(servidor)),
            _ => {}
        }
        match sessao {
            Some(S::Aberta | S::EncerradaAberta) => passos.push(P::Decide(servidor)),
            // A lane that was lost is made anew, which adds a row to the table.
            Some(S::Alheia | S::Perguntada(_)) if tabela => {}
            Some(
                S::Feita
                | S::Avisada
                | S::Recusada
                | S::Mudada
                | S::Alheia
                | S::Perguntada(_)
                | S::Encerrada,
            ) => passos.push(P::Recebe(servidor)),
            _ => {}
        }
        if sessao == Some(S::EncerradaAberta) {
            passos.push(P::Recebe(servidor));
        }
        if self.males.resta(self.males.cortes) && sessao.is_some() {
            passos.push(P::Corta(servidor));
        }
        if self.males.resta(self.males.mortes) && deste.fase != F::Morto {
            passos.push(P::Mata(servidor));
        }
        if self.males.resta(self.males.desistencias) && !deste.lote.vazia() {
            passos.push(P::Desiste(servidor));
        }
    }

    fn passos_de_sessao(&self, sessao: usize, passos: &mut Vec<P>) {
        let desta = &self.sessoes[sessao];
        if self.pode_avancar(sessao) {
            passos.push(P::Avanca(sessao));
        }
        let encerravel = matches!(
            desta.fase,
            S::Via | S::Conta(_) | S::Aberta | S::Escrevendo | S::SemNumero | S::Perguntando
        );
        let ociosa = self.males.resta(self.males.pausas) && desta.fase == S::Aberta;
        if encerravel && (!desta.ligada || ociosa) {
            passos.push(P::Encerra(sessao));
        }
        let perdedora = matches!(desta.fase, S::Via | S::Conta(_) | S::Escrevendo);
        if self.males.resta(self.males.conflitos) && desta.ligada && perdedora {
            passos.push(P::Conflito(sessao));
        }
        if self.males.resta(self.males.cancelamentos)
            && matches!(desta.fase, S::Gravada | S::PerguntaGravada(_))
        {
            passos.push(P::Cancela(sessao));
        }
    }

    fn passos_do_banco(&self, passos: &mut Vec<P>) {
        let espera = |fase| matches!(fase, S::Gravada | S::PerguntaGravada(_));
        let atrasado = self.espelho.is_some_and(|espelho| espelho != self.banco)
            || self.sessoes.iter().any(|sessao| espera(sessao.fase));
        if atrasado {
            passos.push(P::Replica);
        }
        if self.males.resta(self.males.quedas)
            && self.sessoes.iter().any(|sessao| sessao.fase != S::Vaga)
        {
            passos.push(P::Cai);
        }
        if self.males.resta(self.males.promocoes) && self.espelho.is_some() {
            passos.push(P::Promove);
        }
    }

    /// The standby takes over with what it has.
    fn promover(&mut self, cena: &CenaDistribuida) {
        self.cair();
        self.banco = self.espelho.take().expect("there is a standby");
        if cena.espelho == EspelhoModelado::Assincrono {
            self.esquecer();
        }
    }

    fn dar(&mut self, cena: &CenaDistribuida, passo: P) {
        match passo {
            P::Envia(operacao) => self.enviar(cena, operacao),
            P::Comeca(servidor) => self.comecar(cena, servidor),
            P::ComecaDeMemoria(servidor) => self.comecar_de_memoria(cena, servidor),
            P::Decide(servidor) => self.decidir(cena, servidor),
            P::Recebe(servidor) => self.receber(cena, servidor),
            P::Pergunta(servidor) => self.perguntar(servidor),
            P::Desiste(servidor) => {
                self.males.gastar(|males| &mut males.desistencias);
                self.desistir(cena, servidor);
            }
            P::Corta(servidor) => {
                self.males.gastar(|males| &mut males.cortes);
                self.cortar(cena, servidor);
            }
            P::Mata(servidor) => {
                self.males.gastar(|males| &mut males.mortes);
                self.matar(cena, servidor);
            }
            P::Reinicia(servidor) => self.reiniciar(cena, servidor),
            P::Avanca(sessao) => self.avancar(cena, sessao),
            P::Encerra(sessao) => {
                if self.sessoes[sessao].ligada {
                    self.males.gastar(|males| &mut males.pausas);
                }
                self.encerrar(sessao);
            }
            P::Conflito(sessao) => {
                self.males.gastar(|males| &mut males.conflitos);
                self.recusar(sessao);
            }
            P::Cancela(sessao) => {
                self.males.gastar(|males| &mut males.cancelamentos);
                self.cancelar(sessao);
            }
            P::Replica => self.replicar(),
            P::Cai => {
                self.males.gastar(|males| &mut males.quedas);
                self.cair();
            }
            P::Promove => {
                self.males.gastar(|males| &mut males.promocoes);
                self.promover(cena);
            }
            P::Encalha => self.acusar(Ofensa::Encalhada),
        }
        self.aparar_memorias(cena);
        if self.servidores.iter().any(|servidor| servidor.relogio > ULTIMO_CARIMBO) {
            self.acusar(Ofensa::SemFim);
        }
    }

    /// Whether a step can change what the laws are about.
    fn muda_a_historia(&self, passo: P) -> bool {
        match passo {
            P::Recebe(_) | P::Decide(_) | P::Desiste(_) | P::Corta(_) | P::Promove => true,
            P::Avanca(sessao) => self.sessoes[sessao].fase == S::Escrevendo,
            _ => false,
        }
    }
}

impl Model for CenaDistribuida {
    type State = MundoDistribuido;
    type Action = PassoDistribuido;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.inicio()]
    }

    fn actions(&self, mundo: &Self::State, passos: &mut Vec<Self::Action>) {
        if mundo.ofensa.is_some() {
            return;
        }
        mundo.passos_de_clientes(self, passos);
        (0..SERVIDORES).for_each(|servidor| mundo.passos_de_servidor(self, servidor, passos));
        (0..SESSOES).for_each(|sessao| mundo.passos_de_sessao(sessao, passos));
        mundo.passos_do_banco(passos);
        let espera = |dita: &Dita| matches!(dita, Dita::Nada | Dita::Enviada);
        if passos.is_empty() && mundo.ditas[..self.pedidos.len()].iter().any(espera) {
            passos.push(P::Encalha);
        }
    }

    fn next_state(&self, antes: &Self::State, passo: Self::Action) -> Option<Self::State> {
        let mut mundo = antes.clone();
        mundo.dar(self, passo);
        if antes.muda_a_historia(passo) {
            mundo.julgar(self);
        }
        self.vistos.ver(self, &mundo);
        Some(mundo)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always(LEIS, |_: &Self, mundo: &MundoDistribuido| mundo.ofensa.is_none())]
    }
}
