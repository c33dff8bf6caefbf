//! Commands from a file or from standard input, one in each line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use pixson_conexao::{EntradaInterrompivel, Interrompida, Interrupcao, ServidorDistante};
use pixson_core::Rg;
use pixson_linha::entrada::sem_marca;
use pixson_linha::fala::dizer;
use pixson_terminal::{LINHA_MAX_BYTES, entrada_padrao};

use crate::avulso::ContaConectada;
use crate::comando::{ComandoDeConta, ler_palavras};
use crate::falha::{Falha, INTERROMPIDO_CODIGO, fechar_linha, se_a_saida_falha};
use crate::feitos::Feitos;
use crate::relato::Relato;
use crate::relator::Relator;

/// What stands for standard input.
const ENTRADA_PADRAO: &str = "-";

/// What `script` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct OpcoesDeScript {
    /// De onde ler os comandos; - é a entrada padrão [padrão: -]
    #[arg(help_heading = "Argumentos", value_name = "ARQUIVO", default_value = ENTRADA_PADRAO)]
    #[arg(hide_default_value = true)]
    arquivo: PathBuf,

    /// Para na primeira linha que não é feita
    #[arg(long)]
    parar_no_erro: bool,
}

/// Does all lines on one connection. Returns the exit code: the highest of those of the lines.
pub(crate) fn executar(
    servidor: &ServidorDistante,
    rg: Rg,
    relator: Relator<'_>,
    argumentos: &OpcoesDeScript,
) -> u8 {
    let arquivo = &argumentos.arquivo;
    let aberto = abrir(arquivo, relator.interrupcao).map_err(|erro| {
        if Interrompida::em(&erro) {
            return Falha::Interrompido;
        }
        Falha::Arquivo(arquivo.clone(), erro)
    });
    let percorrido =
        aberto.and_then(|entrada| match ContaConectada::entrar(servidor, rg, relator) {
            Ok(atendimento) => percorrer(entrada, atendimento, relator, argumentos.parar_no_erro),
            Err(codigo) => Ok(codigo),
        });
    percorrido.unwrap_or_else(|falha| {
        if matches!(falha, Falha::Interrompido) {
            fechar_linha();
        }
        // If even this cannot be written, the exit code still tells.
        let _ = dizer(falha.frase());
        falha.codigo()
    })
}

fn abrir<'i>(
    arquivo: &Path,
    interrupcao: &'i Interrupcao,
) -> io::Result<BufReader<EntradaInterrompivel<'i, File>>> {
    let aberto = if arquivo == Path::new(ENTRADA_PADRAO) {
        entrada_padrao()?
    } else {
        let arquivo = arquivo.to_owned();
        // A named pipe may have no writer yet.
        interrupcao.durante(None, move || File::open(arquivo))?
    };
    Ok(BufReader::new(EntradaInterrompivel::nova(aberto, interrupcao)))
}

fn percorrer(
    mut entrada: impl BufRead,
    mut atendimento: ContaConectada<'_>,
    relator: Relator<'_>,
    parar_no_erro: bool,
) -> Result<u8, Falha> {
    let (mut codigo, mut feitos) = (0, Feitos::default());
    for linha in 1.. {
        if relator.interrupcao.veio() {
            return Err(Falha::Interrompido);
        }
        let Some(bytes) = ler_linha(&mut entrada).map_err(Falha::de_entrada)? else { break };
        let bytes = if linha == 1 { sem_marca(&bytes) } else { &bytes };
        let (relato, escrito) = match entender(bytes) {
            Ok(None) => continue,
            Ok(Some(comando)) => atendimento.executar(comando, linha),
            Err(frase) => {
                let relato = Relato::da_linha_invalida(linha, &frase);
                let escrito = relator.relatar(&relato);
                (relato, escrito)
            }
        };
        codigo = codigo.max(relato.codigo());
        relato.somar(&mut feitos);
        let parada = format!("O script parou na linha {linha}.");
        if relato.interrompido() || escrito.as_ref().is_err_and(Interrompida::em) {
            return Ok(INTERROMPIDO_CODIGO);
        }
        if let Err(erro) = escrito {
            // If even this cannot be written, the exit code still tells.
            let _ = dizer(
                feitos.despedida(&erro).into_iter().flat_map(|frase| [frase, parada.clone()]),
            );
            return Ok(se_a_saida_falha(codigo));
        }
        if relato.encerra() || (parar_no_erro && !relato.feito()) {
            // What stopped it has been said.
            let _ = dizer([parada]);
            break;
        }
    }
    Ok(codigo)
}

/// A line with its end, or as much of it as there is, or as is worth looking at. Of a line that is
/// too long the rest is no line of its own.
fn ler_linha(entrada: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    entrada.take(LINHA_MAX_BYTES).read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 == LINHA_MAX_BYTES && !bytes.ends_with(b"\n") {
        entrada.skip_until(b'\n')?;
    }
    Ok((!bytes.is_empty()).then_some(bytes))
}

/// The command of a line, if it has one. `Err` is a sentence.
fn entender(bytes: &[u8]) -> Result<Option<ComandoDeConta>, String> {
    let Some(linha) = bytes.strip_suffix(b"\n") else {
        if bytes.len() as u64 == LINHA_MAX_BYTES {
            return Err(format!("A linha tem {LINHA_MAX_BYTES} bytes ou mais."));
        }
        // Half an amount is an amount, too.
        return Err(
            "A linha não termina com uma quebra de linha: pode estar cortada, e não foi executada."
                .into(),
        );
    };
    let linha = std::str::from_utf8(linha).map_err(|_| "A linha não é UTF-8.".to_owned())?;
    let (palavras, _comentario) = linha.split_once('#').unwrap_or((linha, ""));
    if palavras.trim().is_empty() {
        return Ok(None);
    }
    ler_palavras(palavras).map(Some)
}
