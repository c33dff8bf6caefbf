//! The table of hostile bytes as data: each file of `tests/bytes` is a family, each block an input.
//!
//! ```text
//! # a comment
//! WAIT 1111111111: a balance is asked for in two pieces     class, who is logged in, scenario
//! > t:3|op:1|rg:                                            bytes
//! OK                                                        what more bytes then bring
//! > 1111111111\n
//! < 0 Saldo: 10.0                                           field `s` and text of a reply
//! ```
//!
//! * **Who is logged in:** `novo` is nobody, an RG has logged in with an LF, `legado` and an RG
//!   without one.
//! * **Bytes:** `\n`, `\r`, `\\`, `\{` and `\x00` to `\xff` are one byte, `{ab*3}` is `ababab`, and
//!   `{t+5}` the server's clock plus 5. Several lines are one string of bytes.
//! * **Replies:** `<*3` stands for three of them; `@7` before the field is the exact stamp on a new
//!   server.
//! * `FIM` on a line ends the input behind the bytes; `PAUSA` lets the quiet period pass.
//!
//! The bytes of the first step arrive in every way, those of further steps in one piece.
//!
//! What is expected follows from docs/protocolo.md, never from what a server was seen to do. Every
//! input leaves each balance as it was: those of class OK move money there and back.

#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::path::Path;

/// The accounts of the bank that hears these bytes. There is none called 8888888888.
pub(crate) const CONTAS: [(&str, &str); 8] = [
    ("0", "1.0"),
    ("00", "2.0"),
    ("0000000000", "3.0"),
    ("1111111111", "10.0"),
    ("2222222222", "20.0"),
    ("3333333333", "0.0"),
    ("7", "10.0"),
    ("9999999999", "9999999999999.99"),
];

/// Asked of a connection that should have stayed; what it hears tells whether it is logged in.
pub(crate) const SONDA: &[u8] = b"t:0|op:1|rg:8888888888\n";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Classe {
    /// Something was done.
    Ok,
    /// Refused; the connection stays.
    Err,
    /// Refused; the server ends the connection.
    End,
    /// The input ended, and nothing is said.
    Eof,
    /// Nothing is said until more bytes come.
    Wait,
}

impl Classe {
    pub(crate) const TODAS: [Self; 5] = [Self::Ok, Self::Err, Self::End, Self::Eof, Self::Wait];

    /// The class of what was observed: the replies, and who ended the connection, if anybody.
    pub(crate) fn observada(saida: &str, pelo_servidor: bool, pelo_par: bool) -> Self {
        match (saida.is_empty(), pelo_servidor, pelo_par) {
            (_, true, _) => Self::End,
            (true, false, true) => Self::Eof,
            (true, false, false) => Self::Wait,
            (false, false, _) if saida.contains("|s:0|") => Self::Ok,
            (false, false, _) => Self::Err,
        }
    }

    fn ler(palavra: &str) -> Option<Self> {
        let nomes = ["OK", "ERR", "END", "EOF", "WAIT"];
        nomes.iter().position(|nome| *nome == palavra).map(|onde| Self::TODAS[onde])
    }
}

/// What was said on the connection before the bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Antes {
    Novo,
    Titular(String),
    Legado(String),
}

impl Antes {
    /// What logs in.
    pub(crate) fn login(&self) -> Option<String> {
        match self {
            Self::Novo => None,
            Self::Titular(rg) => Some(format!("t:0|op:6|rg:{rg}\n")),
            Self::Legado(rg) => Some(format!("t:0|op:6|rg:{rg}")),
        }
    }

    fn ler(texto: &str) -> Self {
        match (texto, texto.strip_prefix("legado ")) {
            ("novo", _) => Self::Novo,
            (_, Some(rg)) => Self::Legado(rg.into()),
            (rg, None) => Self::Titular(rg.into()),
        }
    }
}

/// What follows the bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Depois {
    Nada,
    Fim,
    Pausa,
}

/// A reply, from its field `s` on, and its stamp on a server whose clock began at 0.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Esperada {
    pub(crate) corpo: String,
    pub(crate) carimbo: Option<u64>,
}

/// Bytes, and what they bring.
#[derive(Debug)]
pub(crate) struct Etapa {
    pub(crate) classe: Classe,
    texto: String,
    pub(crate) depois: Depois,
    pub(crate) respostas: Vec<Esperada>,
}

impl Etapa {
    fn nova(classe: Classe) -> Self {
        Self { classe, texto: String::new(), depois: Depois::Nada, respostas: Vec::new() }
    }

