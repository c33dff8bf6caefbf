//! The accounts that bear a load, as people write them.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use pixson_core::Rg;

/// The most accounts of one run.
const CONTAS_MAX: usize = 1_000_000;

/// Accounts that bear load, each once, in the order in which they were named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListaDeContas(Vec<Rg>);

impl ListaDeContas {
    /// All of them, in the order in which they were named.
    pub fn como_lista(&self) -> &[Rg] {
        &self.0
    }
}

impl Default for ListaDeContas {
    /// The sample accounts of the repository.
    fn default() -> Self {
        let exemplo = |digito: u8| Rg::try_from(&[b'0' + digito; 10][..]).expect("ten digits");
        Self((0..10).map(exemplo).collect())
    }
}

impl fmt::Display for ListaDeContas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let textos: Vec<_> = self.0.iter().map(Rg::as_str).collect();
        f.write_str(&textos.join(","))
    }
}

impl FromStr for ListaDeContas {
    type Err = String;

    fn from_str(texto: &str) -> Result<Self, String> {
        let mut contas = Vec::new();
        for parte in texto.split(',') {
            match parte.split_once('-') {
                Some((primeira, ultima)) => faixa(primeira, ultima, &mut contas)?,
                None => contas.push(rg(parte)?),
            }
            if contas.len() > CONTAS_MAX {
                return Err(format!("mais de {CONTAS_MAX} contas"));
            }
        }
        let mut vistas = HashSet::new();
        match contas.iter().find(|rg| !vistas.insert(**rg)) {
            Some(repetida) => Err(format!("a conta {repetida} está repetida")),
            None => Ok(Self(contas)),
        }
    }
}

/// Adds a range of accounts. Leading zeros are significant, so that both ends must have the same
/// number of digits, which is that of all accounts between them.
fn faixa(primeira: &str, ultima: &str, contas: &mut Vec<Rg>) -> Result<(), String> {
    let digitos = rg(primeira)?.as_str().len();
    if rg(ultima)?.as_str().len() != digitos {
        return Err("a primeira e a última têm números de dígitos diferentes".into());
    }
    let numero = |texto: &str| texto.parse::<u64>().expect("an RG has at most ten digits");
    let (primeira, ultima) = (numero(primeira), numero(ultima));
    if primeira > ultima {
        return Err("a primeira vem depois da última".into());
    }
    for numero in (primeira..=ultima).take(CONTAS_MAX + 1) {
        contas.push(rg(&format!("{numero:0digitos$}"))?);
    }
    Ok(())
}

fn rg(texto: &str) -> Result<Rg, String> {
    texto.parse().map_err(|erro| format!("{erro}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lidas(texto: &str) -> Option<Vec<String>> {
        let contas: ListaDeContas = texto.parse().ok()?;
        Some(contas.como_lista().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn accounts_are_listed_or_ranged_and_keep_their_zeros() {
        for (texto, esperadas) in [
            ("1", &["1"][..]),
            ("2222222222,1", &["2222222222", "1"]),
            ("008-011", &["008", "009", "010", "011"]),
            ("7-7,9999999998-9999999999", &["7", "9999999998", "9999999999"]),
        ] {
            assert_eq!(lidas(texto).as_deref().expect("legal"), esperadas, "{texto}");
        }
    }

    #[test]
    fn a_list_that_is_not_clear_is_refused() {
        for texto in
            ["", ",", "1,", "a", "1-", "-1", "2-1", "9-10", "1,1", "1-3,2", "0000000-1000000"]
        {
            assert_eq!(lidas(texto), None, "{texto}");
        }
    }

    #[test]
    fn the_sample_accounts_are_those_of_the_repository() {
        let contas = ListaDeContas::default();
        assert_eq!(contas.como_lista().len(), 10);
        for rg in contas.como_lista() {
            let arquivo = format!("{}/../../contas/{rg}.json", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&arquivo).exists(), "{arquivo}");
        }
        assert_eq!(contas.to_string().parse(), Ok(contas));
    }
}
