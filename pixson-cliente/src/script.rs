//! Commands from a file or from standard input, one in each line.

use std::io::BufRead;
use std::path::PathBuf;

use clap::Args;
use pixson_comandos::LeitorDeScript;
use pixson_conexao::Interrompida;
use pixson_core::Rg;
use pixson_linha::fala::dizer;

use crate::avulso::ContaConectada;
use crate::caminho::Caminho;
use crate::entrada::{ENTRADA_PADRAO, abrir};
use crate::falha::{Falha, INTERROMPIDO_CODIGO, se_a_saida_falha};
use crate::feitos::Feitos;
use crate::relato::Relato;
use crate::relator::Relator;

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
    caminho: Caminho<'_>,
    rg: Rg,
    relator: Relator<'_>,
    argumentos: &OpcoesDeScript,
) -> u8 {
    let arquivo = &argumentos.arquivo;
    let aberto =
        abrir(arquivo, relator.interrupcao).map_err(|erro| Falha::de_arquivo(arquivo, erro));
    let percorrido =
        aberto.and_then(|entrada| match ContaConectada::entrar(caminho, rg, relator) {
            Ok(conectada) => percorrer(entrada, conectada, relator, argumentos.parar_no_erro),
            Err(codigo) => Ok(codigo),
        });
    percorrido.unwrap_or_else(|falha| falha.encerrar())
}

fn percorrer(
    entrada: impl BufRead,
    mut conectada: ContaConectada<'_>,
    relator: Relator<'_>,
    parar_no_erro: bool,
) -> Result<u8, Falha> {
    let (mut codigo, mut feitos) = (0, Feitos::default());
    let mut script = LeitorDeScript::novo(entrada);
    loop {
        if relator.interrupcao.veio() {
            return Err(Falha::Interrompido);
        }
        let Some(lida) = script.proxima().map_err(Falha::de_entrada)? else { break };
        let linha = lida.numero;
        let (relato, escrito) = match lida.comando {
            Ok(None) => continue,
            Ok(Some(comando)) => conectada.executar(comando, linha),
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
            // If even this cannot be written, the exit code still reports it.
            let _ = dizer(
                feitos.despedida(&erro).into_iter().flat_map(|frase| [frase, parada.clone()]),
            );
            return Ok(se_a_saida_falha(codigo));
        }
        if relato.encerra() || (parar_no_erro && !relato.feito()) {
            // This may be lost, since the reason was reported already.
            let _ = dizer([parada]);
            break;
        }
    }
    Ok(codigo)
}
