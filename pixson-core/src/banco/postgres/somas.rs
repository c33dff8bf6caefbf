//! What an audit counts, so that Rust and SQL can be held against each other.

use crate::banco::livro::Balanco;

/// What an audit counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Somas([i128; Soma::TODAS.len()]);

/// One of the things that are counted, in the order in which `AUDITORIA` gives them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Soma {
    Lancamentos,
    Contas,
    Total,
    Inicial,
    Aberturas,
    Ajustes,
    Depositos,
    Saques,
    Erradas,
    Alteradas,
    Reabertas,
    Diferentes,
    Ausentes,
    Atrasadas,
}

impl Soma {
    const TODAS: [(Self, &str); 14] = [
        (Self::Lancamentos, "os lançamentos"),
        (Self::Contas, "as contas"),
        (Self::Total, "o total em centavos"),
        (Self::Inicial, "os centavos no início"),
        (Self::Aberturas, "os centavos em aberturas"),
        (Self::Ajustes, "os centavos em ajustes"),
        (Self::Depositos, "os centavos em depósitos"),
        (Self::Saques, "os centavos em saques"),
        (Self::Erradas, "os lançamentos errados"),
        (Self::Alteradas, "os saldos alterados por fora"),
        (Self::Reabertas, "as contas abertas de novo"),
        (Self::Diferentes, "os saldos diferentes do livro"),
        (Self::Ausentes, "as contas só do livro"),
        (Self::Atrasadas, "as contas com carimbo atrasado"),
    ];
}

/// Something that Rust and SQL have counted differently.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Discordancia {
    pub(super) oque: &'static str,
    pub(super) em_rust: i128,
    pub(super) em_sql: i128,
}

impl Somas {
    /// From the numbers of `AUDITORIA`, `None` if it did not give what it is made to give.
    pub(super) fn ler(numeros: &[String]) -> Option<Self> {
        let lidos = numeros.iter().map(|numero| numero.parse()).collect::<Result<Vec<_>, _>>();
        lidos.ok()?.try_into().ok().map(Self)
    }

    pub(super) fn somar(&mut self, soma: Soma, quanto: impl Into<i128>) {
        self.0[soma as usize] += quanto.into();
    }

    pub(super) fn de(&self, soma: Soma) -> i128 {
        self.0[soma as usize]
    }

    /// A sum that cannot be negative.
    pub(super) fn positiva(&self, soma: Soma) -> u128 {
        u128::try_from(self.de(soma)).unwrap_or(0)
    }

    pub(super) fn contagem(&self, soma: Soma) -> u64 {
        u64::try_from(self.de(soma)).unwrap_or(0)
    }

    pub(super) fn balanco(&self) -> Balanco {
        Balanco {
            inicial: self.positiva(Soma::Inicial),
            aberturas: self.positiva(Soma::Aberturas),
            ajustes: self.de(Soma::Ajustes),
            depositos: self.positiva(Soma::Depositos),
            saques: self.positiva(Soma::Saques),
        }
    }

    /// What these, of Rust, and those of SQL do not agree about.
    pub(super) fn discordancias(&self, em_sql: &Self) -> impl Iterator<Item = Discordancia> {
        let pares = self.0.into_iter().zip(em_sql.0).zip(Soma::TODAS);
        pares
            .filter(|((em_rust, em_sql), _)| em_rust != em_sql)
            .map(|((em_rust, em_sql), (_, oque))| Discordancia { oque, em_rust, em_sql })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sum_has_its_place() {
        for (lugar, (soma, _)) in Soma::TODAS.into_iter().enumerate() {
            assert_eq!(soma as usize, lugar, "{soma:?}");
        }
    }

    #[test]
    fn a_sum_that_differs_is_named_with_both_numbers() {
        let (mut em_rust, mut em_sql) = (Somas::default(), Somas::default());
        em_rust.somar(Soma::Saques, 3_i64);
        em_sql.somar(Soma::Saques, 4_i64);
        let achadas: Vec<Discordancia> = em_rust.discordancias(&em_sql).collect();
        let esperada = Discordancia { oque: "os centavos em saques", em_rust: 3, em_sql: 4 };
        assert_eq!(achadas, [esperada]);
        assert_eq!(em_rust.discordancias(&em_rust).count(), 0);
    }

    #[test]
    fn what_is_not_fourteen_numbers_is_no_answer() {
        let certos = vec!["-7".to_owned(); 14];
        assert_eq!(Somas::ler(&certos).map(|somas| somas.de(Soma::Atrasadas)), Some(-7));
        assert_eq!(Somas::ler(&certos[1..]), None);
        assert_eq!(Somas::ler(&vec![String::new(); 14]), None);
    }
}
