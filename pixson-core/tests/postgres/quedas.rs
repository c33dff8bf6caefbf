//! The database dies, its connection is cut, a standby takes over: nothing that was acknowledged is lost,
//! and nothing is done twice.

use std::thread;
use std::time::Duration;

use pixson_aglomerado::{Aglomerado, CorteDaRede, Motor};
use pixson_core::banco::{BancoPostgres, ConfiguracaoPostgres, EstadoDoPostgres};
use pixson_core::{Operacao, Sucesso};
use pixson_oraculos::juiz::Ouvida;

use super::comum::rg;
use super::comum::tamanho::tamanho;
use super::servidores::{BancoDaCena, Basta, ServidorDaCena, deposito, julgar, quatro};
use super::{configuracao, preparado};

#[test]
fn a_connection_that_is_cut_at_any_message_costs_no_operation_and_does_none_twice() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let Some((servidor, rede)) = cena.servidor_de_longe() else { return };
    let outro = cena.servidor();
    let mut cortes = 0;
    // What it remembers of the account is right, or somebody else has changed it.
    let casos =
        [CorteDaRede::Antes, CorteDaRede::Depois].map(|corte| [(corte, false), (corte, true)]);
    for (corte, muda) in casos.into_iter().flatten() {
        for mensagem in 0.. {
            servidor.fazer(deposito("1"));
            if muda {
                outro.fazer(deposito("1"));
            }
            rede.cortar_em(mensagem, corte);
            let feita = servidor.fazer(deposito("1"));
            assert_eq!(feita.desfecho, Ok(Sucesso::Deposito), "{corte:?} at {mensagem}");
            if !rede.cortou() {
                break;
            }
            cortes += 1;
            // And once more while the number of the lost one is asked for.
            rede.cortar_em(mensagem, corte);
            servidor.fazer(Operacao::Saldo { rg: rg("1") });
        }
    }
    assert!(cortes > 20, "only {cortes} cuts");
    assert!(servidor.banco.medidas().duvidas > 4, "{:?}", servidor.banco.medidas());
    assert!(servidor.banco.medidas().de_memoria > 10, "{:?}", servidor.banco.medidas());
    assert_eq!(cena.julgar(&[&servidor, &outro]), Ok(()));
}

/// A cluster of its own, with a bank.
fn proprio(opcoes: &[&str]) -> Option<Aglomerado> {
    let um = Aglomerado::com_opcoes(opcoes)?;
    preparado(&um, "pixson", &quatro().0);
    Some(um)
}

#[test]
fn a_database_that_is_killed_again_and_again_loses_nothing_that_was_acknowledged() {
    let Some(mut aglomerado) = proprio(&[]) else { return };
    let (iniciais, contas) = quatro();
    let servidores = [(); 2].map(|()| {
        let banco = BancoPostgres::abrir(configuracao(&aglomerado, "pixson"));
        ServidorDaCena::novo(banco.expect("it opens"))
    });
    let basta = Basta::default();
    thread::scope(|escopo| {
        for (semente, servidor) in (1..).zip(&servidores) {
            let (contas, basta) = (&contas, &basta);
            escopo.spawn(move || servidor.clientes(semente, contas, &|_| basta.ja()));
        }
        for _ in 0..tamanho(3, 12) {
            let antes = servidores[0].banco.medidas().lotes;
            while servidores[0].banco.medidas().lotes < antes + 30 {
                thread::yield_now();
            }
            aglomerado.derrubar();
            aglomerado.iniciar();
        }
        basta.basta();
    });
    let [um, outro] = &servidores;
    let medidas = um.banco.medidas();
    assert!(medidas.quedas > 0, "{medidas:?}");
    assert_eq!(um.banco.estado(), EstadoDoPostgres::Ligado);
    assert_eq!(julgar(&aglomerado, "pixson", &iniciais, &[um, outro]), Ok(()));
}

#[test]
fn a_synchronous_standby_takes_over_with_all_that_was_acknowledged() {
    let Some(mut primario) = proprio(&[]) else { return };
    let replica = primario.replica("replica");
    esperar_replica(&primario, "replica");
    let (iniciais, contas) = quatro();
    let url = format!(
        "postgres://pixson@127.0.0.1:{},127.0.0.1:{}/pixson?target_session_attrs=read-write",
        primario.porta(),
        replica.porta()
    );
    let servidores = [(); 2].map(|()| {
        let configuracao: ConfiguracaoPostgres = url.parse().expect("a URL");
        // Time enough for the promotion.
        let configuracao = configuracao.com_espera(Duration::from_secs(20));
        ServidorDaCena::novo(BancoPostgres::abrir(configuracao).expect("it opens"))
    });
    let lotes = |servidor: &ServidorDaCena| servidor.banco.medidas().lotes;
    let basta = Basta::default();
    thread::scope(|escopo| {
        for (semente, servidor) in (1..).zip(&servidores) {
            let (contas, basta) = (&contas, &basta);
            escopo.spawn(move || servidor.clientes(semente, contas, &|_| basta.ja()));
        }
        while lotes(&servidores[0]) < 50 {
            thread::yield_now();
        }
        primario.derrubar();
        replica.promover();
        let ate_la = lotes(&servidores[0]);
        while lotes(&servidores[0]) < ate_la + 50 {
            thread::yield_now();
        }
        basta.basta();
    });
    let [um, outro] = &servidores;
    assert_eq!(julgar(&replica, "pixson", &iniciais, &[um, outro]), Ok(()));
    let recusadas = um.recusadas.lock().expect("no panic").len();
    assert_eq!(recusadas, 0, "every operation waited for the new primary");
}

