//! The bank's directory as a directory: whatever becomes of its name, of names in it, and of who
//! may read them.
#![cfg(all(feature = "json", unix))]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the test is about the files of a real directory"
)]

mod comum;
#[path = "diretorio/copias.rs"]
mod copias;
#[path = "diretorio/especies.rs"]
mod especies;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};

use pixson_core::banco::disco::{Disco, DiscoReal};
use pixson_core::banco::{Aviso, BancoJson, ErroAbrir, ResultadoDesconhecido, auditar};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Sucesso};
use pixson_oraculos::DiscoModelo;
use pixson_oraculos::juiz::PEQUENA;
use tempfile::TempDir;

use comum::conformidade::fazer;
use comum::disco::delegar;
use comum::{rg, saldo, valor};

const SEGMENTO: &str = "diario/0000000001.jsonl";

fn pasta() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn texto(quanto: &str) -> String {
    format!(r#"{{"rg": "1", "nome": "Ana", "saldo": {quanto}}}"#)
}

/// A directory with one account.
fn criar(pasta: &Path, quanto: &str) {
    fs::create_dir(pasta).expect("writable");
    fs::write(pasta.join("1.json"), texto(quanto)).expect("writable");
}

fn conteudo(pasta: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let itens = fs::read_dir(pasta).expect("readable").map(|item| item.expect("readable").path());
    itens
        .flat_map(|caminho| {
            if caminho.is_dir() {
                conteudo(&caminho)
            } else {
                BTreeMap::from([(caminho.clone(), fs::read(&caminho).unwrap_or_default())])
            }
        })
        .collect()
}

fn abrir(pasta: &Path) -> Result<(BancoJson, Vec<Aviso>), ErroAbrir> {
    BancoJson::abrir_em(DiscoReal::abrir(pasta)?, PEQUENA)
}

fn depositar<D: Disco>(banco: &BancoJson<D>) -> Result<Sucesso, Recusa> {
    let deposito = Operacao::Deposito { rg: rg("1"), valor: valor("1") };
    fazer(banco, &Relogio::novo(), deposito).1
}

/// What can become of a directory's name while a bank is open.
#[derive(Clone, Copy, Debug)]
enum Troca {
    /// It is a link, which is turned to another directory.
    Elo,
    /// The directory is moved, and a copy of it takes its place.
    Lugar,
}

/// Opens a bank, changes where its name leads to, and goes on. `Err` says what happened to the other
/// directory, or what did not happen to the one that was opened.
fn trocar<D: Disco>(troca: Troca, abrir: impl Fn(&Path) -> D) -> Result<(), String> {
    let raiz = pasta();
    let [contas, primeira, segunda, velha] =
        ["contas", "v1", "v2", "velho"].map(|nome| raiz.path().join(nome));
    criar(&segunda, "500.0");
    let aberta = match troca {
        Troca::Elo => {
            criar(&primeira, "10.0");
            symlink("v1", &contas).expect("a link");
            primeira
        }
        Troca::Lugar => {
            criar(&contas, "10.0");
            velha.clone()
        }
    };
    let (banco, _) = BancoJson::abrir_em(abrir(&contas), PEQUENA).expect("a sound directory");
    depositar(&banco).expect("a sound directory");
    banco.publicar().expect("a sound directory");
    match troca {
        Troca::Elo => {
            fs::remove_file(&contas).expect("ours");
            symlink("v2", &contas).expect("a link");
        }
        Troca::Lugar => {
            fs::rename(&contas, &velha).expect("ours");
            fs::rename(&segunda, &contas).expect("ours");
        }
    }
    // So many that segments turn, too.
    for _ in 0..20 {
        depositar(&banco).map_err(|recusa| format!("{recusa:?}"))?;
        banco.publicar().map_err(|erro| erro.to_string())?;
    }
    banco.fechar().map_err(|erro| erro.to_string())?;
    drop(banco);
    let outra = conteudo(&contas);
    if outra != BTreeMap::from([(contas.join("1.json"), texto("500.0").into_bytes())]) {
        return Err(format!("the other directory: {:?}", outra.keys()));
    }
    let minha = fs::read_to_string(aberta.join("1.json")).unwrap_or_default();
    if minha != texto("31.0") {
        return Err(format!("the one that was opened: {minha}"));
    }
    let disco = DiscoReal::abrir(&aberta).expect("a directory");
    let auditoria = auditar(&disco).map_err(|erro| erro.to_string())?;
    match (auditoria.lancamentos, auditoria.divergencias.len()) {
        (21, 0) => Ok(()),
        outro => Err(format!("the audit: {outro:?}")),
    }
}

#[test]
fn wherever_its_name_leads_the_bank_stays_in_the_directory_that_was_opened() {
    for troca in [Troca::Elo, Troca::Lugar] {
        let abrir = |pasta: &Path| DiscoReal::abrir(pasta).expect("a directory");
        assert_eq!(trocar(troca, abrir), Ok(()), "{troca:?}");
    }
}

/// A disk that looks every name up from the root again: the seeded defect of the test above.
#[derive(Debug)]
struct DiscoPorCaminho(PathBuf);

impl DiscoPorCaminho {
    fn em(&self, nome: &str) -> PathBuf {
        if nome.is_empty() { self.0.clone() } else { self.0.join(nome) }
    }
}

impl Disco for DiscoPorCaminho {
    type Arquivo = File;

    fn travar(&self, nome: &str) -> io::Result<File> {
        let caminho = self.em(nome);
        let arquivo = if nome.is_empty() {
            File::open(caminho)?
        } else {
            OpenOptions::new().create(true).truncate(false).write(true).open(caminho)?
        };
        arquivo.try_lock().map_err(io::Error::from)?;
        Ok(arquivo)
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        fs::create_dir_all(self.em(pasta))
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        let nomes = fs::read_dir(self.em(pasta))?;
        nomes.map(|item| Ok(item?.file_name().into_string().unwrap_or_default())).collect()
    }

    fn ler(&self, nome: &str, _: u64) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.em(nome)) {
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => Ok(None),
            lido => lido.map(Some),
        }
    }

    fn criar(&self, nome: &str, _: Option<&str>) -> io::Result<File> {
        File::create(self.em(nome))
    }

    fn escrever(&self, arquivo: &File, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        arquivo.write_all_at(bytes, posicao)
    }

    fn cortar(&self, arquivo: &File, bytes: u64) -> io::Result<()> {
        arquivo.set_len(bytes)
    }

    fn sincronizar(&self, arquivo: &File) -> io::Result<()> {
        arquivo.sync_data()
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        fs::rename(self.em(de), self.em(para))
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        File::open(self.em(pasta))?.sync_all()
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        fs::remove_file(self.em(nome))
    }
}

