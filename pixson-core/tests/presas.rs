//! Account files that cannot be replaced: the bank goes on, and the journal keeps what they lack.
#![cfg(feature = "json")]

mod comum;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{Aviso, BancoJson, Presa};
use pixson_core::{Banco, Operacao, Relogio, Rg, Saldo, Sucesso};
use pixson_oraculos::juiz::{Historia, PEQUENA, PassoDaCena, encenar, julgar_vida};
use pixson_oraculos::{Corte, DiscoModelo};

use comum::conformidade::fazer;
use comum::disco::delegar;
use comum::{arquivo_de, deposito, rg, saldo};

const PRESO: &str = "1.json";

fn iniciais() -> BTreeMap<Rg, Saldo> {
    ["1", "2", "3"].into_iter().map(|conta| (rg(conta), saldo("10.0"))).collect()
}

fn preso() -> DiscoModelo {
    let disco = DiscoModelo::com_contas(&iniciais());
    disco.prender(PRESO, true);
    disco
}

fn abrir<D: Disco + Clone>(disco: &D) -> BancoJson<D> {
    BancoJson::abrir_em(disco.clone(), PEQUENA).expect("it opens in the same state").0
}

fn depositar(conta: &str) -> PassoDaCena {
    PassoDaCena::Fazer(deposito(conta, "1"))
}

fn arquivo(disco: &DiscoModelo, conta: &str) -> String {
    let bytes = disco.conteudo(&format!("{conta}.json")).expect("a file");
    String::from_utf8(bytes).expect("UTF-8")
}

/// Deposits to all accounts, with a checkpoint after each round.
fn rodadas(quantas: usize) -> Vec<PassoDaCena> {
    let rodada = ["1", "2", "3"].map(depositar).into_iter();
    let rodada: Vec<PassoDaCena> =
        rodada.chain([PassoDaCena::Confirmar, PassoDaCena::Publicar]).collect();
    rodada.iter().cloned().cycle().take(quantas * rodada.len()).collect()
}

#[test]
fn the_bank_goes_on_and_says_once_which_file_it_is_and_why() {
    let disco = preso();
    let banco = abrir(&disco);
    encenar(
        &banco,
        &[depositar("1"), depositar("2"), PassoDaCena::Confirmar],
        &mut Historia::default(),
    );
    let avisos = banco.publicar().expect("the others are written");
    let [Aviso::ArquivoPreso(Presa { rg: conta, arquivo: nome, causa })] = avisos.as_slice() else {
        panic!("{avisos:?}");
    };
    assert_eq!((*conta, nome.as_str()), (rg("1"), PRESO));
    assert_eq!(causa.erro().kind(), io::ErrorKind::ResourceBusy);
    assert_eq!(banco.presas().len(), 1);
    assert!(!banco.falhou());
    assert_eq!(arquivo(&disco, "2"), arquivo_de("2", "11.0"));
    assert_eq!(arquivo(&disco, "1"), arquivo_de("1", "10.0"));
    let tem = fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1;
    assert_eq!(tem, Ok(Sucesso::Saldo(saldo("11.0"))));
    for _ in 0..10 {
        assert_eq!(banco.publicar().expect("nothing else is wrong"), []);
    }
    assert_eq!(banco.registros_atrasados(), 2, "the journal is kept from there on");

    disco.prender(PRESO, false);
    let mut avisos = Vec::new();
    for _ in 0..200 {
        avisos.extend(banco.publicar().expect("nothing is wrong"));
    }
    assert_eq!(avisos, [Aviso::ArquivoSolto { rg: rg("1") }]);
    assert_eq!(arquivo(&disco, "1"), arquivo_de("1", "11.0"));
    assert_eq!((banco.presas(), banco.registros_atrasados()), (Vec::new(), 0));
}

#[test]
fn a_balance_is_set_against_what_the_journal_has_and_not_the_file_that_stays_behind() {
    let disco = preso();
    let banco = abrir(&disco);
    encenar(
        &banco,
        &[depositar("1"), PassoDaCena::Confirmar, PassoDaCena::Fechar],
        &mut Historia::default(),
    );
    drop(banco);
    let banco = abrir(&disco);
    let (movimento, gestao) =
        banco.ajustar(rg("1"), saldo("10.0"), &Relogio::novo()).expect("the account is served");
    assert_eq!((movimento.antes, movimento.depois), (saldo("11.0"), saldo("10.0")));
    assert_eq!(banco.confirmar(gestao.recibo), Ok(()));
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Nada);
    let tem = fazer(&abrir(&disco), &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1;
    assert_eq!(tem, Ok(Sucesso::Saldo(saldo("10.0"))));
}

