//! Checkpoints that cannot be made for a while, and what the journal does meanwhile.
#![cfg(feature = "json")]

mod comum;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use pixson_core::banco::disco::{Disco, ErroDeArquivo};
use pixson_core::banco::{Aviso, BancoJson, ConfiguracaoJson, auditar};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Sucesso};
use pixson_oraculos::juiz::{Historia, PEQUENA, PassoDaCena, encenar, julgar_vida};
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};

use comum::conformidade::fazer;
use comum::disco::delegar;
use comum::{arquivo_de, deposito, rg, saldo, saldos};

/// `EMFILE`.
const SEM_DESCRITORES: i32 = 24;

/// The model disk, which gives no descriptor for some account files: an error that passes.
#[derive(Clone, Debug)]
struct DiscoAvaro {
    modelo: DiscoModelo,
    /// How many half-written account files may still be begun.
    restam: Arc<AtomicUsize>,
}

impl DiscoAvaro {
    fn novo(modelo: DiscoModelo, restam: usize) -> Self {
        Self { modelo, restam: Arc::new(restam.into()) }
    }

    fn permitir(&self, quantos: usize) {
        self.restam.store(quantos, Ordering::Relaxed);
    }
}

impl Disco for DiscoAvaro {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo> {
        if nome.starts_with(".tmp-") {
            let menos_um = |restam: usize| restam.checked_sub(1);
            self.restam
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, menos_um)
                .map_err(|_| io::Error::from_raw_os_error(SEM_DESCRITORES))?;
        }
        self.modelo.criar(nome, como)
    }

    delegar!(modelo: apagar, travar, criar_pasta, listar, ler, escrever, cortar, sincronizar);
    delegar!(modelo: renomear, sincronizar_pasta, marca);
}

const CONTAS: [&str; 3] = ["1", "2", "3"];

/// Three accounts with 10.0 each.
fn modelo() -> DiscoModelo {
    DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "10.0"))))
}

fn depositar(banco: &impl Banco, conta: &str) {
    assert_eq!(fazer(banco, &Relogio::novo(), deposito(conta, "1")).1, Ok(Sucesso::Deposito));
}

fn segmentos(modelo: &DiscoModelo) -> usize {
    modelo.nomes().iter().filter(|nome| nome.starts_with("diario/0")).count()
}

#[test]
fn the_journal_turns_while_no_checkpoint_succeeds_and_all_of_it_is_recovered() {
    let modelo = modelo();
    let disco = DiscoAvaro::novo(modelo.clone(), 0);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let mut historia = Historia::default();
    let fazer = |conta| PassoDaCena::Fazer(deposito(conta, "1"));
    let rodada =
        [fazer("1"), fazer("2"), fazer("3"), PassoDaCena::Confirmar, PassoDaCena::Publicar];
    let passos: Vec<PassoDaCena> = rodada.iter().cloned().cycle().take(20 * rodada.len()).collect();
    encenar(&banco, &passos, &mut historia);
    assert!(!banco.falhou());
    assert!(segmentos(&modelo) > 5, "{:?}", modelo.nomes());
    assert_eq!(modelo.conteudo("1.json"), Some(arquivo_de("1", "10.0").into_bytes()));

    let iniciais = CONTAS.map(|conta| (rg(conta), saldo("10.0"))).into();
    for mut corte in [Corte::Tudo, Corte::Nada] {
        assert_eq!(julgar_vida(&modelo.depois_de(&mut corte), &iniciais, &historia), Ok(()));
    }
    disco.permitir(usize::MAX);
    assert_eq!(banco.publicar().expect("descriptors again"), []);
    assert_eq!(modelo.conteudo("1.json"), Some(arquivo_de("1", "30.0").into_bytes()));
    assert_eq!(julgar_vida(&modelo.depois_de(&mut Corte::Nada), &iniciais, &historia), Ok(()));
}

#[test]
fn a_checkpoint_that_fails_half_way_goes_on_with_the_rest() {
    let modelo = modelo();
    // The first two accounts, and the copy of what somebody put in the place of the third.
    let disco = DiscoAvaro::novo(modelo.clone(), 3);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    for conta in CONTAS {
        depositar(&banco, conta);
    }
    modelo.editar("3.json", b"edited by somebody");
    assert!(banco.publicar().is_err() && !banco.falhou());
    let atuais = |quanto: &str| {
        let atual = |conta: &&&str| {
            modelo.conteudo(&format!("{conta}.json"))
                == Some(arquivo_de(conta, quanto).into_bytes())
        };
        CONTAS.iter().filter(atual).count()
    };
    assert_eq!(atuais("11.0"), 2, "the first two were written");

    // Those that were written may change again before the rest is.
    depositar(&banco, "1");
    disco.permitir(usize::MAX);
    let avisos = banco.publicar().expect("descriptors again");
    let editado = |aviso: &Aviso| matches!(aviso, Aviso::ArquivoEditado { .. });
    assert_eq!(avisos.iter().filter(|aviso| editado(aviso)).count(), 1, "told once: {avisos:?}");
    assert_eq!((atuais("11.0"), atuais("12.0")), (2, 1));
    assert_eq!(banco.fechar().expect("a sound disk"), []);
    drop(banco);
    assert_eq!(auditar(&modelo).expect("closed").divergencias, []);
}

