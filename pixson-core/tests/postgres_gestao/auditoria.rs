//! The audit, of a bank that nobody touched and of many that somebody did.

use super::*;

/// A bank with a history: two accounts opened, a third from nowhere, and one operation of each kind. The
/// stamps are 1 for the opening, then 2 to 6.
fn com_historia() -> Option<Bancada> {
    let bancada = Bancada::nova()?;
    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("1", 1000), ("2", 500)])).expect("no conflict");
    bancada.sql("INSERT INTO pixson.contas VALUES ('3', 'x', 300), ('4', 'y', 40)");
    let (servidor, relogio) = (bancada.servidor(), Relogio::novo());
    let valor = pixson_core::Valor::de_centavos(100).expect("in range");
    fazer(&servidor, &relogio, Operacao::Saque { rg: rg("1"), valor });
    fazer(&servidor, &relogio, Operacao::Deposito { rg: rg("2"), valor });
    fazer(&servidor, &relogio, transferencia("1", "2", 50));
    fazer(&servidor, &relogio, transferencia("3", "1", 10));
    administracao.ajustar(rg("1"), saldo(1)).expect("there");
    Some(bancada)
}

#[test]
fn an_audit_of_a_bank_that_nobody_touched_adds_up_twice() {
    let Some(bancada) = com_historia() else { return };
    let auditoria = bancada.auditar();
    let balanco =
        Balanco { inicial: 340, aberturas: 1500, ajustes: -859, depositos: 100, saques: 100 };
    let esperada = AuditoriaPostgres {
        lancamentos: 7,
        desde: Some((1, 1)),
        contas: 4,
        total_em_centavos: 981,
        balanco,
        divergencias: vec![],
        sql_confere: true,
    };
    assert_eq!(auditoria, esperada);
    assert_eq!(balanco.total(), 981);
}

/// What somebody does by hand, and how many divergences of which kinds an audit then has.
const MALFEITOS: [(&str, &[&str]); 21] = [
    ("UPDATE pixson.contas SET saldo = 2 WHERE rg = '1'", &["SaldoDiferente"]),
    ("UPDATE pixson.contas SET carimbo = 1 WHERE rg = '2'", &["CarimboAtrasado"]),
    ("DELETE FROM pixson.contas WHERE rg = '2'", &["Ausente"]),
    ("DELETE FROM pixson.livro WHERE op = 'saque'", &["Alterada"]),
    ("DELETE FROM pixson.livro WHERE op = 'deposito'", &["Alterada"]),
    ("DELETE FROM pixson.livro WHERE op = 'ajuste'", &["SaldoDiferente"]),
    ("DELETE FROM pixson.livro WHERE rg_destino = '2'", &["Alterada", "SaldoDiferente"]),
    ("DELETE FROM pixson.livro WHERE op = 'abertura'", &[]),
    ("UPDATE pixson.livro SET antes = 1001 WHERE op = 'saque'", &["ContaErrada", "Alterada"]),
    (
        "UPDATE pixson.livro SET destino_antes = 0 WHERE rg_destino = '2'",
        &["ContaErrada", "Alterada"],
    ),
    ("UPDATE pixson.livro SET valor = 99 WHERE op = 'saque'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET valor = NULL WHERE op = 'saque'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET valor = 9223372036854775807 WHERE op = 'saque'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET op = 'furto' WHERE op = 'saque'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET op = 'deposito' WHERE op = 'saque'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET op = 'saldo' WHERE op = 'saque'", &["ContaErrada"]),
    (
        "UPDATE pixson.livro SET rg_destino = rg WHERE rg_destino = '2'",
        &["ContaErrada", "Alterada", "Alterada", "SaldoDiferente"],
    ),
    ("UPDATE pixson.livro SET depois = -5 WHERE op = 'ajuste'", &["ContaErrada", "SaldoDiferente"]),
    ("UPDATE pixson.livro SET destino_depois = 1 WHERE op = 'ajuste'", &["ContaErrada"]),
    ("UPDATE pixson.livro SET epoca = -1 WHERE op = 'ajuste'", &["ContaErrada"]),
    (
        "INSERT INTO pixson.livro VALUES (5, 999, 'abertura', NULL, '2', NULL, 650)",
        &["Reaberta", "CarimboAtrasado"],
    ),
];

#[test]
fn whatever_is_done_by_hand_is_found_in_rust_and_in_sql_alike() {
    let Some(bancada) = com_historia() else { return };
    let especie = |divergencia: &DivergenciaPostgres| {
        let dita = format!("{divergencia:?}");
        dita.split([' ', '{']).next().unwrap_or_default().to_owned()
    };
    bancada.sql(
        "CREATE SCHEMA copia; CREATE TABLE copia.contas AS TABLE pixson.contas; \
         CREATE TABLE copia.livro AS TABLE pixson.livro",
    );
    for (malfeito, esperadas) in MALFEITOS {
        bancada.sql(
            "TRUNCATE pixson.contas, pixson.livro; \
             INSERT INTO pixson.contas TABLE copia.contas; \
             INSERT INTO pixson.livro TABLE copia.livro",
        );
        bancada.sql(malfeito);
        let auditoria = bancada.auditar();
        let achadas: Vec<String> = auditoria.divergencias.iter().map(especie).collect();
        assert_eq!(achadas, esperadas, "{malfeito}: {:?}", auditoria.divergencias);
        assert!(auditoria.sql_confere, "{malfeito}");
        for divergencia in auditoria.divergencias {
            assert!(divergencia.to_string().ends_with('.'), "{divergencia}");
        }
    }
}
