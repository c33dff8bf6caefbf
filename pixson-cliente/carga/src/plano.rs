//! What a load is to do, after its parameters were checked.

use std::io;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fastrand::Rng;
use pixson_conexao::{ErroConexao, ServidorDistante};
use pixson_core::{Relogio, Rg};
use pixson_gravador::{ConexaoGravada, Gravador};
pub use pixson_linha::lacos::LACOS_MAX;

use crate::sorteio::{Escolhas, Papel};
use crate::{ErroCarga, ErroPlano, ListaDeContas, Tipo};

/// The most connections at a time.
pub const CONEXOES_MAX: u32 = 10_000;

/// The most requests of one connection without an answer.
pub const PIPELINE_MAX: u32 = 65_536;

/// The longest run: a week.
pub const DURACAO_MAX: Duration = Duration::from_hours(7 * 24);

/// The most requests a second, of all connections together.
pub const TAXA_MAX: u64 = 10_000_000;

/// The parameters of a load. The defaults are those of the client without options.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConfiguracaoDaCarga {
    /// What is asked for: balances.
    pub operacao: Tipo,
    /// How many connections at a time, up to [`CONEXOES_MAX`]: 10.
    pub conexoes: NonZeroU32,
    /// How many requests each connection keeps without an answer, up to [`PIPELINE_MAX`]: 1.
    pub pipeline: NonZeroU32,
    /// How many event loops drive the connections, each in a thread, up to [`LACOS_MAX`]. With 0, the
    /// default, each connection has a thread, and a crowd of them measures the scheduler as well.
    pub lacos: usize,
    /// How long requests are sent, up to [`DURACAO_MAX`]: 10 s.
    pub duracao: Duration,
    /// How many requests a second are due, of all connections together, up to [`TAXA_MAX`], whatever
    /// the server does; latencies then count from the instant at which a request was due. Without a
    /// rate, the default, requests are sent when replies arrive.
    pub taxa: Option<NonZeroU64>,
    /// The accounts that bear the load: the ten sample accounts of the repository.
    pub contas: ListaDeContas,
    /// Only this number of the first accounts bear the load; with one, every transfer leaves the
    /// first account or enters it. The default is all.
    pub quentes: Option<NonZeroU32>,
    /// The seed of all random choices, which the same seed repeats: 1.
    pub semente: u64,
    /// The other end is an echo and no bank: no login, and no money to check.
    pub eco: bool,
    /// Set it to end the load before its time.
    pub parar: Arc<AtomicBool>,
}

impl Default for ConfiguracaoDaCarga {
    fn default() -> Self {
        const DEZ: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
        Self {
            operacao: Tipo::default(),
            conexoes: DEZ,
            pipeline: NonZeroU32::MIN,
            lacos: 0,
            duracao: Duration::from_secs(10),
            taxa: None,
            contas: ListaDeContas::default(),
            quentes: None,
            semente: 1,
            eco: false,
            parar: Arc::default(),
        }
    }
}

/// A load whose parameters were checked.
#[derive(Clone, Debug)]
pub struct Plano {
    pub(crate) servidor: ServidorDistante,
    pub(crate) operacao: Tipo,
    pub(crate) conexoes: u32,
    pub(crate) pipeline: u32,
    pub(crate) lacos: usize,
    pub(crate) duracao: Duration,
    pub(crate) taxa: Option<u64>,
    /// The accounts that bear the load; their index is how the rest of the load names them.
    pub(crate) usadas: Vec<Rg>,
    pub(crate) quentes: Option<u32>,
    pub(crate) semente: u64,
    pub(crate) eco: bool,
    parar: Arc<AtomicBool>,
    /// The trace, and the clock of the process that keeps it.
    rastro: Option<(Arc<Gravador>, Arc<Relogio>)>,
    /// Every transfer leaves the first account or enters it.
    por_uma: bool,
}

impl Plano {
    /// Checks the parameters.
    ///
    /// # Errors
    ///
    /// A parameter is out of its range, or parameters do not go together.
    pub fn novo(
        servidor: ServidorDistante,
        configuracao: ConfiguracaoDaCarga,
    ) -> Result<Self, ErroPlano> {
        let ConfiguracaoDaCarga { operacao, lacos, duracao, contas, semente, eco, parar, .. } =
            configuracao;
        let conexoes = configuracao.conexoes.get();
        let pipeline = configuracao.pipeline.get();
        let taxa = configuracao.taxa.map(NonZeroU64::get);
        let quentes = configuracao.quentes.map(NonZeroU32::get);
        for (certo, erro) in [
            (conexoes <= CONEXOES_MAX, ErroPlano::ConexoesDemais),
            (pipeline <= PIPELINE_MAX, ErroPlano::PipelineDemais),
            (lacos <= LACOS_MAX, ErroPlano::LacosDemais),
            (taxa.is_none_or(|taxa| taxa <= TAXA_MAX), ErroPlano::TaxaDemais),
            (duracao <= DURACAO_MAX, ErroPlano::DuracaoDemais),
        ] {
            if !certo {
                return Err(erro);
            }
        }
        let contas = contas.como_lista();
        let quantas = match quentes {
            None => contas.len(),
            Some(quentes) => usize::try_from(quentes)
                .ok()
                .filter(|&quentes| quentes <= contas.len())
                .ok_or(ErroPlano::QuentesDemais { quentes })?,
        };
        let por_uma = operacao.transfere() && quantas == 1;
        let usadas = if por_uma { contas } else { &contas[..quantas] }.to_vec();
        if operacao.transfere() && usadas.len() < 2 {
            return Err(ErroPlano::UmaContaSo);
        }
        Ok(Self {
            servidor,
            operacao,
            conexoes,
            pipeline,
            lacos,
            duracao,
            taxa,
            usadas,
            quentes,
            semente,
            eco,
            parar,
            rastro: None,
            por_uma,
        })
    }

