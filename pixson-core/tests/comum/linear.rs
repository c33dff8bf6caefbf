//! A checker of linearizability that trusts no stamp: only when, by one counter of this process,
//! each call began and ended.
//!
//! It looks for an order of the operations in which the model gives every reply that was heard,
//! and in which no operation stands before another that had ended when it began. Transfers tie
//! the accounts together, so the state is the whole bank. The search remembers which sets of
//! operations it has met in which state.
//!
//! Sources: J. Wing, C. Gong, "Testing and Verifying Concurrent Objects", JPDC 17, 1993;
//! G. Lowe, "Testing for Linearizability", CCPE 29(4), 2017.

use std::collections::{BTreeMap, HashSet};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use pixson_core::banco::{BancoMemoria, Recibo};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso, Valor};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Ouvida, Sentenca};

use super::rg;

/// The balances of a whole bank.
pub(crate) type Saldos = BTreeMap<Rg, Saldo>;

/// How many operations one history may have: the bits of a set.
const ATOS_MAX: usize = 32;

/// One operation of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ato {
    pub(crate) operacao: Operacao,
    pub(crate) chamada: u64,
    /// When the reply was heard. Without one: from when on it is done or never will be.
    pub(crate) fim: u64,
    /// The reply; `None` if nobody heard it, and the operation may have been done or not.
    pub(crate) desfecho: Option<Result<Sucesso, Recusa>>,
}

/// What the model does with one operation.
pub(crate) fn aplicar(saldos: &Saldos, operacao: Operacao) -> (Result<Sucesso, Recusa>, Saldos) {
    let modelo = BancoMemoria::com_contas(saldos.clone());
    let execucao = modelo.executar(operacao, &Relogio::novo()).expect("the first stamp is left");
    (execucao.desfecho, modelo.saldos())
}

/// Whether some order explains the history.
pub(crate) fn julgar(iniciais: &Saldos, historia: &[Ato]) -> Sentenca {
    assert!(historia.len() <= ATOS_MAX, "{} operations", historia.len());
    let mut busca = Busca { historia, vistas: HashSet::new(), ordem: vec![], melhor: vec![] };
    if busca.completar(0, iniciais) {
        return Ok(());
    }
    let melhor: Vec<_> = busca.melhor.iter().map(|&indice| historia[indice]).collect();
    Err(format!("no order of {historia:#?}\nThe longest that was legal: {melhor:#?}"))
}

struct Busca<'h> {
    historia: &'h [Ato],
    /// Sets of operations done, with the state, from which no order was found.
    vistas: HashSet<(u32, Saldos)>,
    ordem: Vec<usize>,
    melhor: Vec<usize>,
}

impl Busca<'_> {
    fn completar(&mut self, feitas: u32, saldos: &Saldos) -> bool {
        let historia = self.historia;
        let feita = |indice: usize| feitas & (1 << indice) != 0;
        let restam = || (0..historia.len()).filter(|&indice| !feita(indice));
        let ouvidas = restam().filter(|&indice| historia[indice].desfecho.is_some());
        // Whatever began after this must stand behind the operation that ended then.
        let Some(limite) = ouvidas.map(|indice| historia[indice].fim).min() else { return true };
        if !self.vistas.insert((feitas, saldos.clone())) {
            return false;
        }
        let chamadas = self.ordem.iter().map(|&indice| historia[indice].chamada);
        let ultima_chamada = chamadas.max().unwrap_or(0);
        for indice in restam().filter(|&indice| historia[indice].chamada < limite) {
            let ato = historia[indice];
            let (desfecho, depois) = aplicar(saldos, ato.operacao);
            let cabe = match ato.desfecho {
                Some(ouvido) => ouvido == desfecho,
                // To be done without a change, or too late, is not to be done.
                None => depois != *saldos && ultima_chamada < ato.fim,
            };
            if cabe {
                self.ordem.push(indice);
                if self.ordem.len() > self.melhor.len() {
                    self.melhor.clone_from(&self.ordem);
                }
                if self.completar(feitas | 1 << indice, &depois) {
                    return true;
                }
                self.ordem.pop();
            }
        }
        false
    }
}

/// The one counter that says what came before what.
#[derive(Debug, Default)]
pub(crate) struct Contador(AtomicU64);

