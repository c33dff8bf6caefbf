//! The acts of the administration: opening accounts, and setting a balance. Both are records of the
//! journal, as operations are.

use thiserror::Error;

use super::BancoJson;
use super::contas::{ContaViva, Trancada};
use super::lista::Lista;
use super::troca::LugarEsperado;
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::NaoAnexado;
use crate::banco::disco::Disco;
use crate::banco::{Abertura, Conta, Feito, Movimento, Recibo};
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::Ordering;
use crate::tipos::{Culpa, Recusa, Rg, Saldo};

/// An act of the administration, and the receipt to wait for.
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
    /// Whether its file exists and cannot be read; otherwise the account exists already.
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

    /// Begins the run before its first act, unless `pode` refuses that act: a refused act leaves
    /// nothing on the disk. The caller must not hold the lock of an account, since this waits for
    /// the disk.
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

    /// Checks that none of these accounts exists.
    fn livres(&self, abertura: &Abertura) -> Result<(), ErroAbrirContas> {
        Self::sem_conflitos(
            abertura
                .contas()
                .iter()
                .map(|conta| self.contas.com_trancada(conta.rg, |trancada| self.existe(trancada))),
        )
    }

    /// Whether an account exists, or why that cannot be known.
    fn existe(&self, trancada: &mut Trancada<'_>) -> (Rg, Result<bool, Recusa>) {
        let lida = self.carregar(trancada);
        (trancada.rg, lida.map(|()| trancada.conta.is_some()))
    }

    /// Checks that no account exists. `lidas` says of each whether it does, or why that cannot be
    /// known.
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
        Self::sem_conflitos(trancadas.iter_mut().map(|trancada| self.existe(trancada)))?;
        let carimbo = relogio.tique()?;
        // Listed as `suja` before the record is appended, since checkpoints rely on this order.
        for (nova, Trancada { vaga, conta, .. }) in abertura.contas().iter().zip(&mut *trancadas) {
            self.sujar_trancada(vaga, conta.insert(por_abrir(nova)));
        }
        let Ok(seq) = self.diario.anexar(carimbo, &Feito::Abertura(abertura.clone())) else {
            // The places stay in the list; a checkpoint skips a place without an account.
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

    /// Sets the balance of an account. If the account has this balance already, no record is made.
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
                // Nothing changes now, and this run has changed nothing before: there is nothing to
                // wait for.
                let movimento = Movimento { rg, antes, depois: saldo };
                return Ok((movimento, Gestao { carimbo: relogio.tique()?, recibo: Recibo(0) }));
            }
            self.iniciar().map_err(|_| ErroAjuste::Indisponivel)?;
        }
        self.contas.com_trancada(rg, |trancada| self.ajustar_trancada(saldo, relogio, trancada))
    }

    /// The balance of an account, if it can be set.
    fn ajustavel(&self, rg: Rg) -> Result<Saldo, ErroAjuste> {
        // The file alone does not tell: if it cannot be replaced, only the account in memory is
        // current.
        self.contas.com_trancada(rg, |trancada| {
            self.carregar(trancada).map_err(ErroAjuste::de_recusa)?;
            let viva = trancada.conta.as_ref();
            viva.map(|viva| viva.conta.saldo).ok_or(ErroAjuste::NaoEncontrada)
        })
    }

    fn ajustar_trancada(
        &self,
        depois: Saldo,
        relogio: &Relogio,
        trancada: &mut Trancada<'_>,
    ) -> Result<(Movimento, Gestao), ErroAjuste> {
        self.carregar(trancada).map_err(ErroAjuste::de_recusa)?;
        let Trancada { rg, vaga, conta } = trancada;
        let rg = *rg;
        let viva = conta.as_mut().ok_or(ErroAjuste::NaoEncontrada)?;
        let movimento = Movimento { rg, antes: viva.conta.saldo, depois };
        let carimbo = relogio.tique()?;
        if movimento.antes != depois {
            // Listed as `suja` before the record is appended, since checkpoints rely on this order.
            self.sujar_trancada(vaga, viva);
            let anexado = self.diario.anexar(carimbo, &Feito::Ajuste(movimento));
            viva.seq = anexado.map_err(|NaoAnexado| ErroAjuste::Indisponivel)?;
            viva.conta.saldo = depois;
        }
        Ok((movimento, Gestao { carimbo, recibo: Recibo(viva.seq) }))
    }
}

/// An account in memory that has no file yet.
fn por_abrir(conta: &Conta) -> ContaViva {
    let Conta { rg, nome, saldo } = conta;
    let conta = ContaArquivo { rg: *rg, nome: nome.to_string(), saldo: *saldo };
    ContaViva { conta, seq: 0, suja: false, visto: LugarEsperado::Nada, por_reler: None }
}
