//! The banks of this crate: the common suite, and what only files can do.
#![cfg(feature = "json")]
#![expect(clippy::disallowed_methods, reason = "tests prepare files and look at them")]

mod comum;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pixson_core::banco::{
    BancoJson, BancoMemoria, ConfiguracaoJson, ErroAbrir, Execucao, Recibo, ResultadoDesconhecido,
};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::tipos::Culpa;
use pixson_core::{Banco, Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
use pixson_oraculos::conformidade::{conferir, conferir_sem_armazenamento};
use pixson_oraculos::{DiscoModelo, FalhaDoDisco, ModoDeFalhar};
use tempfile::TempDir;

use comum::conformidade::fazer;
use comum::linear::Saldos;
use comum::quebrados::{BancoApressado, BancoDeTravas, Defeito};
use comum::{rg, saldo, transferencia, valor};

/// A bank in a directory of its own, which goes with it.
struct BancoEmPasta {
    banco: BancoJson,
    pasta: TempDir,
}

impl Banco for BancoEmPasta {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.banco.executar(operacao, relogio)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.banco.confirmar(recibo)
    }
}

impl BancoEmPasta {
    fn novo(contas: &BTreeMap<Rg, Saldo>) -> Self {
        let pasta = TempDir::new().expect("a temporary directory");
        for (rg, saldo) in contas {
            gravar(pasta.path(), rg.as_str(), &conta(rg.as_str(), &saldo.to_string()));
        }
        Self { banco: abrir(pasta.path()), pasta }
    }

    fn com_arquivo(nome: &str, conteudo: &str) -> Self {
        let banco = Self::novo(&BTreeMap::from([(rg("1"), saldo("10.0"))]));
        gravar(banco.pasta.path(), nome, conteudo);
        banco
    }

    /// The file after a checkpoint.
    fn arquivo(&self, rg: &str) -> String {
        assert_eq!(self.banco.publicar().expect("the disk works"), []);
        fs::read_to_string(self.pasta.path().join(format!("{rg}.json"))).expect("readable")
    }

    fn desfecho(&self, operacao: Operacao) -> Result<Sucesso, Recusa> {
        fazer(self, &Relogio::novo(), operacao).1
    }
}

/// Opens a bank that has nothing to warn of.
fn abrir(pasta: &Path) -> BancoJson {
    let (banco, avisos) = BancoJson::abrir(pasta).expect("the directory is there");
    assert_eq!(avisos, []);
    banco
}

fn gravar(pasta: &Path, rg: &str, conteudo: &str) {
    fs::write(pasta.join(format!("{rg}.json")), conteudo).expect("writable");
}

fn conta(rg: &str, saldo: &str) -> String {
    format!(r#"{{"rg": "{rg}", "nome": "Zoë \"Z\" Ávila", "saldo": {saldo}}}"#)
}

#[test]
fn the_bank_in_memory_conforms() {
    conferir(|contas| BancoMemoria::com_contas(contas.clone()));
}

#[test]
fn the_bank_in_json_files_conforms() {
    conferir(BancoEmPasta::novo);
}

/// A bank on a disk in memory, beside that disk.
struct BancoNoModelo(BancoJson<DiscoModelo>, DiscoModelo);

impl BancoNoModelo {
    fn novo(contas: &Saldos) -> Self {
        let disco = DiscoModelo::com_contas(contas);
        // Space is taken by the kilobyte: a full disk is noticed soon.
        let configuracao = ConfiguracaoJson { reserva_bytes: 64, ..ConfiguracaoJson::default() };
        let aberto = BancoJson::abrir_em(disco.clone(), configuracao);
        Self(aberto.expect("a sound disk").0, disco)
    }
}

impl Banco for BancoNoModelo {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.0.executar(operacao, relogio)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.0.confirmar(recibo)
    }
}

#[test]
fn a_bank_whose_disk_is_full_or_broken_refuses_changes_and_makes_none() {
    for especie in [ModoDeFalhar::SemEspaco, ModoDeFalhar::Eio] {
        conferir_sem_armazenamento(BancoNoModelo::novo, |banco| {
            banco.1.programar(Some(FalhaDoDisco { chamada: 0, especie, para_sempre: true }));
        });
    }
}

/// A bank that says that storage refused, and has done it all the same.
struct RecusaEFaz(BancoMemoria, AtomicBool);

impl Banco for RecusaEFaz {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let mut execucao = self.0.executar(operacao, relogio)?;
        let muda = matches!(execucao.desfecho, Ok(sucesso) if sucesso == Sucesso::Deposito);
        if muda && self.1.load(Ordering::Relaxed) {
            execucao.desfecho = Err(Recusa::ServidorIndisponivel);
        }
        Ok(execucao)
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Ok(())
    }
}

