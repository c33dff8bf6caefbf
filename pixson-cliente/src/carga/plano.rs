use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fastrand::Rng;
use pixson_core::Rg;

use super::argumentos::{Argumentos, Tipo};
use super::sorteio::{Papel, Sorteio};
use crate::servidor::Servidor;

/// What is to be done, once the words of the command line are known to agree.
#[derive(Debug)]
pub(super) struct Plano {
    pub(super) servidor: Servidor,
    pub(super) operacao: Tipo,
    pub(super) conexoes: u32,
    pub(super) pipeline: u32,
    pub(super) duracao: Duration,
    pub(super) taxa: Option<u64>,
    /// The accounts that bear the load; their index is how the rest of the load names them.
    pub(super) usadas: Vec<Rg>,
    pub(super) quentes: Option<u32>,
    pub(super) semente: u64,
    /// The other end is an echo and no bank.
    pub(super) eco: bool,
    /// Set when the run is to end before its time.
    pub(super) interrompida: Arc<AtomicBool>,
    /// Every transfer goes through the first account.
    por_uma: bool,
}

impl Plano {
    /// `Err` is a sentence about words that do not go together.
    pub(super) fn novo(
        servidor: Servidor,
        argumentos: &Argumentos,
        interrompida: Arc<AtomicBool>,
    ) -> Result<Self, String> {
        let contas = argumentos.rgs.como_lista();
        let operacao = argumentos.operacao;
        let quentes = match argumentos.contas_quentes {
            None => contas.len(),
            Some(quentes) => usize::try_from(quentes)
                .ok()
                .filter(|&quentes| quentes <= contas.len())
                .ok_or_else(|| {
                    format!("--contas-quentes {quentes} é mais do que o número de contas.")
                })?,
        };
        let por_uma = operacao.transfere() && quentes == 1;
        let usadas = if por_uma { contas } else { &contas[..quentes] };
        if operacao.transfere() && usadas.len() < 2 {
            return Err("Transferências precisam de duas contas em --rgs.".into());
        }
        Ok(Self {
            servidor,
            operacao,
            conexoes: argumentos.conexoes,
            pipeline: argumentos.pipeline,
            duracao: Duration::from_secs(argumentos.duracao),
            taxa: argumentos.taxa,
            usadas: usadas.to_vec(),
            quentes: argumentos.contas_quentes,
            semente: argumentos.semente,
            eco: argumentos.eco,
            interrompida,
            por_uma,
        })
    }

    /// Whether the person has asked for an end.
    pub(super) fn interrompida(&self) -> bool {
        self.interrompida.load(Ordering::Relaxed)
    }

    /// Whether what is asked for can move money.
    pub(super) fn move_dinheiro(&self) -> bool {
        !self.eco && self.operacao != Tipo::Saldo
    }

    /// For each connection the account that it logs in to, and what it will ask for.
    pub(super) fn sorteios(&self) -> impl Iterator<Item = (Rg, Sorteio)> {
        let mut raiz = Rng::with_seed(self.semente);
        let usadas = self.usadas.len();
        (0..self.conexoes).map(move |conexao| {
            let papel = if self.por_uma {
                Papel::por_uma(conexao as usize, usadas)
            } else {
                Papel::espalhado(conexao as usize, usadas)
            };
            let sorteio = Sorteio::novo(raiz.fork(), self.operacao, papel, usadas);
            (self.usadas[papel.titular], sorteio)
        })
    }
}
