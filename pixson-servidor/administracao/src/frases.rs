//! The sentences about a bank: why it cannot be opened, and what is the matter with its files.

use std::io::{self, ErrorKind};
use std::path::Path;

use pixson_core::banco::disco::ErroDeArquivo;
use pixson_core::banco::{Aviso, Dano, ErroAbrir, Presa};
use pixson_linha::fala;
use pixson_linha::portugues::causa;
use rustix::io::Errno;

/// How many accounts a sentence names.
pub const NOMEADAS_MAX: usize = 5;

/// An error of the disk, with the file that it is about.
pub fn do_disco(erro: &io::Error) -> String {
    let causa = causa(ErroDeArquivo::raiz(erro));
    match ErroDeArquivo::em(erro) {
        Some(nomeado) => format!("{}: {causa}", nomeado.arquivo),
        None => causa,
    }
}

/// Why a bank cannot be used, and what to do about it.
pub fn de_abertura(contas: &Path, erro: &ErroAbrir) -> String {
    let contas = contas.display();
    let (causa, conselho) = match erro {
        ErroAbrir::NaoExiste => {
            (None, "Indique outro diretório com --contas, ou crie este.".to_owned())
        }
        ErroAbrir::EmUso => {
            (None, "Pare o outro servidor, ou indique outro diretório com --contas.".to_owned())
        }
        ErroAbrir::SemEspaco(causado) => (
            Some(do_disco(causado)),
            "Libere espaço e inicie de novo: nada se perdeu. Em geral bastam 32 MiB; depois de \
             uma importação, é preciso o espaço dos arquivos das contas."
                .to_owned(),
        ),
        ErroAbrir::Corrompido { .. } => (
            None,
            "Nada foi alterado. Guarde uma cópia do diretório e recupere o arquivo de um backup."
                .to_owned(),
        ),
        ErroAbrir::Falta { .. } => (
            None,
            "Nada foi alterado. Devolva esse arquivo ao seu lugar; sem ele, os últimos \
             lançamentos se perderiam."
                .to_owned(),
        ),
        ErroAbrir::NaoPertencem { contas: quais, arquivo } => {
            (Some(arquivo.clone().unwrap_or_else(|| nomear(quais))), de_copia(&contas))
        }
        ErroAbrir::Ilegivel(causado) if causado.kind() == ErrorKind::NotADirectory => {
            (Some(causa(causado)), "Indique um diretório com --contas.".to_owned())
        }
        ErroAbrir::Ilegivel(causado) | ErroAbrir::Arquivo { erro: causado, .. } => {
            let raiz = ErroDeArquivo::raiz(causado);
            (Some(causa(raiz)), conselho(raiz, &contas))
        }
    };
    let causa = causa.map_or_else(String::new, |causa| format!(" ({causa})"));
    format!("Contas em \"{contas}\": {erro}{causa}. {conselho}")
}

fn nomear(contas: &[pixson_core::Rg]) -> String {
    let nomes: Vec<&str> = contas.iter().take(NOMEADAS_MAX).map(pixson_core::Rg::as_str).collect();
    let outras = match contas.len().saturating_sub(NOMEADAS_MAX) {
        0 => String::new(),
        outras => format!(" e outras {outras}"),
    };
    let palavra = if contas.len() == 1 { "conta" } else { "contas" };
    format!("{palavra} {}{outras}", nomes.join(", "))
}

fn de_copia(contas: &impl std::fmt::Display) -> String {
    format!(
        "O diretório é uma cópia feita com o banco em uso, e nada foi alterado. Copie de novo com o \
         servidor parado. Se não houver outra cópia e os arquivos das contas valem mais que o \
         diário, tire {contas}/diario do diretório: os saldos passam a ser os dos arquivos."
    )
}

/// The advice for a file or a directory that the disk cannot open or read.
fn conselho(erro: &io::Error, contas: &impl std::fmt::Display) -> String {
    match (erro.kind(), Errno::from_io_error(erro)) {
        (ErrorKind::PermissionDenied, _) => format!(
            "Execute como o dono do diretório, ou devolva a ele o que for de outro: \
             chown --recursive --reference={contas} {contas}."
        ),
        (_, Some(Errno::MFILE | Errno::NFILE)) => {
            "Nada se perdeu. Aumente o limite de arquivos abertos (ulimit -n) e inicie de novo."
                .into()
        }
        (ErrorKind::OutOfMemory, _) => {
            "Nada se perdeu. Libere memória, ou aumente o limite dela, e inicie de novo.".into()
        }
        (ErrorKind::NotADirectory, _) => {
            "No lugar dele tem de haver um diretório, e não um link ou outra coisa.".into()
        }
        (ErrorKind::InvalidData, _) => {
            "No lugar dele tem de haver um arquivo comum. Tire o que está lá.".into()
        }
        (ErrorKind::ReadOnlyFilesystem, _) => {
            "Monte o sistema de arquivos para escrita, ou indique outro diretório com --contas."
                .into()
        }
        (_, Some(Errno::IO)) => {
            "O disco pode estar com defeito: guarde uma cópia do diretório antes de tudo.".into()
        }
        _ => "Nada do que foi confirmado se perdeu: resolva isso e inicie de novo.".into(),
    }
}

/// Gives warnings to the person who runs the command. A warning that cannot be written is dropped:
/// it changes nothing in what was done.
pub fn advertir(frases: impl IntoIterator<Item = String>) {
    let _ = fala::dizer(frases.into_iter().map(|frase| format!("Aviso: {frase}")));
}

/// A warning for the operator of the bank.
pub fn de_aviso(aviso: &Aviso) -> String {
    match aviso {
        Aviso::ArquivoPreso(presa) => format!(
            "O arquivo da conta {} não pode ser regravado ({}). A conta continua a ser atendida; o \
             saldo fica no diário até que o arquivo possa ser escrito.",
            presa.rg,
            de_presa(presa)
        ),
        Aviso::PontoPreso { causa: causado } => format!(
            "diario/ponto.json não pode ser regravado ({}). O banco continua; o diário é guardado por \
             inteiro até que isso seja possível.",
            causa(&causado.erro())
        ),
        outro => outro.to_string(),
    }
}

/// A file that cannot be replaced, and why.
pub fn de_presa(presa: &Presa) -> String {
    format!("{}: {}", presa.arquivo, causa(&presa.causa.erro()))
}

/// A part of the ledger that cannot be read.
pub fn de_dano(dano: &Dano) -> String {
    match dano {
        Dano::Arquivo { arquivo, causa: causado } => {
            let causa = causa(&causado.erro());
            format!("O livro não pode ser lido por inteiro ({arquivo}: {causa}).")
        }
        outro => outro.to_string(),
    }
}
