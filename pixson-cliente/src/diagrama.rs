//! `pixson-cliente diagrama`: recorded runs as pictures, and what their clocks did wrong.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use pixson_conexao::Interrupcao;
use pixson_core::Rg;
use pixson_core::rastro::{Filtro, SemRastro};
use pixson_diagrama::{Coleta, ErroDeLeitura, FormatoDoDiagrama};
use pixson_linha::fala::dizer;

use crate::entrada::abrir;
use crate::falha::{Falha, SEM_CONEXAO_CODIGO};
use crate::programa::PROGRAMA;

/// The exit code if some process broke the rules of the clock.
const REGRA_QUEBRADA_CODIGO: u8 = 1;

/// What is told to who would get a page on the screen.
const PAGINA_NO_TERMINAL: &str = "A página é para um navegador: ponha `> diagrama.html` no fim do comando e abra esse \
                                  arquivo, ou escolha outro --formato.";

/// The seed of the questions if none is given.
const SEMENTE: u64 = 1;

/// What `diagrama` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct OpcoesDeDiagrama {
    /// Rastros do servidor e dos clientes, em qualquer ordem; - é a entrada padrão
    #[arg(help_heading = "Argumentos", value_name = "ARQUIVO", required = true)]
    arquivos: Vec<PathBuf>,

    /// Formato do diagrama: html, svg, shiviz, mermaid ou json [padrão: html]
    #[arg(long, value_name = "FORMATO", value_parser = formatos(), hide_possible_values = true)]
    formato: Option<FormatoDoDiagrama>,

    /// Só o que foi pedido em nome desta conta, e as transferências para ela
    #[arg(long, value_name = "RG")]
    conta: Option<Rg>,

    /// Só a conexão que tem este número no rastro do servidor
    #[arg(long, value_name = "N")]
    conexao: Option<u64>,

    /// Só as linhas do rastro do servidor a partir desta
    #[arg(long, value_name = "SEQ")]
    de: Option<u64>,

    /// Só as linhas do rastro do servidor até esta
    #[arg(long, value_name = "SEQ")]
    ate: Option<u64>,

    /// Os clientes sem rastro esperam cada resposta antes do próximo pedido: seus carimbos dizem mais
    #[arg(long)]
    um_por_vez: bool,

    /// Em vez de um diagrama, até N perguntas sobre o que aconteceu
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1000))]
    perguntas: Option<u16>,

    /// Quais perguntas: as mesmas a cada vez que o número é o mesmo [padrão: 1]
    #[arg(long, value_name = "S")]
    semente: Option<u64>,

    /// Responde a cada pergunta
    #[arg(long)]
    gabarito: bool,
}

impl OpcoesDeDiagrama {
    /// What is to be made of a run. `Err` is a sentence about options that are not for it.
    fn obra(&self) -> Result<Obra, String> {
        let Self { formato, conta, conexao, de, ate, perguntas, semente, gabarito, .. } = *self;
        let filtro = Filtro { conta, conexao, de, ate };
        let Some(quantas) = perguntas else {
            return if semente.is_some() || gabarito {
                Err("--semente e --gabarito precisam de --perguntas.".into())
            } else {
                Ok(Obra::Desenho(formato.unwrap_or(FormatoDoDiagrama::Html), filtro))
            };
        };
        if formato.is_some() || filtro != Filtro::default() {
            return Err("--perguntas são sobre tudo o que aconteceu, e não têm formato.".into());
        }
        let semente = semente.unwrap_or(SEMENTE);
        Ok(Obra::Perguntas { quantas: quantas.into(), semente, gabarito })
    }
}

/// What is made of a run.
enum Obra {
    Desenho(FormatoDoDiagrama, Filtro),
    Perguntas { quantas: usize, semente: u64, gabarito: bool },
}

fn formatos() -> impl TypedValueParser<Value = FormatoDoDiagrama> {
    PossibleValuesParser::new(FormatoDoDiagrama::TODOS.map(FormatoDoDiagrama::palavra))
        .try_map(|palavra| palavra.parse())
}

/// Does the whole command. `Err` is a sentence about a picture that nobody could read.
pub(crate) fn executar(
    argumentos: &OpcoesDeDiagrama,
    interrupcao: &Interrupcao,
) -> Result<ExitCode, String> {
    let obra = argumentos.obra()?;
    if matches!(obra, Obra::Desenho(FormatoDoDiagrama::Html, _)) && io::stdout().is_terminal() {
        return Err(PAGINA_NO_TERMINAL.to_owned());
    }
    let coleta = match ler(&argumentos.arquivos, interrupcao) {
        Ok(coleta) => coleta,
        Err(codigo) => return Ok(ExitCode::from(codigo)),
    };
    let sem_rastro =
        if argumentos.um_por_vez { SemRastro::UmPorVez } else { SemRastro::PodemAdiantar };
    let estudo = coleta.estudar(sem_rastro);
    let acusacoes = estudo.acusacoes();
    let ditos = [estudo.avisos(), estudo.suspeitas(), acusacoes.clone()].concat();
    let desenho = match obra {
        Obra::Desenho(formato, filtro) => estudo.desenhar(formato, &filtro),
        Obra::Perguntas { quantas, semente, gabarito } => {
            estudo.perguntar(quantas, semente, gabarito)
        }
    };
    let entregue = desenho.as_deref().map_or(0, |desenho| PROGRAMA.entregar(desenho));
    // If this cannot be written, the exit code still reports what weighs most.
    let _ = dizer(ditos);
    desenho.map_err(|erro| format!("{erro}."))?;
    let codigo = if acusacoes.is_empty() { 0 } else { REGRA_QUEBRADA_CODIGO };
    Ok(ExitCode::from(codigo.max(entregue)))
}

/// Reads all files. `Err` is the exit code, after the reason was told.
fn ler(arquivos: &[PathBuf], interrupcao: &Interrupcao) -> Result<Coleta, u8> {
    let mut coleta = Coleta::default();
    for arquivo in arquivos {
        let lido = abrir(arquivo, interrupcao)
            .map_err(ErroDeLeitura::Entrada)
            .and_then(|entrada| coleta.ler(entrada));
        match lido {
            Ok(()) => {}
            Err(ErroDeLeitura::Entrada(erro)) => {
                return Err(Falha::de_arquivo(arquivo, erro).encerrar());
            }
            Err(ErroDeLeitura::Rastro(erro)) => {
                // If even this cannot be written, the exit code still reports it.
                let _ = dizer([format!("\"{}\", {erro}.", arquivo.display())]);
                return Err(SEM_CONEXAO_CODIGO);
            }
        }
    }
    Ok(coleta)
}
