//! Reading the accounts of a bank that no process has open, without changing anything.

use std::io;

use thiserror::Error;

use super::atrasadas::Atrasadas;
use super::copia::conferir_copia;
use super::exame::{Exame, examinar, examinar_uma};
use super::recuperada::{EstadoDoArquivo, Recuperada};
use crate::banco::Conta;
use crate::banco::ErroAbrir;
use crate::banco::arquivo::{ContaArquivo, FalhaDeLeitura};
use crate::banco::diario::{Trava, ler_ponto, travar};
use crate::banco::disco::Disco;
use crate::tipos::{Culpa, Rg};

/// The accounts of a bank that no process has open. None can open it as long as this value lives.
///
/// After a crash these are the accounts as recovery will leave them: where a file is behind the
/// journal, the journal counts. Nothing is written, not even such a file.
///
/// ```no_run
/// use pixson_core::banco::Cadastro;
/// use pixson_core::banco::disco::DiscoReal;
///
/// let disco = DiscoReal::abrir("contas")?;
/// let cadastro = Cadastro::abrir(&disco)?;
/// for rg in cadastro.rgs()? {
///     if let Some(conta) = cadastro.conta(rg)? {
///         println!("{rg} {} {}", conta.saldo, conta.nome);
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cadastro<'d, D: Disco> {
    disco: &'d D,
    /// The accounts that recovery will look at.
    atrasadas: Atrasadas,
    _trava: Trava<D::Arquivo>,
}

/// Why an account cannot be shown.
#[derive(Debug, Error)]
pub enum ErroConta {
    /// Its file exists, but does not hold an account.
    #[error("o arquivo da conta não pode ser lido")]
    Ilegivel,
    /// The disk could not read the file.
    #[error("o arquivo da conta não pode ser lido")]
    Disco(#[source] io::Error),
}

impl ErroConta {
    /// Whose fault it is: always the storage's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Armazenamento
    }
}

impl<'d, D: Disco> Cadastro<'d, D> {
    /// Locks the bank, and reads the records of the journal since the last checkpoint.
    ///
    /// # Errors
    ///
    /// [`ErroAbrir`], also if the journal is damaged.
    pub fn abrir(disco: &'d D) -> Result<Self, ErroAbrir> {
        let trava = travar(disco)?;
        let lido = ler_ponto(disco)?;
        Self::examinado(disco, examinar(disco, lido)?, trava)
    }

    /// The same for one account: of the others [`Cadastro::conta`] may show less than recovery would
    /// leave. In a copy of a bank that was closed in order, only those segments are read whose index does
    /// not say that they do not name it, so that damage in the others is not noticed;
    /// [`Cadastro::abrir`] holds all accounts of a copy against the whole ledger.
    ///
    /// ```no_run
    /// use pixson_core::banco::Cadastro;
    /// use pixson_core::banco::disco::DiscoReal;
    ///
    /// let disco = DiscoReal::abrir("contas")?;
    /// let rg = "1111111111".parse()?;
    /// let conta = Cadastro::abrir_para(&disco, rg)?.conta(rg)?;
    /// assert!(conta.is_some_and(|conta| conta.saldo.to_string() == "10.0"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Cadastro::abrir`].
    pub fn abrir_para(disco: &'d D, rg: Rg) -> Result<Self, ErroAbrir> {
        let trava = travar(disco)?;
        let lido = ler_ponto(disco)?;
        // A copy of a bank that was not closed in order may have to be refused because of any account.
        let so_uma = lido.copia && lido.ponto.limpo;
        let exame = if so_uma { examinar_uma(disco, lido, rg)? } else { examinar(disco, lido)? };
        Self::examinado(disco, exame, trava)
    }

    fn examinado(
        disco: &'d D,
        mut exame: Exame,
        trava: Trava<D::Arquivo>,
    ) -> Result<Self, ErroAbrir> {
        conferir_copia(disco, &mut exame)?;
        Ok(Self { disco, atrasadas: exame.atrasadas, _trava: trava })
    }

    /// The number of every account, in order.
    ///
    /// # Errors
    ///
    /// As the disk has them.
    pub fn rgs(&self) -> io::Result<Vec<Rg>> {
        let mut rgs = ContaArquivo::listar(self.disco)?;
        rgs.extend(self.atrasadas.rgs());
        rgs.sort_unstable();
        rgs.dedup();
        Ok(rgs)
    }

    /// An account, or `None` if there is none of that number.
    ///
    /// # Errors
    ///
    /// [`ErroConta`].
    pub fn conta(&self, rg: Rg) -> Result<Option<Conta<String>>, ErroConta> {
        let conta = match self.atrasadas.uma(rg) {
            Some(atrasada) => {
                let recuperada = Recuperada::olhar(self.disco, rg, &atrasada);
                let Recuperada { conta, arquivo, .. } = recuperada.map_err(ErroConta::Disco)?;
                if let EstadoDoArquivo::NaoLido(erro) = arquivo {
                    return Err(ErroConta::Disco(erro));
                }
                Some(conta)
            }
            None => ContaArquivo::abrir(self.disco, rg)
                .map_err(|falha| match falha {
                    FalhaDeLeitura::Ilegivel => ErroConta::Ilegivel,
                    FalhaDeLeitura::Disco(erro) => ErroConta::Disco(erro),
                })?
                .map(|(conta, _)| conta),
        };
        Ok(conta.map(|ContaArquivo { rg, nome, saldo }| Conta { rg, nome, saldo }))
    }
}
