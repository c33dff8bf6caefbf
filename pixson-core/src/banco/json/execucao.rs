//! Operations: the accounts are locked, decided upon, and changed after their record is appended.

use super::BancoJson;
use super::contas::{ContaViva, Vaga};
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::diario::NaoAnexado;
use crate::banco::disco::{Disco, passageiro};
use crate::banco::regras::{Decisao, decidir, em_ordem};
use crate::banco::{Banco, Execucao, Feito, Recibo, ResultadoDesconhecido};
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::{Arc, MutexGuard, Ordering};
use crate::tipos::{Operacao, Recusa, Rg, Sucesso};

/// An account of an operation, locked.
struct Travada<'v> {
    rg: Rg,
    vaga: &'v Arc<Vaga>,
    conta: MutexGuard<'v, Option<ContaViva>>,
}

/// The accounts of an operation: one, or the two of a transfer.
struct Travadas<'v>([Option<Travada<'v>>; 2]);

impl Travadas<'_> {
    fn iter(&self) -> impl Iterator<Item = &ContaViva> {
        self.0.iter().flatten().filter_map(|travada| travada.conta.as_ref())
    }
}

impl<D: Disco> Banco for BancoJson<D> {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        // Before any account is locked: it waits for the disk.
        if self.iniciar().is_err() {
            let (carimbo, recusa) = (relogio.tique()?, Err(Recusa::ServidorIndisponivel));
            return Ok(Execucao { carimbo, desfecho: recusa, recibo: Recibo::IMEDIATO });
        }
        let (primeira, segunda) = em_ordem(&operacao);
        let vagas = [Some(primeira), segunda].map(|rg| rg.map(|rg| (rg, self.contas.pegar(rg))));
        let mut ausentes = [None, None];
        let execucao = {
            // The array is filled from the left: locks are taken in RG order.
            let mut travadas = Travadas(vagas.each_ref().map(|vaga| {
                vaga.as_ref().map(|(rg, vaga)| Travada { rg: *rg, vaga, conta: vaga.trancar() })
            }));
            let execucao = self.executar_travada(operacao, relogio, &mut travadas);
            for (ausente, travada) in ausentes.iter_mut().zip(&travadas.0) {
                *ausente = travada.as_ref().filter(|travada| travada.conta.is_none()).map(|t| t.rg);
            }
            execucao
        };
        for (rg, vaga) in vagas.into_iter().flatten() {
            if ausentes.contains(&Some(rg)) {
                self.contas.devolver_vazia(rg, &vaga);
            }
        }
        execucao
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.diario.confirmar(recibo.0)
    }
}

impl<D: Disco> BancoJson<D> {
    fn executar_travada(
        &self,
        operacao: Operacao,
        relogio: &Relogio,
        travadas: &mut Travadas<'_>,
    ) -> Result<Execucao, RelogioEsgotado> {
        let decisao = decidir(operacao, |rg| {
            let Some(travada) = travadas.0.iter_mut().flatten().find(|travada| travada.rg == rg)
            else {
                return Ok(None);
            };
            self.carregar(rg, &mut travada.conta)?;
            Ok(travada.conta.as_ref().map(|viva| viva.conta.saldo))
        });
        let carimbo = relogio.tique()?;
        let desfecho = decisao.and_then(|decisao| self.aplicar(carimbo, decisao, travadas));
        // Whatever the reply says is true once the last records of these accounts are durable.
        let ultimo = travadas.iter().map(|viva| viva.seq).max().unwrap_or(0);
        Ok(Execucao { carimbo, desfecho, recibo: Recibo(ultimo) })
    }

    /// The refusal of what the disk did not take; it is counted.
    fn indisponivel(&self) -> Recusa {
        self.falhas.fetch_add(1, Ordering::Relaxed);
        Recusa::ServidorIndisponivel
    }

    /// Reads an account into its place, if it is not there yet.
    pub(super) fn carregar(&self, rg: Rg, lugar: &mut Option<ContaViva>) -> Result<(), Recusa> {
        if lugar.is_none() {
            let lida = ContaArquivo::abrir(&*self.disco, rg).map_err(|falha| match falha {
                // The file may be as it should: descriptors are short.
                FalhaDeLeitura::Disco(erro) if passageiro(&erro) => Recusa::ServidorIndisponivel,
                _ => Recusa::ContaIlegivel,
            })?;
            *lugar = lida.map(|(conta, visto)| ContaViva {
                conta,
                seq: 0,
                suja: false,
                visto: Some(visto),
            });
        }
        Ok(())
    }

    /// Appends the record of a decision, then changes the balances in memory.
    fn aplicar(
        &self,
        carimbo: Carimbo,
        decisao: Decisao,
        travadas: &mut Travadas<'_>,
    ) -> Result<Sucesso, Recusa> {
        let movimentacao = match decisao {
            Decisao::Consulta(_) => return Ok(decisao.sucesso()),
            Decisao::Movimentacao(movimentacao) => movimentacao,
        };
        // Before the record is appended: a checkpoint counts on it.
        for Travada { vaga, conta, .. } in travadas.0.iter_mut().flatten() {
            if let Some(viva) = conta.as_mut() {
                self.sujar_travada(vaga, viva);
            }
        }
        let anexado = self.diario.anexar(carimbo, &Feito::from(movimentacao));
        let seq = anexado.map_err(|NaoAnexado| self.indisponivel())?;
        for viva in travadas.0.iter_mut().flatten().filter_map(|travada| travada.conta.as_mut()) {
            let mut mudadas = movimentacao.movimentos();
            if let Some(movimento) = mudadas.find(|movimento| movimento.rg == viva.conta.rg) {
                viva.conta.saldo = movimento.depois;
                viva.seq = seq;
            }
        }
        Ok(movimentacao.sucesso())
    }
}
