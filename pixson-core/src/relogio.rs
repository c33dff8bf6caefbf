//! The logical clock of Lamport, as protocolo.md section 4 bounds it.
//!
//! Laws: the clock never goes back and never passes [`Carimbo::MAX`]; two calls that change it
//! never give the same value, so that every reply of a run has a stamp of its own.
//!
//! Source: L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System",
//! CACM 21(7), 1978.

use std::fmt;

use thiserror::Error;

use crate::sincronia::{AtomicU64, Ordering};
use crate::tipos::Culpa;

/// A logical instant: 0 to 2^62 − 1.
///
/// ```
/// use pixson_core::Carimbo;
///
/// assert_eq!(Carimbo::novo(10).map(Carimbo::valor), Some(10));
/// assert_eq!(Carimbo::novo(1 << 62), None);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Carimbo(u64);

impl Carimbo {
    /// Where every clock starts.
    pub const ZERO: Self = Self(0);
    /// The last instant: 2^62 − 1.
    pub const MAX: Self = Self((1 << 62) - 1);

    /// The stamp of that value, or `None` beyond [`Carimbo::MAX`].
    pub const fn novo(valor: u64) -> Option<Self> {
        if valor <= Self::MAX.0 { Some(Self(valor)) } else { None }
    }

    /// The value.
    pub const fn valor(self) -> u64 {
        self.0
    }

    /// The next instant, or `None` after the last.
    ///
    /// ```
    /// use pixson_core::Carimbo;
    ///
    /// assert_eq!(Carimbo::ZERO.seguinte(), Carimbo::novo(1));
    /// assert_eq!(Carimbo::MAX.seguinte(), None);
    /// ```
    pub const fn seguinte(self) -> Option<Self> {
        Self::novo(self.0 + 1)
    }
}

impl fmt::Display for Carimbo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A Lamport clock: every change is one atomic step.
///
/// A program is one process in Lamport's sense and has one clock, whatever number of connections,
/// threads and banks it has. They share it by reference, as `Banco::executar` takes it, or in an `Arc`,
/// as `SessaoCliente::com_relogio` and `Servico::com_relogio` do.
///
/// ```
/// use pixson_core::{Carimbo, Relogio};
///
/// let cliente = Relogio::novo();
/// let servidor = Relogio::novo();
/// let pedido = cliente.tique()?; // 1
/// servidor.observar(pedido)?; // max(0, 1) + 1 = 2
/// let resposta = servidor.tique()?; // 3
/// assert_eq!(cliente.observar(resposta)?.valor(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Relogio(AtomicU64);

impl Relogio {
    /// How far ahead of this clock a received stamp may be: 2^32.
    pub const SALTO_MAXIMO: u64 = 1 << 32;

    /// A clock at 0.
    pub const fn novo() -> Self {
        Self::desde(Carimbo::ZERO)
    }

    /// A clock that goes on from `carimbo`.
    pub const fn desde(carimbo: Carimbo) -> Self {
        Self(AtomicU64::new(carimbo.0))
    }

    /// The current value: that of the last sending or receiving, or the one that the clock began
    /// with. It is no stamp for a new message.
    pub fn agora(&self) -> Carimbo {
        Carimbo(self.0.load(Ordering::Acquire))
    }

    /// Whether the clock stands at its end: nothing can be stamped any more.
    pub fn esgotado(&self) -> bool {
        self.agora() == Carimbo::MAX
    }

