//! The random choices of what a connection asks for next, which a seed repeats.

use fastrand::Rng;
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Operacao, Rg, Valor};

use crate::Tipo;

/// The amount of every deposit and transfer: small, so that accounts soon neither reach the limit
/// nor run out of money.
pub(crate) const VALOR: Valor = Valor::MIN;

/// What a connection does next, with accounts by their index in the list of those used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Escolha {
    Saldo { conta: usize },
    Deposito { conta: usize },
    Transferencia { origem: usize, destino: usize },
}

/// The kind of operation of a choice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Especie {
    Saldo,
    Deposito,
    Transferencia,
}

impl Especie {
    /// All of them, in the order of their numbers.
    pub(crate) const TODAS: [Self; 3] = [Self::Saldo, Self::Deposito, Self::Transferencia];

    /// The word that stands for it in a report.
    pub(crate) fn palavra(self) -> &'static str {
        let tipo = match self {
            Self::Saldo => TipoDeOperacao::Saldo,
            Self::Deposito => TipoDeOperacao::Deposito,
            Self::Transferencia => TipoDeOperacao::Transferencia,
        };
        tipo.palavra()
    }
}

impl Escolha {
    pub(crate) fn especie(self) -> Especie {
        match self {
            Self::Saldo { .. } => Especie::Saldo,
            Self::Deposito { .. } => Especie::Deposito,
            Self::Transferencia { .. } => Especie::Transferencia,
        }
    }

    pub(crate) fn operacao(self, usadas: &[Rg]) -> Operacao {
        match self {
            Self::Saldo { conta } => Operacao::Saldo { rg: usadas[conta] },
            Self::Deposito { conta } => Operacao::Deposito { rg: usadas[conta], valor: VALOR },
            Self::Transferencia { origem, destino } => Operacao::Transferencia {
                rg_origem: usadas[origem],
                rg_destino: usadas[destino],
                valor: VALOR,
            },
        }
    }

    /// The account whose balance the choice increases.
    pub(crate) fn credita(self) -> Option<usize> {
        match self {
            Self::Saldo { .. } => None,
            Self::Deposito { conta } => Some(conta),
            Self::Transferencia { destino, .. } => Some(destino),
        }
    }

    /// The account whose balance the choice reduces.
    pub(crate) fn debita(self) -> Option<usize> {
        match self {
            Self::Saldo { .. } | Self::Deposito { .. } => None,
            Self::Transferencia { origem, .. } => Some(origem),
        }
    }

    /// Whether the choice moves money, so that an unknown outcome matters.
    pub(crate) fn move_dinheiro(self) -> bool {
        self.credita().is_some()
    }
}

/// The accounts that a connection acts for and pays to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Papel {
    /// The account that is logged in, the only one whose money the connection can move.
    pub(crate) titular: usize,
    destino: Destino,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Destino {
    /// Any used account but the titular.
    Outra,
    Sempre(usize),
}

impl Papel {
    /// The part of connection number `conexao` when `usadas` accounts bear the load, spread over
    /// all of them.
    pub(crate) fn espalhado(conexao: usize, usadas: usize) -> Self {
        Self { titular: conexao % usadas, destino: Destino::Outra }
    }

    /// The part of connection number `conexao` when every transfer goes through the first account.
    ///
    /// Connections with even numbers act for it and transfer to any other account; those with odd
    /// numbers act for the others, in turn, and transfer to it. Money thus flows back, and no
    /// account soon runs out of it.
    pub(crate) fn por_uma(conexao: usize, usadas: usize) -> Self {
        if conexao.is_multiple_of(2) {
            Self { titular: 0, destino: Destino::Outra }
        } else {
            Self { titular: 1 + conexao / 2 % (usadas - 1), destino: Destino::Sempre(0) }
        }
    }
}

/// The sequence of one connection's choices, which its seed repeats.
#[derive(Debug)]
pub(crate) struct Escolhas {
    gerador: Rng,
    tipo: Tipo,
    papel: Papel,
    usadas: usize,
}

