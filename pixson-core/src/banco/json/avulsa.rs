//! One account of a copy of a bank that was closed in order, from the segments that name it.

use std::collections::HashSet;

use crate::banco::ErroAbrir;
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::{Indice, Ponto, Prova, Registro, Veredito};
use crate::banco::diario::{aspecto_de, ler_segmento_de, segmentos};
use crate::banco::disco::Disco;
use crate::tipos::Rg;

/// The account with the balance of the ledger, if its file holds an earlier one and was thus copied too
/// early. `None` if the file counts: also if it cannot be read, or if the segments before the checkpoint are
/// damaged or have a gap, as when the whole bank is opened.
pub(super) fn atrasada(
    disco: &impl Disco,
    ponto: Ponto,
    rg: Rg,
) -> Result<Option<ContaArquivo>, ErroAbrir> {
    let Ok(Some((conta, _))) = ContaArquivo::abrir(disco, rg) else { return Ok(None) };
    let (mut antigos, mut saldo) = (HashSet::new(), conta.saldo);
    let (mut anterior, mut compara) = (None, true);
    for numero in segmentos(disco)? {
        // What comes from the checkpoint on was examined already.
        let antigo = numero < ponto.segmento;
        if antigo && !compara {
            continue;
        }
        if antigo && let Some((inicio, fim)) = passado(disco, numero, rg) {
            compara = anterior.replace(fim).is_none_or(|anterior| anterior == inicio);
            continue;
        }
        let dela = |registro: &Registro| registro.feito.efeitos().any(|efeito| efeito.rg() == rg);
        let Some(segmento) = ler_segmento_de(disco, numero, dela)? else { continue };
        if antigo {
            let inicio = segmento.cabecalho.map(|cabecalho| cabecalho.seq);
            let fechado = Prova { fechado: true, ..Prova::default() };
            compara = inicio.is_some()
                && anterior.is_none_or(|anterior| inicio == Some(anterior))
                && segmento.julgar(fechado) == Veredito::Inteiro;
            if !compara {
                continue;
            }
            anterior = Some(segmento.proximo());
        }
        for registro in &segmento.registros {
            for efeito in registro.feito.efeitos().filter(|efeito| efeito.rg() == rg) {
                if registro.seq <= ponto.seq {
                    antigos.extend(efeito.antes().into_iter().chain([efeito.depois()]));
                }
                saldo = efeito.depois();
            }
        }
    }
    let atrasada = compara && saldo != conta.saldo && antigos.contains(&conta.saldo);
    Ok(atrasada.then(|| conta.com_saldo(saldo)))
}

/// The first record of a segment that does not name the account, by its index, and the record that
/// comes after its last one.
fn passado(disco: &impl Disco, numero: u64, rg: Rg) -> Option<(u64, u64)> {
    let indice = Indice::ler(disco, numero, aspecto_de(disco, numero)?)?;
    let (seq, registros) = (indice.indexado.seq, indice.indexado.registros);
    (!indice.nomeia(rg)).then_some((seq, seq + registros))
}
