//! What the administration does: opening accounts, and setting a balance. Both are records of the
//! journal, as operations are.

use thiserror::Error;

use super::BancoJson;
use super::contas::{ContaViva, Trancada};
use super::lista::Lista;
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::NaoAnexado;
use crate::banco::disco::Disco;
use crate::banco::{Abertura, Conta, Feito, Movimento, Recibo};
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::Ordering;
use crate::tipos::{Culpa, Recusa, Rg, Saldo};

/// What the administration did, and what it has to wait for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "it is done when `Banco::confirmar` has accepted the receipt"]
pub struct Gestao {
    /// The stamp, drawn while the accounts were locked.
    pub carimbo: Carimbo,
    /// For [`Banco::confirmar`](crate::banco::Banco::confirmar).
    pub recibo: Recibo,
}

/// An account that cannot be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conflito {
    /// The account.
    pub rg: Rg,
    /// Its file is there and cannot be read; otherwise the account is there already.
    pub ilegivel: bool,
}

/// Why accounts were not opened. Nothing was changed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ErroAbrirContas {
    /// Some of them are there already: all that are, in RG order.
    #[error("contas que já existem")]
    Existentes(Vec<Conflito>),
    /// The disk is full, has failed, or is short of descriptors.
    #[error("o armazenamento está indisponível")]
    Indisponivel,
    /// No stamp is left.
    #[error(transparent)]
    RelogioEsgotado(#[from] RelogioEsgotado),
}

impl ErroAbrirContas {
    /// Whose fault it is.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::Existentes(_) => Culpa::Solicitante,
            Self::Indisponivel => Culpa::Armazenamento,
            Self::RelogioEsgotado(erro) => erro.culpa(),
        }
    }
}

/// Why a balance was not set. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroAjuste {
    /// There is no such account.
    #[error("a conta não existe")]
    NaoEncontrada,
    /// Its file cannot be read.
    #[error("o arquivo da conta não pode ser lido")]
    Ilegivel,
    /// The disk is full, has failed, or is short of descriptors.
    #[error("o armazenamento está indisponível")]
    Indisponivel,
    /// No stamp is left.
    #[error(transparent)]
    RelogioEsgotado(#[from] RelogioEsgotado),
}

impl ErroAjuste {
    /// Whose fault it is.
    pub fn culpa(&self) -> Culpa {
        match self {
            Self::NaoEncontrada => Culpa::Solicitante,
            Self::Ilegivel | Self::Indisponivel => Culpa::Armazenamento,
            Self::RelogioEsgotado(erro) => erro.culpa(),
        }
    }
}

impl ErroAjuste {
    fn de_recusa(recusa: Recusa) -> Self {
        match recusa {
            Recusa::ServidorIndisponivel => Self::Indisponivel,
            _ => Self::Ilegivel,
        }
    }
}

impl<D: Disco> BancoJson<D> {
    /// Opens these accounts: all of them, or none. They are there for every operation that follows;
    /// their files are written by the next checkpoint.
    ///
    /// ```no_run
    /// use pixson_core::banco::{Abertura, BancoJson, Conta};
    /// use pixson_core::{Banco, Relogio, Saldo};
    ///
    /// let (banco, _) = BancoJson::abrir("contas")?;
    /// let conta = Conta { rg: "3333333333".parse()?, nome: "Ana".parse()?, saldo: Saldo::ZERO };
    /// let gestao = banco.abrir_contas(&Abertura::nova(vec![conta])?, &Relogio::novo())?;
    /// banco.confirmar(gestao.recibo)?;
    /// banco.fechar()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErroAbrirContas`], also if the file of one of them is there and cannot be read.
    pub fn abrir_contas(
        &self,
        abertura: &Abertura,
        relogio: &Relogio,
    ) -> Result<Gestao, ErroAbrirContas> {
        self.iniciar_se(|| self.livres(abertura))?;
        let rgs = Lista::Muitas(abertura.contas().iter().map(|conta| conta.rg).collect());
        self.contas
            .com_trancadas(&rgs, |trancadas| self.abrir_trancadas(abertura, relogio, trancadas))
    }

    /// Begins the run before the first act of it, unless that is refused: nothing is left of it then.
    /// Nobody may have an account locked, for this waits for the disk.
    fn iniciar_se(
        &self,
        pode: impl FnOnce() -> Result<(), ErroAbrirContas>,
    ) -> Result<(), ErroAbrirContas> {
        if self.iniciado.load(Ordering::Acquire) {
            return Ok(());
        }
        pode()?;
        self.iniciar().map_err(|_| ErroAbrirContas::Indisponivel)
    }

    /// Whether none of these accounts is there.
    fn livres(&self, abertura: &Abertura) -> Result<(), ErroAbrirContas> {
        Self::sem_conflitos(abertura.contas().iter().map(|conta| {
            let mut lugar = None;
            let lida = self.carregar(conta.rg, &mut lugar);
            (conta.rg, lida.map(|()| lugar.is_some()))
        }))
    }

