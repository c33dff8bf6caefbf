//! `pixson-cliente diagrama`: recorded runs as pictures, and what their clocks did wrong.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pixson_conexao::{Interrompida, Interrupcao};
use pixson_core::Rg;
use pixson_core::rastro::{Filtro, SemRastro};
use pixson_diagrama::{Coleta, ErroDeLeitura, FormatoDoDiagrama};
use pixson_linha::fala::dizer;

use crate::entrada::abrir;
use crate::falha::{Falha, INTERROMPIDO_CODIGO, SEM_CONEXAO_CODIGO, fechar_linha};
use crate::programa::PROGRAMA;

/// The exit code if some process broke the rules of the clock.
const REGRA_QUEBRADA_CODIGO: u8 = 1;

/// What is told to who would get a page on the screen.
const PAGINA_NO_TERMINAL: &str = "A página é para um navegador: ponha `> diagrama.html` no fim do comando e abra esse \
                                  arquivo, ou escolha outro --formato.";

/// What `diagrama` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct OpcoesDeDiagrama {
    /// Rastros do servidor e dos clientes, em qualquer ordem; - é a entrada padrão
    #[arg(help_heading = "Argumentos", value_name = "ARQUIVO", required = true)]
    arquivos: Vec<PathBuf>,

    /// Formato do diagrama: html, svg, shiviz, mermaid ou json [padrão: html]
    #[arg(long, value_name = "FORMATO", value_parser = formatos(), default_value = "html")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    formato: FormatoDoDiagrama,

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
    if argumentos.formato == FormatoDoDiagrama::Html && io::stdout().is_terminal() {
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
    let OpcoesDeDiagrama { conta, conexao, de, ate, .. } = *argumentos;
    let filtro = Filtro { conta, conexao, de, ate };
    let desenho = estudo.desenhar(argumentos.formato, &filtro);
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
            Err(ErroDeLeitura::Entrada(erro)) if Interrompida::em(&erro) => {
                fechar_linha();
                return Err(INTERROMPIDO_CODIGO);
            }
            Err(ErroDeLeitura::Entrada(erro)) => {
                let falha = Falha::Arquivo(arquivo.clone(), erro);
                // If even this cannot be written, the exit code still reports it.
                let _ = dizer(falha.frase());
                return Err(falha.codigo());
            }
            Err(ErroDeLeitura::Rastro(erro)) => {
                // As above.
                let _ = dizer([format!("\"{}\", {erro}.", arquivo.display())]);
                return Err(SEM_CONEXAO_CODIGO);
            }
        }
    }
    Ok(coleta)
}
