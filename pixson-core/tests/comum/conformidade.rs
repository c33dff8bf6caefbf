//! What every `Banco` must do, whatever it keeps its accounts in.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use pixson_core::banco::BancoMemoria;
pub(crate) use pixson_core::oraculos::fazer;
use pixson_core::{Banco, Carimbo, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
use proptest::prelude::*;

use super::{rg, saldo, valor};

/// Runs the whole suite. `novo` opens a bank with exactly these accounts.
pub(crate) fn conferir<B: Banco>(novo: impl Fn(&BTreeMap<Rg, Saldo>) -> B) {
    cada_operacao_tem_o_seu_desfecho(&novo(&contas(&[("1", "10.0"), ("2", "0.5")])));
    sem_carimbo_nada_muda(&novo(&contas(&[("1", "10.0"), ("2", "0.0")])));
    carimbos_sao_distintos_e_contam_a_historia(&novo);
    transferencias_que_se_cruzam_nao_se_esperam(&novo(&contas(&[("1", "10.0"), ("2", "10.0")])));
    faz_o_que_o_modelo_faz(&novo);
}

fn contas(contas: &[(&str, &str)]) -> BTreeMap<Rg, Saldo> {
    contas.iter().map(|&(conta, quanto)| (rg(conta), saldo(quanto))).collect()
}

fn transferencia(origem: &str, destino: &str, quanto: &str) -> Operacao {
    Operacao::Transferencia { rg_origem: rg(origem), rg_destino: rg(destino), valor: valor(quanto) }
}

fn cada_operacao_tem_o_seu_desfecho(banco: &impl Banco) {
    let relogio = Relogio::novo();
    let saldo_de = |conta| Operacao::Saldo { rg: rg(conta) };
    let saque = |conta, quanto| Operacao::Saque { rg: rg(conta), valor: valor(quanto) };
    let deposito = |conta, quanto| Operacao::Deposito { rg: rg(conta), valor: valor(quanto) };
    let login = |conta| Operacao::Login { rg: rg(conta) };
    let tem = |quanto| Ok(Sucesso::Saldo(saldo(quanto)));
    for (numero, (operacao, desfecho)) in [
        (login("1"), Ok(Sucesso::Login)),
        (login("3"), Err(Recusa::ClienteNaoEncontrado)),
        (login("01"), Err(Recusa::ClienteNaoEncontrado)),
        (saldo_de("1"), tem("10.0")),
        (saldo_de("3"), Err(Recusa::ClienteNaoEncontrado)),
        (saque("1", "10.01"), Err(Recusa::SaldoInsuficiente)),
        (saque("1", "0.01"), Ok(Sucesso::Saque)),
        (saldo_de("1"), tem("9.99")),
        (saque("3", "1"), Err(Recusa::ClienteNaoEncontrado)),
        (deposito("1", "0.01"), Ok(Sucesso::Deposito)),
        (deposito("1", "9999999999999.99"), Err(Recusa::SaldoAcimaDoLimite)),
        (deposito("3", "1"), Err(Recusa::ClienteNaoEncontrado)),
        (saldo_de("1"), tem("10.0")),
        (transferencia("1", "1", "1"), Err(Recusa::MesmaConta)),
        (transferencia("3", "1", "1"), Err(Recusa::OrigemNaoEncontrada)),
        (transferencia("1", "3", "1"), Err(Recusa::DestinoNaoEncontrado)),
        (transferencia("2", "1", "0.51"), Err(Recusa::SaldoInsuficiente)),
        (transferencia("2", "1", "0.5"), Ok(Sucesso::Transferencia)),
        (saldo_de("1"), tem("10.5")),
        (saldo_de("2"), tem("0.0")),
    ]
    .into_iter()
    .enumerate()
    {
        let (carimbo, feito) = fazer(banco, &relogio, operacao);
        assert_eq!(feito, desfecho, "{operacao:?}");
        assert_eq!(carimbo.valor(), numero as u64 + 1, "one tick a reply");
    }
}

fn sem_carimbo_nada_muda(banco: &impl Banco) {
    let esgotado = Relogio::desde(Carimbo::MAX);
    let deposito = Operacao::Deposito { rg: rg("1"), valor: valor("1") };
    for operacao in [deposito, transferencia("1", "2", "1")] {
        assert!(banco.executar(operacao, &esgotado).is_err());
    }
    let relogio = Relogio::novo();
    for (conta, quanto) in [("1", "10.0"), ("2", "0.0")] {
        let (_, desfecho) = fazer(banco, &relogio, Operacao::Saldo { rg: rg(conta) });
        assert_eq!(desfecho, Ok(Sucesso::Saldo(saldo(quanto))));
    }
}

/// Many threads, few accounts: sorted by stamp, the replies must be those of the model.
fn carimbos_sao_distintos_e_contam_a_historia<B: Banco>(novo: &impl Fn(&BTreeMap<Rg, Saldo>) -> B) {
    const TAREFAS: usize = 8;
    const OPERACOES: usize = 60;

    let iniciais = contas(&[("1", "3.0"), ("2", "3.0"), ("3", "3.0")]);
    let banco = novo(&iniciais);
    let relogio = Relogio::novo();
    let mut historia: Vec<_> = thread::scope(|escopo| {
        let fazer_varias = |tarefa: usize| {
            let (banco, relogio) = (&banco, &relogio);
            move || {
                let operacao = |passo| operacao_de(tarefa * OPERACOES + passo);
                let par = |passo| (operacao(passo), fazer(banco, relogio, operacao(passo)));
                (0..OPERACOES).map(par).collect::<Vec<_>>()
            }
        };
        let tarefas: Vec<_> =
            (0..TAREFAS).map(|tarefa| escopo.spawn(fazer_varias(tarefa))).collect();
        tarefas.into_iter().flat_map(|tarefa| tarefa.join().expect("no panic")).collect()
    });
    historia.sort_by_key(|(_, (carimbo, _))| *carimbo);
    let distintos: BTreeSet<_> = historia.iter().map(|(_, (carimbo, _))| carimbo).collect();
    assert_eq!(distintos.len(), TAREFAS * OPERACOES);

    let modelo = BancoMemoria::com_contas(iniciais);
    for (operacao, (carimbo, desfecho)) in historia {
        let (_, esperado) = fazer(&modelo, &Relogio::novo(), operacao);
        assert_eq!(desfecho, esperado, "at stamp {carimbo}: {operacao:?}");
    }
}

/// A fixed mixture over the accounts 1 to 4, of which 4 does not exist.
fn operacao_de(numero: usize) -> Operacao {
    let conta = |numero: usize| rg(["1", "2", "3", "4"][numero % 4]);
    let valor = valor(["0.01", "0.5", "1", "2.75", "9"][numero * 7 % 5]);
    match numero * 31 % 11 {
        0 | 1 => Operacao::Saldo { rg: conta(numero / 3) },
        2 | 3 => Operacao::Saque { rg: conta(numero / 2), valor },
        4 | 5 => Operacao::Deposito { rg: conta(numero / 5), valor },
        6 => Operacao::Login { rg: conta(numero) },
        _ => Operacao::Transferencia {
            rg_origem: conta(numero),
            rg_destino: conta(numero / 4 + 1),
            valor,
        },
    }
}

fn transferencias_que_se_cruzam_nao_se_esperam(banco: &impl Banco) {
    let relogio = Relogio::novo();
    thread::scope(|escopo| {
        for (origem, destino) in [("1", "2"), ("2", "1"), ("1", "1")] {
            let relogio = &relogio;
            escopo.spawn(move || {
                for _ in 0..100 {
                    let _ = fazer(banco, relogio, transferencia(origem, destino, "0.01"));
                }
            });
        }
    });
    let mut total = 0;
    for conta in ["1", "2"] {
        match fazer(banco, &relogio, Operacao::Saldo { rg: rg(conta) }).1 {
            Ok(Sucesso::Saldo(saldo)) => total += saldo.centavos(),
            outro => panic!("{outro:?}"),
        }
    }
    assert_eq!(total, 2000, "money is conserved");
}

/// Any operation over the accounts 0 to 4, of which 4 may not exist.
pub(crate) fn operacao_qualquer() -> impl Strategy<Value = Operacao> {
    let conta = || (0..5_u8).prop_map(|conta| rg(&conta.to_string()));
    let quanto = || {
        let limite = Saldo::MAX.centavos();
        prop_oneof![8 => 1..2000_u64, 1 => limite - 2000..=limite]
            .prop_map(|centavos| pixson_core::Valor::de_centavos(centavos).expect("in range"))
    };
    prop_oneof![
        1 => conta().prop_map(|rg| Operacao::Login { rg }),
        2 => conta().prop_map(|rg| Operacao::Saldo { rg }),
        3 => (conta(), quanto()).prop_map(|(rg, valor)| Operacao::Saque { rg, valor }),
        3 => (conta(), quanto()).prop_map(|(rg, valor)| Operacao::Deposito { rg, valor }),
        6 => (conta(), conta(), quanto()).prop_map(|(rg_origem, rg_destino, valor)| {
            Operacao::Transferencia { rg_origem, rg_destino, valor }
        }),
    ]
}

/// A random list of operations, held against the memory model one by one.
fn faz_o_que_o_modelo_faz<B: Banco>(novo: &impl Fn(&BTreeMap<Rg, Saldo>) -> B) {
    let iniciais = contas(&[("0", "0.0"), ("1", "10.0"), ("2", "25.5"), ("3", "9999999999999.0")]);
    let configuracao = ProptestConfig { cases: 64, ..ProptestConfig::default() };
    proptest!(configuracao, |(operacoes in proptest::collection::vec(operacao_qualquer(), 1..40))| {
        let modelo = BancoMemoria::com_contas(iniciais.clone());
        let banco = novo(&iniciais);
        let (relogio, relogio_do_modelo) = (Relogio::novo(), Relogio::novo());
        for operacao in operacoes {
            let esperado = fazer(&modelo, &relogio_do_modelo, operacao);
            prop_assert_eq!(fazer(&banco, &relogio, operacao), esperado, "{:?}", operacao);
        }
    });
}
