//! A conformance suite: what every [`Banco`] must do, wherever it keeps its accounts.
//!
//! ```
//! use pixson_core::banco::BancoMemoria;
//! use pixson_oraculos::conformidade::conferir;
//!
//! // The body of a test. Put your bank in the place of this one.
//! conferir(|contas| BancoMemoria::com_contas(contas.clone()));
//! ```
//!
//! `examples/banco_proprio.rs` has a bank with locks, receipts and a storage that fails, under both
//! functions. The suite cannot simulate a power cut: that a confirmed change survives needs a test
//! for the bank itself, whose history `juiz` judges (feature `json`).

use std::collections::{BTreeMap, BTreeSet};

use super::contas::Elenco;
use super::fazer;
use super::sorteio::Sorteio;
use crate::sincronia::thread;
use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo};
use pixson_core::relogio::{Carimbo, Relogio};
use pixson_core::tipos::{Operacao, Recusa, Rg, Saldo, Sucesso, Valor};

/// How many threads use a bank at once.
const TAREFAS: usize = 8;

/// How many operations each of them does.
const OPERACOES: usize = 60;

/// How many lists of operations are compared with the model.
const SORTEIOS: u64 = 64;

/// Runs the whole suite. `novo` opens a bank with exactly these accounts; several such banks may be
/// open at a time.
///
/// The laws are those that [`Banco`] states:
///
/// * each operation has the outcome of [`regras::decidir`](pixson_core::banco::regras::decidir), and one
///   tick of the clock; without a stamp nothing changes;
/// * operations in one call of [`Banco::executar_lote`] have the outcomes and stamps that they have one
///   by one;
/// * a reply that shows a change that is not confirmed yet has at least the receipt of that change,
///   also if the reply is a balance, a login or a refusal;
/// * with many threads, the replies sorted by stamp are a serial history, and crossing transfers
///   neither lose money nor deadlock;
/// * RGs of 1 to 10 digits, with leading zeros and without, name different accounts.
///
/// # Panics
///
/// If a law is broken.
pub fn conferir<B: Banco>(novo: impl Fn(&BTreeMap<Rg, Saldo>) -> B) {
    cada_operacao_tem_o_seu_desfecho(&novo(&contas(&[("1", 1000), ("2", 50)])));
    sem_carimbo_nada_muda(&novo(&contas(&[("1", 1000), ("2", 0)])));
    um_lote_para_onde_acabam_os_carimbos(&novo(&contas(&[("1", 1000)])));
    quem_mostra_espera_tambem(&novo(&contas(&[("1", 1000), ("2", 1000)])));
    carimbos_sao_distintos_e_contam_a_historia(&novo);
    transferencias_que_se_cruzam_nao_se_esperam(&novo(&contas(&[("1", 1000), ("2", 1000)])));
    for semente in 0..SORTEIOS {
        faz_o_que_o_modelo_faz(&novo, semente);
        um_lote_faz_o_que_o_modelo_faz(&novo, semente);
    }
}

