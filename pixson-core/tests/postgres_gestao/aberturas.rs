//! Accounts are opened and balances set while servers stand on the bank.

use super::*;

#[test]
fn an_opening_is_stamped_above_every_lane_and_serves_at_once() {
    let Some(bancada) = Bancada::nova() else { return };
    let (um, outro) = (bancada.servidor(), bancada.servidor());
    let adiantado = Relogio::desde(Carimbo::novo(1_000_000).expect("in range"));
    let ausente = Operacao::Login { rg: rg("7") };
    let (negado, desfecho) = fazer(&um, &adiantado, ausente);
    assert_eq!(desfecho, None, "no such account yet");

    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("7", 500), ("8", 0)])).expect("no conflict");
    let carimbos = bancada.sql("SELECT DISTINCT carimbo FROM pixson.contas");
    let aberta: u64 = carimbos.parse().expect("one stamp for all of them");
    assert!(aberta > negado, "{aberta}: what was said of this RG came before");
    let livro = "SELECT DISTINCT carimbo, op, valor, antes, min(depois) OVER () FROM pixson.livro";
    assert_eq!(bancada.sql(livro), format!("{aberta}|abertura|||0"));
    let da_via = "SELECT count(*) FROM pixson.vias JOIN pixson.livro USING (epoca, carimbo)";
    assert_eq!(bancada.sql(da_via), "2", "its epoch is a lane of its own");

    for servidor in [&um, &outro] {
        let (carimbo, desfecho) = fazer(servidor, &Relogio::novo(), ausente);
        assert_eq!(desfecho, Some(Sucesso::Login));
        assert!(carimbo > aberta, "{carimbo} is not above {aberta}");
    }
    let (_, desfecho) = fazer(&outro, &Relogio::novo(), transferencia("7", "8", 200));
    assert_eq!(desfecho, Some(Sucesso::Transferencia));
    assert_eq!(bancada.auditar().divergencias, []);
}

#[test]
fn an_opening_waits_for_the_batch_that_is_under_way_and_takes_its_stamp_into_account() {
    let Some(bancada) = Bancada::nova() else { return };
    bancada.servidor();
    let mut lote = bancada.motor.sessao(&bancada.nome);
    lote.dizer("BEGIN; SELECT 1 FROM pixson.vias FOR UPDATE");
    bancada.esperar("vias", "RowShareLock", true);
    thread::scope(|escopo| {
        let uma = escopo.spawn(|| bancada.administracao().abrir_contas(&abertura(&[("1", 0)])));
        bancada.esperar("vias", "ExclusiveLock", false);
        lote.dizer("UPDATE pixson.vias SET carimbo = 77; COMMIT");
        uma.join().expect("no panic").expect("no conflict");
    });
    assert_eq!(bancada.sql("SELECT carimbo FROM pixson.contas"), "78");
}

#[test]
fn many_accounts_are_opened_far_ahead_and_none_twice() {
    let Some(bancada) = Bancada::nova() else { return };
    let (um, mut administracao) = (bancada.servidor(), bancada.administracao());
    let adiantado = Relogio::desde(Carimbo::novo(1_000_000).expect("in range"));
    let (negado, _) = fazer(&um, &adiantado, Operacao::Login { rg: rg("7") });
    administracao.abrir_contas(&muitas()).expect("no conflict");
    let aberta: u64 = bancada.sql("SELECT DISTINCT carimbo FROM pixson.contas").parse().expect("1");
    assert!(aberta > negado, "{aberta} and {negado}");
    let (carimbo, desfecho) = fazer(&um, &Relogio::novo(), transferencia("7", "8", 7));
    assert_eq!(desfecho, Some(Sucesso::Transferencia));
    assert!(carimbo > aberta);
    let recusada = administracao.abrir_contas(&muitas());
    assert!(matches!(recusada, Err(ErroDeGestao::Existentes(rgs)) if rgs.len() == 5000));
    let auditoria = bancada.auditar();
    assert_eq!((auditoria.divergencias, auditoria.contas), (vec![], 5000));
}

#[test]
fn an_opening_far_ahead_that_a_server_has_overtaken_is_stamped_above_it() {
    let Some(bancada) = Bancada::nova() else { return };
    bancada.servidor();
    // The lane goes far ahead while the accounts are written.
    let mut longe = bancada.motor.sessao(&bancada.nome);
    longe.dizer("BEGIN; UPDATE pixson.vias SET carimbo = 1000000000");
    bancada.esperar("vias", "RowExclusiveLock", true);
    thread::scope(|escopo| {
        let uma = escopo.spawn(|| bancada.administracao().abrir_contas(&muitas()));
        bancada.esperar("vias", "ExclusiveLock", false);
        longe.dizer("COMMIT");
        uma.join().expect("no panic").expect("no conflict");
    });
    let carimbos = bancada.sql("SELECT min(carimbo), max(carimbo), count(*) FROM pixson.contas");
    assert_eq!(carimbos, "1000000001|1000000001|5000");
    assert_eq!(bancada.auditar().divergencias, []);
}

