//! Copies of a bank, whose files and journal may be of different moments: the journal is the truth
//! (docs/armazenamento.md, section 6).

use std::io;

use super::atrasadas::Atrasada;
use super::aviso::Aviso;
use super::exame::Exame;
use crate::banco::ErroAbrir;
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::diario::Ponto;
use crate::banco::disco::{Disco, nomear, passageiro};
use crate::tipos::Rg;

/// Compares every file with the whole ledger, if the bank is a copy. What is left in `exame` are the accounts
/// whose files have to be written.
///
/// # Errors
///
/// [`ErroAbrir::NaoPertencem`] if files are ahead of the journal, and the error of the disk if it
/// is transient.
pub(super) fn conferir_copia(disco: &impl Disco, exame: &mut Exame) -> Result<(), ErroAbrir> {
    if !exame.lido.copia {
        return Ok(());
    }
    let mut adiantadas = Vec::new();
    if !exame.lido.ponto.limpo {
        adiantadas.extend(sem_lancamento(disco, exame)?);
    }
    let rgs: Vec<Rg> = exame.atrasadas.rgs().collect();
    for rg in rgs {
        let Some(atrasada) = exame.atrasadas.uma(rg) else { continue };
        match comparar(disco, rg, &atrasada, exame)? {
            Comparada::Vale => {}
            Comparada::PorEscrever(visto, aviso) => {
                exame.avisos.extend(aviso);
                if let Some(visto) = visto {
                    exame.atrasadas.reconhecer(rg, visto);
                }
                continue;
            }
            Comparada::Editada(aviso) => exame.avisos.push(aviso),
            Comparada::Adiantada => adiantadas.push(rg),
        }
        exame.atrasadas.remover(rg);
    }
    if adiantadas.is_empty() {
        return Ok(());
    }
    adiantadas.sort_unstable();
    Err(ErroAbrir::NaoPertencem { contas: adiantadas, arquivo: None })
}

/// What a file of a copy is worth.
enum Comparada {
    /// It counts.
    Vale,
    /// It is written from the journal. If it was copied too early, its checksum, and that is said.
    PorEscrever(Option<u32>, Option<Aviso>),
    /// It counts, though the journal does not know its balance, and that is said.
    Editada(Aviso),
    /// The journal was copied before it.
    Adiantada,
}

fn comparar(
    disco: &impl Disco,
    rg: Rg,
    atrasada: &Atrasada,
    exame: &Exame,
) -> io::Result<Comparada> {
    let Ponto { seq: publicado, limpo, .. } = exame.lido.ponto;
    // The file of an account without a record since the checkpoint counts, and not the journal:
    // somebody may have removed, replaced or damaged the file since.
    let recente = atrasada.seq > publicado;
    let por_escrever = Comparada::PorEscrever(None, None);
    let (conta, visto) = match ContaArquivo::abrir(disco, rg) {
        Ok(Some(lida)) => lida,
        Err(FalhaDeLeitura::Disco(erro)) if passageiro(&erro) => {
            return Err(nomear(&ContaArquivo::nome_de_arquivo(rg))(erro));
        }
        // The account was opened while the copy was taken, or its file was removed long ago.
        Ok(None) if !recente && !limpo => {
            let aviso = Aviso::ArquivoRefeito { rg };
            return Ok(Comparada::PorEscrever(None, atrasada.nome.is_some().then_some(aviso)));
        }
        Ok(None) | Err(_) if recente => return Ok(por_escrever),
        Ok(None) | Err(_) => return Ok(Comparada::Vale),
    };
    let (arquivo, diario) = (conta.saldo, atrasada.saldo);
    Ok(if arquivo == diario {
        Comparada::Vale
    } else if atrasada.conhecidos.contains(&arquivo) {
        por_escrever
    } else if atrasada.antigos.contains(&arquivo) {
        // The file was copied before it got the balance that the journal has.
        let aviso = Aviso::CopiaAtrasada { rg, arquivo, diario };
        Comparada::PorEscrever(Some(visto), Some(aviso))
    } else if !limpo {
        Comparada::Adiantada
    } else if recente {
        por_escrever
    } else {
        Comparada::Editada(Aviso::EditadoParado { rg, livro: diario, arquivo })
    })
}

/// The accounts without a record in the ledger whose files are ahead of the journal. Only the instants at
/// which they were written can be checked, if copying has kept them: a file that the bank wrote
/// after the journal was copied is ahead of the journal.
fn sem_lancamento(disco: &impl Disco, exame: &mut Exame) -> io::Result<Vec<Rg>> {
    let mut desconhecidas = ContaArquivo::listar(disco)?;
    desconhecidas.retain(|&rg| !exame.atrasadas.contem(rg));
    let Some(copiado) = instante_da_copia(disco, exame)? else {
        let contas = desconhecidas.len();
        exame.avisos.extend((contas > 0).then_some(Aviso::CopiaSemProva { contas }));
        return Ok(Vec::new());
    };
    desconhecidas.retain(|&rg| {
        // An error is ignored here: an operation on that account will report it.
        let escrito = disco.escrito(&ContaArquivo::nome_de_arquivo(rg));
        escrito.ok().flatten().is_some_and(|escrito| escrito > copiado)
    });
    Ok(desconhecidas)
}

/// The instant up to which the journal of a copy knows what the bank wrote: that at which its
/// checkpoint or its last segment was written, whichever is later. `None` if copying has not kept
/// the instants of the files.
fn instante_da_copia(disco: &impl Disco, exame: &Exame) -> io::Result<Option<u64>> {
    /// The longest time from the birth of a checkpoint to its last byte: 20 ms.
    const ESCRITA_MAX_NANOS: u64 = 20_000_000;
    let nascido = exame.lido.nascido;
    let escrito = disco.escrito(Ponto::NOME).map_err(nomear(Ponto::NOME))?;
    let Some(escrito) = escrito.filter(|_| nascido > 0) else { return Ok(None) };
    if escrito.abs_diff(nascido) > ESCRITA_MAX_NANOS {
        return Ok(None);
    }
    let Some(ultimo) = &exame.fim.ultimo else { return Ok(Some(escrito)) };
    let do_segmento = disco.escrito(&ultimo.nome).map_err(nomear(&ultimo.nome))?;
    Ok(Some(escrito.max(do_segmento.unwrap_or(0))))
}
