//! Looking through the journal before anything is changed: what it says of each account since the
//! checkpoint, and whether it is sound.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::aviso::Aviso;
use crate::banco::Efeito;
use crate::banco::ErroAbrir;
use crate::banco::diario::{
    Cabecalho, Cauda, NUMERO_MAX, Ponto, PontoLido, Segmento, ler_segmento, nome_de_segmento,
    segmentos,
};
use crate::banco::disco::Disco;
use crate::tipos::{Nome, Rg, Saldo};

/// What the journal says.
#[derive(Default)]
pub(super) struct Exame {
    /// The checkpoint that it began with.
    pub(super) lido: PontoLido,
    /// The last record.
    pub(super) ultimo: u64,
    pub(super) epoca: u64,
    /// The last segment, or 0.
    pub(super) segmento: u64,
    /// The accounts that have records since the checkpoint; in a copy, all that have records.
    pub(super) dobras: BTreeMap<Rg, Dobra>,
    pub(super) fim: Fim,
    pub(super) avisos: Vec<Aviso>,
}

/// The records of one account, folded.
pub(super) struct Dobra {
    /// Every balance that its file may rightly hold: those since the checkpoint.
    pub(super) conhecidos: HashSet<Saldo>,
    /// Every balance that it had before, as far as that was looked for.
    pub(super) antigos: HashSet<Saldo>,
    pub(super) saldo: Saldo,
    /// The last of these records.
    pub(super) seq: u64,
    /// The holder's name, if one of the records opens the account.
    pub(super) nome: Option<Nome>,
}

/// How the journal ends.
#[derive(Default)]
pub(super) struct Fim {
    /// The last segment that has a header.
    pub(super) ultimo: Option<Segmento>,
    /// One that was just being begun.
    pub(super) comecado: Option<Segmento>,
}

fn corrompido(arquivo: &str, posicao: usize) -> ErroAbrir {
    ErroAbrir::Corrompido { arquivo: arquivo.to_owned(), posicao }
}

/// Reads the segments from the checkpoint on, and refuses damage. Nothing is changed.
///
/// In a copy of a bank that was not closed in order, a checkpoint that speaks of what is not there is no
/// damage: the files were copied at different moments.
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
    if lido.copia {
        match exame.lembrar(disco, &antigos, numeros.first().copied()) {
            // Nobody was at work when the bank was closed: its files are what counts.
            Err(ErroAbrir::Corrompido { arquivo, .. } | ErroAbrir::Falta { arquivo })
                if ponto.limpo =>
            {
                exame.avisos.push(Aviso::CopiaSemLivro { arquivo });
            }
            lembrado => lembrado?,
        }
    }
    // Two at a time are in memory: what the next one says decides about the end of this one.
    let mut numeros = numeros.into_iter();
    let mut proximo = || -> io::Result<Option<Segmento>> {
        let Some(numero) = numeros.next() else { return Ok(None) };
        // One that has gone since it was listed is for the gap that it leaves to show.
        ler_segmento(disco, numero)
    };
    let mut atual = proximo()?;
    let mut primeiro = true;
    while let Some(segmento) = atual {
        let seguinte = proximo()?;
        let Some(cabecalho) = segmento.cabecalho else {
            // Only a segment that was just being begun may lack its header: it has no record.
            let tem_registros = matches!(segmento.cauda, Cauda::Ruim { sinc: Some(_) });
            if seguinte.is_some() || primeiro && ponto.segmento > 0 || tem_registros {
                return Err(corrompido(&segmento.nome, 0));
            }
            exame.fim.comecado = Some(segmento);
            break;
        };
        if !primeiro && cabecalho.seq != exame.ultimo + 1 || cabecalho.seq > exame.ultimo + 1 {
            return Err(corrompido(&segmento.nome, 0));
        }
        exame.conferir_cauda(&segmento, cabecalho, seguinte.as_ref())?;
        exame.dobrar(&segmento);
        (atual, primeiro) = (seguinte, false);
        if atual.as_ref().is_none_or(|seguinte| seguinte.cabecalho.is_none()) {
            exame.fim.ultimo = Some(segmento);
        }
    }
    // No run of a bank counts as far as from here to the end of the numbers.
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

impl Exame {
    /// In a copy, also what the journal said before the checkpoint counts: an account file may be
    /// older than the checkpoint. Where records are missing nobody can say whether one is.
    fn lembrar(
        &mut self,
        disco: &impl Disco,
        antigos: &[u64],
        primeiro: Option<u64>,
    ) -> Result<(), ErroAbrir> {
        let mut anterior: Option<(u64, u64)> = None;
        for &numero in antigos.iter().chain(&primeiro) {
            let Some(segmento) = ler_segmento(disco, numero)? else { continue };
            let Some(cabecalho) = segmento.cabecalho else {
                return Err(corrompido(&segmento.nome, 0));
            };
            if let Some((antes, _)) = anterior.filter(|&(_, proximo)| proximo != cabecalho.seq) {
                // What should stand between both.
                return Err(ErroAbrir::Falta { arquivo: nome_de_segmento(antes + 1) });
            }
            if Some(numero) == primeiro {
                break;
            }
            if segmento.cauda != Cauda::Limpa {
                return Err(corrompido(&segmento.nome, segmento.validos));
            }
            self.dobrar(&segmento);
            anterior = Some((numero, segmento.proximo()));
        }
        Ok(())
    }

    /// A bad record that nobody can have been told of is a torn tail; any other is damage.
    fn conferir_cauda(
        &mut self,
        segmento: &Segmento,
        cabecalho: Cabecalho,
        seguinte: Option<&Segmento>,
    ) -> Result<(), ErroAbrir> {
        let Ponto { seq: publicado, limpo, .. } = self.lido.ponto;
        let proximo = segmento.proximo();
        let sinc = match segmento.cauda {
            Cauda::Limpa => 0,
            Cauda::Ruim { sinc } => sinc.unwrap_or(0),
        };
        let do_seguinte = seguinte.and_then(|seguinte| seguinte.cabecalho);
        let pelo_seguinte = do_seguinte.map_or(0, |seguinte| seguinte.seq - 1);
        let certo = sinc.max(publicado).max(pelo_seguinte);
        if certo >= proximo {
            return Err(corrompido(&segmento.nome, segmento.validos));
        }
        // A segment gives back its space when another follows, or when the checkpoint speaks of all
        // its records; otherwise one without it has lost its end, and records with it.
        let devolvido = limpo || do_seguinte.is_some() || publicado + 1 == proximo;
        let conhecidos = segmento.registros.iter().map(|registro| registro.sinc);
        let certo = conhecidos.fold(certo, u64::max);
        if !devolvido && segmento.encurtado(certo) {
            return Err(corrompido(&segmento.nome, segmento.validos));
        }
        if segmento.cauda != Cauda::Limpa {
            let bytes = segmento.bytes.len() - segmento.validos;
            let arquivo = segmento.nome.clone();
            self.avisos.push(Aviso::CaudaCortada { arquivo, bytes });
        }
        self.ultimo = self.ultimo.max(proximo - 1);
        self.epoca = self.epoca.max(cabecalho.epoca);
        self.segmento = cabecalho.segmento;
        Ok(())
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
                        // What its file held at the checkpoint.
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
