//! The examination of the journal before anything is changed: what it says of each account since
//! the checkpoint, and whether it is sound.

use std::collections::{BTreeMap, HashSet};

use super::aviso::Aviso;
use crate::banco::diario::{
    NUMERO_MAX, Ponto, PontoLido, Prova, Segmento, Veredito, ler_segmento, nome_de_segmento,
    segmentos,
};
use crate::banco::disco::Disco;
use crate::banco::{Efeito, ErroAbrir};
use crate::tipos::{Nome, Rg, Saldo};

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
    /// The accounts that have records since the checkpoint; in a copy, all that have records.
    pub(super) dobras: BTreeMap<Rg, Dobra>,
    pub(super) fim: FimDoDiario,
    pub(super) avisos: Vec<Aviso>,
}

/// The records of one account, folded.
pub(super) struct Dobra {
    /// Every balance that its file may rightly hold: those since the checkpoint.
    pub(super) conhecidos: HashSet<Saldo>,
    /// Every balance that the account had before the checkpoint, which only the examination of a
    /// copy reads.
    pub(super) antigos: HashSet<Saldo>,
    pub(super) saldo: Saldo,
    /// The last of these records.
    pub(super) seq: u64,
    /// The holder's name, if one of the records opens the account.
    pub(super) nome: Option<Nome>,
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

/// Reads the segments from the checkpoint on, and refuses damage. Nothing is changed.
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
    let ponto = lido.ponto;
    let mut exame = Exame {
        lido,
        ultimo: ponto.seq,
        epoca: ponto.epoca,
        segmento: ponto.segmento,
        ..Exame::default()
    };
    let todos = segmentos(disco)?;
    let (antigos, numeros): (Vec<u64>, Vec<u64>) =
        todos.into_iter().partition(|&numero| numero < ponto.segmento);
    if ponto.segmento > 0 && numeros.first() != Some(&ponto.segmento) {
        return Err(ErroAbrir::Falta { arquivo: nome_de_segmento(ponto.segmento) });
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
        match segmento.julgar(Prova::da_recuperacao(&segmento, ponto, do_seguinte)) {
            Veredito::Danificado => return Err(corrompido(&segmento.nome, segmento.validos)),
            Veredito::Comecado if seguinte.is_some() || primeiro && ponto.segmento > 0 => {
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

    /// Folds the records since the checkpoint; of a copy, all of them.
    fn dobrar(&mut self, segmento: &Segmento) {
        let PontoLido { ponto, copia, .. } = self.lido;
        let contam = |seq: u64| copia || seq > ponto.seq;
        for registro in segmento.registros.iter().filter(|registro| contam(registro.seq)) {
            for efeito in registro.feito.efeitos() {
                let (antes, depois) = (efeito.antes(), efeito.depois());
                let dobra = self.dobras.entry(efeito.rg()).or_insert_with(|| Dobra {
                    conhecidos: HashSet::new(),
                    antigos: HashSet::new(),
                    saldo: depois,
                    seq: 0,
                    nome: None,
                });
                if let Efeito::Abriu(conta) = efeito {
                    dobra.nome = Some(conta.nome.clone());
                }
                if registro.seq > ponto.seq {
                    if dobra.seq <= ponto.seq {
                        // The balance that the account's file held at the checkpoint.
                        dobra.conhecidos.extend(antes);
                    }
                    dobra.conhecidos.insert(depois);
                } else {
                    dobra.antigos.extend(antes.into_iter().chain([depois]));
                }
                dobra.saldo = depois;
                dobra.seq = registro.seq;
            }
        }
    }
}
