//! What the database refuses, and what becomes of it.

use pixson_aglomerado::{Aglomerado, Motor};
use pixson_core::banco::{BancoPostgres, ConfiguracaoPostgres, EstadoDoPostgres};
use pixson_core::{Operacao, Recusa, Saldo, Sucesso};

use super::comum::rg;
use super::injetadas::falhas_injetadas;
use super::servidores::{BancoDaCena, ServidorDaCena, deposito, quatro};
use super::{EM_VAO, abrir, configuracao, preparado};

fn saldo() -> Operacao {
    Operacao::Saldo { rg: rg("1") }
}

/// Makes the next entries of the ledger fail with this code: so many of them.
pub(crate) fn falhar(cena: &BancoDaCena, codigo: &str, vezes: u32) {
    // A sequence keeps its value also if the transaction is given up.
    cena.sql(&falhas_injetadas(codigo, vezes));
}

#[test]
fn a_transaction_that_loses_is_done_again_and_once_only() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    for codigo in ["40001", "40P01"] {
        falhar(&cena, codigo, 3);
        assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito), "{codigo}");
    }
    assert_eq!(servidor.banco.medidas().repeticoes, 6);
    falhar(&cena, "40001", 1000);
    let sem_fim = servidor.fazer(deposito("1"));
    assert_eq!(sem_fim.desfecho, Err(Recusa::ServidorIndisponivel), "repetition is bounded");
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

#[test]
fn a_full_disk_refuses_money_and_balances_go_on() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    falhar(&cena, "53100", 1000);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Err(Recusa::ServidorIndisponivel));
    let dez = Saldo::de_centavos(1000).expect("in range");
    assert_eq!(servidor.fazer(saldo()).desfecho, Ok(Sucesso::Saldo(dez)));
    assert_eq!(servidor.banco.estado(), EstadoDoPostgres::Ligado);
    assert!(servidor.banco.medidas().sem_espaco > 0);
    assert!(servidor.banco.tirar_queixa().is_some_and(|frase| frase.contains("disco")));
    assert_eq!(servidor.banco.tirar_queixa(), None, "once");
    falhar(&cena, "53100", 0);
    assert_eq!(
        servidor.fazer(deposito("1")).desfecho,
        Ok(Sucesso::Deposito),
        "there is room again"
    );
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

#[test]
fn what_the_database_refuses_for_a_reason_of_its_own_is_counted_and_told() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    falhar(&cena, "23514", 1);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Err(Recusa::ServidorIndisponivel));
    assert_eq!(servidor.banco.medidas().erros, 1);
    assert!(servidor.banco.tirar_queixa().is_some_and(|frase| frase.contains("injected")));
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito), "only that one");
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

#[test]
fn a_database_without_a_connection_left_is_told_with_what_helps() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let (_, url) = cena.motor.papel_novo("CONNECTION LIMIT 0", &cena.nome);
    let curta: ConfiguracaoPostgres = url.parse().expect("a URL");
    let recusa = BancoPostgres::abrir(curta.com_espera(EM_VAO));
    let recusa = recusa.expect_err("no connection is left").to_string();
    assert!(recusa.contains("max_connections"), "{recusa}");
}

#[test]
fn a_role_with_the_rights_that_are_documented_can_serve_and_no_more() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let (atendente, url) = cena.motor.papel_novo("", &cena.nome);
    // docs/postgres.md
    cena.sql(&format!(
        "GRANT USAGE ON SCHEMA pixson TO {atendente}; \
         GRANT USAGE ON SEQUENCE pixson.epocas TO {atendente}; \
         GRANT SELECT, INSERT, UPDATE ON pixson.vias TO {atendente}; \
         GRANT SELECT, UPDATE ON pixson.contas TO {atendente}; \
         GRANT INSERT ON pixson.livro TO {atendente}; \
         GRANT SELECT ON pixson.esquema TO {atendente}"
    ));
    let aberto = BancoPostgres::abrir(url.parse().expect("a URL")).expect("it opens");
    let servidor = ServidorDaCena::novo(aberto);
    for _ in 0..3 {
        assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    }
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
    cena.sql(&format!("REVOKE ALL ON pixson.livro FROM {atendente}"));
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Err(Recusa::ServidorIndisponivel));
}