    /// The bytes, for a server whose clock stands there.
    pub(crate) fn bytes(&self, relogio: u64) -> Vec<u8> {
        expandir(&self.texto, relogio)
    }

    fn ler_linha(&mut self, linha: &str) {
        match linha.split_at_checked(2) {
            Some(("> ", bytes)) => self.texto += bytes,
            Some(("< ", resposta)) => self.respostas.push(ler_resposta(resposta)),
            Some(("<*", resposta)) => {
                let (vezes, resposta) = resposta.split_once(' ').expect("a number of replies");
                let vezes = vezes.parse().expect("a number");
                self.respostas.extend(std::iter::repeat_n(ler_resposta(resposta), vezes));
            }
            _ if linha == "FIM" => self.depois = Depois::Fim,
            _ if linha == "PAUSA" => self.depois = Depois::Pausa,
            _ => panic!("a line that is none: {linha}"),
        }
    }

    /// That the class says what the replies say.
    fn conferir(&self) {
        let feita = self.respostas.iter().any(|resposta| resposta.corpo.starts_with("|s:0|"));
        let (calada, fim) = (self.respostas.is_empty(), self.depois == Depois::Fim);
        let certa = match self.classe {
            Classe::Ok => feita,
            Classe::Err => !feita && !calada,
            Classe::End => {
                let ultima = self.respostas.last();
                ultima.is_some_and(|resposta| resposta.corpo.starts_with("|s:1|"))
            }
            Classe::Eof => calada && fim,
            Classe::Wait => calada && !fim,
        };
        assert!(certa, "class and replies disagree: {self:?}");
    }
}

/// One input of the table.
#[derive(Debug)]
pub(crate) struct Caso {
    pub(crate) familia: String,
    pub(crate) nome: String,
    pub(crate) antes: Antes,
    pub(crate) etapas: Vec<Etapa>,
}

impl Caso {
    pub(crate) fn classe(&self) -> Classe {
        self.etapas[0].classe
    }

    /// Every reply to it, in order.
    pub(crate) fn respostas(&self) -> Vec<Esperada> {
        self.etapas.iter().flat_map(|etapa| etapa.respostas.clone()).collect()
    }

    /// Whether replies end with LF: not to a peer whose first message came without one.
    pub(crate) fn com_lf(&self) -> bool {
        let primeira = &self.etapas[0];
        let pela_pausa = primeira.depois == Depois::Pausa && primeira.classe != Classe::Wait;
        match self.antes {
            Antes::Novo => !pela_pausa,
            Antes::Titular(_) => true,
            Antes::Legado(_) => false,
        }
    }

    /// Whether its bytes depend on the server's clock.
    pub(crate) fn conhece_o_relogio(&self) -> bool {
        self.etapas.iter().any(|etapa| etapa.texto.contains("{t+"))
    }

    /// The answer to [`SONDA`], unless the connection is over.
    pub(crate) fn sonda(&self) -> Option<Esperada> {
        let ultima = self.etapas.last().expect("at least one");
        if ultima.classe == Classe::End || ultima.depois == Depois::Fim {
            return None;
        }
        let dentro = self.antes != Antes::Novo
            || self.respostas().iter().any(|resposta| resposta.corpo.contains("Login realizado"));
        let texto = if dentro { "Operação não autorizada" } else { "Login necessário" };
        Some(ler_resposta(&format!("1 {texto}")))
    }

    fn ler(familia: &str, bloco: &str) -> Self {
        let mut linhas = bloco.lines().filter(|linha| !linha.starts_with('#'));
        let titulo = linhas.next().expect("a block is not empty");
        let (cabeca, nome) = titulo.split_once(": ").expect("class, who is logged in: scenario");
        let (classe, antes) = cabeca.split_once(' ').expect("class, who is logged in");
        let mut etapas = vec![Etapa::nova(Classe::ler(classe).expect("a class"))];
        for linha in linhas {
            match Classe::ler(linha) {
                Some(classe) => etapas.push(Etapa::nova(classe)),
                None => etapas.last_mut().expect("the first").ler_linha(linha),
            }
        }
        let caso = Self {
            familia: familia.into(),
            nome: format!("{familia}: {nome}"),
            antes: Antes::ler(antes),
            etapas,
        };
        caso.etapas.iter().for_each(Etapa::conferir);
        // Behind an end there is nothing, and behind a wait there is something.
        let (ultima, outras) = caso.etapas.split_last().expect("the first");
        let acaba = |etapa: &Etapa| etapa.classe == Classe::End || etapa.depois == Depois::Fim;
        assert!(ultima.classe != Classe::Wait && !outras.iter().any(acaba), "{}", caso.nome);
        caso
    }
}

