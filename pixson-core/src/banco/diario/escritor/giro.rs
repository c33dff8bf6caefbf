//! Segments: beginning one, turning to the next, and closing the last.

use std::io;

use super::lideranca::Lideranca;
use super::lugar::conferir_nomes;
use super::{Diario, EstadoDoEscritor, bytes, linha_de};
use crate::banco::diario::registro::Cabecalho;
use crate::banco::diario::{Momento, PASTA, nome_de_segmento};
use crate::banco::disco::{Disco, e_sem_volta, nomear, sem_volta};
use crate::sincronia::Arc;

impl<D: Disco> Diario<D> {
    /// The segment that is being written, or will be. All before it are closed.
    pub(in crate::banco) fn segmento(&self) -> u64 {
        self.estado.trancar().cabecalho.segmento
    }

    /// The last record that was appended, and a segment from which on all later ones are found. Not called
    /// while a segment turns, nor while the first record of the run is not durable.
    pub(in crate::banco) fn momento(&self) -> Momento {
        let estado = self.estado.trancar();
        let segmento = if estado.comecado { estado.cabecalho.segmento } else { estado.anterior };
        Momento { seq: estado.ultimo, segmento }
    }

    /// The segment from which on recovery finds record `seq` and all later ones; 0 if there is no
    /// segment. Earlier segments are forgotten, since only checkpoints call this, and none asks for
    /// an earlier record than the one before it.
    pub(in crate::banco) fn segmento_de(&self, seq: u64) -> u64 {
        let mut estado = self.estado.trancar();
        while estado.fechados.front().is_some_and(|&(_, ultimo)| ultimo < seq) {
            estado.fechados.pop_front();
        }
        let presente = match estado.cabecalho.segmento {
            _ if !estado.comecado => estado.anterior,
            // A segment without a record comes from a turn: the one before it is of the same run.
            segmento => segmento - u64::from(Self::vazio(&estado)),
        };
        estado.fechados.front().map_or(presente, |&(segmento, _)| segmento)
    }

    /// Checks that the journal's folder and its current segment are still where recovery looks for
    /// them: what is written to a file without a name does not survive. Not called while a segment
    /// turns.
    pub(in crate::banco) fn conferir_lugar(&self) -> io::Result<()> {
        let (arquivo, nome) = {
            let estado = self.estado.trancar();
            (estado.arquivo.clone(), nome_de_segmento(estado.cabecalho.segmento))
        };
        conferir_nomes(&*self.disco, &nome, arquivo.as_deref())
    }

    /// Begins a new segment if the current one is full, unless nothing is appended any more. Appending is
    /// not held up meanwhile: as for a group, this waits for the disk without the lock.
    pub(in crate::banco) fn girar_se_cheio(&self) -> io::Result<()> {
        let estado = self.esperar_vez(self.estado.trancar());
        // A disk that has failed is not used again.
        let conferido = Self::conferir(&estado);
        let corre = estado.comecado && !estado.fechado;
        let cheio = corre && estado.posicao >= self.segmento_max_bytes;
        if conferido.is_err() || !cheio {
            Self::soltar(estado);
            return conferido;
        }
        // Records that are appended from here on go to the new segment.
        let mut estado = self.gravar(estado);
        if let Err(causa) = Self::conferir(&estado) {
            Self::soltar(estado);
            return Err(causa);
        }
        let atual = estado.cabecalho;
        let (segmento, seq) = (atual.segmento + 1, estado.duravel + 1);
        let cabecalho = Cabecalho { segmento, seq, ..atual };
        let (antigo, fim) = (estado.arquivo.clone(), estado.posicao);
        let _lideranca = Lideranca::assumir(self, &mut estado);
        Self::soltar(estado);

        let girado = self.comecar_outro(cabecalho).and_then(|()| {
            let cortado = antigo.map_or(Ok(()), |antigo| self.cortar(&antigo, fim));
            cortado.map_err(sem_volta).map_err(nomear(&nome_de_segmento(atual.segmento)))
        });

        let mut estado = self.estado.trancar();
        estado.lider = false;
        match &girado {
            Err(erro) if e_sem_volta(erro) => self.falhar(&mut estado, erro),
            _ => {}
        }
        Self::soltar(estado);
        girado
    }

