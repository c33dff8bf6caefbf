//! Each refusal of the database: what becomes of the operation, its counter and its sentence; and a database
//! that is slow.

use std::thread;

use pixson_core::banco::{
    BancoPostgres, ConfiguracaoPostgres, EstadoDoPostgres, MedidasDoPostgres,
};
use pixson_core::{Recusa, Sucesso};

use super::EM_VAO;
use super::falhas::falhar;
use super::servidores::{BancoDaCena, ServidorDaCena, deposito};

/// A counter.
type Conta = fn(&MedidasDoPostgres) -> u64;

/// How a refusal that goes on is told.
#[derive(Clone, Copy, Debug)]
enum Dito {
    /// Not at all: it is only counted.
    Nada,
    /// As the state of the database.
    Estado(&'static str),
    /// As what was refused.
    Queixa(&'static str),
}

/// Codes of the database, which counter counts them, and what is said.
const RECUSAS: [(&str, Conta, Dito); 14] = [
    ("40001", |medidas| medidas.repeticoes, Dito::Nada),
    ("40P01", |medidas| medidas.repeticoes, Dito::Nada),
    ("55P03", |medidas| medidas.repeticoes, Dito::Nada),
    ("25006", |medidas| medidas.quedas, Dito::Estado("a URL precisa nomear o primário")),
    ("57P01", |medidas| medidas.quedas, Dito::Estado("está parando ou começando")),
    ("57P03", |medidas| medidas.quedas, Dito::Estado("está parando ou começando")),
    ("08006", |medidas| medidas.quedas, Dito::Estado("injected")),
    ("53300", |medidas| medidas.quedas, Dito::Estado("aumente max_connections")),
    ("28P01", |medidas| medidas.quedas, Dito::Estado("usuário ou senha recusados")),
    ("3D000", |medidas| medidas.quedas, Dito::Estado("crie-o com createdb")),
    ("53100", |medidas| medidas.sem_espaco, Dito::Queixa("libere espaço")),
    ("42P01", |medidas| medidas.erros, Dito::Queixa("use `pixson-servidor banco preparar`")),
    ("42501", |medidas| medidas.erros, Dito::Queixa("o usuário não tem direito às tabelas")),
    ("22003", |medidas| medidas.erros, Dito::Queixa("injected")),
];

/// A bank that waits for its database for a moment only.
fn impaciente(cena: &BancoDaCena) -> ConfiguracaoPostgres {
    cena.configuracao().com_espera(EM_VAO)
}

#[test]
fn each_refusal_of_the_database_has_its_counter_and_its_sentence() {
    let Some(cena) = BancoDaCena::novo() else { return };
    for (codigo, contar, dito) in RECUSAS {
        let aberto = BancoPostgres::abrir(impaciente(&cena)).expect("it opens");
        let servidor = ServidorDaCena::novo(aberto);
        falhar(&cena, codigo, 1_000_000);
        let recusada = servidor.fazer(deposito("1"));
        assert_eq!(recusada.desfecho, Err(Recusa::ServidorIndisponivel), "{codigo}");
        assert!(recusada.confirmada, "{codigo}: it is known that it was not done");
        let medidas = servidor.banco.medidas();
        assert!(contar(&medidas) > 0, "{codigo}: {medidas:?}");
        let (estado, queixa) = (servidor.banco.estado(), servidor.banco.tirar_queixa());
        match dito {
            Dito::Nada => assert_eq!((estado, queixa), (EstadoDoPostgres::Ligado, None)),
            Dito::Estado(frase) => {
                let EstadoDoPostgres::Fora(dita) = estado else { panic!("{codigo}: it is told") };
                assert!(dita.contains(frase), "{codigo}: {dita}");
            }
            Dito::Queixa(frase) => {
                assert_eq!(estado, EstadoDoPostgres::Ligado, "{codigo}");
                assert!(queixa.as_ref().is_some_and(|q| q.contains(frase)), "{codigo}: {queixa:?}");
            }
        }
        falhar(&cena, codigo, 0);
        servidor.banco.vigiar();
        assert_eq!(servidor.banco.estado(), EstadoDoPostgres::Ligado, "{codigo}: it is over");
        assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito), "{codigo}");
    }
    let depositados = cena.sql("SELECT count(*) FROM pixson.livro");
    assert_eq!(depositados, RECUSAS.len().to_string(), "none of those that were refused");
}

#[test]
fn a_user_that_may_only_read_is_told_so() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let (consulente, url) = cena.motor.papel_novo("", &cena.nome);
    let dar = |direitos: &str| cena.sql(&format!("GRANT {direitos} TO {consulente}"));
    dar("USAGE ON SCHEMA pixson");
    dar("SELECT ON ALL TABLES IN SCHEMA pixson");
    let recusa = || {
        let configuracao: ConfiguracaoPostgres = url.parse().expect("a URL");
        let impaciente = configuracao.com_espera(EM_VAO);
        BancoPostgres::abrir(impaciente).expect_err("it may not write").to_string()
    };
    assert!(recusa().contains("o usuário não tem direito às tabelas"), "{}", recusa());
    // A user whose transactions only read is as a database that only reads.
    cena.sql(&format!("ALTER ROLE {consulente} SET default_transaction_read_only = on"));
    dar("ALL ON ALL TABLES IN SCHEMA pixson");
    dar("ALL ON SEQUENCE pixson.epocas");
    assert!(recusa().contains("só lê"), "{}", recusa());
}

/// Makes each entry of the ledger take so many seconds.
fn demorar(cena: &BancoDaCena, segundos: f32) {
    cena.sql(&format!(
        "CREATE OR REPLACE FUNCTION demorar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM pg_sleep({segundos}); RETURN NEW; END $$; \
             CREATE OR REPLACE TRIGGER demorar BEFORE INSERT ON pixson.livro \
             FOR EACH ROW EXECUTE FUNCTION demorar()"
    ));
}

#[test]
fn a_slow_database_is_waited_for_and_one_that_is_too_slow_leaves_a_doubt_that_is_settled() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let aberto = BancoPostgres::abrir(impaciente(&cena)).expect("it opens");
    let servidor = ServidorDaCena::novo(aberto);
    demorar(&cena, 0.2);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito), "late and done");
    assert_eq!(servidor.banco.medidas().duvidas, 0);
    demorar(&cena, 2.5);
    let ouvida = servidor.fazer(deposito("1"));
    assert!(!ouvida.confirmada, "nobody knows: {ouvida:?}");
    assert_eq!(servidor.banco.medidas().duvidas, 1);
    let EstadoDoPostgres::Fora(dita) = servidor.banco.estado() else { panic!("it is told") };
    assert_eq!(dita, "o PostgreSQL não respondeu a tempo");
    while servidor.banco.estado() != EstadoDoPostgres::Ligado {
        servidor.banco.vigiar();
        thread::yield_now();
    }
    demorar(&cena, 0.0);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}