    /// The tick of a sending: `c := c + 1`. The new value is the message's stamp.
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] at [`Carimbo::MAX`]; the clock stays there.
    pub fn tique(&self) -> Result<Carimbo, RelogioEsgotado> {
        self.mudar(Carimbo::seguinte).map(|(_, novo)| novo).map_err(|_| RelogioEsgotado)
    }

    /// The tick of a sending that comes after something stamped elsewhere: `c := max(c, t) + 1`. The new
    /// value is the message's stamp.
    ///
    /// `passado` is trusted, and may be any distance ahead: it is for a bank whose accounts bear stamps of
    /// several servers, not for what a peer sends. That is [`Relogio::observar`].
    ///
    /// ```
    /// use pixson_core::{Carimbo, Relogio};
    ///
    /// let (relogio, da_conta) = (Relogio::novo(), Carimbo::novo(41).expect("in range"));
    /// assert_eq!(relogio.tique_apos(da_conta)?.valor(), 42);
    /// assert_eq!(relogio.tique_apos(da_conta)?.valor(), 43, "the clock was ahead");
    /// # Ok::<(), pixson_core::relogio::RelogioEsgotado>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] if either is at [`Carimbo::MAX`]; the clock stays where it is.
    pub fn tique_apos(&self, passado: Carimbo) -> Result<Carimbo, RelogioEsgotado> {
        self.avancar(Some(passado)).map(|avanco| avanco.depois)
    }

    /// As [`Relogio::tique_apos`], and says where the clock stood, for a program that keeps a trace. Without
    /// `passado` it is as [`Relogio::tique`].
    ///
    /// ```
    /// use pixson_core::{Carimbo, Relogio};
    ///
    /// let relogio = Relogio::novo();
    /// let avanco = relogio.avancar(Carimbo::novo(41))?;
    /// assert_eq!((avanco.antes.valor(), avanco.depois.valor()), (0, 42));
    /// # Ok::<(), pixson_core::relogio::RelogioEsgotado>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RelogioEsgotado`] if either is at [`Carimbo::MAX`]; the clock stays where it is.
    pub fn avancar(&self, passado: Option<Carimbo>) -> Result<Avanco, RelogioEsgotado> {
        let mudado = self.mudar(|agora| agora.max(passado.unwrap_or_default()).seguinte());
        let avanco = |(antes, depois)| Avanco { passado, antes, depois };
        mudado.map(avanco).map_err(|_| RelogioEsgotado)
    }

    /// The merge of a receiving: `c := max(c, t) + 1`. Returns the new value.
    ///
    /// # Errors
    ///
    /// [`CarimboRecusado`], with the clock unchanged, if `recebido` is more than
    /// [`Relogio::SALTO_MAXIMO`] ahead, or so close to [`Carimbo::MAX`] that nothing could
    /// follow it.
    pub fn observar(&self, recebido: Carimbo) -> Result<Carimbo, CarimboRecusado> {
        let Recebimento { antes, depois, .. } = self.receber(recebido);
        if antes < depois { Ok(depois) } else { Err(CarimboRecusado { recebido, agora: antes }) }
    }

    /// As [`Relogio::observar`], and says where the clock stood, for a program that keeps a trace.
    ///
    /// ```
    /// use pixson_core::{Carimbo, Relogio};
    ///
    /// let relogio = Relogio::novo();
    /// let recebimento = relogio.receber(Carimbo::novo(7).expect("in range"));
    /// assert_eq!((recebimento.antes.valor(), recebimento.depois.valor()), (0, 8));
    ///
    /// let recusado = relogio.receber(Carimbo::MAX);
    /// assert_eq!((recusado.antes.valor(), recusado.depois.valor()), (8, 8), "too far ahead");
    /// assert_eq!(recusado.fundido(), None);
    /// ```
    pub fn receber(&self, carimbo: Carimbo) -> Recebimento {
        let mudado = self.mudar(|agora| {
            let salto = carimbo.0.saturating_sub(agora.0);
            if salto > Self::SALTO_MAXIMO { None } else { agora.max(carimbo).seguinte() }
        });
        match mudado {
            Ok((antes, depois)) => Recebimento { carimbo, antes, depois },
            Err(agora) => Recebimento { carimbo, antes: agora, depois: agora },
        }
    }

    /// Gives the values before and after, or the one that it stays at.
    fn mudar(
        &self,
        passo: impl Fn(Carimbo) -> Option<Carimbo>,
    ) -> Result<(Carimbo, Carimbo), Carimbo> {
        let mut agora = self.agora();
        while let Some(novo) = passo(agora) {
            match self.0.compare_exchange_weak(agora.0, novo.0, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return Ok((agora, novo)),
                Err(atual) => agora = Carimbo(atual),
            }
        }
        Err(agora)
    }
}

/// What the stamp of a message that came in has done to a clock.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Recebimento {
    /// The stamp that the message bears.
    pub carimbo: Carimbo,
    /// Where the clock stood.
    pub antes: Carimbo,
    /// Where it stands now: the same if the stamp must not be merged.
    pub depois: Carimbo,
}

impl Recebimento {
    /// The value that the clock has changed to, or `None` if the stamp was not merged.
    pub fn fundido(&self) -> Option<Carimbo> {
        (self.antes < self.depois).then_some(self.depois)
    }
}