#[test]
fn what_a_failed_checkpoint_left_half_written_is_removed_by_the_next_start() {
    let modelo = modelo();
    let disco = DiscoAvaro::novo(modelo.clone(), 1);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    depositar(&banco, "1");
    modelo.editar("1.json", b"edited by somebody");
    assert!(banco.publicar().is_err(), "there is a copy, and no file to replace it with");
    modelo.criar(".tmp-1.json.copia-1-7", None).expect("a sound disk");
    disco.permitir(usize::MAX);
    banco.fechar().expect("every file can be written now");
    drop(banco);
    let resto = || modelo.nomes().iter().any(|nome| nome.starts_with(".tmp-"));
    assert!(resto(), "{:?}", modelo.nomes());
    BancoJson::abrir_em(modelo.clone(), PEQUENA).expect("a sound disk");
    assert!(!resto(), "{:?}", modelo.nomes());
}

#[test]
fn a_closed_bank_refuses_changes_and_writes_no_more() {
    let modelo = modelo();
    let (banco, _) = BancoJson::abrir_em(modelo.clone(), PEQUENA).expect("a sound disk");
    depositar(&banco, "1");
    banco.fechar().expect("a sound disk");
    let fechado = modelo.nomes();
    let recusa = fazer(&banco, &Relogio::novo(), deposito("2", "1")).1;
    assert_eq!(recusa, Err(Recusa::ServidorIndisponivel));
    let saldo_de = Operacao::Saldo { rg: rg("1") };
    let ainda = fazer(&banco, &Relogio::novo(), saldo_de).1;
    assert_eq!(ainda, Ok(Sucesso::Saldo(saldo("11.0"))));
    assert_eq!(banco.publicar().expect("nothing to do"), []);
    assert_eq!(banco.fechar().expect("nothing to do"), []);
    assert_eq!(modelo.nomes(), fechado);
    drop(banco);
    assert_eq!(auditar(&modelo).expect("closed").lancamentos, 1);
}

#[test]
fn the_first_error_of_the_disk_is_what_the_bank_says_of_itself() {
    let modelo = modelo();
    let (banco, _) = BancoJson::abrir_em(modelo.clone(), PEQUENA).expect("a sound disk");
    let relogio = Relogio::novo();
    let execucao = Banco::executar(&banco, deposito("1", "1"), &relogio).expect("a stamp");
    let falha = FalhaDoDisco { chamada: 0, especie: ModoDeFalhar::Eio, para_sempre: false };
    modelo.programar(Some(falha));
    assert!(Banco::confirmar(&banco, execucao.recibo).is_err());
    for erro in [banco.publicar(), banco.fechar()] {
        let erro = erro.expect_err("it has failed");
        let nomeado = ErroDeArquivo::em(&erro).expect("it is about a file");
        assert_eq!(nomeado.arquivo, "diario/0000000001.jsonl");
        assert_eq!(ErroDeArquivo::raiz(&erro).to_string(), "I/O error");
    }
}

#[test]
fn a_disk_that_has_failed_is_not_asked_by_a_checkpoint_that_would_turn_the_segment() {
    let modelo = modelo();
    let cheio = ConfiguracaoJson { segmento_bytes: 1, ..PEQUENA };
    let (banco, _) = BancoJson::abrir_em(modelo.clone(), cheio).expect("a sound disk");
    let relogio = Relogio::novo();
    let execucao = Banco::executar(&banco, deposito("1", "1"), &relogio).expect("a stamp");
    modelo.programar(Some(FalhaDoDisco {
        chamada: 0,
        especie: ModoDeFalhar::Eio,
        para_sempre: false,
    }));
    assert!(Banco::confirmar(&banco, execucao.recibo).is_err());
    let chamadas = modelo.chamadas();
    assert!(banco.publicar().is_err());
    assert_eq!(modelo.chamadas(), chamadas, "it would be told that all is well");
    assert_eq!(banco.medidas().registros, 0);
}

/// The model disk, which fills up while a segment turns and others go on.
#[derive(Clone, Debug)]
struct DiscoQueEnche {
    modelo: DiscoModelo,
    banco: Arc<OnceLock<BancoJson<Self>>>,
    /// At the next sync of the journal's folder, a new segment is there: then it happens.
    armado: Arc<AtomicBool>,
    /// There is no new space until the old segment is cut.
    cheio: Arc<AtomicBool>,
}

