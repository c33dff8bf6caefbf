//! What is said of the bank: why it cannot be opened, what became of its files, why it ended.

use std::io::{self, ErrorKind};
use std::path::Path;

use pixson_core::banco::disco::{Causa, ErroDeArquivo};
use pixson_core::banco::{Aviso, Dano, ErroAbrir, Presa};
use pixson_linha::portugues::causa;
use rustix::io::Errno;

use pixson_rede::{Escassez, Limites};

use crate::servidor::Queda;

/// How many accounts a sentence names.
const NOMEADAS_MAX: usize = 5;

/// What the disk said, with the file that it is about.
pub(crate) fn do_disco(erro: &io::Error) -> String {
    let causa = causa(ErroDeArquivo::raiz(erro));
    match ErroDeArquivo::em(erro) {
        Some(nomeado) => format!("{}: {causa}", nomeado.arquivo),
        None => causa,
    }
}

/// Why a bank cannot be used, and what to do about it.
pub(crate) fn de_abertura(contas: &Path, erro: &ErroAbrir) -> String {
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

/// What to do about a file or a directory that the disk does not give.
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

/// What whoever runs the bank should know.
pub(crate) fn de_aviso(aviso: &Aviso) -> String {
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
pub(crate) fn de_presa(presa: &Presa) -> String {
    format!("{}: {}", presa.arquivo, causa(&presa.causa.erro()))
}

/// What of the ledger cannot be read.
pub(crate) fn de_dano(dano: &Dano) -> String {
    match dano {
        Dano::Arquivo { arquivo, causa: causado } => {
            let causa = causa(&causado.erro());
            format!("O livro não pode ser lido por inteiro ({arquivo}: {causa}).")
        }
        outro => outro.to_string(),
    }
}

/// Why the server ended without being asked to, or not as it should.
pub(crate) fn de_queda(queda: &Queda) -> String {
    match queda {
        Queda::Inicio(erro) => {
            format!("O banco não pôde ser iniciado ({}). Nada se perdeu.", do_disco(erro))
        }
        // The folder or the segment has lost its name, and is somewhere else, or gone.
        Queda::Armazenamento(erro) if Causa::de(erro).fora_do_lugar() => format!(
            "O servidor parou porque perdeu o diário ({}). O que foi confirmado até então está lá: \
             devolva-o ao seu lugar antes de reiniciar.",
            do_disco(erro)
        ),
        Queda::Armazenamento(erro) => format!(
            "O armazenamento falhou ({}): o resultado dos últimos pedidos é desconhecido. \
             Reinicie o servidor para recuperar o banco.",
            do_disco(erro)
        ),
        Queda::ArquivosAtrasados(erro) => format!(
            "Os arquivos das contas não puderam ser atualizados ({}). Nada do que foi \
             confirmado se perdeu: eles são atualizados quando o servidor inicia de novo.",
            do_disco(erro)
        ),
        Queda::ArquivosPresos(presas) => {
            let nomes: Vec<String> = presas.iter().take(NOMEADAS_MAX).map(de_presa).collect();
            let outras = match presas.len().saturating_sub(NOMEADAS_MAX) {
                0 => String::new(),
                outras => format!("; e outros {outras}"),
            };
            format!(
                "Servidor encerrado com arquivos de contas que não puderam ser regravados ({}{outras}). \
                 Nada do que foi confirmado se perdeu: os saldos estão no diário, e o próximo início \
                 tenta de novo.",
                nomes.join("; ")
            )
        }
        Queda::SemThread(erro) => {
            format!(
                "O sistema não permite criar as threads de que o servidor precisa ({}).",
                causa(erro)
            )
        }
        Queda::RelogioEsgotado => {
            "O relógio lógico se esgotou. Reinicie o servidor: o relógio volta a zero.".into()
        }
    }
}

/// Fewer connections will be served than were asked for.
pub(crate) fn avisar_de_escassez(escassez: Escassez, pedidas: usize, limites: &Limites) {
    let max_conexoes = limites.max_conexoes;
    match escassez {
        Escassez::Descritores(descritores) => tracing::warn!(
            pedidas,
            max_conexoes,
            descritores,
            "o sistema permite poucos descritores: menos conexões serão atendidas"
        ),
        Escassez::AreasDeMemoria => tracing::warn!(
            pedidas,
            max_conexoes,
            "o sistema permite poucas áreas de memória (vm.max_map_count): menos conexões serão atendidas"
        ),
        Escassez::EspacoDeEnderecos => tracing::warn!(
            pedidas,
            max_conexoes,
            "o sistema dá pouca memória virtual (ulimit -v ou -d): menos conexões serão atendidas"
        ),
    }
}
