//! What the administration does: opening accounts, and setting a balance. Both are records of the
//! journal, as operations are.

use thiserror::Error;

use super::BancoJson;
use super::contas::{ContaViva, Vaga};
use crate::banco::arquivo::ContaArquivo;
use crate::banco::diario::NaoAnexado;
use crate::banco::disco::Disco;
use crate::banco::{Abertura, Conta, Feito, Movimento, Recibo};
use crate::relogio::{Carimbo, Relogio, RelogioEsgotado};
use crate::sincronia::{Arc, MutexGuard, Ordering};
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
        let contas = abertura.contas();
        let vagas: Vec<Arc<Vaga>> =
            contas.iter().map(|conta| self.contas.pegar_sem_aparar(conta.rg)).collect();
        let feita = {
            // They are in RG order, the order of all locks.
            let mut travadas: Vec<_> = vagas.iter().map(|vaga| vaga.trancar()).collect();
            self.abrir_travadas(abertura, relogio, &vagas, &mut travadas)
        };
        if feita.is_err() {
            for (conta, vaga) in contas.iter().zip(&vagas) {
                self.contas.devolver_vazia(conta.rg, vaga);
            }
        }
        feita
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

    fn abrir_travadas(
        &self,
        abertura: &Abertura,
        relogio: &Relogio,
        vagas: &[Arc<Vaga>],
        travadas: &mut [MutexGuard<'_, Option<ContaViva>>],
    ) -> Result<Gestao, ErroAbrirContas> {
        let lugares = abertura.contas().iter().zip(&mut *travadas);
        Self::sem_conflitos(lugares.map(|(conta, lugar)| {
            let lida = self.carregar(conta.rg, lugar);
            (conta.rg, lida.map(|()| lugar.is_some()))
        }))?;
        let carimbo = relogio.tique()?;
        // Before the record is appended: a checkpoint counts on it.
        for ((conta, vaga), lugar) in abertura.contas().iter().zip(vagas).zip(&mut *travadas) {
            self.sujar_travada(vaga, lugar.insert(por_abrir(conta)));
        }
        let Ok(seq) = self.diario.anexar(carimbo, &Feito::Abertura(abertura.clone())) else {
            // A checkpoint passes over a place without an account.
            for lugar in travadas {
                **lugar = None;
            }
            return Err(ErroAbrirContas::Indisponivel);
        };
        for viva in travadas.iter_mut().filter_map(|lugar| lugar.as_mut()) {
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
        let vaga = self.contas.pegar(rg);
        let feito = self.ajustar_travada(rg, saldo, relogio, &vaga, &mut vaga.trancar());
        if feito == Err(ErroAjuste::NaoEncontrada) {
            self.contas.devolver_vazia(rg, &vaga);
        }
        feito
    }

    /// The balance of an account, if it can be set.
    fn ajustavel(&self, rg: Rg) -> Result<Saldo, ErroAjuste> {
        let vaga = self.contas.pegar(rg);
        let (lida, saldo) = {
            // One whose file cannot be replaced is in memory, with a balance that no file has.
            let mut lugar = vaga.trancar();
            let lida = self.carregar(rg, &mut lugar);
            (lida, lugar.as_ref().map(|viva| viva.conta.saldo))
        };
        lida.map_err(ErroAjuste::de_recusa)?;
        if saldo.is_none() {
            self.contas.devolver_vazia(rg, &vaga);
        }
        saldo.ok_or(ErroAjuste::NaoEncontrada)
    }

    fn ajustar_travada(
        &self,
        rg: Rg,
        depois: Saldo,
        relogio: &Relogio,
        vaga: &Arc<Vaga>,
        lugar: &mut Option<ContaViva>,
    ) -> Result<(Movimento, Gestao), ErroAjuste> {
        self.carregar(rg, lugar).map_err(ErroAjuste::de_recusa)?;
        let viva = lugar.as_mut().ok_or(ErroAjuste::NaoEncontrada)?;
        let movimento = Movimento { rg, antes: viva.conta.saldo, depois };
        let carimbo = relogio.tique()?;
        if movimento.antes != depois {
            // Before the record is appended: a checkpoint counts on it.
            self.sujar_travada(vaga, viva);
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
