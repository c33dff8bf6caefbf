//! Counters of one name, one for each set of labels.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Counters of one name, one for each set of labels, that are always shown in the order of the
/// labels. Clones share the same counters.
#[derive(Clone, Debug)]
pub(super) struct Familia<R>(Arc<RwLock<BTreeMap<R, Counter>>>);

impl<R> Default for Familia<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<R: Clone + Ord> Familia<R> {
    /// The counter with these labels.
    pub(super) fn contador(&self, rotulos: &R) -> Counter {
        // A poisoned lock is ignored: the table holds whole entries whatever panics.
        let contadores = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(contador) = contadores.get(rotulos) {
            return contador.clone();
        }
        drop(contadores);
        let mut contadores = self.0.write().unwrap_or_else(PoisonError::into_inner);
        contadores.entry(rotulos.clone()).or_default().clone()
    }
}

impl<R> EncodeMetric for Familia<R>
where
    R: EncodeLabelSet + fmt::Debug + Send + Sync + 'static,
{
    fn encode(&self, mut escrita: MetricEncoder<'_>) -> fmt::Result {
        let contadores = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (rotulos, contador) in contadores.iter() {
            contador.encode(escrita.encode_family(rotulos)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        Counter::<u64>::TYPE
    }

    fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