/// A deposit that waits for a standby that is not there, until `fim` (a function of the database that is
/// given a session's number) ends that. If it is to account 1, it is written from memory.
fn deposito_sem_replica(
    primario: &Aglomerado,
    servidor: &ServidorDaCena,
    (conta, fim): (&str, &str),
) -> Ouvida {
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    esperar_replica(primario, "ausente");
    let encerrar = format!(
        "SELECT count({fim}(pid)) FROM pg_stat_activity \
         WHERE application_name = 'pixson' AND wait_event = 'SyncRep'"
    );
    thread::scope(|escopo| {
        // The database notices the change by and by.
        let pedida = escopo.spawn(|| {
            loop {
                let ouvida = servidor.fazer(deposito(conta));
                if !ouvida.confirmada {
                    break ouvida;
                }
            }
        });
        while primario.sql("postgres", &encerrar) == "0" {
            thread::yield_now();
        }
        pedida.join().expect("no panic")
    })
}

/// From now on commits wait for the standby of that name, or for none.
fn esperar_replica(primario: &Aglomerado, nome: &str) {
    let mudar = format!("ALTER SYSTEM SET synchronous_standby_names = '{nome}'");
    primario.sql("postgres", &mudar);
    primario.sql("postgres", "SELECT pg_reload_conf()");
}

#[test]
fn a_wait_for_the_standby_that_is_cancelled_is_no_success() {
    let Some(primario) = proprio(&[]) else { return };
    let banco = BancoPostgres::abrir(configuracao(&primario, "pixson")).expect("it opens");
    let servidor = ServidorDaCena::novo(banco);
    for conta in ["1", "2"] {
        let fim = (conta, "pg_cancel_backend");
        let ouvida = deposito_sem_replica(&primario, &servidor, fim);
        assert!(!ouvida.confirmada, "it is on one machine only: {ouvida:?}");
        esperar_replica(&primario, "");
    }
}

#[test]
fn a_batch_that_the_primary_alone_has_is_no_success_also_when_it_is_asked_for() {
    let Some(primario) = proprio(&[]) else { return };
    let configuracao = configuracao(&primario, "pixson").com_espera(Duration::from_secs(2));
    let servidor = ServidorDaCena::novo(BancoPostgres::abrir(configuracao).expect("it opens"));
    for (duvidas, conta) in [(1, "1"), (2, "2")] {
        let fim = (conta, "pg_terminate_backend");
        let ouvida = deposito_sem_replica(&primario, &servidor, fim);
        assert_eq!(servidor.banco.medidas().duvidas, duvidas, "the connection ended at the commit");
        assert!(!ouvida.confirmada, "it is on one machine only: {ouvida:?}");
        esperar_replica(&primario, "");
    }
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    assert_eq!(julgar(&primario, "pixson", &quatro().0, &[&servidor]), Ok(()));
}

#[test]
fn a_server_of_the_database_that_says_nothing_is_passed_over() {
    let Some(mudo) = proprio(&[]) else { return };
    let Some(vivo) = proprio(&[]) else { return };
    let url =
        format!("postgres://pixson@127.0.0.1:{},127.0.0.1:{}/pixson", mudo.porta(), vivo.porta());
    // It takes connections, and does not answer.
    mudo.congelar();
    let banco = BancoPostgres::abrir(url.parse().expect("a URL")).expect("the second one answers");
    let servidor = ServidorDaCena::novo(banco);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    assert_eq!(julgar(&vivo, "pixson", &quatro().0, &[&servidor]), Ok(()));
}

#[test]
fn a_server_that_stops_with_its_rows_locked_keeps_the_others_waiting_for_a_while_only() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let Some((parado, rede)) = cena.servidor_de_longe() else { return };
    let outro = cena.servidor();
    // All of its batch has arrived but the COMMIT.
    rede.cortar_no_commit(CorteDaRede::Silencio);
    thread::scope(|escopo| {
        let pedida = escopo.spawn(|| parado.fazer(deposito("1")));
        while !rede.cortou() {
            thread::yield_now();
        }
        let segunda = escopo.spawn(|| {
            let configuracao = cena.configuracao();
            let paciente = configuracao.com_espera(Duration::from_mins(1));
            let terceiro = BancoPostgres::abrir(paciente).expect("it opens");
            let terceiro = ServidorDaCena::novo(terceiro);
            (terceiro.fazer(deposito("1")).desfecho, terceiro)
        });
        assert_eq!(outro.fazer(deposito("2")).desfecho, Ok(Sucesso::Deposito), "another account");
        let (feita, terceiro) = segunda.join().expect("no panic");
        assert_eq!(feita, Ok(Sucesso::Deposito), "the database has ended the session");
        let pedida = pedida.join().expect("no panic");
        assert!(pedida.confirmada, "its number was taken: {pedida:?}");
        let todos = [&parado, &outro, &terceiro];
        assert_eq!(cena.julgar(&todos), Ok(()));
    });
}

#[test]
fn a_server_that_stops_in_the_middle_of_a_batch_does_no_harm_when_it_goes_on() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let Some((parado, rede)) = cena.servidor_de_longe() else { return };
    let outro = cena.servidor();
    thread::scope(|escopo| {
        let parada = rede.parar();
        let pedida = escopo.spawn(|| parado.fazer(deposito("1")));
        // Whether its rows are locked or not, the other one goes on.
        for _ in 0..3 {
            assert_eq!(outro.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
        }
        drop(parada);
        assert_eq!(pedida.join().expect("no panic").desfecho, Ok(Sucesso::Deposito));
    });
    assert_eq!(cena.julgar(&[&parado, &outro]), Ok(()));
}