/// Checks a bank whose storage takes nothing more. `falhar` makes the storage refuse every change
/// from then on, before it is applied, as a full disk or an unreachable server does.
///
/// * A change is answered with [`Recusa::ServidorIndisponivel`] and a stamp. It is certainly not
///   done: no balance shows it, then or later.
/// * An operation that needs no storage is answered as before, or with the same refusal.
///
/// # Panics
///
/// If a law is broken, or if the storage goes on taking changes.
pub fn conferir_sem_armazenamento<B: Banco>(
    novo: impl Fn(&BTreeMap<Rg, Saldo>) -> B,
    falhar: impl Fn(&B),
) {
    let banco = novo(&contas(&[("1", 1000), ("2", 50)]));
    let relogio = Relogio::novo();
    let feita = fazer(&banco, &relogio, transferencia("1", "2", 100)).1;
    assert_eq!(feita, Ok(Sucesso::Transferencia), "the storage works at first");
    let antes = ["1", "2"].map(|conta| fazer(&banco, &relogio, saldo_de(conta)).1);
    falhar(&banco);
    for operacao in [saque("1", 1), deposito("2", 1), transferencia("1", "2", 1)] {
        let execucao = executar(&banco, &relogio, operacao);
        assert_eq!(execucao.desfecho, Err(Recusa::ServidorIndisponivel), "{operacao:?}");
        assert_eq!(execucao.carimbo, relogio.agora(), "{operacao:?}: a refusal has a stamp");
        for (conta, antes) in ["1", "2"].into_iter().zip(&antes) {
            let agora = executar(&banco, &relogio, saldo_de(conta)).desfecho;
            let calada = agora == Err(Recusa::ServidorIndisponivel);
            assert!(
                calada || agora == *antes,
                "{operacao:?} was refused: {agora:?}, not {antes:?}"
            );
        }
    }
    let desfecho = executar(&banco, &relogio, saque("1", 1_000_000)).desfecho;
    let esperados = [Err(Recusa::SaldoInsuficiente), Err(Recusa::ServidorIndisponivel)];
    assert!(esperados.contains(&desfecho), "{desfecho:?}");
}

fn rg(texto: &str) -> Rg {
    texto.parse().expect("legal RG")
}

fn saldo(centavos: u64) -> Saldo {
    Saldo::de_centavos(centavos).expect("in range")
}

fn valor(centavos: u64) -> Valor {
    Valor::de_centavos(centavos).expect("in range")
}

fn contas(contas: &[(&str, u64)]) -> BTreeMap<Rg, Saldo> {
    contas.iter().map(|&(conta, centavos)| (rg(conta), saldo(centavos))).collect()
}

fn login(conta: &str) -> Operacao {
    Operacao::Login { rg: rg(conta) }
}

fn saldo_de(conta: &str) -> Operacao {
    Operacao::Saldo { rg: rg(conta) }
}

fn saque(conta: &str, centavos: u64) -> Operacao {
    Operacao::Saque { rg: rg(conta), valor: valor(centavos) }
}

fn deposito(conta: &str, centavos: u64) -> Operacao {
    Operacao::Deposito { rg: rg(conta), valor: valor(centavos) }
}

fn transferencia(origem: &str, destino: &str, centavos: u64) -> Operacao {
    let (rg_origem, rg_destino) = (rg(origem), rg(destino));
    Operacao::Transferencia { rg_origem, rg_destino, valor: valor(centavos) }
}

fn executar(banco: &impl Banco, relogio: &Relogio, operacao: Operacao) -> Execucao {
    banco.executar(operacao, relogio).expect("stamps are left")
}

