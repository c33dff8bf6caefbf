//! Banks with a bug each, which the judges must find. A judge that never found anything is no
//! evidence.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use pixson_core::banco::{Banco, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::{Carimbo, RelogioEsgotado};
use pixson_core::{Operacao, Relogio, Rg, Saldo, Sucesso};

use super::linear::{Saldos, aplicar};

/// What is wrong with a bank.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Defeito {
    /// A reply goes out before its record is synced.
    RespostaAntesDoDisco,
    /// A balance or a refusal does not wait for the records that it shows.
    SaldoSemEspera,
    /// The stamp is drawn when the accounts are unlocked already.
    CarimboForaDaTrava,
    /// A transfer locks its first account only: what others do to the second meanwhile is lost.
    SegundaTravaEsquecida,
    /// A transfer credits, unlocks, and debits later.
    CreditoAntesDoDebito,
    /// A transfer is done twice, as by a repetition that was not noticed.
    AplicadaDuasVezes,
    /// A balance comes from a copy made long ago, with the stamp that was right then.
    CopiaVelha,
}

/// A bank behind a counter that may not wait for the disk.
#[derive(Debug)]
pub(crate) struct BancoApressado<B> {
    pub(crate) banco: B,
    pub(crate) defeito: Option<Defeito>,
}

impl<B: Banco> Banco for BancoApressado<B> {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let mut execucao = self.banco.executar(operacao, relogio)?;
        let nada_muda =
            matches!(execucao.desfecho, Err(_) | Ok(Sucesso::Login | Sucesso::Saldo(_)));
        if self.defeito == Some(Defeito::SaldoSemEspera) && nada_muda {
            execucao.recibo = Recibo::IMEDIATO;
        }
        Ok(execucao)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        match self.defeito {
            Some(Defeito::RespostaAntesDoDisco) => Ok(()),
            Some(Defeito::SaldoSemEspera) if recibo == Recibo::IMEDIATO => Ok(()),
            _ => self.banco.confirmar(recibo),
        }
    }
}

/// A bank in memory with a lock for each account. Without a bug it keeps the laws of `Banco`.
#[derive(Debug)]
pub(crate) struct BancoDeTravas {
    contas: BTreeMap<Rg, Mutex<Saldo>>,
    defeito: Option<Defeito>,
    /// How many operations have ended.
    feitas: AtomicU64,
    /// For [`Defeito::CopiaVelha`].
    copias: Mutex<BTreeMap<Rg, (Saldo, Carimbo)>>,
}

type Travadas<'b> = BTreeMap<Rg, MutexGuard<'b, Saldo>>;

fn trancar<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics with an account")
}

fn escrever(travadas: &mut Travadas<'_>, novos: &Saldos) {
    for (rg, saldo) in travadas {
        **saldo = novos[rg];
    }
}

impl BancoDeTravas {
    pub(crate) fn novo(contas: &Saldos, defeito: Option<Defeito>) -> Self {
        Self {
            contas: contas.iter().map(|(&rg, &saldo)| (rg, Mutex::new(saldo))).collect(),
            defeito,
            feitas: AtomicU64::new(0),
            copias: Mutex::default(),
        }
    }

    /// The accounts of an operation that are there, locked in RG order.
    fn travar(&self, operacao: &Operacao) -> Travadas<'_> {
        let mut rgs = vec![operacao.titular()];
        if let Operacao::Transferencia { rg_destino, .. } = *operacao {
            rgs.push(rg_destino);
        }
        rgs.sort_unstable();
        rgs.dedup();
        rgs.into_iter().filter_map(|rg| Some((rg, trancar(self.contas.get(&rg)?)))).collect()
    }

    /// The window of a bug: it stays open until others have done something in it, or nobody does.
    fn janela(&self) {
        let desde = self.feitas.load(Ordering::SeqCst);
        for _ in 0..100 {
            if self.feitas.load(Ordering::SeqCst) >= desde + 3 {
                return;
            }
            thread::yield_now();
        }
    }

    /// Keeps copies for a later balance, unless there are older ones.
    fn copiar(&self, travadas: &Travadas<'_>, relogio: &Relogio) -> Result<(), RelogioEsgotado> {
        for (&rg, saldo) in travadas {
            let copia = (**saldo, relogio.tique()?);
            trancar(&self.copias).entry(rg).or_insert(copia);
        }
        Ok(())
    }
}

impl Banco for BancoDeTravas {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let recibo = Recibo::IMEDIATO;
        if let (Operacao::Saldo { rg }, Some(Defeito::CopiaVelha)) = (operacao, self.defeito)
            && let Some((saldo, carimbo)) = trancar(&self.copias).remove(&rg)
        {
            return Ok(Execucao { carimbo, desfecho: Ok(Sucesso::Saldo(saldo)), recibo });
        }
        let mut travadas = self.travar(&operacao);
        let saldos = travadas.iter().map(|(&rg, saldo)| (rg, **saldo)).collect();
        let (desfecho, mut novos) = aplicar(&saldos, operacao);
        let mut carimbo = relogio.tique()?;
        match (self.defeito, operacao) {
            (Some(Defeito::CarimboForaDaTrava), _) => {
                escrever(&mut travadas, &novos);
                drop(travadas);
                // A balance overtakes a change.
                if novos != saldos {
                    self.janela();
                }
                carimbo = relogio.tique()?;
            }
            (Some(Defeito::SegundaTravaEsquecida), _) if travadas.len() == 2 => {
                let segunda = travadas.pop_last().map(|(rg, _)| rg).expect("there are two");
                self.janela();
                travadas.insert(segunda, trancar(&self.contas[&segunda]));
                escrever(&mut travadas, &novos);
            }
            (
                Some(Defeito::CreditoAntesDoDebito),
                Operacao::Transferencia { rg_origem, rg_destino, valor },
            ) if desfecho.is_ok() => {
                travadas.retain(|&rg, _| rg == rg_destino);
                escrever(&mut travadas, &novos);
                drop(travadas);
                self.janela();
                let mut origem = trancar(&self.contas[&rg_origem]);
                *origem = origem.menos(valor).unwrap_or(Saldo::ZERO);
            }
            (defeito, _) => {
                if defeito == Some(Defeito::AplicadaDuasVezes)
                    && desfecho == Ok(Sucesso::Transferencia)
                {
                    novos = aplicar(&novos, operacao).1;
                }
                escrever(&mut travadas, &novos);
                if defeito == Some(Defeito::CopiaVelha) && novos != saldos {
                    self.copiar(&travadas, relogio)?;
                }
            }
        }
        self.feitas.fetch_add(1, Ordering::SeqCst);
        Ok(Execucao { carimbo, desfecho, recibo })
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Ok(())
    }
}