    /// Why a connection is lost if the system does not give what it needs.
    pub(crate) fn sem_recursos(&self, erro: &io::Error) -> ErroCarga {
        let erro = io::Error::new(erro.kind(), erro.to_string());
        ErroConexao::SemConexao { endereco: self.servidor.to_string(), erro }.into()
    }

    /// The same, which keeps a trace of every connection, also of those that read the balances. They are one
    /// process then, and share its clock; otherwise each has a clock of its own.
    ///
    /// # Errors
    ///
    /// [`ErroPlano::RastroDeEco`]: an echo has no clock.
    pub fn com_rastro(self, gravador: &Arc<Gravador>) -> Result<Self, ErroPlano> {
        if self.eco {
            return Err(ErroPlano::RastroDeEco);
        }
        Ok(Self { rastro: Some((Arc::clone(gravador), Arc::default())), ..self })
    }

    /// The clock of a new connection, and its part of the trace, if one is kept.
    pub(crate) fn relogio_e_rastro(
        &self,
        porta: Option<u16>,
    ) -> (Arc<Relogio>, Option<ConexaoGravada>) {
        match &self.rastro {
            Some((gravador, relogio)) => {
                (Arc::clone(relogio), Some(gravador.proxima_conexao(porta)))
            }
            None => (Arc::default(), None),
        }
    }

    /// Whether an end was asked for.
    pub(crate) fn interrompido(&self) -> bool {
        self.parar.load(Ordering::Relaxed)
    }

    /// Whether the operations of the load can move money.
    pub fn move_dinheiro(&self) -> bool {
        !self.eco && self.operacao != Tipo::Saldo
    }

    /// For each connection the account that it logs in to, and its sequence of choices.
    pub(crate) fn sorteios(&self) -> impl Iterator<Item = (Rg, Escolhas)> {
        let mut raiz = Rng::with_seed(self.semente);
        let usadas = self.usadas.len();
        (0..self.conexoes).map(move |conexao| {
            let papel = if self.por_uma {
                Papel::por_uma(conexao as usize, usadas)
            } else {
                Papel::espalhado(conexao as usize, usadas)
            };
            let sorteio = Escolhas::novo(raiz.fork(), self.operacao, papel, usadas);
            (self.usadas[papel.titular], sorteio)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planejar(mudar: impl FnOnce(&mut ConfiguracaoDaCarga)) -> Result<Plano, ErroPlano> {
        let mut configuracao = ConfiguracaoDaCarga::default();
        mudar(&mut configuracao);
        Plano::novo(ServidorDistante::novo("localhost", 5000, DURACAO_MAX), configuracao)
    }

    #[test]
    fn what_is_out_of_its_range_or_does_not_go_together_is_refused() {
        let erro = |mudar: fn(&mut ConfiguracaoDaCarga)| planejar(mudar).err();
        assert_eq!(erro(|_| ()), None);
        let onze = |c: &mut ConfiguracaoDaCarga| c.quentes = NonZeroU32::new(11);
        assert_eq!(erro(onze), Some(ErroPlano::QuentesDemais { quentes: 11 }));
        let demais = |c: &mut ConfiguracaoDaCarga| c.conexoes = NonZeroU32::MAX;
        assert_eq!(erro(demais), Some(ErroPlano::ConexoesDemais));
        let demais = |c: &mut ConfiguracaoDaCarga| c.pipeline = NonZeroU32::MAX;
        assert_eq!(erro(demais), Some(ErroPlano::PipelineDemais));
        let demais = |c: &mut ConfiguracaoDaCarga| c.lacos = LACOS_MAX + 1;
        assert_eq!(erro(demais), Some(ErroPlano::LacosDemais));
        let demais = |c: &mut ConfiguracaoDaCarga| c.taxa = Some(NonZeroU64::MAX);
        assert_eq!(erro(demais), Some(ErroPlano::TaxaDemais));
        let demais = |c: &mut ConfiguracaoDaCarga| c.duracao = Duration::MAX;
        assert_eq!(erro(demais), Some(ErroPlano::DuracaoDemais));
        let so_uma = |c: &mut ConfiguracaoDaCarga| {
            c.operacao = Tipo::Misto;
            c.contas = "1".parse().expect("an account");
        };
        assert_eq!(erro(so_uma), Some(ErroPlano::UmaContaSo));
    }
}
