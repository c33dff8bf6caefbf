//! The trace that the server keeps: its file, and what its header says.

use std::env;
use std::ffi::OsString;

#[cfg(feature = "postgres")]
use pixson_core::banco::ConfiguracaoPostgres;
use pixson_core::rastro::CabecalhoDoRastro;
use pixson_gravador::{AnelDoRastro, comando_digitado};
use pixson_linha::rastro;
use pixson_metricas::AoVivo;
use pixson_observacao::Rastreio;

use crate::argumentos::Argumentos;

/// The option before the address of a database.
#[cfg(feature = "postgres")]
const BANCO: &str = "--banco";

/// The trace of a run.
#[derive(Debug)]
pub(crate) struct RastroDoServidor {
    pub(crate) rastreio: Rastreio,
    pub(crate) ao_vivo: Option<AoVivo>,
}

/// Begins the trace of this run of the bank, if one is asked for. An error is a sentence for the person who started
/// the program.
pub(crate) fn comecar(
    argumentos: &Argumentos,
    epoca: u64,
) -> Result<Option<RastroDoServidor>, String> {
    let Argumentos { rastro: arquivo, metricas, painel_tempo, .. } = argumentos;
    if arquivo.is_none() && !painel_tempo {
        return Ok(None);
    }
    let processo = "servidor".parse().expect("a name of letters");
    let cabecalho = CabecalhoDoRastro::novo(processo)
        .com_epoca(epoca)
        .com_comando(&comando_digitado(sem_senhas(env::args_os())));
    let avisar = |frase: &str| tracing::warn!("{frase} O servidor continua.");
    let ao_vivo = metricas.as_deref().filter(|_| *painel_tempo).map(|endereco| {
        let host = endereco.rsplit_once(':').map_or(endereco, |(host, _)| host);
        AoVivo::novo(AnelDoRastro::novo(cabecalho.clone()), host.to_owned())
    });
    let anel = ao_vivo.as_ref().map(AoVivo::anel);
    let gravador = rastro::comecar(arquivo.as_deref(), anel, &cabecalho, avisar)?;
    Ok(Some(RastroDoServidor { rastreio: Rastreio::novo(gravador), ao_vivo }))
}

/// The same words, with the address of a database as it is shown: without its password.
fn sem_senhas(palavras: impl Iterator<Item = OsString>) -> Vec<OsString> {
    #[cfg(feature = "postgres")]
    {
        let mut depois_da_opcao = false;
        let ocultar = |palavra: OsString| {
            let esperada = std::mem::replace(&mut depois_da_opcao, palavra == BANCO);
            let junta = palavra.to_str().and_then(|texto| texto.strip_prefix("--banco="));
            match (junta, palavra.to_str()) {
                (Some(url), _) => format!("{BANCO}={}", mostravel(url)).into(),
                (None, Some(url)) if esperada => mostravel(url).into(),
                _ => palavra,
            }
        };
        palavras.map(ocultar).collect()
    }
    #[cfg(not(feature = "postgres"))]
    palavras.collect()
}

/// An address of a database without its password. One that is none would have been refused before.
#[cfg(feature = "postgres")]
fn mostravel(url: &str) -> String {
    let lida = url.parse().map(|configuracao: ConfiguracaoPostgres| configuracao.to_string());
    lida.unwrap_or_default()
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_is_in_no_header_however_its_option_is_written() {
        let url = "postgres://ana:segredo@db/pixson?sslmode=disable";
        let chave = "host=db user=ana password=segredo dbname=pixson sslmode=disable";
        for url in [url, chave] {
            for palavras in [vec!["s", "--banco", url], vec!["s", &format!("--banco={url}"), "x"]] {
                let mostradas = sem_senhas(palavras.iter().map(OsString::from));
                let digitado = comando_digitado(mostradas);
                assert!(digitado.contains("postgres://ana@db/pixson"), "{digitado}");
                assert!(!digitado.contains("segredo"), "{digitado}");
            }
        }
    }
}