fn cada_operacao_tem_o_seu_desfecho(banco: &impl Banco) {
    let relogio = Relogio::novo();
    let tem = |centavos| Ok(Sucesso::Saldo(saldo(centavos)));
    for (numero, (operacao, desfecho)) in [
        (login("1"), Ok(Sucesso::Login)),
        (login("3"), Err(Recusa::ClienteNaoEncontrado)),
        (login("01"), Err(Recusa::ClienteNaoEncontrado)),
        (saldo_de("1"), tem(1000)),
        (saldo_de("3"), Err(Recusa::ClienteNaoEncontrado)),
        (saque("1", 1001), Err(Recusa::SaldoInsuficiente)),
        (saque("1", 1), Ok(Sucesso::Saque)),
        (saldo_de("1"), tem(999)),
        (saque("3", 100), Err(Recusa::ClienteNaoEncontrado)),
        (deposito("1", 1), Ok(Sucesso::Deposito)),
        (deposito("1", Valor::MAX.centavos()), Err(Recusa::SaldoAcimaDoLimite)),
        (deposito("3", 100), Err(Recusa::ClienteNaoEncontrado)),
        (saldo_de("1"), tem(1000)),
        (transferencia("1", "1", 100), Err(Recusa::MesmaConta)),
        (transferencia("3", "1", 100), Err(Recusa::OrigemNaoEncontrada)),
        (transferencia("1", "3", 100), Err(Recusa::DestinoNaoEncontrado)),
        (transferencia("2", "1", 51), Err(Recusa::SaldoInsuficiente)),
        (transferencia("2", "1", 50), Ok(Sucesso::Transferencia)),
        (saldo_de("1"), tem(1050)),
        (saldo_de("2"), tem(0)),
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
    for operacao in [deposito("1", 100), saque("1", 100), transferencia("1", "2", 100)] {
        assert!(banco.executar(operacao, &esgotado).is_err(), "{operacao:?} has no stamp");
    }
    let relogio = Relogio::novo();
    for (conta, centavos) in [("1", 1000), ("2", 0)] {
        let (_, desfecho) = fazer(banco, &relogio, saldo_de(conta));
        assert_eq!(desfecho, Ok(Sucesso::Saldo(saldo(centavos))), "nothing was done");
    }
}

fn um_lote_para_onde_acabam_os_carimbos(banco: &impl Banco) {
    let penultimo = Carimbo::novo(Carimbo::MAX.valor() - 1).expect("in range");
    let mut feitas = Vec::new();
    let restam = banco.executar_lote(
        &[deposito("1", 1), deposito("1", 1)],
        &Relogio::desde(penultimo),
        &mut feitas,
    );
    let desfechos: Vec<_> = feitas.iter().map(|feita| feita.desfecho).collect();
    assert_eq!(desfechos, [Ok(Sucesso::Deposito)], "one stamp was left");
    assert!(restam.is_err(), "the second has no stamp, and is not done");
}

fn quem_mostra_espera_tambem(banco: &impl Banco) {
    let relogio = Relogio::novo();
    let recibo = |operacao| executar(banco, &relogio, operacao).recibo;
    let mostram = |desde: Recibo, operacoes: &[Operacao]| {
        for &operacao in operacoes {
            let espera = recibo(operacao);
            assert!(
                espera >= desde,
                "{operacao:?} waits for {espera:?}, and shows a change with {desde:?}"
            );
        }
    };
    let uma = recibo(deposito("1", 1));
    let demais = saque("1", 5000);
    mostram(uma, &[saldo_de("1"), login("1"), demais, transferencia("1", "3", 1)]);
    mostram(uma, &[transferencia("1", "2", 5000), transferencia("2", "1", 5000)]);
    // A later change never has a smaller receipt, even if it is of another account.
    let outra = recibo(saque("2", 1));
    assert!(outra >= uma, "{outra:?} after {uma:?}: the greatest of a batch covers the batch");
    let ambas = recibo(transferencia("2", "1", 1));
    assert!(ambas >= outra, "{ambas:?} after {outra:?}: the greatest of a batch covers the batch");
    mostram(ambas, &[saldo_de("1"), saldo_de("2"), demais, login("2")]);
    for recibo in [ambas, uma, outra, ambas, Recibo::IMEDIATO] {
        assert_eq!(banco.confirmar(recibo), Ok(()), "{recibo:?}, after a greater one");
    }
    let (_, desfecho) = fazer(banco, &relogio, saldo_de("1"));
    assert_eq!(desfecho, Ok(Sucesso::Saldo(saldo(1002))));
}

/// Many threads, few accounts: sorted by stamp, the replies must be those of the model.
fn carimbos_sao_distintos_e_contam_a_historia<B: Banco>(novo: &impl Fn(&BTreeMap<Rg, Saldo>) -> B) {
    let iniciais = contas(&[("1", 300), ("2", 300), ("3", 300)]);
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
    assert_eq!(distintos.len(), TAREFAS * OPERACOES, "two replies bear one stamp");

    let modelo = BancoMemoria::com_contas(iniciais);
    for (operacao, (carimbo, desfecho)) in historia {
        let (_, esperado) = fazer(&modelo, &Relogio::novo(), operacao);
        assert_eq!(desfecho, esperado, "at stamp {carimbo}: {operacao:?}");
    }
}

/// A fixed mixture over the accounts 1 to 4, of which 4 does not exist.
fn operacao_de(numero: usize) -> Operacao {
    let conta = |numero: usize| ["1", "2", "3", "4"][numero % 4];
    let centavos = [1, 50, 100, 275, 900][numero * 7 % 5];
    match numero * 31 % 11 {
        0 | 1 => saldo_de(conta(numero / 3)),
        2 | 3 => saque(conta(numero / 2), centavos),
        4 | 5 => deposito(conta(numero / 5), centavos),
        6 => login(conta(numero)),
        _ => transferencia(conta(numero), conta(numero / 4 + 1), centavos),
    }
}

fn transferencias_que_se_cruzam_nao_se_esperam(banco: &impl Banco) {
    let relogio = Relogio::novo();
    thread::scope(|escopo| {
        for (origem, destino) in [("1", "2"), ("2", "1"), ("1", "1")] {
            let relogio = &relogio;
            escopo.spawn(move || {
                for _ in 0..100 {
                    let _ = fazer(banco, relogio, transferencia(origem, destino, 1));
                }
            });
        }
    });
    let mut total = 0;
    for conta in ["1", "2"] {
        match fazer(banco, &relogio, saldo_de(conta)).1 {
            Ok(Sucesso::Saldo(saldo)) => total += saldo.centavos(),
            outro => panic!("{outro:?}"),
        }
    }
    assert_eq!(total, 2000, "money is conserved");
}

fn operacoes(elenco: &Elenco, semente: u64) -> Vec<Operacao> {
    let mut sorteio = Sorteio::novo(semente);
    let bytes: Vec<u8> = (0..32).flat_map(|_| sorteio.proximo().to_le_bytes()).collect();
    let mut dados = arbitrary::Unstructured::new(&bytes);
    let mut operacoes = Vec::new();
    while let Ok(operacao) = elenco.operacao(&mut dados)
        && !dados.is_empty()
    {
        operacoes.push(operacao);
    }
    operacoes
}

/// A random list of operations in one call.
fn um_lote_faz_o_que_o_modelo_faz<B: Banco>(
    novo: &impl Fn(&BTreeMap<Rg, Saldo>) -> B,
    semente: u64,
) {
    let elenco = Elenco::sorteado(semente);
    let modelo = BancoMemoria::com_contas(elenco.iniciais());
    let banco = novo(&elenco.iniciais());
    let (relogio, relogio_do_modelo) = (Relogio::novo(), Relogio::novo());
    let operacoes = operacoes(&elenco, semente);
    let mut feitas = Vec::new();
    let restam = banco.executar_lote(&operacoes, &relogio, &mut feitas);
    assert_eq!((restam, feitas.len()), (Ok(()), operacoes.len()), "one execution for each");
    for (&operacao, feita) in operacoes.iter().zip(feitas) {
        let esperado = fazer(&modelo, &relogio_do_modelo, operacao);
        assert_eq!((feita.carimbo, feita.desfecho), esperado, "seed {semente}: {operacao:?}");
        assert_eq!(banco.confirmar(feita.recibo), Ok(()), "seed {semente}: {operacao:?}");
    }
}

/// A random list of operations, each compared with the model.
fn faz_o_que_o_modelo_faz<B: Banco>(novo: &impl Fn(&BTreeMap<Rg, Saldo>) -> B, semente: u64) {
    let elenco = Elenco::sorteado(semente);
    let modelo = BancoMemoria::com_contas(elenco.iniciais());
    let banco = novo(&elenco.iniciais());
    let (relogio, relogio_do_modelo) = (Relogio::novo(), Relogio::novo());
    for operacao in operacoes(&elenco, semente) {
        let esperado = fazer(&modelo, &relogio_do_modelo, operacao);
        assert_eq!(fazer(&banco, &relogio, operacao), esperado, "seed {semente}: {operacao:?}");
    }
}