impl Escolhas {
    pub(crate) fn novo(gerador: Rng, tipo: Tipo, papel: Papel, usadas: usize) -> Self {
        Self { gerador, tipo, papel, usadas }
    }

    pub(crate) fn proxima(&mut self) -> Escolha {
        let conta = self.papel.titular;
        match self.tipo {
            Tipo::Saldo => Escolha::Saldo { conta },
            Tipo::Deposito => Escolha::Deposito { conta },
            Tipo::Transferencia => self.transferencia(),
            Tipo::Misto => match self.gerador.u8(..4) {
                0 | 1 => Escolha::Saldo { conta },
                2 => Escolha::Deposito { conta },
                _ => self.transferencia(),
            },
        }
    }

    fn transferencia(&mut self) -> Escolha {
        let origem = self.papel.titular;
        let destino = match self.papel.destino {
            Destino::Sempre(destino) => destino,
            // Draws one of the other accounts: an index from the titular's on is raised by one.
            Destino::Outra => {
                let sorteada = self.gerador.usize(..self.usadas - 1);
                sorteada + usize::from(sorteada >= origem)
            }
        };
        Escolha::Transferencia { origem, destino }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequencia(semente: u64, tipo: Tipo, papel: Papel, usadas: usize) -> Vec<Escolha> {
        let mut sorteio = Escolhas::novo(Rng::with_seed(semente), tipo, papel, usadas);
        (0..1000).map(|_| sorteio.proxima()).collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_choices_and_another_seed_does_not() {
        let papel = Papel::espalhado(3, 10);
        for tipo in [Tipo::Transferencia, Tipo::Misto] {
            let primeira = sequencia(7, tipo, papel, 10);
            assert_eq!(primeira, sequencia(7, tipo, papel, 10));
            assert_ne!(primeira, sequencia(8, tipo, papel, 10));
        }
    }

    #[test]
    fn the_choices_of_a_seed_stay_what_they_are() {
        let escolhas = sequencia(1, Tipo::Misto, Papel::espalhado(0, 3), 3);
        let letras: String = escolhas[..32]
            .iter()
            .map(|escolha| match escolha {
                Escolha::Saldo { .. } => 's',
                Escolha::Deposito { .. } => 'd',
                Escolha::Transferencia { destino: 1, .. } => '1',
                Escolha::Transferencia { .. } => '2',
            })
            .collect();
        assert_eq!(letras, "dd2ss21sdsd12s2dss11ssdsd11ssdss");
    }

    #[test]
    fn a_transfer_never_returns_to_its_origin_and_reaches_everybody_else() {
        for titular in 0..4 {
            let mut destinos: Vec<_> =
                sequencia(1, Tipo::Transferencia, Papel::espalhado(titular, 4), 4)
                    .into_iter()
                    .map(|escolha| match escolha {
                        Escolha::Transferencia { origem, destino } if origem == titular => destino,
                        outra => panic!("{outra:?}"),
                    })
                    .collect();
            destinos.sort_unstable();
            destinos.dedup();
            assert_eq!(destinos, (0..4).filter(|&conta| conta != titular).collect::<Vec<_>>());
        }
    }

    #[test]
    fn through_one_account_every_transfer_enters_or_leaves_it_and_all_others_take_part() {
        let mut outras = Vec::new();
        for conexao in 0..10 {
            let papel = Papel::por_uma(conexao, 4);
            for escolha in sequencia(1, Tipo::Transferencia, papel, 4) {
                let Escolha::Transferencia { origem, destino } = escolha else {
                    panic!("{escolha:?}")
                };
                assert_ne!(origem, destino);
                assert_eq!(origem, papel.titular);
                assert!(origem == 0 || destino == 0);
                outras.push(origem.max(destino));
            }
        }
        outras.sort_unstable();
        outras.dedup();
        assert_eq!(outras, [1, 2, 3]);
    }
}
