//! docs/postgres.md, typed in its order into a shell: two servers on a replicated database, whose primary is
//! killed under a load, and a restore to a point in time.

mod comum;
#[path = "comum/exemplos.rs"]
mod exemplos;
#[path = "../../pixson-core/tests/comum/tamanho.rs"]
mod tamanho;

use std::collections::VecDeque;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use comum::ambiente::programa;
use comum::filho::Filho;
use comum::instancia::linhas;
use comum::pasta::nomes;
use comum::{PACIENCIA, binario, binario_do_cliente, dizer};
use exemplos::contas_de_exemplo;
use pixson_aglomerado::{como_dono, pasta_do_dono, porta_livre, programas};
use rustix::process::Signal;
use serde_json::Value;
use tamanho::tamanho;
use tempfile::TempDir;

const PAGINA: &str = include_str!("../../docs/postgres.md");
const PAGINA_PORTUGUESA: &str = include_str!("../../docs/postgres.pt-BR.md");

/// The ports of the page, by their names in it.
const PORTAS: [&str; 5] =
    ["PRIMARIO=5433", "RESERVA=5434", "RESTAURADO=5435", "PORTA_A=5000", "PORTA_B=5001"];

/// For how long the page puts a load on the servers, which is longer than a test needs.
const POR_QUANTO: &str = "--duracao 20";

/// How long a block of the page may take: some of them copy a cluster.
const POR_BLOCO: Duration = PACIENCIA.saturating_mul(4);

