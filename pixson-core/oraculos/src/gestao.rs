//! Acts of an administration on the banks that are tested.

use arbitrary::{Result, Unstructured};

use super::contas::{Elenco, Saldos};
use super::juiz::PassoDaCena;
use pixson_core::banco::disco::Disco;
use pixson_core::banco::{Abertura, Banco, BancoJson, Conta};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::{Operacao, Recusa, Saldo, Sucesso};

/// An opening of some of the new accounts, which may exist already, or an adjustment of any
/// account.
pub(super) fn gestao(elenco: &Elenco, dados: &mut Unstructured<'_>) -> Result<PassoDaCena> {
    if dados.arbitrary()? {
        let quais = dados.int_in_range(1_u8..=15)?;
        let escolhidas =
            elenco.novas().iter().enumerate().filter(|(bit, _)| quais & (1 << bit) != 0);
        let contas = escolhidas.map(|(_, &rg)| {
            let saldo = saldo(dados)?;
            let nome = format!("N{rg}").parse().expect("legal");
            Ok(Conta { rg, nome, saldo })
        });
        let contas = contas.collect::<Result<Vec<_>>>()?;
        return Ok(PassoDaCena::Abrir(Abertura::nova(contas).expect("some accounts, each once")));
    }
    let rg = elenco.qualquer(dados)?;
    Ok(PassoDaCena::Ajustar(rg, saldo(dados)?))
}

fn saldo(dados: &mut Unstructured<'_>) -> Result<Saldo> {
    let maximo = if dados.ratio(1, 8)? { Saldo::MAX.centavos() } else { 2000 };
    Ok(Saldo::de_centavos(dados.int_in_range(0..=maximo)?).expect("in range"))
}

/// The balance of every account that exists.
pub(super) fn saldos<D: Disco>(banco: &BancoJson<D>, elenco: &Elenco) -> Saldos {
    let relogio = Relogio::novo();
    let rgs = elenco.iniciais().into_keys().chain(elenco.novas().iter().copied());
    rgs.filter_map(|rg| {
        let execucao = banco.executar(Operacao::Saldo { rg }, &relogio).expect("stamps are left");
        banco.confirmar(execucao.recibo).expect("the storage works");
        match execucao.desfecho {
            Ok(Sucesso::Saldo(saldo)) => Some((rg, saldo)),
            Err(Recusa::ClienteNaoEncontrado) if elenco.novas().contains(&rg) => None,
            outro => panic!("account {rg}: {outro:?}"),
        }
    })
    .collect()
}
