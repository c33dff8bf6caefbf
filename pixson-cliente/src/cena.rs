//! `pixson-cliente cena`: a scene from a file, played against a server; its trace goes to standard output.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use pixson_cena::{Cena, Encenacao, FalhaDaCena, MotivoDaFalha, encenar};
use pixson_conexao::{Interrupcao, ServidorDistante};
use pixson_linha::fala::dizer;
use pixson_linha::portugues::USO_CODIGO;

use crate::entrada::abrir;
use crate::falha::{Falha, RECUSADO_CODIGO, codigo_de_conexao, se_a_saida_falha};
use crate::programa::PROGRAMA;

/// The longest file of a scene, in bytes: 1 MiB.
const CENA_MAX_BYTES: u64 = 1 << 20;

/// What is most often the cause if a reply or a clock is not as a scene says.
const DE_ANTES: &str = "O servidor acabou de iniciar, com as contas de exemplo como vieram? O que outros fizeram nele \
                        antes muda saldos e relógios.";

/// What `cena` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct OpcoesDeCena {
    /// A cena, passo a passo; - é a entrada padrão
    #[arg(help_heading = "Argumentos", value_name = "ARQUIVO")]
    arquivo: PathBuf,

    /// Não escreve o lado do servidor, que é inferido das respostas
    #[arg(long)]
    sem_servidor: bool,
}

/// Plays the scene, writes its traces, and says what went otherwise. Returns the exit code.
pub(crate) fn executar(
    servidor: &ServidorDistante,
    opcoes: &OpcoesDeCena,
    interrupcao: &Interrupcao,
) -> u8 {
    let arquivo = &opcoes.arquivo;
    let texto = match ler(arquivo, interrupcao) {
        Ok(texto) => texto,
        Err(falha) => return falha.encerrar(),
    };
    let cena: Cena = match texto.parse() {
        Ok(cena) => cena,
        Err(erro) => {
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer([format!("\"{}\", {erro}.", arquivo.display())]);
            return USO_CODIGO;
        }
    };
    let Encenacao { atores, servidor, fim } = encenar(&cena, servidor, interrupcao);
    let mut ditos = Vec::new();
    let inferido = match servidor {
        _ if opcoes.sem_servidor => Vec::new(),
        Some(inferido) => inferido,
        None => {
            ditos.push(
                "Mais alguém usa este servidor: o lado dele não pode ser inferido das respostas."
                    .to_owned(),
            );
            Vec::new()
        }
    };
    let rastro = String::from_utf8([inferido, atores].concat()).expect("lines of ASCII");
    let entregue = PROGRAMA.entregar(&rastro);
    let codigo = fim.as_ref().map_or_else(codigo_da_falha, |()| 0);
    let de_antes = fim.as_ref().is_err_and(|falha| {
        matches!(falha.motivo, MotivoDaFalha::Texto { .. } | MotivoDaFalha::Relogio { .. })
    });
    ditos.extend(fim.err().and_then(|falha| frase_da_falha(arquivo, falha)));
    if de_antes {
        ditos.push(DE_ANTES.to_owned());
    }
    // As above.
    let _ = dizer(ditos);
    if entregue == 0 { codigo } else { se_a_saida_falha(codigo) }
}

fn codigo_da_falha(falha: &FalhaDaCena) -> u8 {
    match &falha.motivo {
        MotivoDaFalha::Conexao(erro) => codigo_de_conexao(erro),
        _ => RECUSADO_CODIGO,
    }
}

/// `None` if the person knows why already.
fn frase_da_falha(arquivo: &Path, falha: FalhaDaCena) -> Option<String> {
    let posicao = falha.posicao;
    let dito = match falha.motivo {
        MotivoDaFalha::Conexao(erro) => Falha::Conexao(erro).frase()?,
        // Some end with a sentence of the diagnosis.
        motivo => format!("{}.", motivo.to_string().trim_end_matches('.')),
    };
    Some(format!("\"{}\", {posicao}: {dito}", arquivo.display()))
}

fn ler(arquivo: &Path, interrupcao: &Interrupcao) -> Result<String, Falha> {
    let mut texto = String::new();
    let lido = abrir(arquivo, interrupcao).and_then(|entrada| {
        // A scene that is cut off may still look right.
        match entrada.take(CENA_MAX_BYTES + 1).read_to_string(&mut texto)? as u64 {
            ..=CENA_MAX_BYTES => Ok(()),
            _ => Err(io::ErrorKind::FileTooLarge.into()),
        }
    });
    lido.map_err(|erro| Falha::de_arquivo(arquivo, erro))?;
    Ok(texto)
}
