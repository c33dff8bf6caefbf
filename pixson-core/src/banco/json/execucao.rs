//! Operations: the accounts are locked, the rules decide, the record is appended, and only then the
//! balances change.

use super::BancoJson;
use super::contas::{ContaViva, Trancada, Vaga};
use super::lista::Lista;
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::diario::NaoAnexado;
use crate::banco::disco::{Disco, passageiro};
use crate::banco::regras::{Decisao, decidir, em_ordem};
use crate::banco::{Banco, Execucao, Feito, Recibo, ResultadoDesconhecido};
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::{Arc, Ordering};
use crate::tipos::{Desfecho, Operacao, Recusa};

impl<D: Disco> Banco for BancoJson<D> {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        // This comes before any account is locked, since it waits for the disk.
        if self.iniciar().is_err() {
            let (carimbo, recusa) = (relogio.tique()?, Err(Recusa::ServidorIndisponivel));
            return Ok(Execucao { carimbo, desfecho: recusa, recibo: Recibo::IMEDIATO });
        }
        let rgs = match em_ordem(&operacao) {
            (unica, None) => Lista::Uma([unica]),
            (primeira, Some(segunda)) => Lista::Duas([primeira, segunda]),
        };
        self.contas
            .com_trancadas(&rgs, |trancadas| self.executar_trancadas(operacao, relogio, trancadas))
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.diario.confirmar(recibo.0)
    }
}

impl<D: Disco> BancoJson<D> {
    fn executar_trancadas(
        &self,
        operacao: Operacao,
        relogio: &Relogio,
        trancadas: &mut [Trancada<'_>],
    ) -> Result<Execucao, RelogioEsgotado> {
        let decisao = decidir(operacao, |rg| {
            let Some(trancada) = trancadas.iter_mut().find(|trancada| trancada.rg == rg) else {
                return Ok(None);
            };
            self.carregar(trancada)?;
            Ok(trancada.conta.as_ref().map(|viva| viva.conta.saldo))
        });
        let carimbo = relogio.tique()?;
        let desfecho = decisao.and_then(|decisao| self.aplicar(carimbo, decisao, trancadas));
        // The reply is certain once the last records of all these accounts are durable.
        let lidas = trancadas.iter().filter_map(|trancada| trancada.conta.as_ref());
        let ultimo = lidas.map(|viva| viva.seq).max().unwrap_or(0);
        Ok(Execucao { carimbo, desfecho, recibo: Recibo(ultimo) })
    }

    /// Counts a record that the disk did not take, and gives the refusal.
    fn indisponivel(&self) -> Recusa {
        self.falhas.fetch_add(1, Ordering::Relaxed);
        Recusa::ServidorIndisponivel
    }

    /// Reads an account into its place, if it is not there yet.
    pub(super) fn carregar(&self, trancada: &mut Trancada<'_>) -> Result<(), Recusa> {
        if trancada.conta.is_some() {
            return Ok(());
        }
        let listar = |vaga: &Arc<Vaga>| self.sujas.trancar().push(Arc::clone(vaga));
        if self.recuperar(trancada, listar).map_err(|_| Recusa::ServidorIndisponivel)? {
            return Ok(());
        }
        let lida = ContaArquivo::abrir(&*self.disco, trancada.rg).map_err(|falha| match falha {
            // The file may be sound: file descriptors, say, are short.
            FalhaDeLeitura::Disco(erro) if passageiro(&erro) => Recusa::ServidorIndisponivel,
            _ => Recusa::ContaIlegivel,
        })?;
        *trancada.conta = lida.map(|(conta, visto)| ContaViva::do_arquivo(conta, visto));
        Ok(())
    }

    /// Appends the record of a decision, then changes the balances in memory.
    fn aplicar(
        &self,
        carimbo: Carimbo,
        decisao: Decisao,
        trancadas: &mut [Trancada<'_>],
    ) -> Desfecho {
        let movimentacao = match decisao {
            Decisao::Consulta(_) => return Ok(decisao.sucesso()),
            Decisao::Movimentacao(movimentacao) => movimentacao,
        };
        // Listed as `suja` before the record is appended, since checkpoints rely on this order.
        for Trancada { vaga, conta, .. } in &mut *trancadas {
            if let Some(viva) = conta.as_mut() {
                self.sujar_trancada(vaga, viva);
            }
        }
        let anexado = self.diario.anexar(carimbo, &Feito::from(movimentacao));
        let seq = anexado.map_err(|NaoAnexado| self.indisponivel())?;
        for viva in trancadas.iter_mut().filter_map(|trancada| trancada.conta.as_mut()) {
            let mut mudadas = movimentacao.movimentos();
            if let Some(movimento) = mudadas.find(|movimento| movimento.rg == viva.conta.rg) {
                viva.conta.saldo = movimento.depois;
                viva.seq = seq;
            }
        }
        Ok(movimentacao.sucesso())
    }
}