impl Contador {
    pub(crate) fn proximo(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// One operation, for both judges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anotada {
    pub(crate) ouvida: Ouvida,
    pub(crate) chamada: u64,
    pub(crate) fim: u64,
}

impl Anotada {
    pub(crate) fn ato(&self) -> Ato {
        let Ouvida { operacao, desfecho, confirmada, .. } = self.ouvida;
        let (chamada, fim) = (self.chamada, self.fim);
        Ato { operacao, chamada, fim, desfecho: confirmada.then_some(desfecho) }
    }
}

/// One run of a bank, and the clients that share it.
pub(crate) struct Corrida<'c, B> {
    pub(crate) banco: &'c B,
    pub(crate) epoca: u64,
    pub(crate) relogio: Relogio,
    pub(crate) contador: &'c Contador,
}

impl<B: Banco> Corrida<'_, B> {
    /// Each client does its operations, all at once, and `fundo` is done meanwhile.
    pub(crate) fn correr(
        &self,
        roteiros: &[Vec<Operacao>],
        sorteio: &mut Sorteio,
        fundo: impl FnOnce(),
    ) -> Vec<Anotada> {
        let largada = Barrier::new(roteiros.len() + 1);
        thread::scope(|escopo| {
            let mut clientes = Vec::new();
            for roteiro in roteiros {
                let (largada, sorteio) = (&largada, Sorteio::novo(sorteio.proximo()));
                clientes.push(escopo.spawn(move || {
                    largada.wait();
                    self.atender(roteiro, sorteio)
                }));
            }
            largada.wait();
            fundo();
            clientes.into_iter().flat_map(|cliente| cliente.join().expect("no panic")).collect()
        })
    }

    /// One connection: batches of one to three, each waited for once. It ends when an outcome is
    /// unknown.
    pub(crate) fn atender(&self, roteiro: &[Operacao], mut sorteio: Sorteio) -> Vec<Anotada> {
        let mut anotadas: Vec<Anotada> = Vec::new();
        let mut restam = roteiro;
        while !restam.is_empty() {
            let (lote, depois) = restam.split_at(1 + sorteio.ate(restam.len().min(3)));
            restam = depois;
            let (inicio, mut recibo) = (anotadas.len(), Recibo::IMEDIATO);
            for &operacao in lote {
                let chamada = self.contador.proximo();
                if sorteio.um_em(3) {
                    thread::yield_now();
                }
                let execucao = self.banco.executar(operacao, &self.relogio);
                let execucao = execucao.expect("stamps are left");
                let (epoca, carimbo, desfecho) = (self.epoca, execucao.carimbo, execucao.desfecho);
                // Refused by a broken disk: certainly not done, and nothing said about balances.
                let calada = [Err(Recusa::ServidorIndisponivel), Err(Recusa::ContaIlegivel)];
                if !calada.contains(&desfecho) {
                    recibo = recibo.max(execucao.recibo);
                    let ouvida = Ouvida { epoca, carimbo, operacao, desfecho, confirmada: false };
                    anotadas.push(Anotada { ouvida, chamada, fim: u64::MAX });
                }
            }
            if self.banco.confirmar(recibo).is_err() {
                break;
            }
            let fim = self.contador.proximo();
            for anotada in &mut anotadas[inicio..] {
                anotada.fim = fim;
                anotada.ouvida.confirmada = true;
            }
        }
        anotadas
    }
}

/// What each of so many clients does on the accounts 1 to 3, and seldom on 4, which is not there.
/// Each amount is a power of two of its own, so that a balance names the operations in it.
pub(crate) fn roteiros(
    sorteio: &mut Sorteio,
    clientes: usize,
    operacoes: usize,
) -> Vec<Vec<Operacao>> {
    let mut expoentes: Vec<usize> = (0..clientes * operacoes).collect();
    let mut operacao = || {
        let expoente = expoentes.swap_remove(sorteio.ate(expoentes.len()));
        let valor = Valor::de_centavos(1 << expoente).expect("few operations");
        let mut conta = || rg(sorteio.escolher(&["1", "1", "2", "2", "3", "3", "3", "4"]));
        let (rg, rg_destino) = (conta(), conta());
        match sorteio.ate(16) {
            0 => Operacao::Login { rg },
            1..6 => Operacao::Saldo { rg },
            6 => Operacao::Saque { rg, valor },
            7..10 => Operacao::Deposito { rg, valor },
            _ => Operacao::Transferencia { rg_origem: rg, rg_destino, valor },
        }
    };
    (0..clientes).map(|_| (0..operacoes).map(|_| operacao()).collect()).collect()
}