impl Disco for DiscoQueEnche {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn escrever(&self, arquivo: &Self::Arquivo, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        let zeros = !bytes.is_empty() && bytes.iter().all(|&byte| byte == 0);
        if zeros && self.cheio.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.modelo.escrever(arquivo, posicao, bytes)
    }

    fn cortar(&self, arquivo: &Self::Arquivo, bytes: u64) -> io::Result<()> {
        self.cheio.store(false, Ordering::Relaxed);
        self.modelo.cortar(arquivo, bytes)
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.modelo.sincronizar_pasta(pasta)?;
        if pasta == "diario" && self.armado.swap(false, Ordering::Relaxed) {
            let banco = self.banco.get().expect("it is open");
            // More than the space that a segment begins with.
            for _ in 0..6 {
                depositar_sem_esperar(banco, "1");
            }
            self.cheio.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    delegar!(modelo: criar, apagar, travar, criar_pasta, listar, ler, sincronizar, renomear, marca);
}

fn depositar_sem_esperar(banco: &impl Banco, conta: &str) {
    let execucao = banco.executar(deposito(conta, "1"), &Relogio::novo()).expect("a stamp");
    assert_eq!(execucao.desfecho, Ok(Sucesso::Deposito));
}

#[test]
fn a_disk_that_fills_up_while_a_segment_turns_covers_no_record() {
    let modelo = modelo();
    let disco = DiscoQueEnche {
        modelo: modelo.clone(),
        banco: Arc::default(),
        armado: Arc::default(),
        cheio: Arc::default(),
    };
    // What gathers during the turn fits into the new segment without another turn.
    let configuracao = ConfiguracaoJson { segmento_bytes: 800, ..PEQUENA };
    let (banco, _) = BancoJson::abrir_em(disco.clone(), configuracao).expect("a sound disk");
    disco.banco.set(banco).expect("once");
    let banco = disco.banco.get().expect("it was set");
    for _ in 0..8 {
        depositar(banco, "1");
    }
    disco.armado.store(true, Ordering::Relaxed);
    banco.publicar().expect("to be short of space passes");
    assert!(!disco.armado.load(Ordering::Relaxed), "a segment was begun");
    for _ in 0..3 {
        disco.cheio.store(false, Ordering::Relaxed);
        depositar(banco, "1");
    }
    assert!(!banco.falhou());
    let depois = modelo.depois_de(&mut Corte::Nada);
    assert_eq!(auditar(&depois).expect("sound").lancamentos, 8 + 6 + 3);
    let (banco, _) = BancoJson::abrir_em(depois, PEQUENA).expect("sound");
    let saldo_de = Operacao::Saldo { rg: rg("1") };
    let tem = fazer(&banco, &Relogio::novo(), saldo_de).1;
    assert_eq!(tem, Ok(Sucesso::Saldo(saldo("27.0"))));
}

/// A disk on which deposits are made as soon as a snapshot is begun.
#[derive(Clone, Debug)]
struct DiscoConcorrido {
    modelo: DiscoModelo,
    banco: Arc<OnceLock<Weak<BancoJson<Self>>>>,
}

impl Disco for DiscoConcorrido {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo> {
        if nome == "diario/.tmp-retrato.jsonl" {
            let banco = self.banco.get().and_then(Weak::upgrade).expect("an open bank");
            (0..8).for_each(|_| depositar(&*banco, "1"));
        }
        self.modelo.criar(nome, como)
    }

    delegar!(modelo: apagar, travar, criar_pasta, listar, ler, escrever, cortar, sincronizar);
    delegar!(modelo: renomear, sincronizar_pasta, marca);
}

#[test]
fn the_journal_turns_while_a_snapshot_is_written() {
    let modelo = modelo();
    for conta in CONTAS {
        modelo.prender(&format!("{conta}.json"), true);
    }
    let disco = DiscoConcorrido { modelo: modelo.clone(), banco: Arc::default() };
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let banco = Arc::new(banco);
    disco.banco.set(Arc::downgrade(&banco)).expect("the first one");
    (0..8).for_each(|_| depositar(&*banco, "1"));
    assert_eq!(segmentos(&modelo), 1);
    banco.publicar().expect("a sound disk");
    assert!(modelo.conteudo("diario/retrato.jsonl").is_some(), "{:?}", modelo.nomes());
    assert_eq!(segmentos(&modelo), 3, "one before the snapshot, and one beside it");
    drop(banco);
    let caido = modelo.depois_de(&mut Corte::Nada);
    caido.soltar_todos();
    let (banco, _) = BancoJson::abrir_em(caido, PEQUENA).expect("a sound disk");
    let ler = Operacao::Saldo { rg: rg("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), ler).1, Ok(Sucesso::Saldo(saldo("26.0"))));
}