    /// `lidas` says of each account whether it is there, or why that cannot be known.
    fn sem_conflitos(
        lidas: impl Iterator<Item = (Rg, Result<bool, Recusa>)>,
    ) -> Result<(), ErroAbrirContas> {
        let mut conflitos = Vec::new();
        for (rg, lida) in lidas {
            match lida {
                Ok(false) => {}
                Ok(true) => conflitos.push(Conflito { rg, ilegivel: false }),
                Err(Recusa::ServidorIndisponivel) => return Err(ErroAbrirContas::Indisponivel),
                Err(_) => conflitos.push(Conflito { rg, ilegivel: true }),
            }
        }
        if conflitos.is_empty() { Ok(()) } else { Err(ErroAbrirContas::Existentes(conflitos)) }
    }

    fn abrir_trancadas(
        &self,
        abertura: &Abertura,
        relogio: &Relogio,
        trancadas: &mut [Trancada<'_>],
    ) -> Result<Gestao, ErroAbrirContas> {
        Self::sem_conflitos(trancadas.iter_mut().map(|Trancada { rg, conta, .. }| {
            let lida = self.carregar(*rg, conta);
            (*rg, lida.map(|()| conta.is_some()))
        }))?;
        let carimbo = relogio.tique()?;
        // Before the record is appended: a checkpoint counts on it.
        for (nova, Trancada { vaga, conta, .. }) in abertura.contas().iter().zip(&mut *trancadas) {
            self.sujar_trancada(vaga, conta.insert(por_abrir(nova)));
        }
        let Ok(seq) = self.diario.anexar(carimbo, &Feito::Abertura(abertura.clone())) else {
            // A checkpoint passes over a place without an account.
            for trancada in trancadas {
                *trancada.conta = None;
            }
            return Err(ErroAbrirContas::Indisponivel);
        };
        for viva in trancadas.iter_mut().filter_map(|trancada| trancada.conta.as_mut()) {
            viva.seq = seq;
        }
        Ok(Gestao { carimbo, recibo: Recibo(seq) })
    }

    /// Sets the balance of an account. If it is that already, no record is made.
    ///
    /// # Errors
    ///
    /// [`ErroAjuste`].
    pub fn ajustar(
        &self,
        rg: Rg,
        saldo: Saldo,
        relogio: &Relogio,
    ) -> Result<(Movimento, Gestao), ErroAjuste> {
        if !self.iniciado.load(Ordering::Acquire) {
            let antes = self.ajustavel(rg)?;
            if antes == saldo {
                // Nothing changes, and nothing was changed before: there is nothing to wait for.
                let movimento = Movimento { rg, antes, depois: saldo };
                return Ok((movimento, Gestao { carimbo: relogio.tique()?, recibo: Recibo(0) }));
            }
            self.iniciar().map_err(|_| ErroAjuste::Indisponivel)?;
        }
        self.contas.com_trancada(rg, |trancada| self.ajustar_trancada(saldo, relogio, trancada))
    }

    /// The balance of an account, if it can be set.
    fn ajustavel(&self, rg: Rg) -> Result<Saldo, ErroAjuste> {
        // One whose file cannot be replaced is in memory, with a balance that no file has.
        self.contas.com_trancada(rg, |Trancada { conta, .. }| {
            self.carregar(rg, conta).map_err(ErroAjuste::de_recusa)?;
            conta.as_ref().map(|viva| viva.conta.saldo).ok_or(ErroAjuste::NaoEncontrada)
        })
    }

    fn ajustar_trancada(
        &self,
        depois: Saldo,
        relogio: &Relogio,
        Trancada { rg, vaga, conta }: &mut Trancada<'_>,
    ) -> Result<(Movimento, Gestao), ErroAjuste> {
        let rg = *rg;
        self.carregar(rg, conta).map_err(ErroAjuste::de_recusa)?;
        let viva = conta.as_mut().ok_or(ErroAjuste::NaoEncontrada)?;
        let movimento = Movimento { rg, antes: viva.conta.saldo, depois };
        let carimbo = relogio.tique()?;
        if movimento.antes != depois {
            // Before the record is appended: a checkpoint counts on it.
            self.sujar_trancada(vaga, viva);
            let anexado = self.diario.anexar(carimbo, &Feito::Ajuste(movimento));
            viva.seq = anexado.map_err(|NaoAnexado| ErroAjuste::Indisponivel)?;
            viva.conta.saldo = depois;
        }
        Ok((movimento, Gestao { carimbo, recibo: Recibo(viva.seq) }))
    }
}

/// An account of which there is no file yet.
fn por_abrir(conta: &Conta) -> ContaViva {
    let Conta { rg, nome, saldo } = conta;
    let conta = ContaArquivo { rg: *rg, nome: nome.to_string(), saldo: *saldo };
    ContaViva { conta, seq: 0, suja: false, visto: None }
}