#[test]
fn the_suite_finds_a_bank_that_breaks_a_law() {
    let acusado = |suite: &dyn Fn()| panic::catch_unwind(AssertUnwindSafe(suite)).is_err();
    let apressado = |defeito| {
        move |contas: &Saldos| BancoApressado { banco: BancoNoModelo::novo(contas), defeito }
    };
    assert!(!acusado(&|| conferir(apressado(None))));
    assert!(acusado(&|| conferir(apressado(Some(Defeito::SaldoSemEspera)))), "it does not wait");
    assert!(!acusado(&|| conferir(|contas| BancoDeTravas::novo(contas, None))));
    for defeito in
        [Defeito::AplicadaDuasVezes, Defeito::CreditoAntesDoDebito, Defeito::CarimboForaDaTrava]
    {
        let travas = |contas: &Saldos| BancoDeTravas::novo(contas, Some(defeito));
        assert!(acusado(&|| conferir(travas)), "{defeito:?}");
    }
    let recusa = |contas: &Saldos| {
        RecusaEFaz(BancoMemoria::com_contas(contas.clone()), AtomicBool::new(false))
    };
    let falhar = |banco: &RecusaEFaz| banco.1.store(true, Ordering::Relaxed);
    assert!(acusado(&|| conferir_sem_armazenamento(recusa, falhar)), "it refuses and does it");
    let memoria = |contas: &Saldos| BancoMemoria::com_contas(contas.clone());
    assert!(acusado(&|| conferir_sem_armazenamento(memoria, |_| {})), "it takes changes");
}

#[test]
fn a_file_holds_exactly_the_three_keys_and_the_name_unescaped() {
    let banco =
        BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("10.0")), (rg("2"), saldo("0"))]));
    assert_eq!(banco.desfecho(transferencia("1", "2", "5.55")), Ok(Sucesso::Transferencia));
    assert_eq!(banco.arquivo("1"), conta("1", "4.45"));
    assert_eq!(banco.arquivo("2"), conta("2", "5.55"));
}

#[test]
fn a_bank_that_is_opened_again_has_what_it_had() {
    let BancoEmPasta { banco, pasta } =
        BancoEmPasta::novo(&BTreeMap::from([(rg("0000000000"), saldo("1.5"))]));
    let deposito = Operacao::Deposito { rg: rg("0000000000"), valor: valor("2") };
    assert_eq!(fazer(&banco, &Relogio::novo(), deposito).1, Ok(Sucesso::Deposito));
    drop(banco);
    let banco = abrir(pasta.path());
    let consulta = Operacao::Saldo { rg: rg("0000000000") };
    let tem = Ok(Sucesso::Saldo(saldo("3.5")));
    assert_eq!(fazer(&banco, &Relogio::novo(), consulta).1, tem);
}

#[test]
fn a_file_that_is_added_is_an_account_at_once() {
    let banco = BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("10.0"))]));
    assert_eq!(banco.desfecho(transferencia("1", "77", "1")), Err(Recusa::DestinoNaoEncontrado));
    gravar(banco.pasta.path(), "77", &conta("77", "0.5"));
    assert_eq!(banco.desfecho(transferencia("1", "77", "1")), Ok(Sucesso::Transferencia));
    assert_eq!(banco.arquivo("77"), conta("77", "1.5"));
}

#[test]
fn float_noise_of_the_original_is_read_as_the_centavo_it_was() {
    let banco = BancoEmPasta::com_arquivo("2", &conta("2", "10349.899999999081"));
    let tem = Ok(Sucesso::Saldo(saldo("10349.90")));
    assert_eq!(banco.desfecho(Operacao::Saldo { rg: rg("2") }), tem);
    assert_eq!(banco.arquivo("2"), conta("2", "10349.899999999081"), "reading writes nothing");
    assert_eq!(banco.desfecho(transferencia("2", "1", "0.9")), Ok(Sucesso::Transferencia));
    assert_eq!(banco.arquivo("2"), conta("2", "10349.0"));
}

