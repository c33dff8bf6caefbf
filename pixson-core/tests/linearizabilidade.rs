//! Two judges of real concurrent runs, and the proof that they can say no.
//!
//! The stamp judge (`comum::juiz`) sorts the replies by stamp and repeats them on the model. The
//! checker of `comum::linear` looks at no stamp, only at what was heard before what was asked.
//! Seven seeded bugs (`comum::quebrados`) say which of them sees what:
//!
//! | bug | by stamp | linear |
//! |---|---|---|
//! | a reply before the sync, then a crash | yes | yes |
//! | a balance or refusal that does not wait, then a crash | yes | yes |
//! | the stamp drawn outside the lock | yes | no: the balances are right |
//! | the second lock of a transfer dropped | yes | yes |
//! | the credit visible before the debit | yes | yes |
//! | a transfer done twice | yes | yes |
//! | an old balance with its old stamp | no: it was right then | yes |
#![cfg(feature = "json")]

mod comum;

use pixson_core::banco::disco::{Disco, DiscoReal};
use pixson_core::banco::{BancoJson, BancoMemoria};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Sucesso};
use pixson_oraculos::juiz::{Ouvida, PEQUENA, Sentenca, julgar_disco, julgar_respostas};
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar, Sorteio};
use tempfile::TempDir;

use comum::linear::{Anotada, Ato, Contador, Corrida, Saldos, aplicar, julgar, roteiros};
use comum::quebrados::{BancoApressado, BancoDeTravas, Defeito};
use comum::sementes::{Sementes, sementes, so_uma};
use comum::tamanho::tamanho;
use comum::{arquivo_de, rg, saldo, saldos, valor};

fn iniciais() -> Saldos {
    saldos(&[("1", "500.0"), ("2", "20000.0"), ("3", "0.0")])
}

/// Reads a history: `D1 1-4 | 1=10.0 2-3` is a deposit of 1 on account 1, called at 1 and answered
/// at 4, and a balance heard meanwhile. `T` transfers 1 from account 1 to 2; `R` is the refusal to
/// withdraw 11 from account 1. `1-?` was never answered, nor was `1-4?`, which is done by 4 or never.
fn historia(texto: &str) -> Vec<Ato> {
    let ato = |texto: &str| {
        let (o_que, quando) = texto.trim().split_once(' ').expect("what and when");
        let (chamada, fim) = quando.split_once('-').expect("from and to");
        let ouvida = !fim.ends_with('?');
        let fim = fim.trim_end_matches('?').parse().unwrap_or(u64::MAX);
        let (operacao, desfecho) = o_que_e(o_que);
        let chamada = chamada.parse().expect("a number");
        Ato { operacao, chamada, fim, desfecho: ouvida.then_some(desfecho) }
    };
    texto.split('|').map(ato).collect()
}

fn o_que_e(texto: &str) -> (Operacao, Result<Sucesso, Recusa>) {
    let (um, onze) = (valor("1"), valor("11"));
    let (rg_origem, rg_destino) = (rg("1"), rg("2"));
    match (texto, texto.split_once('=')) {
        ("T", _) => {
            let operacao = Operacao::Transferencia { rg_origem, rg_destino, valor: um };
            (operacao, Ok(Sucesso::Transferencia))
        }
        ("R", _) => {
            (Operacao::Saque { rg: rg_origem, valor: onze }, Err(Recusa::SaldoInsuficiente))
        }
        (_, Some((conta, quanto))) => {
            (Operacao::Saldo { rg: rg(conta) }, Ok(Sucesso::Saldo(saldo(quanto))))
        }
        (deposito, None) => {
            (Operacao::Deposito { rg: rg(&deposito[1..]), valor: um }, Ok(Sucesso::Deposito))
        }
    }
}

/// Accounts 1 and 2 begin with 10.0 each.
fn julgada(texto: &str) -> Sentenca {
    let iniciais = [(rg("1"), saldo("10.0")), (rg("2"), saldo("10.0"))];
    julgar(&Saldos::from(iniciais), &historia(texto))
}

