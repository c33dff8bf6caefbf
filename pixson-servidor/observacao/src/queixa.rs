//! A rate limit for complaints: the same one is logged now and then instead of every time.

use std::time::{Duration, Instant};

/// Lets the same complaint into the log once in an interval, however often its cause occurs.
#[derive(Debug)]
pub struct Queixa {
    intervalo: Duration,
    ultima: Option<Instant>,
}

impl Queixa {
    /// At most one complaint in each `intervalo`.
    pub fn a_cada(intervalo: Duration) -> Self {
        Self { intervalo, ultima: None }
    }

    /// Whether the complaint is to be logged now.
    pub fn cabe(&mut self) -> bool {
        let cabe = self.ultima.is_none_or(|quando| quando.elapsed() >= self.intervalo);
        if cabe {
            self.ultima = Some(Instant::now());
        }
        cabe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_and_the_next_only_after_the_interval() {
        let mut rara = Queixa::a_cada(Duration::MAX);
        assert!(rara.cabe() && !rara.cabe() && !rara.cabe());
        let mut sempre = Queixa::a_cada(Duration::ZERO);
        assert!(sempre.cabe() && sempre.cabe());
    }
}