#[test]
fn a_damaged_file_is_kept_and_its_account_alone_is_out_of_service() {
    for ruim in [
        String::new(),
        conta("2", "10.005"),
        conta("2", "-1.0"),
        conta("2", "NaN"),
        conta("2", "Infinity"),
        conta("2", "10000000000000.0"),
        conta("3", "10.0"),
        conta("2", "10.0").replace("nome", "Nome"),
        conta("2", "10.0").replace('}', ", \"limite\": 1}"),
        conta("2", "10.0").replace('}', ""),
        format!("{}{}", conta("2", "10.0"), " ".repeat(4096)),
    ] {
        let banco = BancoEmPasta::com_arquivo("2", &ruim);
        let valor = valor("1");
        for operacao in [
            Operacao::Login { rg: rg("2") },
            Operacao::Saldo { rg: rg("2") },
            Operacao::Saque { rg: rg("2"), valor },
            Operacao::Deposito { rg: rg("2"), valor },
            transferencia("2", "1", "1"),
            transferencia("1", "2", "1"),
        ] {
            assert_eq!(banco.desfecho(operacao), Err(Recusa::ContaIlegivel), "{ruim}");
        }
        assert_eq!(banco.arquivo("2"), ruim, "the file is kept as it is");
        let tem = Ok(Sucesso::Saldo(saldo("10.0")));
        assert_eq!(banco.desfecho(Operacao::Saldo { rg: rg("1") }), tem, "the others go on");
    }
}

#[test]
fn what_is_not_a_regular_file_is_no_account() {
    let banco = BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("10.0"))]));
    fs::create_dir(banco.pasta.path().join("2.json")).expect("writable");
    assert_eq!(banco.desfecho(Operacao::Login { rg: rg("2") }), Err(Recusa::ContaIlegivel));
}

#[test]
fn half_written_files_of_a_killed_process_are_deleted_and_never_read() {
    let BancoEmPasta { banco, pasta } =
        BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("10.0"))]));
    banco.iniciar().expect("the disk works");
    drop(banco);
    let resto = pasta.path().join(".tmp-1.json");
    fs::write(&resto, r#"{"rg": "1", "no"#).expect("writable");
    let banco = abrir(pasta.path());
    assert!(!resto.exists());
    let tem = Ok(Sucesso::Saldo(saldo("10.0")));
    assert_eq!(fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1, tem);
}

#[test]
fn nothing_but_the_accounts_is_left_in_the_directory() {
    let banco = BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("1")), (rg("2"), saldo("1"))]));
    assert_eq!(banco.desfecho(transferencia("1", "2", "1")), Ok(Sucesso::Transferencia));
    banco.banco.publicar().expect("the disk works");
    let mut nomes: Vec<_> = fs::read_dir(banco.pasta.path())
        .expect("readable")
        .map(|item| item.expect("readable").file_name().into_string().expect("ASCII"))
        .collect();
    nomes.sort();
    assert_eq!(nomes, ["1.json", "2.json", "diario"]);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let banco = BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("1"))]));
    let caminho = banco.pasta.path().join("1.json");
    fs::set_permissions(&caminho, fs::Permissions::from_mode(0o640)).expect("ours");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(banco.desfecho(saque), Ok(Sucesso::Saque));
    banco.banco.publicar().expect("the disk works");
    let modo = fs::metadata(&caminho).expect("readable").permissions().mode();
    assert_eq!(modo & 0o777, 0o640);
}

#[test]
fn a_missing_directory_and_one_that_is_none_are_told_apart() {
    let pasta = TempDir::new().expect("a temporary directory");
    let ausente = BancoJson::abrir(pasta.path().join("nada")).expect_err("it is not there");
    assert!(matches!(ausente, ErroAbrir::NaoExiste));
    assert_eq!(ausente.culpa(), Culpa::Chamador);
    let arquivo = pasta.path().join("arquivo");
    fs::write(&arquivo, "").expect("writable");
    let ilegivel = BancoJson::abrir(arquivo).expect_err("it is a file");
    assert_eq!(ilegivel.culpa(), Culpa::Armazenamento);
}

#[test]
fn what_is_shown_of_an_account_is_durable_and_waits_for_nobody() {
    let banco = BancoEmPasta::novo(&BTreeMap::from([(rg("1"), saldo("10.0"))]));
    let mostrado = |de: &str| banco.banco.saldos_sem_esperar([rg(de)]).remove(&rg(de));
    assert_eq!(mostrado("1"), None, "nobody has asked for it, and no file is read");
    let relogio = Relogio::novo();
    let deposito = Operacao::Deposito { rg: rg("1"), valor: valor("2.5") };
    let feito = banco.executar(deposito, &relogio).expect("stamps are left");
    assert_eq!(mostrado("1"), None, "it may be lost");
    banco.confirmar(feito.recibo).expect("the disk works");
    assert_eq!(mostrado("1"), Some(saldo("12.5")));
    assert_eq!(mostrado("2"), None, "there is none");
}
