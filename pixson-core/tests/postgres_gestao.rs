//! The administration of a bank on PostgreSQL: accounts that are opened and set while servers stand on the
//! bank, statements, and the audit.
#![allow(clippy::disallowed_types, reason = "a wire that is cut is a socket")]
#![allow(clippy::disallowed_methods, reason = "and it carries bytes by itself")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use pixson_aglomerado::Aglomerado;
use pixson_core::banco::regras::Movimentacao;
use pixson_core::banco::{
    Abertura, AdministracaoPostgres, AtoNoLivro, AuditoriaPostgres, Balanco, Banco, BancoPostgres,
    ConfiguracaoPostgres, Conta, DivergenciaPostgres, ErroDeGestao, ErroPostgres,
    LancamentoPostgres, preparar,
};
use pixson_core::{Carimbo, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};

/// The cluster of all tests here.
fn aglomerado() -> Option<&'static Aglomerado> {
    static UM: OnceLock<Option<Aglomerado>> = OnceLock::new();
    UM.get_or_init(|| {
        let um = Aglomerado::com_opcoes(&["max_connections=100", "fsync=off"])?;
        um.sql("postgres", "CREATE DATABASE modelo");
        preparar(&um.url("modelo").parse().expect("a URL")).expect("the tables are made");
        Some(um)
    })
    .as_ref()
}

/// A bank of its own for a test.
struct Bancada {
    aglomerado: &'static Aglomerado,
    nome: String,
}

impl Bancada {
    fn nova() -> Option<Self> {
        static NUMERO: AtomicU32 = AtomicU32::new(0);
        let aglomerado = aglomerado()?;
        let nome = format!("banco{}", NUMERO.fetch_add(1, Ordering::Relaxed));
        aglomerado.sql("postgres", &format!("CREATE DATABASE {nome} TEMPLATE modelo"));
        Some(Self { aglomerado, nome })
    }

    fn configuracao(&self) -> ConfiguracaoPostgres {
        self.aglomerado.url(&self.nome).parse().expect("a URL")
    }

    fn administracao(&self) -> AdministracaoPostgres {
        AdministracaoPostgres::abrir(self.configuracao()).expect("the bank is there")
    }

    fn servidor(&self) -> BancoPostgres {
        BancoPostgres::abrir(self.configuracao()).expect("the bank opens")
    }

    fn sql(&self, texto: &str) -> String {
        self.aglomerado.sql(&self.nome, texto)
    }

    /// Waits until somebody has locked rows of a table.
    fn esperar_tranca(&self, tabela: &str) {
        self.esperar(tabela, "RowShareLock");
    }

    fn esperar(&self, tabela: &str, tranca: &str) {
        let trancas = format!(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database \
             WHERE datname = current_database() AND mode = '{tranca}' \
             AND relation = 'pixson.{tabela}'::regclass"
        );
        while self.sql(&trancas) == "0" {
            thread::yield_now();
        }
    }

    fn auditar(&self) -> AuditoriaPostgres {
        self.administracao().auditar().expect("the tables can be read")
    }
}

fn rg(texto: &str) -> Rg {
    texto.parse().expect("a legal RG")
}

fn saldo(centavos: u64) -> Saldo {
    Saldo::de_centavos(centavos).expect("in range")
}

fn conta(numero: &str, centavos: u64) -> Conta {
    Conta { rg: rg(numero), nome: "Ana".parse().expect("a legal name"), saldo: saldo(centavos) }
}

fn abertura(contas: &[(&str, u64)]) -> Abertura {
    let contas = contas.iter().map(|(numero, centavos)| conta(numero, *centavos)).collect();
    Abertura::nova(contas).expect("some accounts, each once")
}

/// Does an operation, which is durable when this returns.
fn fazer(banco: &BancoPostgres, relogio: &Relogio, operacao: Operacao) -> (u64, Option<Sucesso>) {
    let execucao = banco.executar(operacao, relogio).expect("stamps are left");
    banco.confirmar(execucao.recibo).expect("the database is there");
    (execucao.carimbo.valor(), execucao.desfecho.ok())
}

fn transferencia(de: &str, para: &str, centavos: u64) -> Operacao {
    let valor = pixson_core::Valor::de_centavos(centavos).expect("in range");
    Operacao::Transferencia { rg_origem: rg(de), rg_destino: rg(para), valor }
}

fn todas(administracao: &mut AdministracaoPostgres) -> Vec<(String, String, u64)> {
    let mut todas = Vec::new();
    let lidas: Result<(), ErroPostgres> = administracao.contas(|Conta { rg, nome, saldo }| {
        todas.push((rg.to_string(), nome.clone(), saldo.centavos()));
        Ok(())
    });
    lidas.expect("the tables can be read");
    todas
}