#[test]
fn a_disk_that_looks_every_name_up_again_is_found() {
    for troca in [Troca::Elo, Troca::Lugar] {
        let veredito = trocar(troca, |pasta| DiscoPorCaminho(pasta.to_path_buf()));
        assert!(veredito.is_err(), "{troca:?}");
    }
}

#[test]
fn whoever_runs_the_bank_hears_once_that_the_name_leads_elsewhere_and_once_that_it_leads_back() {
    let raiz = pasta();
    let (contas, fora) = (raiz.path().join("contas"), raiz.path().join("fora"));
    criar(&contas, "10.0");
    let (banco, _) = abrir(&contas).expect("a sound directory");
    let publicar = || banco.publicar().expect("a sound directory");
    assert_eq!(publicar(), []);
    fs::rename(&contas, &fora).expect("ours");
    assert_eq!((publicar(), publicar()), (vec![Aviso::DiretorioMudou], vec![]));
    fs::rename(&fora, &contas).expect("ours");
    assert_eq!((publicar(), publicar()), (vec![Aviso::DiretorioVoltou], vec![]));
}

#[test]
fn a_bank_whose_journal_has_lost_its_name_acknowledges_nothing_more() {
    type Perda = fn(&Path);
    let perdas: [(&str, Perda); 3] = [
        (SEGMENTO, |contas| fs::remove_file(contas.join(SEGMENTO)).expect("ours")),
        ("diario", |contas| fs::remove_dir_all(contas.join("diario")).expect("ours")),
        ("diario", |contas| {
            fs::rename(contas.join("diario"), contas.join("outro")).expect("ours");
            fs::create_dir(contas.join("diario")).expect("ours");
        }),
    ];
    for (nome, perder) in perdas {
        let raiz = pasta();
        let contas = raiz.path().join("contas");
        criar(&contas, "10.0");
        let (banco, _) = abrir(&contas).expect("a sound directory");
        depositar(&banco).expect("a sound directory");
        perder(&contas);
        // What it writes now no start would find.
        let deposito = Operacao::Deposito { rg: rg("1"), valor: valor("1") };
        let execucao = banco.executar(deposito, &Relogio::novo()).expect("a stamp");
        assert_eq!(banco.confirmar(execucao.recibo), Err(ResultadoDesconhecido), "{nome}");
        let erro = banco.publicar().expect_err("nothing would survive");
        assert!(erro.to_string().starts_with(&format!("{nome}: ")), "{erro}");
        assert!(banco.falhou());
        let execucao = banco.executar(deposito, &Relogio::novo()).expect("a stamp");
        assert_eq!(execucao.desfecho, Err(Recusa::ServidorIndisponivel));
    }
}

