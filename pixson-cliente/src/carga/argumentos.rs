use clap::{Args, ValueEnum};

use super::contas::Contas;

/// The most connections at a time: each has a thread.
const CONEXOES_MAX: i64 = 10_000;

/// The most requests of one connection without an answer.
const PIPELINE_MAX: i64 = 65_536;

/// The longest run, in seconds: a week.
const DURACAO_MAX: u64 = 7 * 24 * 60 * 60;

/// The most requests a second, of all connections together.
const TAXA_MAX: u64 = 10_000_000;

/// What `carga` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct Argumentos {
    /// O que pedir: saldo, deposito, transferencia ou misto, que é metade saldos, um quarto
    /// depósitos e um quarto transferências [padrão: saldo]
    #[arg(long, value_name = "TIPO", value_enum, default_value_t = Tipo::Saldo)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub(crate) operacao: Tipo,

    /// Quantas conexões ao mesmo tempo [padrão: 10]
    #[arg(long, value_name = "N", default_value_t = 10, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=CONEXOES_MAX))]
    pub(crate) conexoes: u32,

    /// Quantos pedidos cada conexão mantém sem resposta [padrão: 1]
    #[arg(long, value_name = "K", default_value_t = 1, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=PIPELINE_MAX))]
    pub(crate) pipeline: u32,

    /// Por quanto tempo enviar pedidos [padrão: 10]
    #[arg(long, value_name = "SEGUNDOS", default_value_t = 10, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=DURACAO_MAX))]
    pub(crate) duracao: u64,

    /// Agenda este número de envios por segundo, ao todo, qualquer que seja o ritmo do servidor, e
    /// conta a latência a partir do instante agendado [padrão: envia quando chegam respostas]
    #[arg(long, value_name = "POR_SEGUNDO")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=TAXA_MAX))]
    pub(crate) taxa: Option<u64>,

    /// As contas, separadas por vírgulas, ou um intervalo de RGs com o mesmo número de dígitos, como
    /// 1000000000-1000000999 [padrão: as dez contas de exemplo]
    #[arg(long, value_name = "LISTA", default_value_t, hide_default_value = true)]
    pub(crate) rgs: Contas,

    /// Usa só as N primeiras contas; com 1, toda transferência sai da primeira ou entra nela
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) contas_quentes: Option<u32>,

    /// Semente dos sorteios: com a mesma, as escolhas se repetem [padrão: 1]
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    pub(crate) semente: u64,

    /// Fala com um eco em vez de um banco, sem login e sem conferir dinheiro: mede a rede e o
    /// próprio cliente
    #[arg(long)]
    pub(crate) eco: bool,

    /// Mostra o andamento a cada segundo, mesmo que a saída de erros não seja um terminal
    #[arg(long)]
    pub(crate) progresso: bool,
}

/// Which operations make the load.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Tipo {
    Saldo,
    Deposito,
    Transferencia,
    Misto,
}

impl Tipo {
    /// The word that stands for it on the command line and in a report.
    pub(super) fn palavra(self) -> &'static str {
        match self {
            Self::Saldo => "saldo",
            Self::Deposito => "deposito",
            Self::Transferencia => "transferencia",
            Self::Misto => "misto",
        }
    }

    /// Whether transfers are among them.
    pub(super) fn transfere(self) -> bool {
        matches!(self, Self::Transferencia | Self::Misto)
    }
}