/// Checks that `saida` is exactly these replies, with rising stamps, which it returns.
pub(crate) fn conferir_respostas(
    saida: &str,
    esperadas: &[Esperada],
    com_lf: bool,
) -> Result<Vec<u64>, String> {
    let mut carimbos: Vec<u64> = Vec::new();
    let mut resto = saida;
    for esperada in esperadas {
        let depois = resto.strip_prefix("t:").and_then(|depois| {
            let digitos = depois.find('|')?;
            let carimbo = depois[..digitos].parse().ok()?;
            let sobe = carimbos.last().is_none_or(|ultimo| *ultimo < carimbo);
            carimbos.push(carimbo);
            let depois = depois[digitos..].strip_prefix(esperada.corpo.as_str())?;
            if com_lf { depois.strip_prefix('\n') } else { Some(depois) }.filter(|_| sobe)
        });
        let falta = || format!("expected {esperada:?} at {resto:?} in {saida:?}");
        resto = depois.ok_or_else(falta)?;
    }
    if resto.is_empty() { Ok(carimbos) } else { Err(format!("nobody expected {resto:?}")) }
}

fn ler_resposta(texto: &str) -> Esperada {
    let (carimbo, resto) = match texto.strip_prefix('@').and_then(|texto| texto.split_once(' ')) {
        Some((carimbo, resto)) => (Some(carimbo.parse().expect("a stamp")), resto),
        None => (None, texto),
    };
    let (situacao, texto) = resto.split_once(' ').expect("field s and text");
    assert!(["0", "1"].contains(&situacao), "{resto}");
    Esperada { corpo: format!("|s:{situacao}|resposta:{texto}"), carimbo }
}

/// The bytes that a notation stands for.
pub(crate) fn expandir(texto: &str, relogio: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut resto = texto;
    while let Some(onde) = resto.find(['\\', '{']) {
        bytes.extend_from_slice(&resto.as_bytes()[..onde]);
        let (marca, depois) = resto[onde..].split_at(1);
        resto = if marca == "\\" {
            let (byte, depois) = escapado(depois);
            bytes.push(byte);
            depois
        } else {
            let (notacao, depois) = depois.split_once('}').expect("a closed notation");
            if let Some(adiante) = notacao.strip_prefix("t+") {
                let carimbo = relogio + adiante.parse::<u64>().expect("a number");
                bytes.extend(carimbo.to_string().bytes());
            } else {
                let (unidade, vezes) = notacao.rsplit_once('*').expect("bytes and how often");
                bytes.extend(expandir(unidade, relogio).repeat(vezes.parse().expect("a number")));
            }
            depois
        };
    }
    bytes.extend_from_slice(resto.as_bytes());
    bytes
}

fn escapado(texto: &str) -> (u8, &str) {
    let (letra, depois) = texto.split_at(1);
    match letra {
        "n" => (b'\n', depois),
        "r" => (b'\r', depois),
        "\\" | "{" => (letra.as_bytes()[0], depois),
        "x" => {
            let (hexa, depois) = depois.split_at(2);
            (u8::from_str_radix(hexa, 16).expect("two hexadecimal digits"), depois)
        }
        _ => panic!("an escape that is none: \\{texto}"),
    }
}

/// The whole table, in the order of its files.
pub(crate) fn tabela(pixson_core: &Path) -> Vec<Caso> {
    let pasta = std::fs::read_dir(pixson_core.join("tests/bytes")).expect("the table");
    let mut arquivos: Vec<_> = pasta.map(|item| item.expect("readable directory").path()).collect();
    arquivos.sort_unstable();
    let mut casos = Vec::new();
    for arquivo in arquivos {
        let familia = arquivo.file_stem().and_then(|nome| nome.to_str()).expect("a plain name");
        let texto = std::fs::read_to_string(&arquivo).expect("readable family");
        let blocos = texto.split("\n\n").map(str::trim_end);
        let so_comentario = |bloco: &str| bloco.lines().all(|linha| linha.starts_with('#'));
        let blocos = blocos.filter(|bloco| !so_comentario(bloco));
        casos.extend(blocos.map(|bloco| Caso::ler(familia, bloco)));
    }
    casos
}
