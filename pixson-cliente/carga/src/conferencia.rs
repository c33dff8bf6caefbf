//! The balances before and after a load, and whether they agree with what was answered.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use pixson_core::sessao::ErroEnvio;
use pixson_core::{Operacao, Rg, Saldo, Sucesso};
use pixson_linha::quantia::Reais;
use pixson_linha::visivel::visivel;
use serde::Serialize;

use crate::ErroCarga;
use crate::Plano;
use crate::canal::Canal;
use crate::dialogo::Chegada;
use crate::sorteio::{Escolha, VALOR};

/// How many logins and balances may be on their way at once.
const JANELA: u32 = 1024;

/// By how much the acknowledged operations must have changed the balance of each account, in
/// centavos.
#[derive(Debug)]
pub(crate) struct VariacaoEsperada(Vec<AtomicI64>);

/// What became of the money, in centavos.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Dinheiro {
    antes_centavos: i128,
    depois_centavos: Option<i128>,
    /// The sum that must be there if of the unknown operations only the debits were done, and if
    /// only the credits were.
    minimo_centavos: i128,
    maximo_centavos: i128,
    /// How many accounts hold a balance outside the range that the replies allow.
    contas_divergentes: Option<usize>,
    conservado: Option<bool>,
    /// Why the balances could not be read again.
    falha: Option<String>,
}

impl VariacaoEsperada {
    pub(crate) fn novo(contas: usize) -> Self {
        Self((0..contas).map(|_| AtomicI64::new(0)).collect())
    }

    /// Counts an operation that the bank has acknowledged.
    pub(crate) fn aplicar(&self, escolha: Escolha) {
        let efeitos = [(escolha.credita(), centavos()), (escolha.debita(), -centavos())];
        for (conta, centavos) in efeitos {
            if let Some(conta) = conta {
                self.0[conta].fetch_add(centavos, Ordering::Relaxed);
            }
        }
    }

    /// Compares the balances before and after. Without those after, gives only what they should be.
    pub(crate) fn conferir(
        &self,
        antes: &[Saldo],
        depois: &Result<Vec<Saldo>, ErroCarga>,
        desconhecidas: &[Escolha],
    ) -> Dinheiro {
        let mut faixas: Vec<_> = std::iter::zip(antes, &self.0)
            .map(|(antes, mudanca)| {
                let certo = em_centavos(*antes) + i128::from(mudanca.load(Ordering::Relaxed));
                (certo, certo)
            })
            .collect();
        for escolha in desconhecidas {
            if let Some(conta) = escolha.credita() {
                faixas[conta].1 += i128::from(centavos());
            }
            if let Some(conta) = escolha.debita() {
                faixas[conta].0 -= i128::from(centavos());
            }
        }
        let (depois, falha) = match depois {
            Ok(depois) => (Some(depois), None),
            Err(falha) => (None, Some(visivel(&falha.to_string()).into_owned())),
        };
        let divergentes = depois.map(|depois| {
            let pares = std::iter::zip(depois, &faixas);
            pares
                .filter(|(saldo, (min, max))| !(*min..=*max).contains(&em_centavos(**saldo)))
                .count()
        });
        Dinheiro {
            antes_centavos: soma(antes),
            depois_centavos: depois.map(|depois| soma(depois)),
            minimo_centavos: faixas.iter().map(|faixa| faixa.0).sum(),
            maximo_centavos: faixas.iter().map(|faixa| faixa.1).sum(),
            contas_divergentes: divergentes,
            conservado: divergentes.map(|divergentes| divergentes == 0),
            falha,
        }
    }
}

impl Dinheiro {
    /// Whether every account holds what it should, or `None` if the balances could not be read
    /// again.
    pub(crate) fn conservado(&self) -> Option<bool> {
        self.conservado
    }
}

/// The balance of each used account, read by logging in to one after the other.
pub(crate) fn saldos(plano: &Plano) -> Result<Vec<Saldo>, ErroCarga> {
    let contas = &plano.usadas;
    let mut canal = Canal::abrir(plano, JANELA)?;
    let pedidos = |&rg: &Rg| [Operacao::Login { rg }, Operacao::Saldo { rg }];
    let mut por_enviar = contas.iter().flat_map(pedidos).peekable();
    let mut saldos = Vec::with_capacity(contas.len());
    let (mut enviadas, mut recebidas) = (0, 0);
    while saldos.len() < contas.len() {
        // The first request goes alone: its reply shows whether the server frames its messages.
        let janela = if recebidas == 0 { 1 } else { JANELA as usize };
        let agora = Instant::now();
        while enviadas - recebidas < janela
            && let Some(&operacao) = por_enviar.peek()
        {
            match canal.enviar(operacao, agora) {
                Ok(()) => enviadas += 1,
                Err(ErroEnvio::PendentesDemais) => break,
                Err(erro) => return Err(canal.falha_de_envio(erro)),
            }
            por_enviar.next();
        }
        canal.mover(agora, None)?;
        while let Some(Chegada::Resposta(resposta)) = canal.proxima()? {
            let eh_saldo = recebidas % 2 == 1;
            let rg = contas[recebidas / 2];
            recebidas += 1;
            match resposta.desfecho() {
                Some(Ok(Sucesso::Login)) if !eh_saldo => {}
                Some(Ok(Sucesso::Saldo(saldo))) if eh_saldo => saldos.push(saldo),
                _ => return Err(ErroCarga::ContaRecusada { rg, texto: resposta.texto().into() }),
            }
        }
    }
    Ok(saldos)
}

impl fmt::Display for Dinheiro {
    /// One line, without its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { antes_centavos, minimo_centavos, maximo_centavos, .. } = *self;
        write!(f, "Dinheiro: antes {}, esperado ", Reais::from(antes_centavos))?;
        if minimo_centavos == maximo_centavos {
            write!(f, "{}", Reais::from(minimo_centavos))?;
        } else {
            write!(f, "de {} a {}", Reais::from(minimo_centavos), Reais::from(maximo_centavos))?;
        }
        if let Some(falha) = &self.falha {
            write!(f, "; não foi possível conferir: {falha}")?;
        }
        if let Some(depois) = self.depois_centavos {
            write!(f, ", depois {}", Reais::from(depois))?;
        }
        match self.contas_divergentes {
            None => Ok(()),
            Some(0) => write!(f, ": conservado"),
            Some(contas) => write!(f, ": NÃO CONSERVADO em {contas} contas"),
        }
    }
}

fn soma(saldos: &[Saldo]) -> i128 {
    saldos.iter().copied().map(em_centavos).sum()
}

fn em_centavos(saldo: Saldo) -> i128 {
    saldo.centavos().into()
}

/// How many centavos one choice moves.
fn centavos() -> i64 {
    i64::try_from(VALOR.centavos()).expect("one centavo fits")
}