#[test]
fn what_some_order_explains_is_accepted() {
    for (caso, historia) in [
        ("one after the other", "D1 1-2 | 1=11.0 3-4"),
        ("a read during, not yet", "D1 1-4 | 1=10.0 2-3"),
        ("a read during, already", "D1 1-4 | 1=11.0 2-3"),
        ("first not yet, then already", "T 1-6 | 2=10.0 2-3 | 1=9.0 4-5"),
        ("a refusal before the money came", "D1 1-4 | R 2-3"),
        ("two readers at once", "D1 1-9 | D2 2-8 | 1=11.0 3-5 | 2=10.0 4-6 | 2=11.0 7-10"),
        ("unknown, and done", "D1 1-? | 1=11.0 2-3"),
        ("unknown, not done", "D1 1-? | 1=10.0 2-3"),
        ("unknown, done late", "D1 1-? | 1=10.0 2-3 | 1=11.0 4-5"),
        ("unknown, done before the crash", "T 1-4? | 1=10.0 2-3 | 1=9.0 5-6 | 2=11.0 7-8"),
        ("unknown, tried too late first", "2=10.0 5-9 | 1=10.0 1-9 | D1 2-4? | 1=11.0 7-8"),
        ("two unknown, the later one done", "T 1-? | D1 2-? | 1=11.0 3-4 | 2=10.0 5-6"),
    ] {
        assert_eq!(julgada(historia), Ok(()), "{caso}");
    }
}

#[test]
fn what_no_order_explains_is_rejected() {
    for (caso, historia) in [
        ("a stale read", "D1 1-2 | 1=10.0 3-4"),
        ("money before it came", "1=11.0 1-2 | D1 3-4"),
        ("a lost update", "D1 1-3 | D1 2-4 | 1=11.0 5-6"),
        ("done twice", "D1 1-2 | 1=12.0 3-4"),
        ("already, and then not yet", "D1 1-6 | 1=11.0 2-3 | 1=10.0 4-5"),
        ("credited, not debited", "T 1-6 | 2=11.0 2-3 | 1=10.0 4-5"),
        ("debited, not credited", "T 1-6 | 1=9.0 2-3 | 2=10.0 4-5"),
        (
            "two readers, two orders",
            "D1 1-20 | D2 2-21 | 1=11.0 3-4 | 2=10.0 7-8 | 2=11.0 5-6 | 1=10.0 9-10",
        ),
        ("refused with the money there", "D1 1-2 | R 3-4"),
        ("unknown, before its call", "1=11.0 1-2 | D1 3-?"),
        ("unknown, done and undone", "D1 1-? | 1=11.0 2-3 | 1=10.0 4-5"),
        ("unknown, and half done by the crash", "T 1-2? | 1=10.0 3-4 | 2=11.0 5-6"),
        ("the same after a reply", "D2 1-2 | T 3-4? | 1=10.0 5-6 | 2=12.0 7-8"),
        ("unknown, and done after the crash", "D1 1-2? | 1=10.0 3-4 | 1=11.0 5-6"),
    ] {
        assert!(julgada(historia).is_err(), "{caso}");
    }
}

/// A serial history stays legal however long its replies take. One balance that no set of its
/// operations gives makes it illegal.
#[test]
fn replies_that_come_late_harm_nothing_and_a_wrong_centavo_does() {
    let (mut historias, mut erradas) = (0, 0);
    for semente in sementes(100) {
        let mut sorteio = Sorteio::novo(semente);
        let (mut saldos, mut historia) = (iniciais(), Vec::new());
        for (operacao, hora) in roteiros(&mut sorteio, 1, 24).concat().into_iter().zip(1..) {
            let (chamada, demora) = (100 * hora, 1 + sorteio.ate(400) as u64);
            let (desfecho, depois) = aplicar(&saldos, operacao);
            let desfecho = (!sorteio.um_em(8)).then_some(desfecho);
            historia.push(Ato { operacao, chamada, fim: chamada + demora, desfecho });
            saldos = depois;
        }
        assert_eq!(julgar(&iniciais(), &historia), Ok(()), "seed {semente}");
        historias += 1;
        let lido = historia.iter_mut().find_map(|ato| match &mut ato.desfecho {
            Some(Ok(Sucesso::Saldo(lido))) => Some(lido),
            _ => None,
        });
        // In one history of thousands nobody is told a balance.
        let Some(lido) = lido else { continue };
        *lido = lido.mais(valor("999999999.99")).expect("below the limit");
        assert!(julgar(&iniciais(), &historia).is_err(), "seed {semente}");
        erradas += 1;
    }
    assert!(
        so_uma() || erradas * 10 > historias * 9,
        "only {erradas} of {historias} were made wrong"
    );
}

