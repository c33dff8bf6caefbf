//! A test program on the database of somebody else leaves nothing there, however it ends. It is this program
//! itself, on a cluster that it takes for one.

#[path = "../../../pixson-cliente/tests/comum/ambiente.rs"]
#[allow(
    unfulfilled_lint_expectations,
    reason = "nothing in this crate is kept from starting programs"
)]
mod ambiente;
#[path = "../../../pixson-cliente/tests/comum/filho.rs"]
#[allow(dead_code, reason = "every test program includes the whole module")]
mod filho;

use std::env;
use std::io;
use std::process::{Command, Output, Stdio};
use std::thread;

use ambiente::{programa, texto};
use filho::Filho;
use pixson_aglomerado::{Aglomerado, Motor, MotorComum};
use rustix::process::Signal;

/// Set for a test that is to be killed when it has made a database.
const ESPERAR: &str = "ESPERAR_NO_PREPARO";

/// The databases and users of a cluster.
const TUDO: &str = "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles ORDER BY 1";

#[test]
fn a_test_has_databases_and_users_of_its_own() {
    let preparar = |_: &str| {
        if env::var_os(ESPERAR).is_some() {
            io::stdin().read_line(&mut String::new()).expect("it is piped");
        }
    };
    let Some(motor) = MotorComum::novo(preparar) else { return };
    let bancos = [(); 2].map(|()| motor.banco_novo());
    let papeis = bancos.each_ref().map(|banco| motor.papel_novo("", banco));
    for (banco, (papel, url)) in bancos.iter().zip(&papeis) {
        assert_eq!(motor.sql(banco, "SELECT current_database()"), *banco);
        let dele = format!("SELECT rolcanlogin FROM pg_roles WHERE rolname = '{papel}'");
        assert_eq!(motor.sql(banco, &dele), "t");
        assert!(url.ends_with(&format!("/{banco}")) && url.contains(&format!("//{papel}:")));
    }
    assert_ne!(bancos[0], bancos[1]);
    assert_ne!(papeis[0], papeis[1]);
}

/// The command of a test of this program, on a database that others take for somebody else's.
fn sobre(aglomerado: &Aglomerado, teste: &str) -> Command {
    let mut comando = programa(env::current_exe().expect("Linux tells"));
    comando.args(["--exact", teste, "--nocapture"]);
    let url = aglomerado.url("postgres").replacen("pixson@", "dono:se%3Anha@", 1);
    comando.env("PIXSON_TESTE_POSTGRES", url);
    comando.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    comando
}

/// A cluster on which the user `dono` needs a password.
fn com_dono() -> Option<Aglomerado> {
    let aglomerado = Aglomerado::com_opcoes(&["log_statement=ddl"])?;
    aglomerado.sql("postgres", "CREATE ROLE dono LOGIN PASSWORD 'se:nha'");
    aglomerado.exigir_senha();
    Some(aglomerado)
}

/// Waits for the end of a test program, and of what cleans up behind it, which has the same error output.
fn terminar(filho: Filho) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = filho.terminar();
    let dito = format!("{}{}", texto(&stdout), texto(&stderr));
    assert!(!dito.contains("se:nha") && !dito.contains("se%3Anha"), "{dito}");
    (status.code(), dito)
}

#[test]
fn nothing_is_left_on_a_database_that_is_named_whether_a_test_passes_or_fails() {
    let Some(aglomerado) = com_dono() else { return };
    let antes = aglomerado.sql("postgres", TUDO);
    for (direitos, codigo, bancos) in
        [("CREATEDB CREATEROLE", 0, 2), ("CREATEDB NOCREATEROLE", 101, 4), ("NOCREATEDB", 101, 5)]
    {
        aglomerado.sql("postgres", &format!("ALTER ROLE dono {direitos}"));
        let mut comando = sobre(&aglomerado, "a_test_has_databases_and_users_of_its_own");
        let (fim, dito) = terminar(Filho::gerar(&mut comando));
        assert_eq!(fim, Some(codigo), "{direitos}: {dito}");
        assert!(!dito.contains("not run"), "{dito}");
        let registro = aglomerado.registro();
        assert_eq!(registro.matches("statement: CREATE DATABASE pixson_").count(), bancos);
        assert_eq!(aglomerado.sql("postgres", TUDO), antes, "{direitos}: {dito}");
    }
}

#[test]
fn nothing_is_left_on_a_database_that_is_named_when_a_test_is_killed() {
    let Some(aglomerado) = com_dono() else { return };
    let antes = aglomerado.sql("postgres", TUDO);
    aglomerado.sql("postgres", "ALTER ROLE dono CREATEDB");
    let mut comando = sobre(&aglomerado, "a_test_has_databases_and_users_of_its_own");
    let mut filho = Filho::gerar(comando.env(ESPERAR, "1").stdin(Stdio::piped()));
    while aglomerado.sql("postgres", TUDO) == antes {
        assert_eq!(filho.try_wait().expect("our child"), None, "it makes a database");
        thread::yield_now();
    }
    filho.sinalizar(Signal::KILL);
    let (fim, dito) = terminar(filho);
    assert_eq!((fim, aglomerado.sql("postgres", TUDO)), (None, antes), "{dito}");
}

#[test]
fn a_test_that_needs_a_cluster_of_its_own_says_that_it_is_not_run() {
    let Some(aglomerado) = com_dono() else { return };
    let teste = "a_test_that_needs_a_cluster_of_its_own_says_that_it_is_not_run";
    let (fim, dito) = terminar(Filho::gerar(&mut sobre(&aglomerado, teste)));
    assert_eq!(fim, Some(0), "{dito}");
    assert!(dito.contains(&format!("not run (1 so far): {teste}: ")), "{dito}");
}
