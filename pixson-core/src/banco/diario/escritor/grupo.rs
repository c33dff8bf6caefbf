//! One group: what has gathered is written and synced together.

use std::io;

use super::lideranca::Lideranca;
use super::lugar::conferir_nomes;
use super::{Diario, Trancado, bytes, linha_de};
use crate::banco::diario::registro::Cabecalho;
use crate::banco::diario::{PASTA, nome_de_segmento};
use crate::banco::disco::{Disco, nomear, sem_volta};
use crate::sincronia::thread;

/// From how many bytes on a group is written without gathering more records first: 32 KiB.
const LOTE_GRANDE_BYTES: usize = 32 * 1024;

impl<D: Disco> Diario<D> {
    /// Writes and syncs one group.
    pub(super) fn gravar<'e>(&'e self, mut estado: Trancado<'e, D>) -> Trancado<'e, D> {
        let _lideranca = Lideranca::assumir(self, &mut estado);
        if estado.lote.len() < LOTE_GRANDE_BYTES {
            drop(estado);
            // Threads that are ready to run append first: with 64 connections one sync then serves more
            // of them, and a tenth more operations are served in a second. With one connection the cost
            // is negligible.
            thread::yield_now();
            estado = self.estado.trancar();
        }
        let vago = std::mem::take(&mut estado.vago);
        let mut lote = std::mem::replace(&mut estado.lote, vago);
        let (posicao, ultimo) = (estado.posicao, estado.ultimo);
        let (arquivo, cabecalho) = (estado.arquivo.clone(), estado.cabecalho);
        let (comecado, havia) = (estado.comecado, arquivo.is_some());
        estado.posicao += bytes(&lote);
        drop(estado);

        let sincronizado = arquivo.map_or(Ok(()), |arquivo| {
            if !comecado {
                self.comecar(&arquivo, cabecalho)?;
            }
            let nome = nome_de_segmento(cabecalho.segmento);
            let escrito = self.disco.escrever(&arquivo, posicao, &lote);
            let sincronizado = escrito.and_then(|()| self.disco.sincronizar(&arquivo));
            sincronizado.map_err(nomear(&nome))?;
            // No start finds a file that has lost its name, so that its records must not be
            // acknowledged.
            conferir_nomes(&*self.disco, &nome, Some(&*arquivo))
        });

        let mut estado = self.estado.trancar();
        estado.lider = false;
        match sincronizado {
            Ok(()) => {
                estado.comecado |= havia;
                let registros = ultimo - estado.duravel;
                estado.medidas.contar(registros, bytes(&lote));
                self.marcar_duravel(&mut estado, ultimo);
            }
            Err(erro) => self.falhar(&mut estado, &erro),
        }
        // The group after the next reuses this buffer, unless it has grown beyond one step of the
        // reserve.
        if lote.capacity() <= self.zeros.len() {
            lote.clear();
            estado.vago = lote;
        }
        estado
    }

    /// Makes the header of a segment durable, and the segment's name, before any record stands in
    /// it. An error for want of space or file descriptors comes before anything is synced.
    pub(super) fn comecar(&self, arquivo: &D::Arquivo, cabecalho: Cabecalho) -> io::Result<()> {
        let escrito = self.disco.escrever(arquivo, 0, &linha_de(cabecalho));
        let sincronizar =
            || self.disco.sincronizar(arquivo).and_then(|()| self.disco.sincronizar_pasta(PASTA));
        escrito
            .and_then(|()| sincronizar().map_err(sem_volta))
            .map_err(nomear(&nome_de_segmento(cabecalho.segmento)))
    }
}
