//! Values that are read only when a page is asked for, as a collector: no counter is a copy that
//! could be stale.

use std::fmt;

use pixson_core::Carimbo;
use pixson_core::banco::{MedidasDoDiario, Presa};
use pixson_linha::portugues::causa;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// How many files that cannot be replaced are shown at most.
const PRESAS_MAX: usize = 64;

/// The state of the server at the moment of a request for a page.
#[derive(Debug)]
pub struct Instantaneo {
    /// How many connections are open.
    pub abertas: usize,
    /// The clock.
    pub relogio: Carimbo,
    /// The number of the run.
    pub epoca: u64,
    /// What its bank tells.
    pub banco: InstantaneoDoBanco,
}

/// The state of a bank at that moment.
#[derive(Debug)]
pub enum InstantaneoDoBanco {
    /// A bank in files.
    Arquivos(InstantaneoDeArquivos),
    /// Another one.
    Outro(Vec<NumeroNomeado>),
}

/// The state of a bank in files.
#[derive(Debug)]
pub struct InstantaneoDeArquivos {
    /// What the journal has counted of itself.
    pub diario: MedidasDoDiario,
    /// Records that are not in all of their account files yet.
    pub atrasados: u64,
    /// Accounts that the start has left to be recovered.
    pub por_recuperar: usize,
    /// Account files that cannot be replaced.
    pub presas: Vec<Presa>,
    /// How many times the disk failed, or was short of something.
    pub falhas: u64,
}

/// A number with its name.
#[derive(Clone, Copy, Debug)]
pub struct NumeroNomeado {
    /// The name of the metric, without the prefix and the suffix that all have.
    pub nome: &'static str,
    /// What it counts, as a sentence.
    pub ajuda: &'static str,
    /// Its value.
    pub valor: u64,
    /// It only grows, and is therefore a counter and no gauge.
    pub cresce: bool,
}

#[derive(Debug, EncodeLabelSet)]
struct RotuloDeGrupo {
    /// The smallest number of records of these groups; the next entry begins at twice as many.
    desde: u64,
}

#[derive(Debug, EncodeLabelSet)]
struct RotuloDePreso {
    arquivo: String,
    causa: String,
}

impl Collector for Instantaneo {
    fn encode(&self, mut escrita: DescriptorEncoder<'_>) -> fmt::Result {
        let medidor = |nome, ajuda, valor| NumeroNomeado { nome, ajuda, valor, cresce: false };
        let mut medidas = vec![
            medidor("conexoes_abertas", "Conexões abertas.", self.abertas as u64),
            medidor("relogio", "Relógio lógico.", self.relogio.valor()),
            medidor("epoca", "Número desta execução.", self.epoca),
        ];
        match &self.banco {
            InstantaneoDoBanco::Arquivos(arquivos) => {
                arquivos.grupos(&mut escrita)?;
                arquivos.presos(&mut escrita)?;
                medidas.extend(arquivos.medidas());
            }
            InstantaneoDoBanco::Outro(outras) => medidas.extend(outras),
        }
        medidas.iter().try_for_each(|medida| medida.escrever(&mut escrita))
    }
}

impl NumeroNomeado {
    fn escrever(self, escrita: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Self { nome, ajuda, valor, cresce } = self;
        if cresce {
            let total = ConstCounter::new(valor);
            let tipo = total.metric_type();
            return total.encode(escrita.encode_descriptor(nome, ajuda, None, tipo)?);
        }
        let medidor = ConstGauge::new(i64::try_from(valor).unwrap_or(i64::MAX));
        let tipo = medidor.metric_type();
        medidor.encode(escrita.encode_descriptor(nome, ajuda, None, tipo)?)
    }
}

impl InstantaneoDeArquivos {
    fn medidas(&self) -> [NumeroNomeado; 6] {
        let medidor = |nome, ajuda, valor| NumeroNomeado { nome, ajuda, valor, cresce: false };
        let total = |nome, ajuda, valor| NumeroNomeado { nome, ajuda, valor, cresce: true };
        [
            medidor(
                "registros_atrasados",
                "Registros que ainda não estão nos arquivos de todas as suas contas.",
                self.atrasados,
            ),
            medidor(
                "contas_por_recuperar",
                "Contas que o início deixou para recuperar enquanto atende.",
                self.por_recuperar as u64,
            ),
            medidor(
                "arquivos_presos",
                "Arquivos de contas que não podem ser regravados.",
                self.presas.len() as u64,
            ),
            total("diario_registros", "Registros tornados duráveis.", self.diario.registros),
            total("diario_bytes", "Bytes desses registros.", self.diario.bytes),
            total(
                "armazenamento_falhas",
                "Vezes em que o disco não fez o que o banco pediu, por falta de espaço ou por outra causa.",
                self.falhas,
            ),
        ]
    }

    fn grupos(&self, escrita: &mut DescriptorEncoder<'_>) -> fmt::Result {
        const AJUDA: &str = "Sincronizações do diário, por número de registros: a partir deste, e menos que o dobro.";
        let mut familia =
            escrita.encode_descriptor("diario_grupos", AJUDA, None, MetricType::Counter)?;
        for (ordem, &quantos) in self.diario.grupos.iter().enumerate() {
            let grupo = RotuloDeGrupo { desde: 1 << ordem };
            ConstCounter::new(quantos).encode(familia.encode_family(&grupo)?)?;
        }
        Ok(())
    }

    fn presos(&self, escrita: &mut DescriptorEncoder<'_>) -> fmt::Result {
        const AJUDA: &str = "Arquivo que não pode ser regravado, e por quê.";
        if self.presas.is_empty() {
            return Ok(());
        }
        let mut familia =
            escrita.encode_descriptor("arquivo_preso", AJUDA, None, MetricType::Gauge)?;
        for presa in self.presas.iter().take(PRESAS_MAX) {
            let causa = causa(&presa.causa.erro());
            let preso = RotuloDePreso { arquivo: presa.arquivo.clone(), causa };
            ConstGauge::new(1_i64).encode(familia.encode_family(&preso)?)?;
        }
        Ok(())
    }
}
