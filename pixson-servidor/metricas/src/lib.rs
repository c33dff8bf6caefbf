//! What can be counted of a server, in the text format of Prometheus.

mod familia;
mod http;
mod painel;
mod presos;

use std::time::Duration;

use pixson_core::banco::{MedidasDoDiario, Presa};
use pixson_core::servico::Evento;
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Carimbo, Operacao};
use pixson_linha::portugues::causa;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use self::familia::Familia;
pub use self::painel::{Observado, Painel};
use self::presos::{Preso, Presos};

/// The first bound of the latency's buckets, in seconds, how much each exceeds the one before, and
/// how many there are: from 16 µs to 17 s.
const FAIXAS: (f64, f64, u16) = (16e-6, 4.0, 11);

/// The label of an operation that was done.
const FEITA: &str = "feita";

/// The labels of the operations.
const OPERACOES: [&str; TipoDeOperacao::TODOS.len()] =
    ["login", "saldo", "saque", "deposito", "transferencia"];

/// The version of the protocol, for the label that says what is running.
const PROTOCOLO: &str = "1";

/// What is only looked up when somebody asks: name, what it is, and where it stands in an
/// [`Instantaneo`]. What may go down again is a gauge.
const MEDIDORES: &[(&str, &str, Leitura)] = &[
    ("conexoes_abertas", "Conexões abertas", |agora| agora.abertas as u64),
    ("relogio", "Relógio lógico", |agora| agora.relogio.valor()),
    ("epoca", "Número desta execução", |agora| agora.epoca),
    (
        "registros_atrasados",
        "Registros que ainda não estão nos arquivos de todas as suas contas",
        |agora| agora.atrasados,
    ),
    ("arquivos_presos", "Arquivos de contas que não podem ser regravados", |agora| {
        agora.presas.len() as u64
    }),
];

/// The same of what only grows.
const TOTAIS: &[(&str, &str, Leitura)] = &[
    ("diario_registros", "Registros tornados duráveis", |agora| agora.diario.registros),
    ("diario_bytes", "Bytes desses registros", |agora| agora.diario.bytes),
    (
        "armazenamento_falhas",
        "Vezes em que o disco não fez o que o banco pediu, por falta de espaço ou por outra causa",
        |agora| agora.falhas,
    ),
];

type Leitura = fn(&Instantaneo) -> u64;

/// The counters of one run.
#[derive(Debug)]
pub struct Metricas {
    registro: Registry,
    conexoes: Familia<Conexao>,
    pedidos: Familia<Pedido>,
    /// Of `pedidos`, those that were done, by operation: no table is searched for them.
    feitos: [Counter; OPERACOES.len()],
    atendimento: Histogram,
    grupos: Familia<Grupo>,
    presos: Presos,
    medidores: Vec<(Gauge, Leitura)>,
    totais: Vec<(Counter, Leitura)>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Ord, PartialEq, PartialOrd)]
struct Conexao {
    resultado: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Ord, PartialEq, PartialOrd)]
struct Pedido {
    operacao: &'static str,
    resultado: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Ord, PartialEq, PartialOrd)]
struct Grupo {
    /// The smallest number of records of these groups; the next entry begins at twice as many.
    desde: u64,
}

/// The state of the server when somebody asks.
#[derive(Debug)]
pub struct Instantaneo {
    /// How many connections are open.
    pub abertas: usize,
    /// The clock.
    pub relogio: Carimbo,
    /// The number of the run.
    pub epoca: u64,
    /// What the journal has counted of itself.
    pub diario: MedidasDoDiario,
    /// Records that are not in all of their account files yet.
    pub atrasados: u64,
    /// Account files that cannot be replaced.
    pub presas: Vec<Presa>,
    /// How often the disk has not done what it was asked for.
    pub falhas: u64,
}

impl Metricas {
    /// All of them at zero.
    pub fn novas() -> Self {
        let (primeira, fator, quantas) = FAIXAS;
        let pedidos = Familia::<Pedido>::default();
        let feito = |operacao| pedidos.contador(&Pedido { operacao, resultado: FEITA });
        let metricas = Self {
            registro: Registry::with_prefix("pixson"),
            conexoes: Familia::default(),
            feitos: OPERACOES.map(feito),
            pedidos,
            atendimento: Histogram::new(exponential_buckets(primeira, fator, quantas)),
            grupos: Familia::default(),
            presos: Presos::default(),
            medidores: Vec::new(),
            totais: Vec::new(),
        };
        metricas.registrar()
    }