/// Runs with a file that cannot be replaced, a power cut in each, and one orderly end. What a judge
/// says when it can be replaced again, and whether the bank lived through it.
fn vida<D: Disco + Clone>(
    embrulhar: impl Fn(DiscoModelo) -> D,
    mut corte: Corte,
) -> Result<(), String> {
    let mut disco = preso();
    let mut historia = Historia::default();
    for corrida in 0..4 {
        let banco = abrir(&embrulhar(disco.clone()));
        encenar(&banco, &rodadas(6), &mut historia);
        if banco.falhou() {
            return Err(format!("run {corrida}: one file ended the bank"));
        }
        if corrida == 2 {
            encenar(&banco, &[PassoDaCena::Fechar], &mut historia);
        }
        drop(banco);
        disco = disco.depois_de(&mut corte);
    }
    disco.prender(PRESO, false);
    julgar_vida(&disco, &iniciais(), &historia)
}

#[test]
fn nothing_that_is_not_in_the_file_is_given_up_over_restarts_and_power_cuts() {
    for corte in [Corte::Tudo, Corte::Nada] {
        assert_eq!(vida(|disco| disco, corte), Ok(()));
    }
}

#[test]
fn a_closed_bank_says_which_file_is_behind_and_the_next_one_begins_there() {
    let disco = preso();
    let banco = abrir(&disco);
    encenar(&banco, &rodadas(3), &mut Historia::default());
    banco.fechar().expect("all else is in order");
    assert_eq!(banco.presas().iter().map(|presa| presa.rg).collect::<Vec<_>>(), [rg("1")]);
    drop(banco);
    let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("the same state");
    assert!(matches!(avisos.as_slice(), [Aviso::ArquivoPreso(presa)] if presa.arquivo == PRESO));
    let tem = fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1;
    assert_eq!(tem, Ok(Sucesso::Saldo(saldo("13.0"))));
    disco.prender(PRESO, false);
    banco.fechar().expect("it can be written now");
    assert_eq!((banco.presas(), arquivo(&disco, "1")), (Vec::new(), arquivo_de("1", "13.0")));
}

/// The model disk, which counts how often something is put in the place of the file.
#[derive(Clone, Debug)]
struct DiscoQueConta {
    modelo: DiscoModelo,
    tentativas: Arc<AtomicUsize>,
}

impl Disco for DiscoQueConta {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        self.tentativas.fetch_add(usize::from(para == PRESO), Ordering::Relaxed);
        self.modelo.renomear(de, para)
    }

    delegar!(modelo: travar, criar_pasta, listar, ler, criar, escrever, cortar, sincronizar);
    delegar!(modelo: sincronizar_pasta, apagar, marca);
}

#[test]
fn it_is_tried_again_with_growing_pauses_however_often_the_account_changes() {
    let disco = DiscoQueConta { modelo: preso(), tentativas: Arc::default() };
    let banco = abrir(&disco);
    encenar(&banco, &rodadas(600), &mut Historia::default());
    let tentativas = disco.tentativas.load(Ordering::Relaxed);
    assert!((7..=14).contains(&tentativas), "{tentativas} times in 600 checkpoints");
}

/// A disk with one of the faults that the bank had: the seeded defects of these tests.
#[derive(Clone, Debug)]
struct DiscoComDefeito {
    modelo: DiscoModelo,
    defeito: DefeitoDeTroca,
    /// A file could not be replaced.
    houve: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, Debug)]
enum DefeitoDeTroca {
    /// A file that cannot be replaced is an error of the whole disk.
    UmValePorTodos,
    /// It counts as replaced, so that the journal is given up.
    DadoPorFeito,
}

impl Disco for DiscoComDefeito {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        let renomeado = self.modelo.renomear(de, para);
        self.houve.fetch_add(usize::from(renomeado.is_err()), Ordering::Relaxed);
        match self.defeito {
            DefeitoDeTroca::UmValePorTodos => renomeado,
            DefeitoDeTroca::DadoPorFeito => {
                let _ = renomeado.or_else(|_| self.modelo.apagar(de));
                Ok(())
            }
        }
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        let caiu = matches!(self.defeito, DefeitoDeTroca::UmValePorTodos) && pasta.is_empty();
        if caiu && self.houve.load(Ordering::Relaxed) > 0 {
            return Err(io::Error::other("I/O error"));
        }
        self.modelo.sincronizar_pasta(pasta)
    }

    delegar!(modelo: travar, criar_pasta, listar, ler, criar, escrever, cortar, sincronizar);
    delegar!(modelo: apagar, marca);
}

#[test]
fn a_bank_that_one_file_ends_and_one_that_gives_up_its_journal_are_found() {
    for defeito in [DefeitoDeTroca::UmValePorTodos, DefeitoDeTroca::DadoPorFeito] {
        let com = |modelo| DiscoComDefeito { modelo, defeito, houve: Arc::default() };
        let veredito = vida(com, Corte::Tudo);
        assert!(veredito.is_err(), "{defeito:?} was not found");
    }
}

