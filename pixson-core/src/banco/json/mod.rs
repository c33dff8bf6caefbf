mod arquivo;
mod trancas;

use std::io;
use std::path::Path;

use thiserror::Error;

use self::arquivo::ContaArquivo;
use self::trancas::Trancas;
use super::disco::Pasta;
use super::regras::{Decisao, decidir};
use super::{Banco, Execucao, Recibo, ResultadoDesconhecido};
use crate::relogio::{Relogio, RelogioEsgotado};
use crate::tipos::{Culpa, Operacao, Recusa, Rg, Saldo, Sucesso};

/// A bank that keeps each account in a JSON file named after its RG (protocolo.md, section 5).
///
/// Operations on different accounts run side by side; each account has a lock of its own, and
/// the two of a transfer are taken in RG order. A file is replaced atomically and is durable
/// before [`Banco::executar`] returns. A file that is put into the directory while the bank is
/// open is an account at once.
///
/// A file that cannot be understood is kept as it is, and its account alone answers
/// [`Recusa::ContaIlegivel`].
///
/// # Limits
///
/// The two files of a transfer are replaced one after the other, the debited one first: a power
/// cut exactly between them loses the amount. One process per directory is the caller's care.
///
/// ```no_run
/// use pixson_core::Servico;
/// use pixson_core::banco::BancoJson;
///
/// let servico = Servico::novo(BancoJson::abrir("contas")?);
/// # Ok::<(), pixson_core::banco::ErroAbrir>(())
/// ```
#[derive(Debug)]
pub struct BancoJson {
    pasta: Pasta,
    trancas: Trancas,
}

/// Why a bank's directory could not be opened.
#[derive(Debug, Error)]
pub enum ErroAbrir {
    /// There is no such directory.
    #[error("o diretório não existe")]
    NaoExiste,
    /// The directory cannot be read.
    #[error("o diretório não pode ser lido")]
    Ilegivel(#[source] io::Error),
}

impl ErroAbrir {
    /// Whose fault it is: the caller's, who named the directory, or the storage's.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::NaoExiste => Culpa::Chamador,
            Self::Ilegivel(_) => Culpa::Armazenamento,
        }
    }
}

impl BancoJson {
    /// Opens the bank in an existing directory. No account is read yet.
    ///
    /// # Errors
    ///
    /// [`ErroAbrir`] if the directory is missing or cannot be read.
    pub fn abrir(diretorio: impl AsRef<Path>) -> Result<Self, ErroAbrir> {
        let pasta = Pasta::abrir(diretorio.as_ref()).map_err(|erro| match erro.kind() {
            io::ErrorKind::NotFound => ErroAbrir::NaoExiste,
            _ => ErroAbrir::Ilegivel(erro),
        })?;
        Ok(Self { pasta, trancas: Trancas::default() })
    }

    fn ler(&self, rg: Rg) -> Result<Option<ContaArquivo>, Recusa> {
        let conteudo = self
            .pasta
            .ler(&ContaArquivo::nome_de_arquivo(rg), ContaArquivo::MAX_BYTES)
            .map_err(|_| Recusa::ContaIlegivel)?;
        conteudo
            .map(|bytes| ContaArquivo::ler(rg, &bytes).map_err(|_| Recusa::ContaIlegivel))
            .transpose()
    }

    fn gravar(&self, conta: &ContaArquivo) -> Result<(), Recusa> {
        self.pasta
            .substituir(&ContaArquivo::nome_de_arquivo(conta.rg), conta.para_json().as_bytes())
            .map_err(|_| Recusa::ServidorIndisponivel)
    }

    /// Writes the new balances in order. If a later one fails, the earlier ones are put back, so
    /// that a full disk loses nothing; if even that fails, what is on the disk is unknown.
    fn aplicar(
        &self,
        decisao: &Decisao,
        lidas: &[Option<ContaArquivo>; 2],
    ) -> Result<Sucesso, Recusa> {
        let conta_de = |rg: Rg| lidas.iter().flatten().find(|conta| conta.rg == rg);
        let mut gravadas: Vec<&ContaArquivo> = Vec::new();
        for (rg, saldo) in decisao.mudancas.into_iter().flatten() {
            let antes = conta_de(rg).expect("an account that changes has been read");
            if let Err(recusa) = self.gravar(&antes.com_saldo(saldo)) {
                for conta in gravadas {
                    self.gravar(conta)?;
                }
                return Err(recusa);
            }
            gravadas.push(antes);
        }
        Ok(decisao.sucesso)
    }
}

impl Banco for BancoJson {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.trancas.com(&operacao, || {
            let mut lidas = [None, None];
            let mut vagas = lidas.iter_mut();
            let decisao = decidir(operacao, |rg| {
                let conta = self.ler(rg)?;
                let saldo: Option<Saldo> = conta.as_ref().map(|conta| conta.saldo);
                if let Some(vaga) = vagas.next() {
                    *vaga = conta;
                }
                Ok(saldo)
            });
            let carimbo = relogio.tique()?;
            let desfecho = decisao.and_then(|decisao| self.aplicar(&decisao, &lidas));
            Ok(Execucao { carimbo, desfecho, recibo: Recibo::IMEDIATO })
        })
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Ok(())
    }
}
