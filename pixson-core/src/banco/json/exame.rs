//! The examination of the journal before anything is changed: what it says of each account since
//! the checkpoint, and whether it is sound.

use std::io;

use super::atrasadas::Atrasadas;
use super::aviso::Aviso;
use crate::banco::ErroAbrir;
use crate::banco::diario::{
    Indexado, Indice, Momento, NUMERO_MAX, Ponto, PontoLido, Prova, Retrato, Segmento, Veredito,
    ler_segmento, nome_de_segmento, segmentos,
};
use crate::banco::disco::{Causa, Disco, passageiro};
use crate::tipos::Rg;

/// The result of the examination.
#[derive(Default)]
pub(super) struct Exame {
    /// The checkpoint that the examination began with.
    pub(super) lido: PontoLido,
    /// The last record.
    pub(super) ultimo: u64,
    pub(super) epoca: u64,
    /// The last segment, or 0.
    pub(super) segmento: u64,
    /// The moment from which on the journal was read: that of the checkpoint, or of a later snapshot.
    pub(super) base: Momento,
    /// The record of the snapshot that was found, be it used or not.
    pub(super) retrato: Option<u64>,
    /// The accounts whose files may be behind; in a copy, all that have records.
    pub(super) atrasadas: Atrasadas,
    pub(super) fim: FimDoDiario,
    pub(super) avisos: Vec<Aviso>,
}

/// How the journal ends.
#[derive(Default)]
pub(super) struct FimDoDiario {
    /// The last segment that has a header.
    pub(super) ultimo: Option<Segmento>,
    /// A segment whose creation was cut short.
    pub(super) comecado: Option<Segmento>,
}

fn corrompido(arquivo: &str, posicao: usize) -> ErroAbrir {
    ErroAbrir::Corrompido { arquivo: arquivo.to_owned(), posicao }
}

/// Reads the segments from the checkpoint on, or from a snapshot that was made after it, and refuses damage.
/// Nothing is changed.
///
/// In a copy of a bank that was not closed in order, a checkpoint that names missing records or
/// segments is no damage: the files were copied at different moments.
pub(super) fn examinar(disco: &impl Disco, lido: PontoLido) -> Result<Exame, ErroAbrir> {
    Exame::comecar(disco, lido)?.percorrer(disco).map_err(|erro| match erro {
        ErroAbrir::Corrompido { arquivo, .. } | ErroAbrir::Falta { arquivo }
            if lido.copia && !lido.ponto.limpo =>
        {
            ErroAbrir::NaoPertencem { contas: Vec::new(), arquivo: Some(arquivo) }
        }
        erro => erro,
    })
}

/// The same of a copy of a bank that was closed in order, for one account. Of the segments before the
/// checkpoint it reads those only whose index does not say that they do not name the account.
pub(super) fn examinar_uma(
    disco: &impl Disco,
    lido: PontoLido,
    rg: Rg,
) -> Result<Exame, ErroAbrir> {
    let atrasadas = Atrasadas::so_de(rg);
    Exame { atrasadas, ..Exame::desde_o_ponto(lido) }.percorrer(disco)
}

/// The first record of a segment, if it has a header.
fn inicio(segmento: &Segmento) -> Result<u64, ErroAbrir> {
    let cabecalho = segmento.cabecalho.ok_or_else(|| corrompido(&segmento.nome, 0))?;
    Ok(cabecalho.seq)
}

/// Checks that a segment that begins with this record goes on where the one before it ends. `anterior` is
/// the number of that one, and the number of the record that comes after it.
fn segue(anterior: Option<(u64, u64)>, inicio: u64) -> Result<(), ErroAbrir> {
    match anterior {
        // The segment that should stand between both is missing.
        Some((antes, proximo)) if proximo != inicio => {
            Err(ErroAbrir::Falta { arquivo: nome_de_segmento(antes + 1) })
        }
        _ => Ok(()),
    }
}

/// The first record of a segment that does not name the account, by its index, and the record that
/// comes after its last one.
fn passada(disco: &impl Disco, numero: u64, rg: Rg) -> Option<(u64, u64)> {
    let indice = Indice::ler(disco, numero).filter(|indice| !indice.nomeia(rg))?;
    let Indexado { seq, registros, .. } = indice.indexado;
    Some((seq, seq + registros))
}