/// What the drawing of a stamp has done to a clock.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Avanco {
    /// What the stamp had to come after, if there was anything.
    pub passado: Option<Carimbo>,
    /// Where the clock stood.
    pub antes: Carimbo,
    /// The stamp that was drawn.
    pub depois: Carimbo,
}

/// The clock stands at [`Carimbo::MAX`]: no message can be stamped any more.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("relógio lógico esgotado em {}", Carimbo::MAX)]
pub struct RelogioEsgotado;

impl RelogioEsgotado {
    /// Whose fault it is: the server's, which has no stamp left.
    pub fn culpa(&self) -> Culpa {
        Culpa::Servidor
    }
}

/// A received stamp that this clock must not merge.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("carimbo {recebido} adiantado demais para o relógio em {agora}")]
pub struct CarimboRecusado {
    /// What the peer sent.
    pub recebido: Carimbo,
    /// Where this clock stands.
    pub agora: Carimbo,
}

impl CarimboRecusado {
    /// Whose fault it is: the peer's.
    pub fn culpa(&self) -> Culpa {
        Culpa::Par
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carimbo(valor: u64) -> Carimbo {
        Carimbo::novo(valor).expect("legal stamp")
    }

    #[test]
    fn merge_takes_the_larger_and_adds_one() {
        let relogio = Relogio::desde(carimbo(5));
        assert_eq!(relogio.observar(carimbo(3)), Ok(carimbo(6)));
        assert_eq!(relogio.observar(carimbo(6)), Ok(carimbo(7)));
        assert_eq!(relogio.observar(carimbo(9)), Ok(carimbo(10)));
    }

    #[test]
    fn a_stamp_at_the_jump_is_merged_and_one_beyond_is_not() {
        let relogio = Relogio::novo();
        let longe = carimbo(Relogio::SALTO_MAXIMO + 1);
        assert_eq!(
            relogio.observar(longe),
            Err(CarimboRecusado { recebido: longe, agora: Carimbo::ZERO })
        );
        assert_eq!(relogio.agora(), Carimbo::ZERO);
        assert_eq!(relogio.observar(carimbo(Relogio::SALTO_MAXIMO)), Ok(longe));
    }

    #[test]
    fn the_clock_stops_at_its_end_and_never_wraps() {
        let relogio = Relogio::desde(carimbo(Carimbo::MAX.valor() - 1));
        assert!(!relogio.esgotado(), "one more can be given");
        assert!(relogio.observar(Carimbo::MAX).is_err(), "nothing could follow it");
        assert_eq!(relogio.tique(), Ok(Carimbo::MAX));
        assert_eq!(relogio.tique(), Err(RelogioEsgotado));
        assert!(relogio.esgotado());
        assert!(relogio.observar(Carimbo::ZERO).is_err());
        assert_eq!(relogio.agora(), Carimbo::MAX);
    }

    #[test]
    fn a_stamp_after_that_of_another_server_is_above_both_however_far_it_is() {
        let relogio = Relogio::desde(carimbo(5));
        assert_eq!(relogio.tique_apos(carimbo(3)), Ok(carimbo(6)));
        let longe = carimbo(2 * Relogio::SALTO_MAXIMO);
        assert_eq!(relogio.tique_apos(longe), Ok(carimbo(longe.valor() + 1)));
        assert_eq!(relogio.tique_apos(Carimbo::MAX), Err(RelogioEsgotado));
        assert_eq!(relogio.agora().valor(), longe.valor() + 1, "a refused one changes nothing");
    }

    #[test]
    fn a_stamp_is_shown_as_its_number() {
        assert_eq!(Carimbo::MAX.to_string(), "4611686018427387903");
        assert_eq!(Carimbo::ZERO.to_string(), "0");
    }

    #[test]
    fn concurrent_changes_never_give_the_same_value() {
        let relogio = Relogio::novo();
        let mut todos: Vec<Carimbo> = std::thread::scope(|escopo| {
            let tarefas: Vec<_> = (0..4)
                .map(|_| {
                    escopo.spawn(|| {
                        let passo = |i| {
                            if i % 2 == 0 {
                                relogio.tique().expect("far from the end")
                            } else {
                                relogio.observar(relogio.agora()).expect("no jump")
                            }
                        };
                        (0..1000).map(passo).collect::<Vec<_>>()
                    })
                })
                .collect();
            tarefas.into_iter().flat_map(|tarefa| tarefa.join().expect("no panic")).collect()
        });
        todos.sort_unstable();
        todos.dedup();
        assert_eq!(todos.len(), 4000);
    }
}
