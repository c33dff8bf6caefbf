//! The snapshot of the accounts whose files are behind, so that a start need not read the journal since the
//! last checkpoint (docs/armazenamento.md, section 5).

use std::borrow::Cow;
use std::io;

use super::BancoJson;
use super::atrasadas::Atrasada;
use super::contas::ContaViva;
use super::publicacao::{Publicacao, RetratoFeito};
use super::troca::LugarEsperado;
use crate::banco::diario::{Momento, Retratada, Retrato, Revelacao};
use crate::banco::disco::{Disco, e_sem_volta, temporario};
use crate::tipos::Rg;

/// After so many accounts of a snapshot it is seen whether the segment is full: 4096.
const CONTAS_POR_VEZ: usize = 4096;

impl<D: Disco> BancoJson<D> {
    /// Makes a snapshot, if a segment has turned since the last one and the journal has grown by at least
    /// the size of that one: what is written for snapshots is then never more than what is written to the
    /// journal. Not called while files are being replaced.
    pub(super) fn retratar_se_preciso(
        &self,
        publicacao: &mut Publicacao<D::Arquivo>,
    ) -> io::Result<()> {
        let RetratoFeito { bytes, desde, segmento, .. } = publicacao.retrato;
        let virou = self.diario.segmento() > segmento;
        if !virou || self.diario.medidas().bytes - desde < bytes {
            return Ok(());
        }
        self.retratar(publicacao)
    }

    /// Makes a snapshot.
    pub(super) fn retratar(&self, publicacao: &mut Publicacao<D::Arquivo>) -> io::Result<()> {
        let desde = self.diario.medidas().bytes;
        let retrato = &mut publicacao.retrato;
        retrato.segmento = self.diario.segmento();
        let feito = self.revelar().map(|(Momento { seq, .. }, bytes)| {
            (retrato.seq, retrato.bytes, retrato.desde) = (Some(seq), bytes, desde);
        });
        publicacao.dizer_do_retrato(feito)
    }

    fn revelar(&self) -> io::Result<(Momento, u64)> {
        // As for a checkpoint: each account that a record up to this one has changed is marked as `suja`,
        // unless its file is current, or is still to be recovered.
        let momento = self.diario.momento();
        // The table first, here and below: an account that leaves it is in memory before.
        let mut rgs: Vec<Rg> = self.atrasadas.trancar().rgs().collect();
        rgs.extend(self.contas.rgs());
        rgs.sort_unstable();
        rgs.dedup();
        let revelado = Revelacao::comecar(&*self.disco, momento).and_then(|mut revelacao| {
            let mut ultimo = momento.seq;
            for rgs in rgs.chunks(CONTAS_POR_VEZ) {
                for (conta, seq) in rgs.iter().filter_map(|&rg| self.retratada(rg)) {
                    ultimo = ultimo.max(seq);
                    revelacao.juntar(&conta)?;
                }
                // The journal grows meanwhile, for a second or two if a million files are behind.
                self.girar_se_cheio()?;
            }
            // Write-ahead: no snapshot may be ahead of the journal.
            self.diario.esperar_por(ultimo)?;
            revelacao.terminar()
        });
        if revelado.as_ref().is_err_and(|erro| !e_sem_volta(erro)) {
            // It would hold the little space that it got. If it cannot be removed now, the next one replaces
            // it, or recovery removes it.
            let _ = self.disco.apagar(&temporario(Retrato::NOME));
        }
        Ok((momento, revelado?))
    }

    /// An account whose file is behind, and its last record.
    fn retratada(&self, rg: Rg) -> Option<(Retratada<'static>, u64)> {
        let por_recuperar = self.atrasadas.trancar().retratada(rg);
        if let Some(conta) = por_recuperar {
            return Some((conta, 0));
        }
        let vaga = self.contas.procurar(rg)?;
        let conta = vaga.trancar();
        let ContaViva { conta, seq, visto, por_reler, .. } =
            conta.as_ref().filter(|viva| viva.suja)?;
        let saldo = conta.saldo;
        if let Some(atrasada) = por_reler.as_deref() {
            // What a start knew of the file is still all that is known.
            let Atrasada { visto, nome, conhecidos, .. } = atrasada.clone();
            let conhecidos = conhecidos.into_iter().chain([atrasada.saldo]).collect();
            let nome = nome.map(Cow::Owned);
            return Some((Retratada { rg, saldo, visto, nome, conhecidos }, *seq));
        }
        let visto = match *visto {
            LugarEsperado::Este(visto) => Some(visto),
            LugarEsperado::Nada | LugarEsperado::Estranho => None,
        };
        let sem_nome = visto.is_some() || conta.nome.is_empty();
        let nome = (!sem_nome).then(|| Cow::Owned(conta.nome.clone()));
        Some((Retratada { rg, saldo, visto, nome, conhecidos: Vec::new() }, *seq))
    }

    /// Removes the snapshot once a checkpoint has passed it. If that fails, it stays, and no start uses it.
    pub(super) fn esquecer_retrato(&self, publicacao: &mut Publicacao<D::Arquivo>) {
        let publicado = publicacao.ponto.seq;
        let retrato = &mut publicacao.retrato;
        (retrato.bytes, retrato.desde) = (0, self.diario.medidas().bytes);
        retrato.segmento = self.diario.segmento();
        if retrato.seq.is_some_and(|seq| seq <= publicado) {
            retrato.seq = None;
            let _ = self.disco.apagar(Retrato::NOME);
        }
    }
}