impl Exame {
    /// What is known before any segment is read. In a copy, files and snapshot may be of different moments,
    /// so that the journal alone counts.
    fn comecar(disco: &impl Disco, lido: PontoLido) -> io::Result<Self> {
        let mut exame = Self::desde_o_ponto(lido);
        if !lido.copia {
            exame.lembrar_do_retrato(disco)?;
        }
        Ok(exame)
    }

    fn desde_o_ponto(lido: PontoLido) -> Self {
        let Ponto { seq, epoca, segmento, .. } = lido.ponto;
        let base = Momento { seq, segmento };
        Self { lido, base, ultimo: seq, epoca, segmento, ..Self::default() }
    }

    /// Begins with the snapshot, if it is later than the checkpoint. Without one, or with one that cannot be
    /// understood, the start takes longer and comes to the same.
    fn lembrar_do_retrato(&mut self, disco: &impl Disco) -> io::Result<()> {
        let publicado = self.base.seq;
        let mut atrasadas = Atrasadas::default();
        let lido = Retrato::ler(disco, |momento, conta| {
            if momento.seq > publicado {
                atrasadas.retratar(momento, conta);
            }
        });
        match lido {
            Ok(momento) => {
                self.retrato = momento.map(|momento| momento.seq);
                if let Some(momento) = momento.filter(|momento| momento.seq > publicado) {
                    (self.base, self.atrasadas) = (momento, atrasadas);
                    (self.ultimo, self.segmento) = (momento.seq, momento.segmento);
                }
            }
            Err(erro) if passageiro(&erro) => return Err(erro),
            Err(erro) => {
                // The next checkpoint removes it.
                self.retrato = Some(0);
                self.avisos.push(Aviso::RetratoIlegivel { causa: Causa::de(&erro) });
            }
        }
        Ok(())
    }

    fn percorrer(mut self, disco: &impl Disco) -> Result<Self, ErroAbrir> {
        let todos = segmentos(disco)?;
        let (antigos, numeros): (Vec<u64>, Vec<u64>) =
            todos.into_iter().partition(|&numero| numero < self.base.segmento);
        if self.base.segmento > 0 && numeros.first() != Some(&self.base.segmento) {
            return Err(ErroAbrir::Falta { arquivo: nome_de_segmento(self.base.segmento) });
        }
        let lembrado = if self.lido.copia { self.lembrar(disco, &antigos) } else { Ok(None) };
        let anterior = self.ou_sem_livro(lembrado)?.flatten();
        // The header of the next segment decides how the end of this one is judged.
        let mut numeros = numeros.iter();
        let mut proximo =
            |exame: &mut Self| numeros.next().map(|&numero| exame.ler(disco, numero)).transpose();
        let mut atual = proximo(&mut self)?;
        if self.lido.copia
            && let Some(primeiro) = &mut atual
            && self.ou_sem_livro(inicio(primeiro).and_then(|seq| segue(anterior, seq)))?.is_none()
        {
            *primeiro = self.ler(disco, self.base.segmento)?;
        }
        let mut primeiro = true;
        while let Some(segmento) = atual {
            let seguinte = proximo(&mut self)?;
            self.examinar(&segmento, seguinte.as_ref(), primeiro)?;
            (atual, primeiro) = (seguinte, false);
            if segmento.cabecalho.is_none() {
                self.fim.comecado = Some(segmento);
            } else if atual.as_ref().is_none_or(|seguinte| seguinte.cabecalho.is_none()) {
                self.fim.ultimo = Some(segmento);
            }
        }
        self.conferir_numeros()?;
        self.atrasadas.assentar(self.base.seq);
        Ok(self)
    }

    /// Judges a segment by the one that follows it, and takes over its last numbers.
    fn examinar(
        &mut self,
        segmento: &Segmento,
        seguinte: Option<&Segmento>,
        primeiro: bool,
    ) -> Result<(), ErroAbrir> {
        let inicio = segmento.cabecalho.map(|cabecalho| cabecalho.seq);
        if inicio.is_some_and(|seq| !self.continua(seq, primeiro)) {
            return Err(corrompido(&segmento.nome, 0));
        }
        let do_seguinte = seguinte.and_then(|seguinte| seguinte.cabecalho);
        let (ponto, base) = (self.lido.ponto, self.base);
        match segmento.julgar(Prova::da_recuperacao(segmento, ponto, base.seq, do_seguinte)) {
            Veredito::Danificado => return Err(corrompido(&segmento.nome, segmento.validos)),
            Veredito::Comecado if seguinte.is_some() || primeiro && base.segmento > 0 => {
                return Err(corrompido(&segmento.nome, 0));
            }
            Veredito::Rasgado { bytes } => {
                let arquivo = segmento.nome.clone();
                self.avisos.push(Aviso::CaudaCortada { arquivo, bytes });
            }
            Veredito::Comecado | Veredito::Inteiro => {}
        }
        self.avancar(segmento);
        Ok(())
    }

