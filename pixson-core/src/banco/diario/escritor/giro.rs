//! Segments: beginning one, turning to the next, and closing the last.

use std::io;

use super::{Diario, Estado, bytes, passageiro};
use crate::banco::diario::registro::Cabecalho;
use crate::banco::diario::{PASTA, nome_de_segmento};
use crate::banco::disco::{Disco, sem_volta};
use crate::sincronia::Arc;

impl<D: Disco> Diario<D> {
    /// The segment that holds, or will hold, record `seq`. Those before it are forgotten: a
    /// checkpoint asks, and the next one asks for no earlier record.
    pub(in crate::banco) fn segmento_de(&self, seq: u64) -> u64 {
        let mut estado = self.trancar();
        while estado.fechados.front().is_some_and(|&(_, ultimo)| ultimo < seq) {
            estado.fechados.pop_front();
        }
        estado.fechados.front().map_or(estado.cabecalho.segmento, |&(segmento, _)| segmento)
    }

    /// Begins a new segment if the present one is full. Whoever appends meanwhile is not held up:
    /// as for a group, the disk is waited for without the lock.
    pub(in crate::banco) fn girar_se_cheio(&self) -> io::Result<()> {
        let estado = self.esperar_vez(self.trancar());
        // A disk that has failed is not asked again.
        let conferido = Self::conferir(&estado);
        if conferido.is_err() || estado.posicao < self.segmento_max_bytes {
            Self::soltar(estado);
            return conferido;
        }
        // What is gathered from here on goes to the new segment.
        let mut estado = self.gravar(estado);
        if let Err(causa) = Self::conferir(&estado) {
            Self::soltar(estado);
            return Err(causa);
        }
        let Cabecalho { segmento, epoca, .. } = estado.cabecalho;
        let cabecalho = Cabecalho { segmento: segmento + 1, epoca, seq: estado.duravel + 1 };
        let (antigo, fim) = (Arc::clone(&estado.arquivo), estado.posicao);
        estado.lider = true;
        Self::soltar(estado);

        let girado = self.comecar_outro(cabecalho).and_then(|()| {
            self.disco.cortar(&antigo, fim)?;
            self.disco.sincronizar(&antigo)
        });

        let mut estado = self.trancar();
        estado.lider = false;
        match &girado {
            Err(erro) if !passageiro(erro) => self.falhar(&mut estado, erro),
            _ => {}
        }
        Self::soltar(estado);
        girado
    }

    /// Creates a segment with space for what has gathered, and makes it the present one. If space or
    /// descriptors are short, nothing has changed but for a file that recovery takes for what it is.
    fn comecar_outro(&self, cabecalho: Cabecalho) -> io::Result<()> {
        let (arquivo, posicao) = criar_segmento(&*self.disco, cabecalho, &self.zeros)?;
        let mut estado = self.trancar();
        let mut reservado = posicao + bytes(&self.zeros);
        while posicao + bytes(&estado.lote) > reservado {
            if let Err(erro) = self.disco.escrever(&arquivo, reservado, &self.zeros) {
                // The present segment has room for it and goes on; this one must not be found
                // behind it.
                let nome = nome_de_segmento(cabecalho.segmento);
                let apagado = self.disco.apagar(&nome);
                apagado.and_then(|()| self.disco.sincronizar_pasta(PASTA)).map_err(sem_volta)?;
                return Err(erro);
            }
            reservado += bytes(&self.zeros);
        }
        estado.arquivo = Arc::new(arquivo);
        let anterior = std::mem::replace(&mut estado.cabecalho, cabecalho);
        estado.fechados.push_back((anterior.segmento, cabecalho.seq - 1));
        estado.posicao = posicao;
        estado.reservado = reservado;
        Ok(())
    }

    /// Makes everything durable and cuts the segment to its length. Nothing is appended any more.
    pub(in crate::banco) fn fechar(&self) -> io::Result<()> {
        let mut estado = self.esperar_vez(self.trancar());
        let fechado = self.esvaziar(&mut estado).and_then(|()| {
            estado.fechado = true;
            self.fechar_segmento(&mut estado)
        });
        Self::soltar(estado);
        fechado
    }

    fn esvaziar(&self, estado: &mut Estado<D::Arquivo>) -> io::Result<()> {
        Self::conferir(estado)?;
        let escrito = self
            .disco
            .escrever(&estado.arquivo, estado.posicao, &estado.lote)
            .and_then(|()| self.disco.sincronizar(&estado.arquivo));
        if let Err(erro) = escrito {
            self.falhar(estado, &erro);
            return Err(erro);
        }
        estado.posicao += bytes(&estado.lote);
        estado.lote.clear();
        let ultimo = estado.ultimo;
        self.marcar_duravel(estado, ultimo);
        Ok(())
    }

    fn fechar_segmento(&self, estado: &mut Estado<D::Arquivo>) -> io::Result<()> {
        let cortado = self
            .disco
            .cortar(&estado.arquivo, estado.posicao)
            .and_then(|()| self.disco.sincronizar(&estado.arquivo));
        cortado.inspect_err(|erro| self.falhar(estado, erro))
    }
}

/// Creates a segment with its header and the space `zeros`, durable on return. An error for want of
/// space or descriptors comes before its header is whole on the disk.
pub(super) fn criar_segmento<D: Disco>(
    disco: &D,
    cabecalho: Cabecalho,
    zeros: &[u8],
) -> io::Result<(D::Arquivo, u64)> {
    let mut linha = Vec::new();
    cabecalho.escrever(&mut linha);
    let fim = bytes(&linha);
    let arquivo = disco.criar(&nome_de_segmento(cabecalho.segmento), None)?;
    // The space first: with the header there, the segment counts.
    disco.escrever(&arquivo, fim, zeros)?;
    disco.escrever(&arquivo, 0, &linha)?;
    let sincronizado = disco.sincronizar(&arquivo).and_then(|()| disco.sincronizar_pasta(PASTA));
    sincronizado.map_err(sem_volta)?;
    Ok((arquivo, fim))
}
