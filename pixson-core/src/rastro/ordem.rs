//! The events of one process in the order in which they happened.

use std::collections::HashMap;

use super::evento::{EventoDoRelogio, Fato};

/// An event with the number of its line.
pub(super) type Numerado = (u64, EventoDoRelogio);

/// Puts the events of a process in order: by the clock, since lines are written in any order; or, if
/// the clock does not count as a clock should, by the lines.
pub(super) fn ordenar(eventos: &mut [Numerado]) {
    eventos.sort_by_key(|(seq, evento)| (evento.depois, evento.antes == evento.depois, *seq));
    if !o_relogio_ordena(eventos) {
        eventos.sort_by_key(|(seq, _)| *seq);
    }
}

/// Whether no two changes of the clock overlap, and nothing went back on any connection.
fn o_relogio_ordena(eventos: &[Numerado]) -> bool {
    let mudancas = eventos.iter().filter(|(_, evento)| evento.antes != evento.depois);
    let apartadas = mudancas.clone().zip(mudancas.skip(1));
    let sem_sobra = apartadas.into_iter().all(|((_, um), (_, outro))| {
        um.antes < um.depois && um.depois <= outro.antes && outro.antes < outro.depois
    });
    let mut ultimos = HashMap::new();
    sem_sobra
        && eventos.iter().all(|(seq, evento)| {
            let anterior = ultimos.insert(via(evento), *seq);
            evento.conexao().is_none() || anterior.is_none_or(|anterior| anterior < *seq)
        })
}

/// On a connection, what is sent happens in the order of the lines, and so does what is received.
pub(super) fn via(evento: &EventoDoRelogio) -> (Option<u64>, bool) {
    let recebe = matches!(evento.fato, Fato::Recebimento(_));
    (evento.conexao().map(|conexao| conexao.numero), recebe)
}