#[test]
fn a_primary_that_has_become_a_standby_is_left_for_another() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let banco = &cena.nome;
    let configuracao = cena.configuracao().com_espera(EM_VAO);
    let servidor = ServidorDaCena::novo(BancoPostgres::abrir(configuracao).expect("it opens"));
    falhar(&cena, "25006", 1);
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    assert_eq!(servidor.banco.medidas().ligacoes, 2, "it connected anew");
    // Sessions that begin now only read: as long as there is no other, operations are refused.
    cena.sql(&format!("ALTER DATABASE {banco} SET default_transaction_read_only = on"));
    falhar_e_desligar(&cena);
    // It was sent from memory, for good, and nobody can say what became of it.
    assert!(!servidor.fazer(deposito("1")).confirmada);
    let segunda = servidor.fazer(deposito("1"));
    assert_eq!(segunda.desfecho, Err(Recusa::ServidorIndisponivel), "it was not sent at all");
    assert!(matches!(servidor.banco.estado(), EstadoDoPostgres::Fora(_)));
    cena.sql(&format!(
        "BEGIN READ WRITE; ALTER DATABASE {banco} RESET default_transaction_read_only; COMMIT"
    ));
    servidor.banco.vigiar();
    assert_eq!(servidor.banco.estado(), EstadoDoPostgres::Ligado, "it came back by itself");
    assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

/// Ends the other sessions of a database, as an administrator does (57P01).
fn falhar_e_desligar(cena: &BancoDaCena) {
    // It waits until they have ended: what is sent to them before may still be done.
    cena.sql(
        "SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity \
         WHERE datname = current_database() AND usename = current_user \
         AND pid <> pg_backend_pid()",
    );
}

#[test]
fn a_session_that_an_administrator_ends_costs_nothing() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    for _ in 0..5 {
        falhar_e_desligar(&cena);
        assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    }
    assert_eq!(cena.julgar(&[&servidor]), Ok(()));
}

#[test]
fn a_database_that_forgot_the_lane_gives_it_a_new_epoch() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidor = cena.servidor();
    let feita = || assert_eq!(servidor.fazer(deposito("1")).desfecho, Ok(Sucesso::Deposito));
    let mut epocas = Vec::new();
    for (mudar, conta) in [
        // As after the promotion of a standby that had not heard of it, on which another has its number.
        ("instancia = 'outra'", "1"),
        // Its number was taken, or an earlier batch came late: what is remembered is of no use then.
        ("numero = numero + 1", "1"),
        ("numero = numero + 1", "2"),
    ] {
        feita();
        epocas.push(servidor.banco.epoca());
        cena.sql(&format!("UPDATE pixson.vias SET {mudar}"));
        servidor.fazer(Operacao::Saldo { rg: rg(conta) });
        epocas.push(servidor.banco.epoca());
        feita();
    }
    let primeira = epocas[0];
    let vistas: Vec<u64> = epocas.iter().map(|epoca| epoca - primeira).collect();
    assert_eq!(vistas, [0, 1, 1, 2, 2, 3], "a new one after each change, and no other");
    assert_eq!(cena.saldos()[&rg("1")].centavos(), 1006);
}

#[test]
fn a_database_that_loses_what_it_acknowledges_is_known() {
    let Some(aglomerado) = Aglomerado::novo() else { return };
    preparado(&aglomerado, "pixson", &quatro().0);
    assert_eq!(abrir(&aglomerado, "pixson").desligadas(), None);
    for (opcao, valor, desligadas) in [
        ("fsync", "off", Some("fsync")),
        ("full_page_writes", "off", Some("fsync, full_page_writes")),
        ("fsync", "on", Some("full_page_writes")),
        ("full_page_writes", "on", None),
    ] {
        aglomerado.sql("postgres", &format!("ALTER SYSTEM SET {opcao} = {valor}"));
        aglomerado.sql("postgres", "SELECT pg_reload_conf()");
        while aglomerado.sql("postgres", &format!("SHOW {opcao}")) != valor {
            std::thread::yield_now();
        }
        assert_eq!(abrir(&aglomerado, "pixson").desligadas().as_deref(), desligadas);
    }
}

