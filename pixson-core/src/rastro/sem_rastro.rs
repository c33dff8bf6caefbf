//! What the stamps of its requests tell of a client that has no trace (docs/rastro.md, section 8).

use super::evento::EventoDoRelogio;
use super::grafo::{Grafo, OutroLado};
use super::infracao::{Infracao, SemRastro, primeira_e_quantas};
use super::regras::{RegraQuebrada, seguinte};
use crate::relogio::{Carimbo, Relogio};

/// Holds the requests of an inferred client against the rules, in the order in which they arrived. One
/// complaint of each kind is enough.
pub(super) fn conferir_de_fora(
    grafo: &Grafo,
    processo: usize,
    outro_lado: OutroLado,
    sem_rastro: SemRastro,
) -> Vec<Infracao> {
    let vistos = vistos_pelo_servidor(grafo, outro_lado);
    let envios = grafo.processos()[processo].nos.clone();
    let mut envios = envios.filter(|&no| grafo.nos()[no].evento.enviado().is_some());
    let mut achadas = Vec::new();
    let (mut ultimo, mut resposta) = (None, None);
    // Requests that came in before those before them were answered: the client does not wait.
    let (mut sem_resposta, mut adianta) = (0_usize, false);
    for evento in vistos {
        let Some(carimbo) = evento.recebido() else {
            resposta = resposta.max(evento.enviado());
            sem_resposta = sem_resposta.saturating_sub(1);
            continue;
        };
        adianta |= sem_resposta > 0;
        sem_resposta += 1;
        let Some(no) = envios.next() else { break };
        let fundida = resposta.filter(|&resposta| !adianta && fundiria(ultimo, resposta));
        let quebrada = pelo_anterior(carimbo, ultimo).or_else(|| pela_resposta(carimbo, fundida));
        if let Some((regra, estava, devia)) = quebrada {
            let condicional = !matches!(regra, RegraQuebrada::Volta | RegraQuebrada::Repete)
                && sem_rastro == SemRastro::PodemAdiantar;
            let outras = 0;
            achadas.push(Infracao { processo, no, regra, devia, estava, outras, condicional });
        }
        ultimo = Some(carimbo);
    }
    let de_uma =
        |regra| primeira_e_quantas(achadas.iter().copied().filter(move |a| a.regra == regra));
    let todas = [
        RegraQuebrada::Volta,
        RegraQuebrada::Repete,
        RegraQuebrada::NaoFunde,
        RegraQuebrada::EsqueceMaisUm,
    ];
    todas.into_iter().filter_map(de_uma).collect()
}

/// What the server traced of the connection, in the order of its clock.
fn vistos_pelo_servidor(
    grafo: &Grafo,
    outro_lado: OutroLado,
) -> impl Iterator<Item = &EventoDoRelogio> {
    let nos = grafo.processos()[outro_lado.processo].nos.clone();
    let eventos = nos.map(|no| &grafo.nos()[no].evento);
    eventos.filter(move |evento| {
        let do_servidor = evento.de_pedido() == evento.recebido().is_some();
        do_servidor && evento.conexao().is_some_and(|conexao| conexao.numero == outro_lado.conexao)
    })
}

type Quebrada = (RegraQuebrada, Carimbo, Carimbo);

/// Whatever a client does, its stamps on one connection grow.
fn pelo_anterior(carimbo: Carimbo, ultimo: Option<Carimbo>) -> Option<Quebrada> {
    let ultimo = ultimo.filter(|&ultimo| carimbo <= ultimo)?;
    let repete = carimbo == ultimo;
    let regra = if repete { RegraQuebrada::Repete } else { RegraQuebrada::Volta };
    Some((regra, ultimo, seguinte(ultimo)))
}

/// Whether a client whose last request bore that stamp merges a reply for certain: its clock is there, or beyond.
fn fundiria(ultimo: Option<Carimbo>, resposta: Carimbo) -> bool {
    Relogio::desde(ultimo.unwrap_or_default()).receber(resposta).fundido().is_some()
}

/// If it had the reply stamped `r` before it sent, its clock was at `r + 1` or beyond.
fn pela_resposta(carimbo: Carimbo, resposta: Option<Carimbo>) -> Option<Quebrada> {
    let resposta = resposta.filter(|&resposta| carimbo <= seguinte(resposta))?;
    let quase = carimbo == seguinte(resposta);
    let regra = if quase { RegraQuebrada::EsqueceMaisUm } else { RegraQuebrada::NaoFunde };
    Some((regra, resposta, seguinte(seguinte(resposta))))
}