    /// Creates a segment with space for the records that have gathered, and makes it the current
    /// one. If space or file descriptors are short, the new segment is removed, and nothing has
    /// changed.
    fn comecar_outro(&self, cabecalho: Cabecalho) -> io::Result<()> {
        let nome = nome_de_segmento(cabecalho.segmento);
        let criado = self.criar_segmento(cabecalho).map_err(nomear(&nome));
        let (arquivo, posicao) = match criado {
            // The current segment stays in use, up to its limit, and recovery must not find an
            // unfinished one behind it.
            Err(erro) if !e_sem_volta(&erro) => {
                self.desfazer(&nome)?;
                return Err(erro);
            }
            criado => criado?,
        };
        let mut estado = self.estado.trancar();
        let mut reservado = posicao + bytes(&self.zeros);
        while posicao + bytes(&estado.lote) > reservado {
            if let Err(erro) = self.disco.escrever(&arquivo, reservado, &self.zeros) {
                // The current segment has space for the records and stays in use.
                self.desfazer(&nome)?;
                return Err(nomear(&nome)(erro));
            }
            reservado += bytes(&self.zeros);
        }
        estado.arquivo = Some(Arc::new(arquivo));
        let anterior = std::mem::replace(&mut estado.cabecalho, cabecalho);
        estado.fechados.push_back((anterior.segmento, cabecalho.seq - 1));
        estado.posicao = posicao;
        estado.reservado = reservado;
        Ok(())
    }

    /// Removes a segment that could not be finished.
    fn desfazer(&self, nome: &str) -> io::Result<()> {
        let removido = match self.disco.apagar(nome) {
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => return Ok(()),
            // Something else has the name, such as a folder: no segment was begun there.
            Err(_) if self.e_outra_coisa(nome) => Ok(()),
            removido => removido.and_then(|()| self.disco.sincronizar_pasta(PASTA)),
        };
        removido.map_err(sem_volta).map_err(nomear(nome))
    }

    fn e_outra_coisa(&self, nome: &str) -> bool {
        let lido = self.disco.ler(nome, 0);
        lido.is_err_and(|erro| erro.kind() == io::ErrorKind::InvalidData)
    }

    /// Makes all records durable, and refuses further ones.
    pub(in crate::banco) fn fechar(&self) -> io::Result<()> {
        let mut estado = self.esperar_vez(self.estado.trancar());
        let mut conferido = Self::conferir(&estado);
        while conferido.is_ok() && estado.duravel < estado.ultimo {
            estado = self.gravar(estado);
            conferido = Self::conferir(&estado);
        }
        estado.fechado |= conferido.is_ok();
        Self::soltar(estado);
        conferido
    }

    /// Frees the space that the last segment has in advance, or removes the segment if it has no
    /// record. Only called after a checkpoint that covers all records: until then that space proves
    /// that the segment has not lost its end.
    pub(in crate::banco) fn arrumar(&self) -> io::Result<()> {
        let mut estado = self.esperar_vez(self.estado.trancar());
        let nome = nome_de_segmento(estado.cabecalho.segmento);
        let vazio = Self::vazio(&estado);
        let arrumado = match estado.arquivo.take() {
            None => Ok(()),
            Some(_) if vazio => {
                let apagado = self.disco.apagar(&nome);
                apagado.and_then(|()| self.disco.sincronizar_pasta(PASTA))
            }
            Some(arquivo) => self.cortar(&arquivo, estado.posicao),
        };
        Self::soltar(estado);
        arrumado.map_err(nomear(&nome))
    }

    /// Whether the current segment has no record.
    fn vazio(estado: &EstadoDoEscritor<D::Arquivo>) -> bool {
        estado.ultimo < estado.cabecalho.seq
    }

    /// Cuts a segment to its length, durably.
    fn cortar(&self, arquivo: &D::Arquivo, fim: u64) -> io::Result<()> {
        self.disco.cortar(arquivo, fim)?;
        self.disco.sincronizar(arquivo)
    }

    /// Creates a segment with its header and the space that is taken in advance, durable on return.
    /// An error for want of space or file descriptors comes before the header is whole on the disk.
    fn criar_segmento(&self, cabecalho: Cabecalho) -> io::Result<(D::Arquivo, u64)> {
        let fim = bytes(&linha_de(cabecalho));
        let arquivo = self.disco.criar(&nome_de_segmento(cabecalho.segmento), None)?;
        // Space is taken first: as soon as the header is there, the segment counts.
        self.disco.escrever(&arquivo, fim, &self.zeros)?;
        self.comecar(&arquivo, cabecalho)?;
        Ok((arquivo, fim))
    }
}
