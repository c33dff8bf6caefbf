//! What a server shows over HTTP: its counters, in the text format of Prometheus, its health, and the live page of its
//! trace.

mod alvo;
mod familia;
mod http;
mod instantaneo;
mod observado;
mod painel;
mod tempo;

use std::time::Duration;

use pixson_core::servico::Evento;
use pixson_core::tipos::TipoDeOperacao;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use self::familia::Familia;
pub use self::instantaneo::{
    Instantaneo, InstantaneoDeArquivos, InstantaneoDoBanco, NumeroNomeado,
};
pub use self::observado::Observado;
pub use self::painel::Painel;
pub use self::tempo::AoVivo;

/// The first bound of the latency's buckets, in seconds, how much each exceeds the one before, and
/// how many there are: from 16 µs to 17 s.
const FAIXAS: (f64, f64, u16) = (16e-6, 4.0, 11);

/// The label of an operation that was done.
const FEITA: &str = "feita";

/// The kinds of operations, in the order of their counters.
const TIPOS: &[TipoDeOperacao] = TipoDeOperacao::TODOS;

/// The version of the protocol, for the label that says what is running.
const PROTOCOLO: &str = "1";

/// The counters of one run.
#[derive(Debug)]
pub struct Metricas {
    conexoes: Familia<RotuloDeConexao>,
    pedidos: Familia<RotuloDePedido>,
    /// The counters of `pedidos` for operations that were done, by kind, so that counting them
    /// needs no search in a table.
    feitos: [Counter; TIPOS.len()],
    atendimento: Histogram,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Ord, PartialEq, PartialOrd)]
struct RotuloDeConexao {
    resultado: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Ord, PartialEq, PartialOrd)]
struct RotuloDePedido {
    operacao: &'static str,
    resultado: &'static str,
}

impl Metricas {
    /// All counters at zero.
    pub fn novas() -> Self {
        let (primeira, fator, quantas) = FAIXAS;
        let pedidos = Familia::<RotuloDePedido>::default();
        let feito = |operacao| pedidos.contador(&RotuloDePedido { operacao, resultado: FEITA });
        Self {
            conexoes: Familia::default(),
            feitos: std::array::from_fn(|qual| feito(TIPOS[qual].palavra())),
            pedidos,
            atendimento: Histogram::new(exponential_buckets(primeira, fator, quantas)),
        }
    }

    /// Counts a connection; `resultado` is the label of what became of it.
    pub fn conexao(&self, resultado: &'static str) {
        self.conexoes.contador(&RotuloDeConexao { resultado }).inc();
    }

    /// Counts what happened in a step of the service.
    pub fn evento(&self, evento: Evento) {
        let (operacao, recusa) = match evento {
            Evento::Recebida { .. } | Evento::Respondida(_) => return,
            Evento::Executada { operacao, desfecho } => {
                let tipo = operacao.tipo();
                match desfecho {
                    Ok(_) => {
                        self.feitos[indice(tipo)].inc();
                        return;
                    }
                    Err(recusa) => (tipo.palavra(), recusa),
                }
            }
            Evento::Recusada(recusa) => ("nenhuma", recusa),
        };
        self.pedidos.contador(&RotuloDePedido { operacao, resultado: recusa.texto() }).inc();
    }

    /// Counts how long it took from the arrival of bytes to the sending of the replies.
    pub fn atendimento(&self, duracao: Duration) {
        self.atendimento.observe(duracao.as_secs_f64());
    }

    /// All metrics as text. The registry of one answer has these counters, and `agora` for the
    /// values that are read at that moment.
    fn texto(&self, agora: Instantaneo) -> Result<String, std::fmt::Error> {
        let mut registro = Registry::with_prefix("pixson");
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
        registro.register_collector(Box::new(agora));
        let mut texto = String::new();
        encode(&mut texto, &registro)?;
        Ok(texto)
    }
}

/// Where a kind of operation stands in [`TIPOS`].
fn indice(tipo: TipoDeOperacao) -> usize {
    match tipo {
        TipoDeOperacao::Login => 0,
        TipoDeOperacao::Saldo => 1,
        TipoDeOperacao::Saque => 2,
        TipoDeOperacao::Deposito => 3,
        TipoDeOperacao::Transferencia => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_operation_is_counted_in_its_place() {
        for (qual, tipo) in TIPOS.iter().enumerate() {
            assert_eq!(indice(*tipo), qual, "{tipo:?}");
        }
    }
}
