//! The examination of the journal before anything is changed: what it says of each account since
//! the checkpoint, and whether it is sound.

use std::io;

use super::atrasadas::Atrasadas;
use super::aviso::Aviso;
use crate::banco::ErroAbrir;
use crate::banco::diario::{
    Momento, NUMERO_MAX, Ponto, PontoLido, Prova, Retrato, Segmento, Veredito, ler_segmento,
    nome_de_segmento, segmentos,
};
use crate::banco::disco::{Causa, Disco, passageiro};

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
    percorrer(disco, lido).map_err(|erro| match erro {
        ErroAbrir::Corrompido { arquivo, .. } | ErroAbrir::Falta { arquivo }
            if lido.copia && !lido.ponto.limpo =>
        {
            ErroAbrir::NaoPertencem { contas: Vec::new(), arquivo: Some(arquivo) }
        }
        erro => erro,
    })
}

fn percorrer(disco: &impl Disco, lido: PontoLido) -> Result<Exame, ErroAbrir> {
    let mut exame = Exame::comecar(disco, lido)?;
    let (ponto, base) = (lido.ponto, exame.base);
    let todos = segmentos(disco)?;
    let (antigos, numeros): (Vec<u64>, Vec<u64>) =
        todos.into_iter().partition(|&numero| numero < base.segmento);
    if base.segmento > 0 && numeros.first() != Some(&base.segmento) {
        return Err(ErroAbrir::Falta { arquivo: nome_de_segmento(base.segmento) });
    }
    // Two segments at a time are in memory: the header of the next one decides how the end of this
    // one is judged.
    let mut numeros = numeros.into_iter();
    let mut proximo = || -> Result<Option<Segmento>, ErroAbrir> {
        let Some(numero) = numeros.next() else { return Ok(None) };
        // A segment that has gone since it was listed is missing, as if it had not been there.
        let lido = ler_segmento(disco, numero)?;
        lido.map(Some).ok_or_else(|| ErroAbrir::Falta { arquivo: nome_de_segmento(numero) })
    };
    let mut atual = proximo()?;
    if lido.copia {
        match exame.lembrar(disco, &antigos, atual.as_ref()) {
            // The bank was closed in order, so that its account files are complete: the files
            // count.
            Err(ErroAbrir::Corrompido { arquivo, .. } | ErroAbrir::Falta { arquivo })
                if ponto.limpo =>
            {
                exame.avisos.push(Aviso::CopiaSemLivro { arquivo });
            }
            lembrado => lembrado?,
        }
    }
    let mut primeiro = true;
    while let Some(segmento) = atual {
        let seguinte = proximo()?;
        let inicio = segmento.cabecalho.map(|cabecalho| cabecalho.seq);
        if inicio.is_some_and(|seq| !exame.continua(seq, primeiro)) {
            return Err(corrompido(&segmento.nome, 0));
        }
        let do_seguinte = seguinte.as_ref().and_then(|seguinte| seguinte.cabecalho);
        match segmento.julgar(Prova::da_recuperacao(&segmento, ponto, base.seq, do_seguinte)) {
            Veredito::Danificado => return Err(corrompido(&segmento.nome, segmento.validos)),
            Veredito::Comecado if seguinte.is_some() || primeiro && base.segmento > 0 => {
                return Err(corrompido(&segmento.nome, 0));
            }
            Veredito::Comecado => {
                exame.fim.comecado = Some(segmento);
                break;
            }
            Veredito::Rasgado { bytes } => {
                let arquivo = segmento.nome.clone();
                exame.avisos.push(Aviso::CaudaCortada { arquivo, bytes });
            }
            Veredito::Inteiro => {}
        }
        exame.avancar(&segmento);
        exame.dobrar(&segmento);
        (atual, primeiro) = (seguinte, false);
        if atual.as_ref().is_none_or(|seguinte| seguinte.cabecalho.is_none()) {
            exame.fim.ultimo = Some(segmento);
        }
    }
    // Beyond half of their range the numbers are damage; below it, no run can count to their end.
    let demais = |numeros: [u64; 3]| numeros.iter().any(|&numero| numero > NUMERO_MAX / 2);
    if demais([ponto.seq, ponto.epoca, ponto.segmento]) {
        return Err(corrompido(Ponto::NOME, 0));
    }
    if demais([exame.ultimo, exame.epoca, exame.segmento]) {
        let ultimo = exame.fim.ultimo.as_ref().map(|segmento| segmento.nome.as_str());
        return Err(corrompido(ultimo.unwrap_or(Ponto::NOME), 0));
    }
    Ok(exame)
}

/// Checks that a segment goes on where the one before it ends. `anterior` is the number of that
/// one, and the number of the record that comes after it.
fn segue(anterior: Option<(u64, u64)>, segmento: &Segmento) -> Result<(), ErroAbrir> {
    let Some(cabecalho) = segmento.cabecalho else {
        return Err(corrompido(&segmento.nome, 0));
    };
    match anterior {
        // The segment that should stand between both is missing.
        Some((antes, proximo)) if proximo != cabecalho.seq => {
            Err(ErroAbrir::Falta { arquivo: nome_de_segmento(antes + 1) })
        }
        _ => Ok(()),
    }
}

impl Exame {
    /// What is known before any segment is read. In a copy, files and snapshot may be of different moments,
    /// so that the journal alone counts.
    fn comecar(disco: &impl Disco, lido: PontoLido) -> io::Result<Self> {
        let ponto = lido.ponto;
        let base = Momento { seq: ponto.seq, segmento: ponto.segmento };
        let mut exame =
            Self { lido, base, epoca: ponto.epoca, segmento: ponto.segmento, ..Self::default() };
        if !lido.copia {
            exame.lembrar_do_retrato(disco)?;
        }
        (exame.ultimo, exame.segmento) = (exame.base.seq, exame.base.segmento);
        Ok(exame)
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

    /// In a copy, folds the records before the checkpoint too, since an account file may be older
    /// than the checkpoint. If records are missing there, that cannot be told, which is an error.
    /// `primeiro` is the segment that the checkpoint names.
    fn lembrar(
        &mut self,
        disco: &impl Disco,
        antigos: &[u64],
        primeiro: Option<&Segmento>,
    ) -> Result<(), ErroAbrir> {
        let mut anterior: Option<(u64, u64)> = None;
        for &numero in antigos {
            let Some(segmento) = ler_segmento(disco, numero)? else { continue };
            segue(anterior, &segmento)?;
            let fechado = Prova { fechado: true, ..Prova::default() };
            if segmento.julgar(fechado) != Veredito::Inteiro {
                return Err(corrompido(&segmento.nome, segmento.validos));
            }
            self.dobrar(&segmento);
            anterior = Some((numero, segmento.proximo()));
        }
        primeiro.map_or(Ok(()), |primeiro| segue(anterior, primeiro))
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

    /// Folds the records since the checkpoint or the snapshot; of a copy, all of them.
    fn dobrar(&mut self, segmento: &Segmento) {
        let publicado = self.base.seq;
        let contam = |seq: u64| self.lido.copia || seq > publicado;
        for registro in segmento.registros.iter().filter(|registro| contam(registro.seq)) {
            self.atrasadas.dobrar(registro, publicado);
        }
    }
}
