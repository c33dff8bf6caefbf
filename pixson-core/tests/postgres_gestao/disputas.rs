//! Acts of the administration and servers that want the same accounts at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::injetadas::falhas_injetadas;
use super::tamanho::tamanho;
use super::*;

/// Waits until so many transactions wait for the end of another one.
fn esperar_fila(bancada: &Bancada, quantas: usize) {
    let fila = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
                WHERE datname = current_database() AND locktype = 'transactionid' AND NOT granted";
    while bancada.sql(fila).parse::<usize>().expect("a number") < quantas {
        thread::yield_now();
    }
}

/// Makes the next acts fail with this code: so many of them.
fn falhar(bancada: &Bancada, codigo: &str, vezes: u32) {
    bancada.sql(&falhas_injetadas(codigo, vezes));
}

#[test]
fn an_account_of_an_import_that_is_under_way_is_waited_for_and_servers_do_not_wait() {
    let Some(bancada) = Bancada::nova() else { return };
    bancada.sql("INSERT INTO pixson.contas VALUES ('99999', 'x', 1)");
    let (servidor, relogio) = (bancada.servidor(), Relogio::novo());
    // The import has written account 7 and waits at account 9.
    let mut outra = bancada.motor.sessao(&bancada.nome);
    outra.dizer("BEGIN; INSERT INTO pixson.contas VALUES ('9', 'x', 1)");
    bancada.esperar("contas", "RowExclusiveLock", true);
    thread::scope(|escopo| {
        let importada = escopo.spawn(|| bancada.administracao().abrir_contas(&muitas()));
        esperar_fila(&bancada, 1);
        let criada = escopo.spawn(|| bancada.administracao().abrir_contas(&abertura(&[("7", 0)])));
        esperar_fila(&bancada, 2);
        let saldo_dela = fazer(&servidor, &relogio, Operacao::Saldo { rg: rg("99999") }).1;
        assert_eq!(saldo_dela, Some(Sucesso::Saldo(saldo(1))), "nobody else waits");
        outra.dizer("ROLLBACK");
        importada.join().expect("no panic").expect("it came first");
        let criada = criada.join().expect("no panic");
        let Err(ErroDeGestao::Existentes(rgs)) = criada else { panic!("{criada:?}") };
        assert_eq!(rgs, [rg("7")]);
    });
    assert_eq!(bancada.auditar().divergencias, []);
}

#[test]
fn imports_and_openings_of_the_same_accounts_among_transfers_all_have_a_clear_outcome() {
    let Some(bancada) = Bancada::nova() else { return };
    bancada.sql("INSERT INTO pixson.contas VALUES ('11111', 'x', 100000), ('22222', 'y', 100000)");
    let (servidor, relogio, basta) = (bancada.servidor(), Relogio::novo(), AtomicBool::new(false));
    let rodadas = tamanho(3, 10);
    let transferidas = thread::scope(|escopo| {
        let movimento = escopo.spawn(|| {
            let mut feitas = 0;
            while !basta.load(Ordering::Relaxed) {
                let (_, feita) = fazer(&servidor, &relogio, transferencia("11111", "22222", 1));
                let (_, volta) = fazer(&servidor, &relogio, transferencia("22222", "11111", 1));
                assert_eq!((feita, volta), (Some(Sucesso::Transferencia), feita));
                feitas += 2;
            }
            feitas
        });
        let ate_aqui = AteAqui(&basta);
        for rodada in 0..rodadas {
            disputar(&bancada, rodada);
        }
        drop(ate_aqui);
        movimento.join().expect("no panic")
    });
    let auditoria = bancada.auditar();
    assert_eq!(auditoria.divergencias, []);
    let aberturas = bancada.sql("SELECT count(*) FROM pixson.livro WHERE op = 'abertura'");
    assert_eq!(bancada.sql("SELECT count(*) - 2 FROM pixson.contas"), aberturas);
    let dos_servidores =
        bancada.sql("SELECT count(*) FROM pixson.livro WHERE rg_destino IS NOT NULL");
    assert_eq!(dos_servidores, transferidas.to_string());
}

/// Ends the transfers, also when the test fails.
struct AteAqui<'b>(&'b AtomicBool);

impl Drop for AteAqui<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Two imports of the same 5000 accounts, and openings of some of them, at once.
fn disputar(bancada: &Bancada, rodada: u64) {
    let numero = |qual: u64| format!("{rodada:03}{qual:04}");
    let contas = (0..5000).map(|qual| conta(&numero(qual), 1)).collect();
    let todas = Abertura::nova(contas).expect("each once");
    let algumas = [0, 2500, 4999].map(|qual| abertura(&[(&numero(qual), 1)]));
    let abrir = |uma: &Abertura| match bancada.administracao().abrir_contas(uma) {
        Ok(()) => true,
        Err(ErroDeGestao::Existentes(rgs)) if !rgs.is_empty() => false,
        Err(erro) => panic!("{erro:?}"),
    };
    let abrir = &abrir;
    let (inteiras, avulsas) = thread::scope(|escopo| {
        let inteiras = [&todas; 2].map(|uma| escopo.spawn(move || abrir(uma)));
        let avulsas = algumas.each_ref().map(|uma| escopo.spawn(move || abrir(uma)));
        let esperar = |uma: thread::ScopedJoinHandle<'_, bool>| uma.join().expect("no panic");
        (inteiras.map(esperar), avulsas.map(esperar))
    });
    let quantas = |quais: &[bool]| quais.iter().filter(|feita| **feita).count();
    match quantas(&inteiras) {
        0 => assert_eq!(quantas(&avulsas), 3, "nobody else has opened them"),
        1 => assert_eq!(quantas(&avulsas), 0, "they are there already"),
        _ => panic!("opened twice"),
    }
}

#[test]
fn an_act_that_loses_against_another_transaction_is_done_again_and_once_only() {
    let Some(bancada) = Bancada::nova() else { return };
    let mut administracao = bancada.administracao();
    for (codigo, numero) in [("40001", "1"), ("40P01", "2")] {
        falhar(&bancada, codigo, 2);
        administracao.abrir_contas(&abertura(&[(numero, 5)])).expect("done again");
        falhar(&bancada, codigo, 2);
        assert_eq!(
            administracao.ajustar(rg(numero), saldo(6)).expect("done again").antes,
            saldo(5)
        );
        falhar(&bancada, codigo, 1000);
        let sem_fim = administracao.ajustar(rg(numero), saldo(7)).expect_err("it is bounded");
        assert!(sem_fim.to_string().contains("tente de novo"), "{sem_fim}");
    }
    let auditoria = bancada.auditar();
    assert_eq!((auditoria.lancamentos, auditoria.divergencias), (4, vec![]));
}