#[test]
fn removing_the_lock_file_or_all_of_the_journal_lets_no_second_bank_in() {
    let raiz = pasta();
    let contas = raiz.path().join("contas");
    criar(&contas, "10.0");
    let (banco, _) = abrir(&contas).expect("a sound directory");
    depositar(&banco).expect("a sound directory");
    fs::remove_file(contas.join("diario/trava")).expect("ours");
    assert!(matches!(abrir(&contas), Err(ErroAbrir::EmUso)));
    fs::remove_dir_all(contas.join("diario")).expect("ours");
    assert!(matches!(abrir(&contas), Err(ErroAbrir::EmUso)));
    let disco = DiscoReal::abrir(&contas).expect("a directory");
    assert!(matches!(auditar(&disco), Err(ErroAbrir::EmUso)));
    drop(banco);
    assert!(abrir(&contas).is_ok());
}

/// The model disk, which does not give one file.
#[derive(Clone, Debug)]
struct DiscoQueNega {
    modelo: DiscoModelo,
    nome: &'static str,
    codigo: i32,
}

impl Disco for DiscoQueNega {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        if nome == self.nome {
            return Err(io::Error::from_raw_os_error(self.codigo));
        }
        self.modelo.ler(nome, max_bytes)
    }

    delegar!(modelo: travar, criar_pasta, listar, criar, escrever, cortar, sincronizar, renomear);
    delegar!(modelo: sincronizar_pasta, apagar, marca);
}

#[test]
fn a_journal_that_cannot_be_read_now_is_not_called_damaged_and_the_file_is_named() {
    let modelo = DiscoModelo::com_arquivos([("1.json".to_owned(), texto("10.0"))]);
    let (banco, _) = BancoJson::abrir_em(modelo.clone(), PEQUENA).expect("a sound disk");
    depositar(&banco).expect("a sound disk");
    banco.publicar().expect("a sound disk");
    drop(banco);
    // `EIO`, `ENOMEM`, `EACCES`, `EMFILE` and `EPERM`.
    for codigo in [5, 12, 13, 24, 1] {
        for nome in ["diario/ponto.json", SEGMENTO] {
            let disco = DiscoQueNega { modelo: modelo.clone(), nome, codigo };
            let erro = BancoJson::abrir_em(disco.clone(), PEQUENA).expect_err("it is not given");
            let ErroAbrir::Arquivo { arquivo, erro } = &erro else { panic!("{nome}: {erro:?}") };
            assert_eq!(arquivo, nome);
            let raiz = pixson_core::banco::disco::ErroDeArquivo::raiz(erro);
            assert_eq!(raiz.raw_os_error(), Some(codigo), "{nome}");
        }
    }
    assert!(BancoJson::abrir_em(modelo, PEQUENA).is_ok());
}
