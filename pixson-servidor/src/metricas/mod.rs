//! What can be counted of a server, in the text format of Prometheus.

mod http;

use std::time::Duration;

use pixson_core::banco::MedidasDoDiario;
use pixson_core::servico::Evento;
use pixson_core::{Carimbo, Operacao};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

pub(crate) use http::{Observado, Painel};

/// The first bound of the latency's buckets, in seconds, how much each exceeds the one before, and
/// how many there are: from 16 µs to 17 s.
const FAIXAS: (f64, f64, u16) = (16e-6, 4.0, 11);

/// The label of an operation that was done.
const FEITA: &str = "feita";

/// The labels of the operations.
const OPERACOES: [&str; 5] = ["login", "saldo", "saque", "deposito", "transferencia"];

/// The counters of one run.
#[derive(Debug)]
pub(crate) struct Metricas {
    registro: Registry,
    conexoes: Family<Conexao, Counter>,
    pedidos: Family<Pedido, Counter>,
    /// Of `pedidos`, those that were done, by operation: no table is searched for them.
    feitos: [Counter; OPERACOES.len()],
    atendimento: Histogram,
    agora: Agora,
}

/// What is only looked up when somebody asks.
#[derive(Debug, Default)]
struct Agora {
    abertas: Gauge,
    relogio: Gauge,
    epoca: Gauge,
    registros: Counter,
    grupos: Family<Grupo, Counter>,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Conexao {
    resultado: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Pedido {
    operacao: &'static str,
    resultado: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Grupo {
    /// The smallest number of records of these groups; the next entry begins at twice as many.
    desde: u64,
}

/// The state of the server when somebody asks.
#[derive(Debug)]
pub(crate) struct Instantaneo {
    pub(crate) abertas: usize,
    pub(crate) relogio: Carimbo,
    pub(crate) epoca: u64,
    pub(crate) diario: MedidasDoDiario,
}

impl Metricas {
    pub(crate) fn novas() -> Self {
        let (primeira, fator, quantas) = FAIXAS;
        let pedidos = Family::<Pedido, Counter>::default();
        let feito = |operacao| pedidos.get_or_create_owned(&Pedido { operacao, resultado: FEITA });
        let metricas = Self {
            registro: Registry::with_prefix("pixson"),
            conexoes: Family::default(),
            feitos: OPERACOES.map(feito),
            pedidos,
            atendimento: Histogram::new(exponential_buckets(primeira, fator, quantas)),
            agora: Agora::default(),
        };
        metricas.registrar()
    }

    fn registrar(mut self) -> Self {
        let Agora { abertas, relogio, epoca, registros, grupos } = &self.agora;
        let registro = &mut self.registro;
        registro.register("conexoes_abertas", "Conexões abertas", abertas.clone());
        registro.register("conexoes", "Conexões, por resultado", self.conexoes.clone());
        registro.register("pedidos", "Pedidos, por operação e resultado", self.pedidos.clone());
        registro.register_with_unit(
            "atendimento",
            "Da chegada de bytes ao envio das respostas que eles pediam",
            Unit::Seconds,
            self.atendimento.clone(),
        );
        registro.register("diario_registros", "Registros tornados duráveis", registros.clone());
        registro.register(
            "diario_grupos",
            "Sincronizações do diário, por número de registros: a partir deste, e menos que o dobro",
            grupos.clone(),
        );
        registro.register("relogio", "Relógio lógico", relogio.clone());
        registro.register("epoca", "Número desta execução", epoca.clone());
        self
    }

    pub(crate) fn conexao(&self, resultado: &'static str) {
        self.conexoes.get_or_create(&Conexao { resultado }).inc();
    }

    pub(crate) fn evento(&self, evento: Evento) {
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
        self.pedidos.get_or_create(&Pedido { operacao, resultado: recusa.texto() }).inc();
    }

    /// So long it took from the arrival of bytes to the sending of the replies.
    pub(crate) fn atendimento(&self, duracao: Duration) {
        self.atendimento.observe(duracao.as_secs_f64());
    }

    fn texto(&self, instantaneo: &Instantaneo) -> Result<String, std::fmt::Error> {
        let Instantaneo { abertas, relogio, epoca, diario } = instantaneo;
        let Agora { abertas: a, relogio: r, epoca: e, registros, grupos } = &self.agora;
        for (medidor, valor) in [(a, *abertas as u64), (r, relogio.valor()), (e, *epoca)] {
            medidor.set(i64::try_from(valor).unwrap_or(i64::MAX));
        }
        atualizar(registros, diario.registros);
        for (ordem, &quantos) in diario.grupos.iter().enumerate() {
            atualizar(&grupos.get_or_create(&Grupo { desde: 1 << ordem }), quantos);
        }
        let mut texto = String::new();
        encode(&mut texto, &self.registro)?;
        Ok(texto)
    }
}

/// The label of an operation.
pub(crate) fn nome(operacao: &Operacao) -> &'static str {
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