#[test]
fn of_two_openings_of_the_same_accounts_one_is_done() {
    let Some(bancada) = Bancada::nova() else { return };
    let quantas = thread::scope(|escopo| {
        let uma = || bancada.administracao().abrir_contas(&muitas());
        let outras = [escopo.spawn(uma), escopo.spawn(uma)];
        let feitas = outras.map(|uma| uma.join().expect("no panic"));
        feitas
            .into_iter()
            .filter(|feita| match feita {
                Ok(()) => true,
                Err(ErroDeGestao::Existentes(rgs)) => rgs.len() != 5000,
                Err(erro) => panic!("{erro:?}"),
            })
            .count()
    });
    assert_eq!(quantas, 1);
    assert_eq!(bancada.auditar().contas, 5000);
}

#[test]
fn an_opening_that_is_refused_names_all_conflicts_and_leaves_nothing() {
    let Some(bancada) = Bancada::nova() else { return };
    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("2", 1), ("10", 2)])).expect("no conflict");
    let tudo = "SELECT (SELECT count(*) FROM pixson.vias), (SELECT count(*) FROM pixson.livro), \
                (SELECT count(*) FROM pixson.contas)";
    let antes = bancada.sql(tudo);
    let recusada = administracao.abrir_contas(&abertura(&[("10", 9), ("2", 9), ("3", 9)]));
    let Err(ErroDeGestao::Existentes(rgs)) = recusada else { panic!("{recusada:?}") };
    assert_eq!(rgs, [rg("10"), rg("2")], "in RG order");
    assert_eq!(bancada.sql(tudo), antes);
    administracao.abrir_contas(&abertura(&[("3", 9)])).expect("the connection is still of use");
    let contas = todas(&mut administracao);
    let esperadas = [("10", 2), ("2", 1), ("3", 9)];
    assert_eq!(contas, esperadas.map(|(rg, saldo)| (rg.into(), "Ana".into(), saldo)));
}

#[test]
fn an_act_waits_for_a_lock_no_longer_than_an_operation_does() {
    let Some(bancada) = Bancada::nova() else { return };
    let configuracao = bancada.configuracao().com_espera(Duration::from_millis(100));
    let mut administracao = AdministracaoPostgres::abrir(configuracao).expect("it is there");
    administracao.abrir_contas(&abertura(&[("1", 0)])).expect("no conflict");
    let mut outra = bancada.motor.sessao(&bancada.nome);
    outra.dizer("BEGIN; SELECT FROM pixson.contas FOR UPDATE");
    bancada.esperar("contas", "RowShareLock", true);
    let ajustada = administracao.ajustar(rg("1"), saldo(5));
    assert!(matches!(ajustada, Err(ErroDeGestao::NadaFeito(_))), "{ajustada:?}");
    drop(outra);
    assert_eq!(administracao.ajustar(rg("1"), saldo(5)).expect("free again").depois, saldo(5));
}

#[test]
fn adjustments_among_transfers_lose_nothing_and_stand_in_order() {
    let Some(bancada) = Bancada::nova() else { return };
    bancada.sql("INSERT INTO pixson.contas VALUES ('1', 'x', 100000), ('2', 'y', 100000)");
    let (servidor, mut administracao) = (bancada.servidor(), bancada.administracao());
    let relogio = Relogio::novo();
    thread::scope(|escopo| {
        escopo.spawn(|| {
            for _ in 0..100 {
                fazer(&servidor, &relogio, transferencia("1", "2", 1));
                fazer(&servidor, &relogio, transferencia("2", "1", 2));
            }
        });
        for vez in 0..20 {
            administracao
                .ajustar(rg("1"), saldo(50_000 + 1000 * vez))
                .expect("the account is there");
        }
    });
    let igual = administracao.ajustar(rg("2"), saldo(1)).expect("there");
    assert_eq!(administracao.ajustar(rg("2"), saldo(1)).expect("there").antes, igual.depois);
    let (_, feita) = fazer(&servidor, &relogio, transferencia("1", "2", 1));
    assert_eq!(feita, Some(Sucesso::Transferencia), "what was not done holds no lock");
    let ausente = administracao.ajustar(rg("3"), saldo(1));
    assert!(matches!(ausente, Err(ErroDeGestao::NaoEncontrada)), "{ausente:?}");

    let auditoria = bancada.auditar();
    assert_eq!(auditoria.divergencias, []);
    assert!(auditoria.sql_confere);
    assert_eq!((auditoria.lancamentos, auditoria.contas), (222, 2), "the same balance is no entry");
    let Balanco { inicial, ajustes, .. } = auditoria.balanco;
    assert_eq!(inicial, 200_000, "accounts that nobody opened began with something");
    assert_eq!(auditoria.balanco.total(), 200_000 + ajustes);
    assert_eq!(u128::try_from(auditoria.balanco.total()), Ok(auditoria.total_em_centavos));
}

#[test]
fn an_act_without_a_stamp_left_is_not_done() {
    let Some(bancada) = Bancada::nova() else { return };
    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("1", 5)])).expect("no conflict");
    let fim = Carimbo::MAX.valor();
    bancada.sql(&format!("UPDATE pixson.vias SET carimbo = {fim}"));
    bancada.sql(&format!("UPDATE pixson.contas SET carimbo = {fim}"));
    let aberta = administracao.abrir_contas(&abertura(&[("2", 5)]));
    assert!(matches!(aberta, Err(ErroDeGestao::RelogioEsgotado(_))), "{aberta:?}");
    let ajustada = administracao.ajustar(rg("1"), saldo(6));
    assert!(matches!(ajustada, Err(ErroDeGestao::RelogioEsgotado(_))), "{ajustada:?}");
    assert_eq!(todas(&mut administracao).len(), 1);
}
