//! The table of hostile bytes of the core, over real sockets to one server process: what it
//! answers, and that nothing else comes of it.

mod comum;

#[allow(dead_code, reason = "the tests in memory use the rest")]
#[path = "../../pixson-core/tests/comum/alimentacao.rs"]
mod alimentacao;
#[allow(dead_code, reason = "the test in memory uses the rest")]
#[path = "../../pixson-core/tests/comum/bytes.rs"]
mod bytes;
#[path = "comum/ensaio.rs"]
mod ensaio;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::net::Shutdown;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use alimentacao::Alimentacao;
use bytes::{CONTAS, Caso, Classe, Depois, tabela};
use comum::ambiente::programa;
use comum::conexao::ConexaoCrua;
use comum::conta;
use comum::filho::Filho;
use comum::instancia::esperar_ate;
use comum::pasta::nomes;
use ensaio::{Ensaio, arranjos, carimbo};

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// How many connections are open at once.
const ENSAIOS: usize = 24;

/// Lines of the server's own kind that inputs of the table hold.
const FORJADAS: [&str; 3] = [
    "Novo cliente conectado 6.6.6.6:6",
    "Relógio Lógico Atualizado: 6.6.6.6",
    "Servidor iniciado na porta 6.6.6.6",
];

/// The server, in a directory with nothing else but what a path upwards could reach.
struct BancaIsolada {
    processo: Filho,
    raiz: TempDir,
    porta: u16,
}

impl BancaIsolada {
    fn iniciar(argumentos: &[&str]) -> Self {
        let raiz = TempDir::new().expect("a temporary directory");
        let arquivo = |nome| File::create(raiz.path().join(nome)).expect("writable");
        fs::write(raiz.path().join("fora.json"), conta("fora", "66.6")).expect("writable");
        let contas = raiz.path().join("contas");
        fs::create_dir(&contas).expect("writable");
        for (rg, saldo) in CONTAS {
            fs::write(contas.join(format!("{rg}.json")), conta(rg, saldo)).expect("writable");
        }
        let mut comando = programa(SERVIDOR);
        comando.args(argumentos).args(["--porta", "0", "--contas"]).arg(contas);
        comando.stdin(Stdio::null());
        comando.stdout(arquivo("saida")).stderr(arquivo("erros"));
        let processo = Filho::gerar(&mut comando);
        let mut banca = Self { processo, raiz, porta: 0 };
        esperar_ate("the server to listen", || banca.lido("saida").lines().count() >= 2);
        let tela = banca.lido("saida");
        let porta = tela.lines().next().and_then(|linha| linha.rsplit(' ').next());
        banca.porta = porta.expect("a word").parse().expect("a port");
        banca
    }

    /// What the server has printed: `saida` or `erros`.
    fn lido(&self, nome: &str) -> String {
        fs::read_to_string(self.raiz.path().join(nome)).expect("UTF-8")
    }

    fn contas(&self) -> PathBuf {
        self.raiz.path().join("contas")
    }

    /// The server's clock, if nobody else is served, after a request that changes nothing.
    fn relogio(&self) -> u64 {
        carimbo(&ConexaoCrua::em(self.porta).pedir("t:0|op:1|rg:0"))
    }

    /// Lets as much time pass, by the server's measure, as ends the message of a legacy peer.
    fn pausar(&self) {
        let mut legado = ConexaoCrua::em(self.porta);
        legado.enviar(b"t:0|op:6|rg:7");
        assert!(legado.recv().ends_with("|s:0|resposta:Login realizado com sucesso"));
    }

    fn parar(&mut self) {
        assert_eq!(self.processo.parar().code(), Some(0));
    }
}

/// Says these inputs, each on a connection of its own, side by side.
fn rodada(banca: &BancaIsolada, arranjos: &[(&Caso, Alimentacao)]) {
    let porta = banca.porta;
    let mut ensaios: Vec<_> =
        arranjos.iter().map(|arranjo| Ensaio::abrir(porta, *arranjo)).collect();
    for ensaio in &mut ensaios {
        ensaio.entrar(|| banca.relogio());
        ensaio.enviar(1);
    }
    let primeiras = || arranjos.iter().map(|(caso, _)| &caso.etapas[0]);
    if primeiras().any(|e| e.depois == Depois::Pausa && e.classe == Classe::Wait) {
        banca.pausar();
    } else if !arranjos.iter().any(|(caso, _)| caso.conhece_o_relogio()) {
        banca.relogio();
    }
    for ensaio in &mut ensaios {
        ensaio.enviar(0);
    }
    ensaios.iter_mut().for_each(Ensaio::esperar_a_pausa);
    ensaios.iter_mut().for_each(Ensaio::despedir);
    ensaios.iter_mut().for_each(Ensaio::ouvir_ate_o_fim);
}

/// How often a text of success stands for a record of this operation.
fn movimentos(caso: &Caso) -> impl Iterator<Item = u8> {
    let operacao = |corpo: &str| match corpo.strip_prefix("|s:0|resposta:") {
        Some("Saque realizado com sucesso") => Some(2),
        Some("Depósito realizado com sucesso") => Some(3),
        Some("Transferência realizada com sucesso") => Some(4),
        _ => None,
    };
    caso.respostas().into_iter().filter_map(move |resposta| operacao(&resposta.corpo))
}

