//! Arbitrary values of the protocol, made by public constructors only: what a program that uses
//! this crate can build, and nothing else. They stand here, and not beside the laws that draw them,
//! because of the orphan rule: only the crate of a type can implement a foreign trait for it.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::protocolo::{Pedido, Resposta, Situacao};
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Recusa, Rg, Saldo, Sucesso, Valor};

/// The longest text that fits into a reply with any stamp, in bytes.
const TEXTO_MAX_BYTES: usize = 980;

impl<'a> Arbitrary<'a> for Rg {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        let mut digitos = [0; Self::MAX_DIGITOS];
        let tamanho = dados.int_in_range(1..=Self::MAX_DIGITOS)?;
        for digito in &mut digitos[..tamanho] {
            *digito = dados.int_in_range(b'0'..=b'9')?;
        }
        Ok(Self::try_from(&digitos[..tamanho]).expect("one to ten digits"))
    }
}

/// A number of centavos: often few, often close to the limit.
fn centavos(dados: &mut Unstructured<'_>, minimo: u64) -> Result<u64> {
    const PERTO: u64 = 1000;
    let maximo = Saldo::MAX.centavos();
    match dados.int_in_range(0..=3)? {
        0 => dados.int_in_range(minimo..=PERTO),
        1 => dados.int_in_range(maximo - PERTO..=maximo),
        2 => dados.int_in_range(minimo..=PERTO * PERTO),
        _ => dados.int_in_range(minimo..=maximo),
    }
}

impl<'a> Arbitrary<'a> for Valor {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        let centavos = centavos(dados, Self::MIN.centavos())?;
        Ok(Self::de_centavos(centavos).expect("in range"))
    }
}

impl<'a> Arbitrary<'a> for Saldo {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::de_centavos(centavos(dados, 0)?).expect("in range"))
    }
}

impl<'a> Arbitrary<'a> for Carimbo {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        const PERTO: u64 = 1000;
        let maximo = Self::MAX.valor();
        let valor = match dados.int_in_range(0..=2)? {
            0 => dados.int_in_range(0..=PERTO)?,
            1 => dados.int_in_range(maximo - PERTO..=maximo)?,
            _ => dados.int_in_range(0..=maximo)?,
        };
        Ok(Self::novo(valor).expect("in range"))
    }
}

impl<'a> Arbitrary<'a> for Operacao {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        let rg = dados.arbitrary()?;
        Ok(match dados.int_in_range(0..=4)? {
            0 => Self::Login { rg },
            1 => Self::Saldo { rg },
            2 => Self::Saque { rg, valor: dados.arbitrary()? },
            3 => Self::Deposito { rg, valor: dados.arbitrary()? },
            _ => {
                let (rg_destino, valor) = dados.arbitrary()?;
                Self::Transferencia { rg_origem: rg, rg_destino, valor }
            }
        })
    }
}

impl<'a> Arbitrary<'a> for Sucesso {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match dados.int_in_range(0..=4)? {
            0 => Self::Login,
            1 => Self::Saque,
            2 => Self::Deposito,
            3 => Self::Transferencia,
            _ => Self::Saldo(dados.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Recusa {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        dados.choose(Self::TODAS).copied()
    }
}

impl<'a> Arbitrary<'a> for Situacao {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        Ok(if dados.arbitrary()? { Self::Sucesso } else { Self::Erro })
    }
}

impl<'a> Arbitrary<'a> for Pedido {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        let (carimbo, operacao) = dados.arbitrary()?;
        Ok(Self { carimbo, operacao })
    }
}

impl<'a> Arbitrary<'a> for Resposta {
    fn arbitrary(dados: &mut Unstructured<'a>) -> Result<Self> {
        let carimbo = dados.arbitrary()?;
        if dados.arbitrary()? {
            return Ok(Self::nova(carimbo, dados.arbitrary()?));
        }
        let (situacao, texto): (_, &str) = dados.arbitrary()?;
        let mut texto: String = texto.chars().filter(|letra| !letra.is_control()).collect();
        texto.truncate(texto.floor_char_boundary(TEXTO_MAX_BYTES));
        Ok(Self::com_texto(carimbo, situacao, &texto).expect("short and without control"))
    }
}
