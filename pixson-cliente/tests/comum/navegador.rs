//! A real browser, spoken to by `WebDriver` (W3C): JSON over HTTP, one request on each connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::comum::ambiente::{PACIENCIA, programa};
use super::comum::filho::Filho;

/// Debian's package chromium-driver has it.
const CONDUTOR: &str = "chromedriver";

pub(crate) struct Navegador {
    _condutor: Filho,
    /// Where it keeps what it writes.
    _casa: TempDir,
    porta: u16,
    sessao: String,
}

impl Navegador {
    /// `None`, and a word about it, where Debian's chromium is not installed.
    pub(crate) fn novo(largura: u32) -> Option<Self> {
        let casa = TempDir::new().expect("a temporary directory");
        let mut comando = programa(CONDUTOR);
        comando.arg("--port=0").env("HOME", casa.path()).stdout(Stdio::piped());
        let Ok(processo) = comando.spawn() else {
            let _ =
                writeln!(std::io::stderr(), "not run: Debian's chromium-driver is not installed");
            return None;
        };
        let mut condutor = Filho::from(processo);
        let saida = condutor.stdout.take().expect("piped");
        let comecou = BufReader::new(saida).lines().map_while(Result::ok).find_map(|linha| {
            let (_, porta) = linha.split_once("started successfully on port ")?;
            porta.trim_end_matches('.').parse().ok()
        });
        let porta = comecou.expect("the driver says its port");
        let mut novo = Self { _condutor: condutor, _casa: casa, porta, sessao: String::new() };
        let opcoes = json!({"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            format!("--window-size={largura},900"),
        ]});
        let pedido = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": opcoes, "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let aberta = novo.pedir("POST", "/session", &pedido);
        aberta["sessionId"].as_str().expect("a session").clone_into(&mut novo.sessao);
        Some(novo)
    }

    /// Opens a file, and gives what the page has complained of.
    pub(crate) fn abrir(&self, arquivo: &Path) -> Vec<String> {
        self.visitar(&format!("file://{}", arquivo.display()))
    }

    /// The same for an address.
    pub(crate) fn visitar(&self, endereco: &str) -> Vec<String> {
        self.mandar("url", &json!({"url": endereco}));
        self.queixas()
    }

    /// What the page has written to the console since the last time.
    pub(crate) fn queixas(&self) -> Vec<String> {
        let ditas = self.mandar("se/log", &json!({"type": "browser"}));
        ditas.as_array().expect("a list").iter().map(|dita| dita["message"].to_string()).collect()
    }

    /// Runs this in the page, and gives what it returns.
    pub(crate) fn avaliar(&self, programa: &str) -> Value {
        self.mandar("execute/sync", &json!({"script": programa, "args": []}))
    }

    /// Moves the pointer to the first element that this selects, and clicks there.
    pub(crate) fn apontar(&self, seletor: &str, clicar: bool) {
        // By its place: the page may draw the element anew at any time.
        let onde = self.avaliar(&format!(
            "const um = document.querySelector({}); um.scrollIntoView({{block: 'nearest', inline: 'nearest'}}); \
             const lugar = um.getBoundingClientRect(); \
             return [lugar.x + lugar.width / 2, lugar.y + lugar.height / 2].map(Math.round)",
            json!(seletor)
        ));
        let mover = json!({"type": "pointerMove", "duration": 0, "x": onde[0], "y": onde[1], "origin": "viewport"});
        let mut passos = vec![mover];
        if clicar {
            passos.push(json!({"type": "pointerDown", "button": 0}));
            passos.push(json!({"type": "pointerUp", "button": 0}));
        }
        let rato = json!({"type": "pointer", "id": "rato", "parameters": {"pointerType": "mouse"}, "actions": passos});
        self.mandar("actions", &json!({"actions": [rato]}));
    }

    /// Presses keys, as `WebDriver` writes them.
    pub(crate) fn teclar(&self, teclas: &str) {
        let passos: Vec<Value> = teclas
            .chars()
            .flat_map(|tecla| {
                ["keyDown", "keyUp"].map(|tipo| json!({"type": tipo, "value": tecla.to_string()}))
            })
            .collect();
        let teclado = json!({"type": "key", "id": "teclado", "actions": passos});
        self.mandar("actions", &json!({"actions": [teclado]}));
    }

    /// Prints the page, and gives the size of the document.
    pub(crate) fn imprimir(&self) -> usize {
        self.mandar("print", &json!({})).as_str().expect("a document").len()
    }

    /// How many colours what is in sight has.
    pub(crate) fn cores(&self) -> u64 {
        let caminho = format!("/session/{}/screenshot", self.sessao);
        let foto = self.pedir("GET", &caminho, &Value::Null);
        self.mandar("url", &json!({"url": "about:blank"}));
        let contar = "const [foto, fim] = arguments; const figura = new Image(); \
            figura.onload = () => { const quadro = document.createElement('canvas'); \
            quadro.width = figura.width; quadro.height = figura.height; \
            const pincel = quadro.getContext('2d'); pincel.drawImage(figura, 0, 0); \
            const pontos = new Uint32Array(pincel.getImageData(0, 0, quadro.width, quadro.height).data.buffer); \
            fim(new Set(pontos).size); }; figura.src = 'data:image/png;base64,' + foto;";
        let cores = self.mandar("execute/async", &json!({"script": contar, "args": [foto]}));
        cores.as_u64().expect("a number")
    }

    fn mandar(&self, comando: &str, corpo: &Value) -> Value {
        self.pedir("POST", &format!("/session/{}/{comando}", self.sessao), corpo)
    }

    fn pedir(&self, metodo: &str, caminho: &str, corpo: &Value) -> Value {
        let valor = self.tentar(metodo, caminho, corpo).expect("the driver answers");
        assert!(valor.get("error").is_none(), "{metodo} {caminho}: {valor}");
        valor
    }

    fn tentar(&self, metodo: &str, caminho: &str, corpo: &Value) -> std::io::Result<Value> {
        let mut ligacao = TcpStream::connect(("127.0.0.1", self.porta))?;
        ligacao.set_read_timeout(Some(PACIENCIA))?;
        let corpo = if corpo.is_null() { String::new() } else { corpo.to_string() };
        write!(
            ligacao,
            "{metodo} {caminho} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{corpo}",
            self.porta,
            corpo.len()
        )?;
        let mut leitor = BufReader::new(ligacao);
        let mut tamanho = 0;
        loop {
            let mut linha = String::new();
            leitor.read_line(&mut linha)?;
            if linha.trim_end().is_empty() {
                break;
            }
            if let Some((_, valor)) = linha.to_ascii_lowercase().split_once("content-length:") {
                tamanho = valor.trim().parse().expect("a length");
            }
        }
        let mut resposta = vec![0; tamanho];
        leitor.read_exact(&mut resposta)?;
        let mut resposta: Value = serde_json::from_slice(&resposta)?;
        Ok(resposta["value"].take())
    }
}

impl Drop for Navegador {
    fn drop(&mut self) {
        // It ends the browser; the driver is ended by its owner.
        let _ = self.tentar("DELETE", &format!("/session/{}", self.sessao), &Value::Null);
    }
}