fn extrato(administracao: &mut AdministracaoPostgres, numero: &str) -> Vec<LancamentoPostgres> {
    let mut lancamentos = Vec::new();
    let lido: Result<(), ErroPostgres> = administracao.extrato(rg(numero), |lancamento| {
        lancamentos.push(lancamento);
        Ok(())
    });
    lido.expect("the tables can be read");
    lancamentos
}

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
    let lote = "BEGIN; SELECT 1 FROM pixson.vias FOR UPDATE; SELECT pg_sleep(0.4); \
                UPDATE pixson.vias SET carimbo = 77; COMMIT";
    thread::scope(|escopo| {
        escopo.spawn(|| bancada.sql(lote));
        bancada.esperar_tranca("vias");
        let aberta = bancada.administracao().abrir_contas(&abertura(&[("1", 0)]));
        aberta.expect("no conflict");
    });
    assert_eq!(bancada.sql("SELECT carimbo FROM pixson.contas"), "78");
}

/// So many accounts that they are written before servers have to wait.
fn muitas() -> Abertura {
    let contas = (0..5000).map(|numero: u64| conta(&numero.to_string(), numero));
    Abertura::nova(contas.collect()).expect("each once")
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
    let longe = "BEGIN; UPDATE pixson.vias SET carimbo = 1000000000; SELECT pg_sleep(1); COMMIT";
    thread::scope(|escopo| {
        escopo.spawn(|| bancada.sql(longe));
        bancada.esperar("vias", "RowExclusiveLock");
        bancada.administracao().abrir_contas(&muitas()).expect("no conflict");
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
    thread::scope(|escopo| {
        escopo.spawn(|| {
            bancada.sql("BEGIN; SELECT FROM pixson.contas FOR UPDATE; SELECT pg_sleep(1); COMMIT")
        });
        bancada.esperar_tranca("contas");
        let ajustada = administracao.ajustar(rg("1"), saldo(5));
        assert!(matches!(ajustada, Err(ErroDeGestao::NadaFeito(_))), "{ajustada:?}");
    });
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

#[test]
fn a_statement_is_in_order_whatever_its_length_and_names_what_no_operation_does() {
    let Some(bancada) = Bancada::nova() else { return };
    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("1", 0), ("2", 9_000)])).expect("no conflict");
    // One after the other from 2 to 1, in wrong order, longer than a page, and one that is none.
    bancada.sql(
        "INSERT INTO pixson.livro \
         SELECT 1 + n, 100, 'transferencia', 1, '2', 9001 - n, 9000 - n, '1', n - 1, n \
         FROM generate_series(9000, 1, -1) AS n; \
         INSERT INTO pixson.livro VALUES (20000, 1, 'furto', 1, '1', 9000, 8999)",
    );
    for numero in ["1", "2"] {
        let mut lancamentos = extrato(&mut administracao, numero);
        if numero == "1" {
            let furto = lancamentos.pop().expect("the last");
            assert_eq!((furto.carimbo, furto.epoca, furto.ato), (20_000, 1, None));
        }
        assert_eq!(lancamentos.len(), 9001);
        assert!(matches!(lancamentos[0].ato, Some(AtoNoLivro::Abertura { .. })));
        let mut proximo = 1;
        for lancamento in &lancamentos[1..] {
            proximo += 1;
            assert_eq!(lancamento.carimbo, proximo);
            let Some(AtoNoLivro::Movimentacao(Movimentacao::Transferencia { destino, .. })) =
                lancamento.ato
            else {
                panic!("{lancamento:?}");
            };
            assert_eq!(destino.depois.centavos(), proximo.unsigned_abs() - 1);
        }
    }
    assert_eq!(extrato(&mut administracao, "3"), []);
    let parado = administracao.extrato(rg("1"), |_| {
        Err(ErroPostgres::Recusado { configuracao: "x".into(), frase: "basta".into() })
    });
    assert!(parado.is_err_and(|erro| erro.to_string() == "x: basta"), "a visitor may stop");
    assert_eq!(extrato(&mut administracao, "1").len(), 9002, "and the connection is of use");
}

#[test]
fn names_of_all_kinds_come_back_letter_by_letter() {
    let Some(bancada) = Bancada::nova() else { return };
    let nomes = ["José \"Zé\" \\ 名前", " \\N ", "'; DROP TABLE pixson.contas; --", "\u{1f600}"];
    let contas = nomes.iter().zip(0..).map(|(nome, numero): (_, u64)| Conta {
        nome: nome.parse().expect("a legal name"),
        ..conta(&numero.to_string(), numero)
    });
    let mut administracao = bancada.administracao();
    let abertura = Abertura::nova(contas.collect()).expect("each once");
    administracao.abrir_contas(&abertura).expect("no conflict");
    let voltaram = todas(&mut administracao);
    assert_eq!(voltaram.iter().map(|(_, nome, _)| nome.as_str()).collect::<Vec<_>>(), nomes);
    let uma = administracao.conta(rg("2")).expect("readable").expect("there");
    assert_eq!((uma.nome.as_str(), uma.saldo), (nomes[2], saldo(2)));
    assert_eq!(administracao.conta(rg("02")).expect("readable"), None);
}

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
    for (malfeito, esperadas) in MALFEITOS {
        let copia = format!("{}_copia", bancada.nome);
        let aglomerado = bancada.aglomerado;
        let recriar = format!("CREATE DATABASE {copia} TEMPLATE {}", bancada.nome);
        aglomerado.sql("postgres", &format!("DROP DATABASE IF EXISTS {copia}"));
        aglomerado.sql("postgres", &recriar);
        aglomerado.sql(&copia, malfeito);
        let auditoria = Bancada { aglomerado, nome: copia }.auditar();
        let achadas: Vec<String> = auditoria.divergencias.iter().map(especie).collect();
        assert_eq!(achadas, esperadas, "{malfeito}: {:?}", auditoria.divergencias);
        assert!(auditoria.sql_confere, "{malfeito}");
        for divergencia in auditoria.divergencias {
            assert!(divergencia.to_string().ends_with('.'), "{divergencia}");
        }
    }
}