    fn registrar(mut self) -> Self {
        let registro = &mut self.registro;
        let versao = [("version", env!("CARGO_PKG_VERSION")), ("protocolo", PROTOCOLO)];
        registro.register("build", "O que está em execução", Info::new(versao.to_vec()));
        registro.register("conexoes", "Conexões, por resultado", self.conexoes.clone());
        registro.register("pedidos", "Pedidos, por operação e resultado", self.pedidos.clone());
        registro.register_with_unit(
            "atendimento",
            "Da chegada de bytes ao envio das respostas que eles pediam",
            Unit::Seconds,
            self.atendimento.clone(),
        );
        registro.register(
            "diario_grupos",
            "Sincronizações do diário, por número de registros: a partir deste, e menos que o dobro",
            self.grupos.clone(),
        );
        let presos = self.presos.clone();
        registro.register("arquivo_preso", "Arquivo que não pode ser regravado, e por quê", presos);
        for &(nome, ajuda, ler) in MEDIDORES {
            let medidor = Gauge::default();
            registro.register(nome, ajuda, medidor.clone());
            self.medidores.push((medidor, ler));
        }
        for &(nome, ajuda, ler) in TOTAIS {
            let total = Counter::default();
            registro.register(nome, ajuda, total.clone());
            self.totais.push((total, ler));
        }
        self
    }

    /// A connection came: `resultado` is the label of what became of it.
    pub fn conexao(&self, resultado: &'static str) {
        self.conexoes.contador(&Conexao { resultado }).inc();
    }

    /// Something happened in a step of the service.
    pub fn evento(&self, evento: Evento) {
        let (operacao, recusa) = match evento {
            Evento::RelogioAtualizado(_) => return,
            Evento::Executada { operacao, desfecho } => {
                let qual = indice(&operacao);
                match desfecho {
                    Ok(_) => {
                        self.feitos[qual].inc();
                        return;
                    }
                    Err(recusa) => (OPERACOES[qual], recusa),
                }
            }
            Evento::Recusada(recusa) => ("nenhuma", recusa),
        };
        self.pedidos.contador(&Pedido { operacao, resultado: recusa.texto() }).inc();
    }

    /// So long it took from the arrival of bytes to the sending of the replies.
    pub fn atendimento(&self, duracao: Duration) {
        self.atendimento.observe(duracao.as_secs_f64());
    }

    fn texto(&self, agora: &Instantaneo) -> Result<String, std::fmt::Error> {
        for (medidor, ler) in &self.medidores {
            medidor.set(i64::try_from(ler(agora)).unwrap_or(i64::MAX));
        }
        for (total, ler) in &self.totais {
            atualizar(total, ler(agora));
        }
        for (ordem, &quantos) in agora.diario.grupos.iter().enumerate() {
            atualizar(&self.grupos.contador(&Grupo { desde: 1 << ordem }), quantos);
        }
        self.presos.mudar(agora.presas.iter().map(|presa| Preso {
            arquivo: presa.arquivo.clone(),
            causa: causa(&presa.causa.erro()),
        }));
        let mut texto = String::new();
        encode(&mut texto, &self.registro)?;
        Ok(texto)
    }
}

/// The label of an operation.
pub fn nome(operacao: &Operacao) -> &'static str {
    OPERACOES[indice(operacao)]
}

fn indice(operacao: &Operacao) -> usize {
    match operacao {
        Operacao::Login { .. } => 0,
        Operacao::Saldo { .. } => 1,
        Operacao::Saque { .. } => 2,
        Operacao::Deposito { .. } => 3,
        Operacao::Transferencia { .. } => 4,
    }
}

/// Brings a counter up to what was counted elsewhere.
fn atualizar(contador: &Counter, total: u64) {
    contador.inc_by(total.saturating_sub(contador.get()));
}
