//! Which account files recovery has to write.

use std::io;

use super::aviso::Aviso;
use super::exame::{Dobra, Exame};
use super::troca::{Imagem, LugarEsperado};
use crate::banco::ErroAbrir;
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::diario::Ponto;
use crate::banco::disco::{Disco, nomear, passageiro};
use crate::tipos::{Nome, Rg};

/// The files that have to be written: those that do not hold their account's last balance. In a copy
/// of a bank, they and the journal may be of different moments.
///
/// # Errors
///
/// [`ErroAbrir::NaoPertencem`] if files are ahead of the journal, and the error of the disk if it
/// is transient.
pub(super) fn imagens(disco: &impl Disco, exame: &Exame) -> Result<Vistas, ErroAbrir> {
    let mut vistas = Vistas::default();
    for (&rg, dobra) in &exame.dobras {
        vistas.olhar(disco, rg, dobra, exame)?;
    }
    if exame.lido.copia && !exame.lido.ponto.limpo {
        vistas.sem_lancamento(disco, exame)?;
    }
    if vistas.adiantadas.is_empty() {
        Ok(vistas)
    } else {
        vistas.adiantadas.sort_unstable();
        Err(ErroAbrir::NaoPertencem { contas: vistas.adiantadas, arquivo: None })
    }
}

/// What was found in the account files.
#[derive(Default)]
pub(super) struct Vistas {
    pub(super) imagens: Vec<Imagem>,
    /// Images of accounts whose file the disk cannot read, and its error: their holders' names are
    /// unknown.
    pub(super) nao_lidas: Vec<(Imagem, io::Error)>,
    pub(super) avisos: Vec<Aviso>,
    /// Accounts of a copy whose file holds a balance that the journal does not know.
    adiantadas: Vec<Rg>,
}

impl Vistas {
    fn olhar(
        &mut self,
        disco: &impl Disco,
        rg: Rg,
        dobra: &Dobra,
        exame: &Exame,
    ) -> io::Result<()> {
        let Ponto { seq: publicado, limpo, .. } = exame.lido.ponto;
        // The file of an account without a record since the checkpoint counts, and not the journal:
        // somebody may have removed, replaced or damaged the file since.
        let recente = dobra.seq > publicado;
        let aberta = match ContaArquivo::abrir(disco, rg) {
            Err(FalhaDeLeitura::Disco(erro)) if passageiro(&erro) => {
                return Err(nomear(&ContaArquivo::nome_de_arquivo(rg))(erro));
            }
            Err(FalhaDeLeitura::Disco(erro)) => {
                if recente {
                    let erro = nomear(&ContaArquivo::nome_de_arquivo(rg))(erro);
                    let (conta, seq) = (refeita(rg, dobra), dobra.seq);
                    let imagem = Imagem { conta, seq, esperado: LugarEsperado::Estranho };
                    self.nao_lidas.push((imagem, erro));
                }
                return Ok(());
            }
            aberta => aberta,
        };
        let (conta, esperado) = match aberta {
            Ok(Some((conta, _))) if conta.saldo == dobra.saldo => return Ok(()),
            Ok(Some((conta, visto))) if dobra.conhecidos.contains(&conta.saldo) => {
                (conta, LugarEsperado::Este(visto))
            }
            // In a copy: the file was copied before it got the balance that the journal has.
            Ok(Some((conta, visto))) if dobra.antigos.contains(&conta.saldo) => {
                let (arquivo, diario) = (conta.saldo, dobra.saldo);
                self.avisos.push(Aviso::CopiaAtrasada { rg, arquivo, diario });
                (conta, LugarEsperado::Este(visto))
            }
            Ok(Some(_)) if exame.lido.copia && !limpo => {
                self.adiantadas.push(rg);
                return Ok(());
            }
            Ok(Some((conta, _))) if !recente => {
                let (livro, arquivo) = (dobra.saldo, conta.saldo);
                self.avisos.push(Aviso::EditadoParado { rg, livro, arquivo });
                return Ok(());
            }
            Ok(Some((conta, _))) => (conta, LugarEsperado::Estranho),
            // In a copy that was taken while the bank ran: the account was opened meanwhile.
            Ok(None) if !recente && exame.lido.copia && !limpo => {
                (refeita(rg, dobra), LugarEsperado::Estranho)
            }
            Ok(None) | Err(_) if !recente => return Ok(()),
            Ok(None) if dobra.nome.is_some() => (refeita(rg, dobra), LugarEsperado::Nada),
            Ok(None) | Err(_) => (refeita(rg, dobra), LugarEsperado::Estranho),
        };
        let conta = conta.com_saldo(dobra.saldo);
        self.imagens.push(Imagem { conta, seq: dobra.seq, esperado });
        Ok(())
    }

    /// Checks the files of a copy whose accounts have no record in the ledger. Only the instants at
    /// which they were written can be checked, if copying has kept them: a file that the bank wrote
    /// after the journal was copied is ahead of the journal.
    fn sem_lancamento(&mut self, disco: &impl Disco, exame: &Exame) -> io::Result<()> {
        let mut desconhecidas = ContaArquivo::listar(disco)?;
        desconhecidas.retain(|rg| !exame.dobras.contains_key(rg));
        let Some(copiado) = instante_da_copia(disco, exame)? else {
            let contas = desconhecidas.len();
            self.avisos.extend((contas > 0).then_some(Aviso::CopiaSemProva { contas }));
            return Ok(());
        };
        for rg in desconhecidas {
            let escrito = disco.escrito(&ContaArquivo::nome_de_arquivo(rg));
            // An error is ignored here: an operation on that account will report it.
            if escrito.ok().flatten().is_some_and(|escrito| escrito > copiado) {
                self.adiantadas.push(rg);
            }
        }
        Ok(())
    }
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

/// An account rebuilt without its file. The holder's name is lost with the file, unless the journal
/// has it; the money is not.
fn refeita(rg: Rg, dobra: &Dobra) -> ContaArquivo {
    let nome = dobra.nome.as_ref().map(Nome::to_string).unwrap_or_default();
    ContaArquivo { rg, nome, saldo: dobra.saldo }
}
