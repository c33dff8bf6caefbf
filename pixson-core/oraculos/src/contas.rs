//! The accounts with which banks and transports are tested, and the operations on them.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};

use super::sorteio::Sorteio;
use pixson_core::tipos::{Operacao, Rg, Saldo, Valor};

/// Balances by account.
pub(super) type Saldos = BTreeMap<Rg, Saldo>;

/// How many of the accounts exist at first.
const EXISTENTES: usize = 4;

/// How many accounts operations ask for: those, and one that does not exist, or not yet.
const PEDIDAS: usize = EXISTENTES + 1;

/// How many accounts have names. An administration may open those behind the first four.
const TODAS: usize = 8;

/// The names of accounts, and the balances of those that exist at first.
#[derive(Debug)]
pub(super) struct Elenco {
    rgs: [Rg; TODAS],
    saldos: [u64; EXISTENTES],
    /// Whether names and sums of money have any length: a fault with long runs of digits does not
    /// show with short ones.
    longos: bool,
}

impl Elenco {
    /// The names `0` to `7`: an empty account, two ordinary ones, and one that is almost full.
    pub(super) fn curto() -> Self {
        let rgs = ["0", "1", "2", "3", "4", "5", "6", "7"];
        Self {
            rgs: rgs.map(|rg| rg.parse().expect("legal")),
            saldos: [0, 1000, 2550, Saldo::MAX.centavos() - 99],
            longos: false,
        }
    }

    /// The names and balances of a seed; 0 is [`Elenco::curto`].
    ///
    /// The first name has as many digits as a name can have. The second is short, and the third is
    /// the same behind zeros. The others have any length.
    pub(super) fn sorteado(semente: u64) -> Self {
        if semente == 0 {
            return Self::curto();
        }
        let mut sorteio = Sorteio::novo(semente);
        let tamanho = 1 + sorteio.ate(3);
        let curto = nome(&mut sorteio, tamanho);
        let zeros = 1 + sorteio.ate(Rg::MAX_DIGITOS - curto.len());
        let mut nomes = vec![nome(&mut sorteio, Rg::MAX_DIGITOS), curto.clone()];
        nomes.push("0".repeat(zeros) + &curto);
        while nomes.len() < TODAS {
            let tamanho = 1 + sorteio.ate(Rg::MAX_DIGITOS);
            let novo = nome(&mut sorteio, tamanho);
            if !nomes.contains(&novo) {
                nomes.push(novo);
            }
        }
        let rgs = std::array::from_fn(|lugar| nomes[lugar].parse().expect("one to ten digits"));
        let quase = Saldo::MAX.centavos() - 99;
        let saldos = [quase, quantia(&mut sorteio), quantia(&mut sorteio), 1000];
        Self { rgs, saldos, longos: true }
    }

    /// The balances of the accounts that exist at first.
    pub(super) fn iniciais(&self) -> Saldos {
        let saldos = self.saldos.map(|centavos| Saldo::de_centavos(centavos).expect("in range"));
        self.rgs.into_iter().zip(saldos).collect()
    }

    /// The accounts that may be opened. Operations ask for the first of them, too.
    #[cfg(feature = "json")]
    pub(super) fn novas(&self) -> &[Rg] {
        &self.rgs[EXISTENTES..]
    }

    /// Any of the accounts, those that may be opened among them.
    #[cfg(feature = "json")]
    pub(super) fn qualquer(&self, dados: &mut Unstructured<'_>) -> Result<Rg> {
        escolher(&self.rgs, dados)
    }

    /// An operation on these accounts, or on one that does not exist.
    pub(super) fn operacao(&self, dados: &mut Unstructured<'_>) -> Result<Operacao> {
        let rg = self.conta(dados)?;
        Ok(match dados.int_in_range(0..=6)? {
            0 => Operacao::Saldo { rg },
            1 => Operacao::Saque { rg, valor: self.valor(dados)? },
            2 => Operacao::Deposito { rg, valor: self.valor(dados)? },
            3 | 4 => Operacao::Transferencia {
                rg_origem: rg,
                rg_destino: self.conta(dados)?,
                valor: self.valor(dados)?,
            },
            _ => Operacao::Login { rg },
        })
    }

    fn conta(&self, dados: &mut Unstructured<'_>) -> Result<Rg> {
        escolher(&self.rgs[..PEDIDAS], dados)
    }

    /// An amount, mostly about as large as the balances of the ordinary accounts.
    fn valor(&self, dados: &mut Unstructured<'_>) -> Result<Valor> {
        if self.longos && dados.arbitrary()? {
            return dados.arbitrary();
        }
        let maximo = Valor::MAX.centavos();
        let centavos = if dados.ratio(1, 8)? {
            dados.int_in_range(maximo - 2000..=maximo)?
        } else {
            dados.int_in_range(1..=2000)?
        };
        Ok(Valor::de_centavos(centavos).expect("in range"))
    }
}

/// Draws an account. Its index is an ASCII digit in the input, since the inputs of the corpus were
/// made so.
fn escolher(rgs: &[Rg], dados: &mut Unstructured<'_>) -> Result<Rg> {
    let ultimo = b'0' + u8::try_from(rgs.len() - 1).expect("at most ten");
    Ok(rgs[usize::from(dados.int_in_range(b'0'..=ultimo)? - b'0')])
}

/// A name of `tamanho` digits, each of which is any digit, the first too.
fn nome(sorteio: &mut Sorteio, tamanho: usize) -> String {
    (0..tamanho).map(|_| char::from(sorteio.escolher(b"0123456789"))).collect()
}

/// A balance with any number of digits.
fn quantia(sorteio: &mut Sorteio) -> u64 {
    let algarismos = sorteio.escolher(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    sorteio.proximo() % 10_u64.pow(algarismos)
}