/// However the shell ends, nothing that was started in it goes on. The first failure ends it.
const COMECO: &str = r#"
set -euo pipefail
limpar() {
    kill $(jobs -p) 2>/dev/null || true
    for arquivo in "$HOME"/bancos/*/postmaster.pid; do
        [[ ! -e $arquivo ]] || pg_ctl stop -m immediate -D "${arquivo%/*}" >/dev/null || true
    done
    rm -rf "$HOME/bancos"
}
trap limpar EXIT
"#;

/// What it says after each block.
const FEITO: &str = "<<feito>>";

/// The blocks of commands of a page.
fn blocos(pagina: &str) -> VecDeque<String> {
    let blocos = pagina.split("```sh\n").skip(1);
    blocos.map(|bloco| bloco.split_once("```").expect("a closed block").0.to_owned()).collect()
}

/// A shell at which the page is typed.
struct Digitacao {
    bash: Filho,
    entrada: Option<ChildStdin>,
    saida: Receiver<String>,
    erros: PathBuf,
    faltam: VecDeque<String>,
    pasta: TempDir,
}

impl Digitacao {
    /// `None` where PostgreSQL is not installed.
    fn comecar() -> Option<Self> {
        programas()?;
        let pasta = pasta_do_dono();
        let copiar = |de: &Path, para: &str| {
            let para = pasta.path().join(para);
            fs::create_dir_all(para.parent().expect("it is in a directory")).expect("writable");
            fs::copy(de, para).expect("writable");
        };
        // The owner of a cluster may be somebody who may not look where the programs are.
        copiar(binario(), "bin/pixson-servidor");
        copiar(binario_do_cliente(), "bin/pixson-cliente");
        let exemplos = contas_de_exemplo();
        for conta in nomes(exemplos.path()) {
            copiar(&exemplos.path().join(&conta), &format!("contas/{conta}"));
        }
        let erros = pasta.path().join("erros");
        let caminhos = format!("{}:/usr/bin:/bin", pasta.path().join("bin").display());
        let mut bash = programa("bash");
        bash.env("HOME", pasta.path()).env("PATH", caminhos).current_dir(pasta.path());
        bash.stdin(Stdio::piped()).stdout(Stdio::piped());
        bash.stderr(fs::File::create(&erros).expect("writable"));
        let mut bash = Filho::gerar(como_dono(&mut bash));
        let saida = linhas(bash.stdout.take().expect("piped"));
        let entrada = bash.stdin.take();
        let mut faltam = blocos(PAGINA);
        for porta in PORTAS {
            let nossa = format!("{}={}", porta.split('=').next().expect("a name"), porta_livre());
            assert!(faltam[0].contains(porta), "{porta} is not in the page");
            faltam[0] = faltam[0].replace(porta, &nossa);
        }
        for bloco in faltam.iter_mut().filter(|bloco| bloco.contains(POR_QUANTO)) {
            *bloco = bloco.replace(POR_QUANTO, "--duracao 10");
        }
        let mut digitacao = Self { bash, entrada, saida, erros, faltam, pasta };
        digitacao.dizer(COMECO);
        Some(digitacao)
    }

    /// Types something, waits until it is done, and gives what it has shown.
    fn dizer(&mut self, comandos: &str) -> String {
        // The commands read from their own input, not from what is typed next.
        let arquivo = self.pasta.path().join("comandos");
        fs::write(&arquivo, comandos).expect("writable");
        let entrada = self.entrada.as_mut().expect("it has not ended");
        writeln!(entrada, ". {} </dev/null\necho '{FEITO}'", arquivo.display()).expect("it reads");
        let mut mostrado = String::new();
        loop {
            match self.saida.recv_timeout(POR_BLOCO) {
                Ok(linha) if linha == FEITO => return mostrado,
                Ok(linha) => mostrado.extend([&linha, "\n"]),
                Err(fim) => panic!("{fim} at\n{comandos}\nwhich has shown\n{mostrado}"),
            }
        }
    }

    /// The next block of the page, which has these words.
    fn bloco(&mut self, palavras: &str) -> String {
        let bloco = self.faltam.pop_front().expect("another block");
        assert!(bloco.contains(palavras), "{palavras} is not in\n{bloco}");
        bloco
    }

    /// Types the next block.
    fn digitar(&mut self, palavras: &str) -> String {
        let bloco = self.bloco(palavras);
        self.dizer(&bloco)
    }

    /// Waits until the ledger of the cluster on that port has so many entries more.
    fn esperar_lancamentos(&mut self, porta: &str, mais: u32) {
        let contar = format!("psql -p ${porta} -Atc 'SELECT count(*) FROM pixson.livro'");
        self.dizer(&format!(
            "alvo=$(($({contar}) + {mais}))\nuntil (($({contar}) >= alvo)); do sleep 0.1; done"
        ));
    }

    /// The accounts of a bank, with their centavos.
    fn saldos(&mut self, url: &str) -> Vec<(String, i64)> {
        let listadas =
            self.dizer(&format!("pixson-servidor conta listar --json --banco \"{url}\""));
        let contas = listadas.lines().map(|linha| serde_json::from_str(linha).expect("an object"));
        let conta = |conta: Value| {
            let rg = conta["rg"].as_str().expect("a text").to_owned();
            (rg, conta["centavos"].as_i64().expect("a number"))
        };
        contas.map(conta).collect()
    }

    /// The report of a load.
    fn relato(&mut self, arquivo: &str) -> Value {
        serde_json::from_str(&self.dizer(&format!("cat {arquivo}"))).expect("a report")
    }
}

impl Drop for Digitacao {
    fn drop(&mut self) {
        self.entrada = None;
        self.bash.sinalizar(Signal::TERM);
        let _ = self.bash.wait();
        if std::thread::panicking() {
            dizer(&fs::read_to_string(&self.erros).unwrap_or_default());
        }
    }
}

/// From nothing to two servers on a database with a standby.
fn montar(pagina: &mut Digitacao) {
    pagina.digitar("CONTAS=$PWD/contas");
    pagina.digitar("initdb");
    pagina.digitar("banco preparar");
    pagina.digitar("pg_basebackup");
    pagina.digitar("SERVIDOR_B=$!");
}

/// The primary dies under a load, and comes back as the standby.
fn trocar(pagina: &mut Digitacao) {
    pagina.digitar("carga --porta $PORTA_A");
    pagina.esperar_lancamentos("PRIMARIO", 100);
    pagina.digitar("kill -9");
    pagina.digitar("pg_ctl promote");
    pagina.esperar_lancamentos("RESERVA", 100);
    let auditoria = pagina.digitar("wait $CARGA_A");
    assert!(auditoria.contains("\nTotal: 100.00\n"), "{auditoria}");
    assert!(auditoria.ends_with("\nNenhuma divergência.\n"), "{auditoria}");
    for arquivo in ["carga-a.json", "carga-b.json"] {
        let relato = pagina.relato(arquivo);
        assert_eq!(relato["dinheiro"]["conservado"], true, "{relato}");
        assert_eq!(relato["dinheiro"]["depois_centavos"], 5000, "{relato}");
        assert_eq!(relato["desconhecidas"], 0, "{relato}");
        for nada in ["recusas", "conexoes_perdidas"] {
            assert_eq!(relato[nada], serde_json::json!({}), "{relato}");
        }
    }
    pagina.digitar("pg_rewind");
    let segue = "psql -p $PRIMARIO -Atc 'SELECT pg_is_in_recovery()'";
    assert_eq!(pagina.dizer(segue), "t\n", "it follows the other one");
}

/// What was done by mistake is taken back, by the name of the point and by its time.
fn voltar(pagina: &mut Digitacao) {
    pagina.digitar("pg_verifybackup");
    let antes = pagina.saldos("$GESTAO");
    assert_eq!(antes.iter().map(|(_, centavos)| centavos).sum::<i64>(), 10_000);
    pagina.digitar("pg_create_restore_point");
    assert_ne!(pagina.saldos("$GESTAO"), antes, "the mistake was made");
    pagina.digitar("pg_ctl stop -D reserva");

    let restaurar = pagina.bloco("recovery.signal");
    let pelo_nome = "recovery_target_name = 'antes-do-erro'";
    let pela_hora = restaurar.replace(pelo_nome, "recovery_target_time = '$HORA'");
    assert_ne!(pela_hora, restaurar);
    pagina.dizer(&pela_hora);
    let restaurada = "postgres://pixson@127.0.0.1:$RESTAURADO/pixson";
    assert_eq!(pagina.saldos(restaurada), antes);
    pagina.dizer("pg_ctl stop -D restaurado\nrm -r restaurado");

    pagina.dizer(&restaurar);
    let olhada = pagina.digitar("conta listar");
    assert!(olhada.contains("\nNenhuma divergência.\n"), "{olhada}");
    assert_eq!(pagina.saldos("$GESTAO"), antes);
    pagina.digitar("pg_ctl promote -D restaurado");
    for porta in ["PORTA_A", "PORTA_B"] {
        let depositado = format!("pixson-cliente --porta ${porta} --rg 1111111111 deposito 1");
        assert_eq!(pagina.dizer(&depositado), "Depósito realizado com sucesso\n");
    }
    let mut esperado = antes;
    esperado[1].1 += 200;
    assert_eq!((&*esperado[1].0, pagina.saldos("$GESTAO")), ("1111111111", esperado.clone()));
}

#[test]
fn the_page_keeps_every_centavo_over_a_failover_and_goes_back_to_a_point() {
    if tamanho("compared", "typed") == "compared" {
        return;
    }
    let Some(mut pagina) = Digitacao::comecar() else { return };
    montar(&mut pagina);
    trocar(&mut pagina);
    voltar(&mut pagina);
    pagina.digitar("rm -r ~/bancos");
    assert_eq!(pagina.faltam, [""; 0], "all of the page was typed");
    assert!(!pagina.pasta.path().join("bancos").exists());
}

#[test]
fn both_languages_have_the_same_commands() {
    assert_eq!(blocos(PAGINA), blocos(PAGINA_PORTUGUESA));
    assert!(blocos(PAGINA).len() > 10);
}
