//! The account files that cannot be replaced, as gauges.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// How many files are shown at once.
const MOSTRADOS_MAX: usize = 64;

/// A file that cannot be replaced.
#[derive(Clone, Debug, EncodeLabelSet)]
pub(super) struct Preso {
    pub(super) arquivo: String,
    pub(super) causa: String,
}

/// The files that cannot be replaced now, each a gauge that is 1. Clones are the same files.
#[derive(Clone, Debug, Default)]
pub(super) struct Presos(Arc<RwLock<Vec<Preso>>>);

impl Presos {
    pub(super) fn mudar(&self, presos: impl Iterator<Item = Preso>) {
        let presos = presos.take(MOSTRADOS_MAX).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = presos;
    }
}

impl EncodeMetric for Presos {
    fn encode(&self, mut escrita: MetricEncoder<'_>) -> fmt::Result {
        for preso in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            escrita.encode_family(preso)?.encode_gauge(&1_i64)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }

    fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl TypedMetric for Presos {
    const TYPE: MetricType = MetricType::Gauge;
}