/// What the two judges say of one history.
#[derive(Debug)]
struct DoisJuizos {
    por_carimbo: Sentenca,
    linear: Sentenca,
}

impl DoisJuizos {
    /// Of replies alone.
    fn de(anotadas: &[Anotada]) -> Self {
        let por_carimbo = julgar_respostas(&iniciais(), &ouvidas(anotadas)).map(|_| ());
        Self { por_carimbo, linear: linear(anotadas) }
    }

    fn conferir(&self, semente: u64) {
        assert_eq!(self.por_carimbo, Ok(()), "seed {semente}, by stamp");
        assert_eq!(self.linear, Ok(()), "seed {semente}, linear");
    }
}

fn ouvidas(anotadas: &[Anotada]) -> Vec<Ouvida> {
    anotadas.iter().map(|anotada| anotada.ouvida).collect()
}

fn linear(anotadas: &[Anotada]) -> Sentenca {
    julgar(&iniciais(), &anotadas.iter().map(Anotada::ato).collect::<Vec<_>>())
}

/// Four clients at once with six operations each, then every balance.
fn quatro_por_seis(banco: &impl Banco, semente: u64, fundo: impl FnOnce()) -> Vec<Anotada> {
    let mut sorteio = Sorteio::novo(semente);
    let contador = Contador::default();
    let corrida = Corrida { banco, epoca: 1, relogio: Relogio::novo(), contador: &contador };
    let roteiros = roteiros(&mut sorteio, 4, 6);
    let mut anotadas = corrida.correr(&roteiros, &mut sorteio, fundo);
    anotadas.extend(corrida.atender(&saldos_de_todas(), sorteio));
    assert_eq!(anotadas.len(), 27, "seed {semente}");
    assert!(anotadas.iter().all(|anotada| anotada.ouvida.confirmada), "seed {semente}");
    anotadas
}

fn saldos_de_todas() -> Vec<Operacao> {
    iniciais().into_keys().map(|rg| Operacao::Saldo { rg }).collect()
}

/// How many pairs of operations of different clients were under way at the same time. Those of
/// one batch end together.
fn sobrepostas(anotadas: &[Anotada]) -> usize {
    let juntas = |um: &Anotada, outro: &Anotada| {
        um.chamada < outro.chamada && outro.chamada < um.fim && um.fim != outro.fim
    };
    anotadas.iter().map(|um| anotadas.iter().filter(|outro| juntas(um, outro)).count()).sum()
}

/// Puts the accounts on an empty disk.
fn preparar<D: Disco>(disco: D) -> D {
    for (rg, saldo) in iniciais() {
        let arquivo = disco.criar(&format!("{rg}.json"), None).expect("the disk works");
        let texto = arquivo_de(rg, saldo);
        disco.escrever(&arquivo, 0, texto.as_bytes()).expect("the disk works");
        disco.sincronizar(&arquivo).expect("the disk works");
    }
    disco.sincronizar_pasta("").expect("the disk works");
    disco
}

fn abrir<D: Disco>(disco: D) -> BancoJson<D> {
    BancoJson::abrir_em(disco, PEQUENA).expect("the bank opens").0
}

#[test]
fn the_bank_in_memory_is_linearizable() {
    let (mut historias, mut juntas) = (0, 0);
    for semente in sementes(tamanho(250, 1000)) {
        let banco = BancoMemoria::com_contas(iniciais());
        let anotadas = quatro_por_seis(&banco, semente, || {});
        DoisJuizos::de(&anotadas).conferir(semente);
        historias += 1;
        juntas += sobrepostas(&anotadas);
    }
    assert!(
        so_uma() || juntas > 10 * historias,
        "only {juntas} pairs met in {historias} histories"
    );
}

#[test]
fn the_bank_on_the_model_disk_is_linearizable_and_so_is_its_ledger() {
    for semente in sementes(tamanho(150, 600)) {
        let disco = preparar(DiscoModelo::default());
        let banco = abrir(disco.clone());
        let publicar = || (0..3).for_each(|_| drop(banco.publicar().expect("the disk works")));
        let anotadas = quatro_por_seis(&banco, semente, publicar);
        drop(banco);
        DoisJuizos::de(&anotadas).conferir(semente);
        let veredito = julgar_disco(&disco, &iniciais(), &ouvidas(&anotadas));
        assert_eq!(veredito, Ok(()), "seed {semente}");
    }
}