/// What happens to the wire at the COMMIT of an act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Corte {
    /// It arrives, and the answer does not.
    Depois,
    /// It does not arrive.
    Antes,
    /// It arrives, and then the database cannot be reached any more.
    ParaSempre,
}

/// A wire to the database that is cut once, at the first COMMIT. Returns its port.
fn fio(destino: u16, corte: Corte) -> u16 {
    let ouvinte = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let porta = ouvinte.local_addr().expect("bound").port();
    thread::spawn(move || {
        let mut primeiro = true;
        for cliente in ouvinte.incoming().map_while(Result::ok) {
            let servidor = TcpStream::connect(("127.0.0.1", destino)).expect("it listens");
            let corta = std::mem::take(&mut primeiro);
            if !corta && corte == Corte::ParaSempre {
                continue;
            }
            let (volta, mut para) = (servidor.try_clone(), cliente.try_clone().expect("a socket"));
            let mut volta = volta.expect("a socket");
            thread::spawn(move || std::io::copy(&mut volta, &mut para));
            thread::spawn(move || levar(cliente, servidor, corta.then_some(corte)));
        }
    });
    porta
}

/// Carries what a client says, until the cut.
fn levar(mut cliente: TcpStream, mut servidor: TcpStream, corte: Option<Corte>) {
    let mut bytes = vec![0; 65536];
    while let Ok(lidos @ 1..) = cliente.read(&mut bytes) {
        let commit = bytes[..lidos].windows(7).any(|sete| sete == b"COMMIT\0");
        if commit && corte.is_some() {
            // Nothing comes back from here on.
            let _ = cliente.shutdown(Shutdown::Both);
            if corte != Some(Corte::Antes) {
                let _ = servidor.write_all(&bytes[..lidos]);
                let _ = servidor.read(&mut bytes);
            }
            let _ = servidor.shutdown(Shutdown::Both);
            return;
        }
        if servidor.write_all(&bytes[..lidos]).is_err() {
            return;
        }
    }
}

#[test]
fn an_act_whose_commit_was_not_answered_is_asked_for() {
    let Some(bancada) = Bancada::nova() else { return };
    for (corte, numero, existe) in
        [(Corte::Depois, "1", true), (Corte::Antes, "2", false), (Corte::ParaSempre, "3", true)]
    {
        let porta = fio(bancada.aglomerado.porta(), corte);
        let url = format!("postgres://pixson@127.0.0.1:{porta}/{}", bancada.nome);
        let configuracao: ConfiguracaoPostgres = url.parse().expect("a URL");
        let configuracao = configuracao.com_espera(Duration::from_secs(1));
        let mut administracao = AdministracaoPostgres::abrir(configuracao).expect("it is there");
        let aberta = administracao.abrir_contas(&abertura(&[(numero, 0)]));
        match (corte, aberta) {
            (Corte::Depois, Ok(()))
            | (Corte::Antes, Err(ErroDeGestao::NadaFeito(_)))
            | (Corte::ParaSempre, Err(ErroDeGestao::Desconhecido)) => {}
            (_, aberta) => panic!("{corte:?}: {aberta:?}"),
        }
        let conta = bancada.administracao().conta(rg(numero)).expect("readable");
        assert_eq!(conta.is_some(), existe, "{corte:?}");
    }
    assert_eq!(bancada.auditar().divergencias, []);
}

#[test]
fn a_login_that_was_refused_before_is_refused_no_more() {
    let Some(bancada) = Bancada::nova() else { return };
    let (servidor, relogio) = (bancada.servidor(), Relogio::novo());
    let login = Operacao::Login { rg: rg("5") };
    let negada = servidor.executar(login, &relogio).expect("stamps are left");
    assert_eq!(negada.desfecho, Err(Recusa::ClienteNaoEncontrado));
    bancada.administracao().abrir_contas(&abertura(&[("5", 1)])).expect("no conflict");
    let aceita = servidor.executar(login, &relogio).expect("stamps are left");
    assert_eq!(aceita.desfecho, Ok(Sucesso::Login));
}
