//! The lesson, in both languages: every command shows what the page says.

mod comum;
#[path = "comum/exemplos.rs"]
mod exemplos;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use comum::ambiente::programa;
use comum::texto;
use exemplos::contas_de_exemplo;
use servidor::binario;
use servidor::instancia::Instancia;
use tempfile::TempDir;

const CLIENTE: &str = env!("CARGO_BIN_EXE_pixson-cliente");

/// The folder of the project as the class has it, and the server in the other terminal.
struct Sala {
    pasta: TempDir,
    servidor: Option<Instancia>,
}

impl Sala {
    fn nova() -> Self {
        let pasta = TempDir::new().expect("a temporary directory");
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        symlink(docs, pasta.path().join("docs")).expect("a link");
        Self { pasta, servidor: None }
    }

    fn iniciar(&mut self) {
        let mut comando = Instancia::comando(&self.pasta.path().join("minhas"));
        let rastro = self.pasta.path().join("servidor.jsonl");
        let mut servidor = Instancia::iniciar(comando.arg("--rastro").arg(rastro));
        assert_eq!(servidor.proxima_linha(), "Aguardando conexão");
        self.servidor = Some(servidor);
    }

    fn com_contas_novas(&mut self) {
        drop(self.servidor.take());
        let minhas = self.pasta.path().join("minhas");
        if minhas.exists() {
            fs::remove_dir_all(&minhas).expect("ours");
            fs::remove_file(self.pasta.path().join("servidor.jsonl")).expect("ours");
        }
        fs::create_dir(&minhas).expect("a folder");
        for conta in fs::read_dir(contas_de_exemplo().path()).expect("accounts") {
            let conta = conta.expect("readable");
            fs::copy(conta.path(), minhas.join(conta.file_name())).expect("writable");
        }
        self.iniciar();
    }

    /// What is to be done in the other terminal.
    fn no_outro_terminal(&mut self, pedido: &str) {
        match pedido {
            "reinicie o servidor com contas novas" | "start the server again with new accounts" => {
                self.com_contas_novas();
            }
            "mate o servidor (kill -9) e inicie de novo, com as mesmas contas"
            | "kill the server (kill -9) and start it again, with the same accounts" => {
                self.servidor.take().expect("it serves").matar();
                self.iniciar();
            }
            "pare o servidor" | "stop the server" => {
                self.servidor.take().expect("it serves").parar();
            }
            outro => panic!("nobody knows how to do this: {outro}"),
        }
    }

    fn executar(&self, comando: &str) -> String {
        let pastas = [Path::new(CLIENTE), binario()].map(|programa| programa.parent());
        let [cliente, servidor] = pastas.map(|pasta| pasta.expect("a directory").display());
        let porta = self.servidor.as_ref().map_or(0, |servidor| servidor.porta);
        let saida = programa("sh")
            .args(["-c", &format!("exec 2>&1\n{comando}\n")])
            .current_dir(self.pasta.path())
            .env("PATH", format!("{cliente}:{servidor}:/usr/bin:/bin"))
            .env("PIXSON_PORTA", porta.to_string())
            .output()
            .expect("a shell");
        texto(&saida.stdout).to_owned()
    }
}

/// Does what a page says, and gives the page with what the commands have shown. Also how many there were.
fn seguir(pagina: &str) -> (String, usize) {
    let mut sala = Sala::nova();
    let (mut vista, mut comandos, mut bloco, mut arquivo) = (String::new(), 0, "", String::new());
    for linha in pagina.lines() {
        if linha.starts_with("## ") {
            sala.com_contas_novas();
        }
        let comeca = bloco.is_empty() && linha.starts_with("```");
        if comeca {
            bloco = linha;
        } else if linha == "```" {
            if bloco == "```python" {
                fs::write(sala.pasta.path().join("cliente.py"), &arquivo).expect("writable");
            }
            bloco = "";
        } else if bloco == "```python" {
            arquivo.extend([linha, "\n"]);
        }
        let comando = linha.strip_prefix("$ ").filter(|_| bloco == "```console");
        if bloco == "```console" && comando.is_none() && !comeca {
            continue;
        }
        vista.extend([linha, "\n"]);
        if let Some(pedido) = comando.and_then(|comando| comando.strip_prefix("# ")) {
            sala.no_outro_terminal(pedido);
        } else if let Some(comando) = comando {
            comandos += 1;
            vista += &sala.executar(comando);
        }
    }
    (vista, comandos)
}

#[test]
fn every_command_of_the_lesson_shows_what_both_pages_say() {
    for pagina in [include_str!("../../docs/aula.md"), include_str!("../../docs/lesson.md")] {
        let (vista, comandos) = seguir(pagina);
        assert_eq!(comandos, 18, "the commands are found");
        for (vista, escrita) in vista.lines().zip(pagina.lines()) {
            assert_eq!(vista, escrita);
        }
        assert_eq!(vista, pagina);
    }
}
