//! Memory: what a server knows of rows from its own batches, and the batch that it writes by that alone.
//!
//! That a server may take either way stands for all that it may have forgotten.

use std::mem::take;

use super::cena::{CenaDistribuida, DefeitoDistribuido as D, OperacaoModelada as Op};
use super::mundo::{
    CONTAS, ContaModelada, Dita, FaseDaSessao as S, FaseDoServidor as F, MundoDistribuido,
    SERVIDORES, ServidorModelado, SessaoModelada,
};

impl ServidorModelado {
    /// The commit of its batch was answered: the rows are as the batch has left them.
    pub(crate) fn lembrar(&mut self) {
        for (lembrada, deixada) in self.memoria.iter_mut().zip(take(&mut self.deixadas)) {
            if deixada.existe {
                *lembrada = deixada;
            }
        }
    }

    /// Its batch has failed, or is in doubt.
    pub(crate) fn esquecer(&mut self, cena: &CenaDistribuida) {
        if cena.tem(D::MemoriaDoNaoFeito) || cena.tem(D::GuardaSoCarimbo) {
            self.lembrar();
        } else {
            self.deixadas = <[ContaModelada; CONTAS]>::default();
            self.memoria = self.deixadas;
        }
    }

    /// Something was not as remembered.
    pub(crate) fn desenganar(&mut self, cena: &CenaDistribuida) {
        self.deixadas = <[ContaModelada; CONTAS]>::default();
        if !cena.tem(D::MemoriaTeimosa) {
            self.memoria = self.deixadas;
        }
    }
}

impl MundoDistribuido {
    /// Whether all accounts of the next batch are remembered. An opening is not asked of memory.
    pub(crate) fn tudo_lembrado(&self, cena: &CenaDistribuida, servidor: usize) -> bool {
        let deste = &self.servidores[servidor];
        let pedidas = || deste.lote.operacoes().iter().chain(deste.fila.operacoes());
        let mut contas = pedidas().flat_map(|&op| cena.operacao(op).contas());
        let lembrada = |conta: u8| deste.memoria[usize::from(conta)].existe;
        pedidas().all(|&op| !matches!(cena.operacao(op), Op::Abertura(_)))
            && if cena.tem(D::MemoriaParcial) { contas.any(lembrada) } else { contas.all(lembrada) }
    }

    /// Decides a batch by what is remembered, and sends it in one message.
    pub(crate) fn comecar_de_memoria(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.comecar(cena, servidor);
        let existem = self.existentes();
        let deste = &mut self.servidores[servidor];
        let sessao = &mut self.sessoes[deste.sessao().expect("it has begun")];
        for conta in sessao.contas().map(usize::from) {
            sessao.lembradas[conta] = deste.memoria[conta];
        }
        let mut contas = sessao.lembradas;
        deste.decidir(cena, &self.banco, &mut contas);
        deste.deixadas = contas;
        deste.fase = F::Confirmando;
        sessao.de_memoria = true;
        sessao.valores = contas;
        sessao.assentos = deste.assentos;
        if cena.tem(D::ViaDepoisDasContas) {
            sessao.existem = existem;
            sessao.fase = sessao.depois_de(cena, 0);
        }
        if cena.tem(D::RespostaAntesDoCommit) {
            self.responder_lote(cena, servidor);
        }
    }

    /// Whether the rows of a batch from memory are as its server remembers them.
    pub(crate) fn como_lembradas(&self, cena: &CenaDistribuida, sessao: &SessaoModelada) -> bool {
        sessao.contas().map(usize::from).all(|conta| self.como_lembrada(cena, sessao, conta))
    }

    fn como_lembrada(&self, cena: &CenaDistribuida, sessao: &SessaoModelada, conta: usize) -> bool {
        let (linha, lembrada) = (self.banco.contas[conta], sessao.lembradas[conta]);
        // What is not remembered is not asked for.
        let saldo = cena.tem(D::GuardaSemLinhas)
            || cena.tem(D::GuardaSoCarimbo)
            || linha.saldo == lembrada.saldo;
        let carimbo = cena.tem(D::GuardaSemLinhas)
            || cena.tem(D::GuardaSemCarimbo)
            || linha.carimbo == lembrada.carimbo;
        !lembrada.existe || (linha.existe && saldo && carimbo)
    }

    /// Something is not as remembered: nothing is done.
    pub(crate) fn desmentir(&mut self, cena: &CenaDistribuida, sessao: usize) {
        let desta = self.sessoes[sessao];
        if cena.tem(D::MemoriaPelaMetade) {
            for conta in desta.contas().map(usize::from) {
                if self.como_lembrada(cena, &desta, conta) {
                    self.banco.contas[conta] = desta.valores[conta];
                }
            }
        }
        self.concluir(sessao, S::Mudada);
    }

    /// What no operation will ask for makes no difference any more. Those of the batch under way will
    /// not: if it has to be done again, nothing is remembered.
    pub(crate) fn aparar_memorias(&mut self, cena: &CenaDistribuida) {
        let esquece = ![D::MemoriaTeimosa, D::MemoriaDoNaoFeito, D::GuardaSoCarimbo]
            .iter()
            .any(|&defeito| cena.tem(defeito));
        for servidor in 0..SERVIDORES {
            let lote = self.servidores[servidor].lote;
            let sob_via = |operacao| esquece && lote.operacoes().contains(&operacao);
            let mut pedidas = [false; CONTAS];
            for (operacao, (pedido, dita)) in (0..).zip(cena.pedidos.iter().zip(self.ditas)) {
                let aberta = matches!(dita, Dita::Nada | Dita::Enviada) && !sob_via(operacao);
                if aberta && usize::from(pedido.servidor) == servidor {
                    pedido.operacao.contas().for_each(|conta| pedidas[usize::from(conta)] = true);
                }
            }
            let deste = &mut self.servidores[servidor];
            for conta in (0..CONTAS).filter(|&conta| !pedidas[conta]) {
                deste.memoria[conta] = ContaModelada::default();
                deste.deixadas[conta] = ContaModelada::default();
            }
        }
    }
}
