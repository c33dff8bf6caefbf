//! The statement of one account, from the segments that name it.

use super::lancamento::{Alcance, Inicio, Lancamento};
use super::leitura::{Leitura, percorrer};
use super::lido::{EstadoDoSegmento, Lido, PorLer, TrechoLido, ler};
use super::mutirao::{Mutirao, reunir};
use crate::banco::ErroAbrir;
use crate::banco::diario::{Indexado, Indice, Registro, apagar_indices_sem, ler_ponto};
use crate::banco::diario::{segmentos, travar};
use crate::banco::disco::Disco;
use crate::tipos::Rg;

/// Reads the statement of an account of a bank that no process has open: every entry that concerns
/// it, from the first to the last.
///
/// A closed segment whose index says that it does not name the account is not read. The index counts
/// only if its checksum is right and it was made of the file that is there now, when that was whole; a
/// segment without such an index is read, and its index is written if the disk can be. Records that
/// are missing between segments are named, and so is damage in the segments that are read; whether
/// the others have been damaged since they were indexed is for [`auditar`](super::auditar) to say, and
/// makes no difference to the statement.
///
/// ```no_run
/// use pixson_core::banco::disco::DiscoReal;
/// use pixson_core::banco::{Sozinho, ler_extrato};
///
/// let disco = DiscoReal::abrir("contas")?;
/// let rg = "1111111111".parse()?;
/// let alcance = ler_extrato(&disco, rg, &Sozinho, |lancamento| {
///     let efeitos = lancamento.feito.efeitos().filter(|efeito| efeito.rg() == rg);
///     efeitos.for_each(|efeito| println!("{} {}", lancamento.carimbo, efeito.depois()));
/// })?;
/// assert_eq!(alcance.danos, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ErroAbrir`]: a process has the bank open, or it cannot be read at all.
pub fn ler_extrato<D: Disco>(
    disco: &D,
    rg: Rg,
    mutirao: &dyn Mutirao,
    mut visitar: impl FnMut(Lancamento),
) -> Result<Alcance, ErroAbrir> {
    let _trava = travar(disco)?;
    let ponto = ler_ponto(disco)?.ponto;
    let numeros = segmentos(disco)?;
    // The last segment is being written, or was when the bank ended, and has no index.
    let fechados = numeros.split_last().map_or(&[][..], |(_, fechados)| fechados);
    let indices = reunir(mutirao, fechados, |&numero| consultar(disco, numero, rg));
    let (mut a_passar, mut a_ler) = (Vec::new(), Vec::new());
    for (&numero, consultado) in fechados.iter().zip(indices) {
        let estado = match consultado {
            Some((indexado, false)) => {
                a_passar.push((numero, indexado));
                continue;
            }
            Some((_, true)) => EstadoDoSegmento::Indexado,
            None => EstadoDoSegmento::PorIndexar,
        };
        a_ler.push(PorLer { numero, estado });
    }
    a_ler.extend(numeros.last().map(|&numero| PorLer { numero, estado: EstadoDoSegmento::Ultimo }));
    let mut a_passar = a_passar.into_iter().peekable();
    let mut leitura = Leitura::default();
    let da_conta = |registro: &Registro| registro.feito.efeitos().any(|efeito| efeito.rg() == rg);
    let ler_um = |um: PorLer| {
        let lido = ler(disco, um, Some(rg), da_conta)?;
        Ok(lido.map(|lido| (um.numero, lido)))
    };
    percorrer(disco, &a_ler, mutirao, ler_um, |lidos| {
        for (numero, Lido { trechos, registros, .. }) in lidos {
            while let Some((_, antes)) = a_passar.next_if(|&(passado, _)| passado < numero) {
                leitura.trechos(vec![corrida(antes)]);
            }
            let desde = leitura.trechos(trechos);
            let novos = registros.into_iter().filter(|registro| registro.seq >= desde);
            novos.map(Lancamento::de_registro).for_each(&mut visitar);
        }
        Ok(())
    })?;
    // They are of no use, and another statement tries again.
    let _ = apagar_indices_sem(disco, &numeros);
    Ok(leitura.terminar(ponto, &numeros).0)
}

/// What the index of a segment says of it, if it has one, and whether the segment names the account.
fn consultar(disco: &impl Disco, numero: u64, rg: Rg) -> Option<(Indexado, bool)> {
    let indice = Indice::ler(disco, numero)?;
    Some((indice.indexado, indice.nomeia(rg)))
}

fn corrida(Indexado { epoca, seq, carimbo, registros }: Indexado) -> TrechoLido {
    TrechoLido::Corrida(Inicio { seq, epoca, carimbo }, registros)
}
