//! One segment of the ledger: what can be read of it, however damaged it is.

use std::io;

use super::dano::Dano;
use super::lancamento::Inicio;
use crate::banco::diario::registros_depois;
use crate::banco::diario::{Cabecalho, Nomeadas, Prova, Registro, Segmento, Veredito};
use crate::banco::diario::{aspecto_de, conferir_indice, ler_segmento_com, nome_de_segmento};
use crate::banco::disco::{Causa, Disco, passageiro};
use crate::tipos::Rg;

/// What a segment holds.
#[derive(Debug, Default)]
pub(super) struct Lido {
    /// Its runs of records and its damage, in order.
    pub(super) trechos: Vec<TrechoLido>,
    /// The records of these runs that were kept: the number of each is above that of the one before.
    pub(super) registros: Vec<Registro>,
    /// Its index counted, and did not say what the segment says.
    pub(super) indice_errado: bool,
}

/// A part of a segment.
#[derive(Debug)]
pub(super) enum TrechoLido {
    /// So many records, each with the number after that of the one before.
    Corrida(Inicio, u64),
    Dano(Dano),
}

/// A segment that is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct PorLer {
    pub(super) numero: u64,
    pub(super) estado: EstadoDoSegmento,
}

/// What is known of it, and what becomes of its index.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum EstadoDoSegmento {
    /// It is being written, or was when the bank ended, and has no index.
    Ultimo,
    /// It is closed, and its index is left alone.
    Fechado,
    /// It is closed, and its index is held against it, and written if it is missing or wrong.
    PorIndexar,
    /// It is closed, and has an index that counts.
    Indexado,
}

/// Reads a segment, for an account or for all, and shows each record to `fica`, which says whether it is
/// kept. `None` if there is no such segment. If what was read has no run of records, none of those that
/// were shown counts.
///
/// # Errors
///
/// The disk's, if it is transient. Any other is damage.
pub(super) fn ler(
    disco: &impl Disco,
    por_ler: PorLer,
    conta: Option<Rg>,
    mut fica: impl FnMut(&Registro) -> bool,
) -> io::Result<Option<Lido>> {
    let PorLer { numero, estado } = por_ler;
    let indexar = estado == EstadoDoSegmento::PorIndexar;
    let aspecto = if indexar { aspecto_de(disco, numero) } else { None };
    let mut nomeadas = Nomeadas::default();
    let fica_lido = |registro: &Registro| {
        if aspecto.is_some() {
            nomeadas.acrescentar(registro);
        }
        fica(registro)
    };
    let texto =
        conta.filter(|_| estado == EstadoDoSegmento::Indexado).map(|rg| format!("\"{rg}\""));
    let texto = texto.as_ref().map(String::as_bytes);
    let segmento = match ler_segmento_com(disco, numero, texto, fica_lido) {
        Err(erro) if passageiro(&erro) => return Err(erro),
        Err(erro) => {
            let (arquivo, causa) = (nome_de_segmento(numero), Causa::de(&erro));
            let trechos = vec![TrechoLido::Dano(Dano::Arquivo { arquivo, causa })];
            return Ok(Some(Lido { trechos, ..Lido::default() }));
        }
        Ok(None) => return Ok(None),
        Ok(Some(segmento)) => segmento,
    };
    let indice_errado = aspecto
        .is_some_and(|aspecto| !conferir_indice(disco, &segmento, nomeadas, numero, aspecto));
    let lido = Lido::de_segmento(segmento, estado == EstadoDoSegmento::Ultimo, fica);
    Ok(Some(Lido { indice_errado, ..lido }))
}

impl Lido {
    /// What a segment holds; `fica` has seen the records before its damage.
    fn de_segmento(
        segmento: Segmento,
        ultimo: bool,
        mut fica: impl FnMut(&Registro) -> bool,
    ) -> Self {
        // A torn tail is left for recovery to cut, and a segment whose creation was cut short has
        // no record.
        let danificado = segmento.julgar(Prova::do_livro(ultimo)) == Veredito::Danificado;
        let quantos = segmento.quantos();
        let Segmento { nome, bytes, cabecalho, registros, primeiro, validos, .. } = segmento;
        let inicio = cabecalho
            .zip(primeiro)
            .map(|(Cabecalho { epoca, seq, .. }, carimbo)| Inicio { seq, epoca, carimbo });
        let trechos =
            inicio.map(|inicio| TrechoLido::Corrida(inicio, quantos)).into_iter().collect();
        let mut lido = Self { trechos, registros, indice_errado: false };
        if danificado {
            lido.trechos.push(TrechoLido::Dano(Dano::Trecho { arquivo: nome, posicao: validos }));
            for registro in registros_depois(&bytes, validos) {
                if lido.conta(&registro) && fica(&registro) {
                    lido.registros.push(registro);
                }
            }
        }
        lido
    }

    /// Takes note of a record from behind the damage, and says whether it counts. One whose number came
    /// before is part of the damage.
    fn conta(&mut self, registro: &Registro) -> bool {
        let fim = self.trechos.iter().rev().find_map(|trecho| match trecho {
            TrechoLido::Corrida(inicio, quantos) => Some(inicio.seq + quantos),
            TrechoLido::Dano(_) => None,
        });
        if fim.is_some_and(|fim| registro.seq < fim) {
            return false;
        }
        match self.trechos.last_mut() {
            Some(TrechoLido::Corrida(inicio, quantos)) if inicio.seq + *quantos == registro.seq => {
                *quantos += 1;
            }
            _ => {
                let Registro { seq, epoca, carimbo, .. } = *registro;
                self.trechos.push(TrechoLido::Corrida(Inicio { seq, epoca, carimbo }, 1));
            }
        }
        true
    }
}