    /// Beyond half of their range the numbers are damage; below it, no run can count to their end.
    fn conferir_numeros(&self) -> Result<(), ErroAbrir> {
        let demais = |numeros: [u64; 3]| numeros.iter().any(|&numero| numero > NUMERO_MAX / 2);
        let ponto = self.lido.ponto;
        if demais([ponto.seq, ponto.epoca, ponto.segmento]) {
            return Err(corrompido(Ponto::NOME, 0));
        }
        if demais([self.ultimo, self.epoca, self.segmento]) {
            let ultimo = self.fim.ultimo.as_ref().map(|segmento| segmento.nome.as_str());
            return Err(corrompido(ultimo.unwrap_or(Ponto::NOME), 0));
        }
        Ok(())
    }

    /// Reads a segment, and folds its records since the checkpoint or the snapshot; of a copy, all of them.
    /// They count only if the examination finds nothing that is not sound.
    fn ler(&mut self, disco: &impl Disco, numero: u64) -> Result<Segmento, ErroAbrir> {
        let (publicado, copia) = (self.base.seq, self.lido.copia);
        let atrasadas = &mut self.atrasadas;
        let lido = ler_segmento(disco, numero, |registro| {
            if copia || registro.seq > publicado {
                atrasadas.dobrar(registro, publicado);
            }
            false
        })?;
        // A segment that has gone since it was listed is missing, as if it had not been there.
        lido.map(Segmento::sem_bytes)
            .ok_or_else(|| ErroAbrir::Falta { arquivo: nome_de_segmento(numero) })
    }

    /// In a copy, folds the records before the checkpoint too, since an account file may be older
    /// than the checkpoint. Gives the last of these segments, and the number of the record that comes after
    /// it. If records are missing there, that cannot be told, which is an error.
    fn lembrar(
        &mut self,
        disco: &impl Disco,
        antigos: &[u64],
    ) -> Result<Option<(u64, u64)>, ErroAbrir> {
        let mut anterior: Option<(u64, u64)> = None;
        for &numero in antigos {
            let passada = self.atrasadas.so().and_then(|rg| passada(disco, numero, rg));
            if let Some((inicio, proximo)) = passada {
                segue(anterior, inicio)?;
                anterior = Some((numero, proximo));
                continue;
            }
            let segmento = self.ler(disco, numero)?;
            segue(anterior, inicio(&segmento)?)?;
            let fechado = Prova { fechado: true, ..Prova::default() };
            if segmento.julgar(fechado) != Veredito::Inteiro {
                return Err(corrompido(&segmento.nome, segmento.validos));
            }
            anterior = Some((numero, segmento.proximo()));
        }
        Ok(anterior)
    }

    /// If a copy cannot be compared with its ledger, and the bank was closed in order, its account files are
    /// complete: they count, as they would in the original, and half a ledger tells nothing about them.
    fn ou_sem_livro<T>(&mut self, passo: Result<T, ErroAbrir>) -> Result<Option<T>, ErroAbrir> {
        match passo {
            Err(ErroAbrir::Corrompido { arquivo, .. } | ErroAbrir::Falta { arquivo })
                if self.lido.ponto.limpo =>
            {
                self.avisos.push(Aviso::CopiaSemLivro { arquivo });
                self.lido.copia = false;
                self.atrasadas = Atrasadas::default();
                Ok(None)
            }
            passo => passo.map(Some),
        }
    }

    /// Whether a segment that begins with this record goes on where the one before it ends. The first
    /// one may begin before the checkpoint.
    fn continua(&self, seq: u64, primeiro: bool) -> bool {
        let seguinte = self.ultimo + 1;
        seq == seguinte || primeiro && seq < seguinte
    }

    /// Takes over the last numbers of a segment that is sound.
    fn avancar(&mut self, segmento: &Segmento) {
        let Some(cabecalho) = segmento.cabecalho else { return };
        self.ultimo = self.ultimo.max(segmento.proximo() - 1);
        self.epoca = self.epoca.max(cabecalho.epoca);
        self.segmento = cabecalho.segmento;
    }
}