#[test]
fn a_file_that_cannot_even_be_read_when_the_bank_opens_keeps_its_name() {
    let disco = DiscoModelo::com_contas(&iniciais());
    let banco = abrir(&disco);
    encenar(&banco, &[depositar("1"), PassoDaCena::Confirmar], &mut Historia::default());
    drop(banco);
    let cego = DiscoCego { modelo: disco.clone(), cego: Arc::new(AtomicUsize::new(1)) };
    let (banco, avisos) = BancoJson::abrir_em(cego.clone(), PEQUENA).expect("the rest is sound");
    assert!(matches!(avisos.as_slice(), [Aviso::ArquivoPreso(_)]), "{avisos:?}");
    let tem = fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1;
    assert_eq!(tem, Ok(Sucesso::Saldo(saldo("11.0"))));
    cego.cego.store(0, Ordering::Relaxed);
    banco.fechar().expect("it can be read now");
    assert_eq!(arquivo(&disco, "1"), arquivo_de("1", "11.0"));
    assert!(disco.nomes().iter().all(|nome| !nome.contains(".copia-")), "{:?}", disco.nomes());
}

/// The model disk, of which one file cannot be read for a while.
#[derive(Clone, Debug)]
struct DiscoCego {
    modelo: DiscoModelo,
    cego: Arc<AtomicUsize>,
}

impl Disco for DiscoCego {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        if nome == PRESO && self.cego.load(Ordering::Relaxed) > 0 {
            // `EIO`.
            return Err(io::Error::from_raw_os_error(5));
        }
        self.modelo.ler(nome, max_bytes)
    }

    delegar!(modelo: travar, criar_pasta, listar, criar, escrever, cortar, sincronizar, renomear);
    delegar!(modelo: sincronizar_pasta, apagar, marca);
}

#[test]
fn a_checkpoint_that_cannot_be_replaced_keeps_the_journal_and_ends_nobody() {
    let disco = DiscoModelo::com_contas(&iniciais());
    let (banco, mut historia) = (abrir(&disco), Historia::default());
    banco.iniciar().expect("a sound disk");
    disco.prender("diario/ponto.json", true);
    let sem_ponto: Vec<PassoDaCena> =
        rodadas(12).into_iter().filter(|passo| !matches!(passo, PassoDaCena::Publicar)).collect();
    encenar(&banco, &sem_ponto, &mut historia);
    let avisos = banco.publicar().expect("the account files are written");
    assert!(matches!(avisos.as_slice(), [Aviso::PontoPreso { .. }]), "{avisos:?}");
    assert_eq!(banco.publicar().expect("nothing else is wrong"), []);
    assert!(!banco.falhou() && banco.registros_atrasados() > 0);
    let caido = disco.depois_de(&mut Corte::Nada);
    caido.soltar_todos();
    assert_eq!(julgar_vida(&caido, &iniciais(), &historia), Ok(()));
    disco.soltar_todos();
    banco.publicar().expect("it can be replaced again");
    assert_eq!(banco.registros_atrasados(), 0);
}

#[test]
fn a_segment_that_cannot_be_begun_leaves_the_present_one_going_on() {
    // `EPERM`, as of a folder that became immutable.
    let disco =
        DiscoSemNovos { modelo: DiscoModelo::com_contas(&iniciais()), segundo: Arc::default() };
    let (banco, mut historia) = (abrir(&disco), Historia::default());
    encenar(&banco, &rodadas(30), &mut historia);
    assert!(!banco.falhou());
    assert!(disco.segundo.load(Ordering::Relaxed) > 0, "no segment was to be begun");
    drop(banco);
    let caido = disco.modelo.depois_de(&mut Corte::Nada);
    assert_eq!(julgar_vida(&caido, &iniciais(), &historia), Ok(()));
}

/// The model disk, which creates no segment but the first.
#[derive(Clone, Debug)]
struct DiscoSemNovos {
    modelo: DiscoModelo,
    /// How often another one was asked for.
    segundo: Arc<AtomicUsize>,
}

impl Disco for DiscoSemNovos {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo> {
        if nome.starts_with("diario/0") && nome != "diario/0000000001.jsonl" {
            self.segundo.fetch_add(1, Ordering::Relaxed);
            return Err(io::Error::from_raw_os_error(1));
        }
        self.modelo.criar(nome, como)
    }

    delegar!(modelo: travar, criar_pasta, listar, ler, escrever, cortar, sincronizar, renomear);
    delegar!(modelo: sincronizar_pasta, apagar, marca);
}