/// The sentence with which a bank is not opened.
fn recusa(motor: &dyn Motor, banco: &str) -> String {
    let configuracao = configuracao(motor, banco).com_espera(EM_VAO);
    BancoPostgres::abrir(configuracao).expect_err("it must not open").to_string()
}

#[test]
fn a_bank_that_cannot_be_used_is_told_with_what_helps() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let ausente = recusa(cena.motor, &format!("{}_ausente", cena.nome));
    assert!(ausente.contains("createdb"), "{ausente}");
    let (_, url) = cena.motor.papel_novo("", &cena.nome);
    let configuracao = url.parse().expect("a URL");
    let sem_direito = BancoPostgres::abrir(configuracao).expect_err("no rights").to_string();
    assert!(sem_direito.contains("não tem direito"), "{sem_direito}");
    cena.sql("UPDATE pixson.esquema SET versao = 99");
    let nova = recusa(cena.motor, &cena.nome);
    assert!(nova.contains("versão 99"), "{nova}");
    cena.sql("DROP SCHEMA pixson CASCADE");
    let vazia = recusa(cena.motor, &cena.nome);
    assert!(vazia.contains("banco preparar"), "{vazia}");
}

#[test]
fn a_password_is_asked_for_and_comes_from_a_file_or_the_address() {
    let Some(aglomerado) = Aglomerado::com_opcoes(&["fsync=off"]) else { return };
    preparado(&aglomerado, "pixson", &quatro().0);
    aglomerado.sql("pixson", "ALTER ROLE pixson PASSWORD 'do:is'");
    aglomerado.exigir_senha();
    let recusa = recusa(&aglomerado, "pixson");
    assert!(recusa.contains("senha") && recusa.contains("PGPASSFILE"), "{recusa}");
    let configuracao = || configuracao(&aglomerado, "pixson");
    let errada = configuracao().com_senha(b"errada").com_espera(EM_VAO);
    let errada = BancoPostgres::abrir(errada).expect_err("a wrong one").to_string();
    assert!(errada.contains("recusados") && !errada.contains("errada"), "{errada}");
    let do_arquivo = configuracao().com_pgpass("127.0.0.1:*:pixson:pixson:do\\:is\n");
    for certa in [do_arquivo, configuracao().com_senha(b"do:is")] {
        assert!(certa.tem_senha());
        assert!(BancoPostgres::abrir(certa).is_ok());
    }
}

#[test]
fn a_database_is_spoken_to_by_tls_and_only_if_its_name_is_right() {
    let Some(aglomerado) = Aglomerado::com_opcoes(&["fsync=off"]) else { return };
    preparado(&aglomerado, "pixson", &quatro().0);
    let Some(certificado) = aglomerado.cifrar("localhost") else { return };
    let url = |host: &str, raiz: &str| {
        let (porta, modo) = (aglomerado.porta(), "sslmode=verify-full");
        format!("postgres://pixson@{host}:{porta}/pixson?{modo}&sslrootcert={raiz}")
    };
    let raiz = certificado.to_str().expect("UTF-8");
    let abrir = |url: String| {
        let configuracao: ConfiguracaoPostgres = url.parse().expect("a URL");
        BancoPostgres::abrir(configuracao.com_espera(EM_VAO))
    };
    let banco = abrir(url("localhost", raiz)).expect("the name is right");
    let cifradas = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE ssl AND application_name = 'pixson'";
    assert_eq!(aglomerado.sql("pixson", cifradas), "1");
    drop(banco);
    let outro = abrir(url("127.0.0.1", raiz)).expect_err("another name").to_string();
    assert!(outro.contains("certificate"), "{outro}");
}