#[test]
fn the_bank_in_a_directory_is_linearizable() {
    for semente in sementes(tamanho(25, 100)) {
        let pasta = TempDir::new().expect("a temporary directory");
        let banco = abrir(preparar(DiscoReal::abrir(pasta.path()).expect("a directory")));
        let publicar = || drop(banco.publicar().expect("the disk works"));
        DoisJuizos::de(&quatro_por_seis(&banco, semente, publicar)).conferir(semente);
    }
}

/// Two runs with four clients each, both ended by a fault and a power cut; then every balance.
fn com_quedas(semente: u64, defeito: Option<Defeito>) -> DoisJuizos {
    let mut sorteio = Sorteio::novo(semente);
    let contador = Contador::default();
    let mut disco = preparar(DiscoModelo::default());
    let mut anotadas = Vec::new();
    for roteiros in roteiros(&mut sorteio, 8, 3).chunks(4) {
        let banco = abrir(disco.clone());
        let chamada = sorteio.ate(24);
        let especie = sorteio.escolher(&ModoDeFalhar::TODAS);
        disco.programar(Some(FalhaDoDisco { chamada, especie, para_sempre: !sorteio.um_em(3) }));
        let (epoca, relogio) = (banco.epoca(), Relogio::novo());
        let apressado = BancoApressado { banco: &banco, defeito };
        let corrida = Corrida { banco: &apressado, epoca, relogio, contador: &contador };
        anotadas.extend(corrida.correr(roteiros, &mut sorteio, || drop(banco.publicar())));
        drop(banco);
        let queda = contador.proximo();
        for anotada in anotadas.iter_mut().filter(|anotada| !anotada.ouvida.confirmada) {
            anotada.fim = anotada.fim.min(queda);
        }
        let mut corte = match sorteio.ate(3) {
            0 => Corte::Tudo,
            1 => Corte::Nada,
            _ => Corte::Sorteado(sorteio.clone()),
        };
        disco = disco.depois_de(&mut corte);
    }
    let copia = disco.depois_de(&mut Corte::Tudo);
    let por_carimbo = julgar_disco(&copia, &iniciais(), &ouvidas(&anotadas));
    let banco = abrir(disco);
    let (epoca, relogio) = (banco.epoca(), Relogio::novo());
    let corrida = Corrida { banco: &banco, epoca, relogio, contador: &contador };
    anotadas.extend(corrida.atender(&saldos_de_todas(), sorteio));
    DoisJuizos { por_carimbo, linear: linear(&anotadas) }
}

#[test]
fn through_crashes_what_was_heard_stays_and_what_was_not_is_done_or_not() {
    for semente in sementes(tamanho(250, 1000)) {
        com_quedas(semente, None).conferir(semente);
    }
}

/// Draws histories of a bank with a bug until both judges have said no. One that cannot see the
/// bug must never say it.
fn provar(
    defeito: Option<Defeito>,
    vistos: (bool, bool),
    historia: impl Fn(u64, Option<Defeito>) -> DoisJuizos,
) {
    const TENTATIVAS: u64 = 300;
    let mut achados = (false, false);
    for semente in Sementes::de(0..TENTATIVAS) {
        let DoisJuizos { por_carimbo, linear } = historia(semente, defeito);
        achados = (achados.0 || por_carimbo.is_err(), achados.1 || linear.is_err());
        if achados == (true, true) {
            break;
        }
    }
    assert_eq!(achados, vistos, "{defeito:?}: (by stamp, linear)");
}

#[test]
fn replies_that_do_not_wait_for_the_disk_are_found() {
    provar(Some(Defeito::RespostaAntesDoDisco), (true, true), com_quedas);
    provar(Some(Defeito::SaldoSemEspera), (true, true), com_quedas);
}

#[test]
fn operations_that_are_not_one_step_are_found_by_the_judge_that_can_see_it() {
    for (defeito, vistos) in [
        (None, (false, false)),
        (Some(Defeito::CarimboForaDaTrava), (true, false)),
        (Some(Defeito::SegundaTravaEsquecida), (true, true)),
        (Some(Defeito::CreditoAntesDoDebito), (true, true)),
        (Some(Defeito::AplicadaDuasVezes), (true, true)),
        (Some(Defeito::CopiaVelha), (false, true)),
    ] {
        provar(defeito, vistos, |semente, defeito| {
            let banco = BancoDeTravas::novo(&iniciais(), defeito);
            DoisJuizos::de(&quatro_por_seis(&banco, semente, || {}))
        });
    }
}