/// How many records of each operation the journal holds.
fn registros(contas: &Path) -> BTreeMap<u8, usize> {
    let mut quantos = BTreeMap::new();
    for item in fs::read_dir(contas.join("diario")).expect("the journal") {
        let segmento = item.expect("readable directory").path();
        if segmento.extension().is_some_and(|nome| nome == "jsonl") {
            let texto = String::from_utf8(fs::read(segmento).expect("readable")).expect("UTF-8");
            for registro in texto.lines().filter(|linha| linha.starts_with("{\"seq\":")) {
                let (_, op) = registro.split_once("\"op\":").expect("an operation");
                *quantos.entry(op.as_bytes()[0] - b'0').or_default() += 1;
            }
        }
    }
    quantos
}

/// That no input speaks for the server in what it printed.
fn conferir_texto(texto: &str) {
    let controle = texto.chars().find(|letra| letra.is_control() && *letra != '\n');
    assert_eq!(controle, None);
    let forjada = texto.lines().find(|linha| FORJADAS.contains(linha));
    assert_eq!(forjada, None);
}

/// Looks at what is left when the server has stopped.
fn conferir_rastros(banca: &BancaIsolada) {
    assert_eq!(banca.lido("erros"), "");
    conferir_texto(&banca.lido("saida"));
    assert_eq!(banca.lido("saida").matches("Encerrando...").count(), 1);

    let raiz = ["contas", "erros", "fora.json", "saida"].map(String::from);
    assert_eq!(nomes(banca.raiz.path()), raiz);
    let arquivos = CONTAS.map(|(rg, _)| format!("{rg}.json"));
    let contas: BTreeSet<_> = arquivos.into_iter().chain(["diario".into()]).collect();
    assert_eq!(BTreeSet::from_iter(nomes(&banca.contas())), contas);
    for (rg, saldo) in CONTAS {
        let arquivo = fs::read_to_string(banca.contas().join(format!("{rg}.json")));
        assert_eq!(arquivo.expect("readable"), conta(rg, saldo));
    }
    let mut auditoria = programa(SERVIDOR);
    let auditoria = auditoria.args(["auditar", "--contas"]).arg(banca.contas()).output();
    assert!(auditoria.expect("the program runs").status.success());
}

fn casos() -> Vec<Caso> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pixson-core");
    let casos = tabela(&core);
    assert!(casos.len() >= 160, "only {} inputs were found", casos.len());
    casos
}

#[test]
fn every_input_is_answered_over_a_socket_and_leaves_no_trace() {
    let casos = casos();
    let (dinheiro, sem_dinheiro): (Vec<_>, Vec<_>) =
        casos.iter().partition(|caso| movimentos(caso).next().is_some());
    let (sozinhas, juntas): (Vec<_>, Vec<_>) =
        sem_dinheiro.into_iter().partition(|caso| caso.conhece_o_relogio());
    let mut banca = BancaIsolada::iniciar(&[]);

    let todos: Vec<_> = juntas.into_iter().flat_map(arranjos).collect();
    todos.chunks(ENSAIOS).for_each(|lote| rodada(&banca, lote));
    for arranjo in sozinhas.into_iter().flat_map(arranjos) {
        rodada(&banca, &[arranjo]);
    }
    assert_eq!(registros(&banca.contas()), BTreeMap::new(), "nothing was done so far");

    let mut esperados = BTreeMap::new();
    for arranjo in dinheiro.into_iter().flat_map(arranjos) {
        rodada(&banca, &[arranjo]);
        for operacao in movimentos(arranjo.0) {
            *esperados.entry(operacao).or_default() += 1;
        }
    }
    let mut conexao = ConexaoCrua::em(banca.porta);
    for (rg, saldo) in CONTAS {
        conexao.pedir(&format!("t:0|op:6|rg:{rg}"));
        let resposta = conexao.pedir(&format!("t:0|op:1|rg:{rg}"));
        assert!(resposta.ends_with(&format!("|s:0|resposta:Saldo: {saldo}")), "{rg}: {resposta}");
    }
    banca.parar();
    assert_eq!(registros(&banca.contas()), esperados);
    conferir_rastros(&banca);
}

#[test]
fn the_fullest_log_holds_nothing_that_an_input_says_for_the_server() {
    let casos = casos();
    for formato in ["texto", "json"] {
        let mut banca = BancaIsolada::iniciar(&["--log", "detalhe", "--log-formato", formato]);
        for arranjo in casos.iter().filter_map(|caso| arranjos(caso).into_iter().next()) {
            rodada(&banca, &[arranjo]);
        }
        banca.parar();
        conferir_texto(&banca.lido("saida"));
        conferir_texto(&banca.lido("erros"));
        assert!(banca.lido("erros").lines().count() > casos.len(), "it is a log");
    }
}

#[test]
fn the_end_of_the_input_ends_no_message_of_a_legacy_peer() {
    let banca = BancaIsolada::iniciar(&[]);
    // The quiet period may pass before the server sees the end, but hardly every time.
    let calada = |_| {
        let mut conexao = ConexaoCrua::em(banca.porta);
        conexao.enviar(b"t:1|op:6|rg:7");
        conexao.fluxo().shutdown(Shutdown::Write).expect("connected");
        conexao.resto().is_empty()
    };
    assert!((0..1000).any(calada));
}
