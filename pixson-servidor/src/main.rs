//! The reference server of the Pixson bank protocol: `pixson-core` on `std::net`, one thread
//! per connection.

mod administracao;
mod argumentos;
mod conexao;
mod parada;
mod servidor;
mod tela;

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

use pixson_core::Servico;
use pixson_core::banco::disco::DiscoReal;
use pixson_core::banco::{Aviso, BancoJson, ConfiguracaoJson, ErroAbrir};

use crate::argumentos::{Argumentos, Comando};
use crate::servidor::{Queda, Servidor};

fn main() -> ExitCode {
    let argumentos = match argumentos::ler(std::env::args_os()) {
        Ok(argumentos) => argumentos,
        Err(fim) => return fim,
    };
    match argumentos.comando {
        Some(Comando::Extrato { rg }) => return administracao::extrato(&argumentos.contas, rg),
        Some(Comando::Auditar) => return administracao::auditoria(&argumentos.contas),
        None => {}
    }
    match servir(&argumentos) {
        Ok(()) => ExitCode::SUCCESS,
        Err(frase) => {
            // If even this cannot be written, the exit code still tells.
            let _ = writeln!(io::stderr(), "{frase}");
            ExitCode::FAILURE
        }
    }
}

fn servir(argumentos: &Argumentos) -> Result<(), String> {
    let Argumentos { host, porta, contas, segmentos, silencioso, .. } = argumentos;
    let configuracao =
        ConfiguracaoJson { segmentos_retidos: *segmentos, ..ConfiguracaoJson::default() };
    let (banco, avisos) = BancoJson::abrir_em(DiscoReal::novo(contas), configuracao)
        .map_err(|erro| frase_de_abertura(contas, &erro))?;
    avisar(avisos);
    let ouvinte = TcpListener::bind((host.as_str(), *porta)).map_err(|erro| match erro.kind() {
        ErrorKind::AddrInUse => format!(
            "A porta {porta} de {host} já está em uso. Escolha outra com --porta, \
             ou pare o servidor que a usa."
        ),
        ErrorKind::PermissionDenied => {
            format!(
                "Sem permissão para a porta {porta}. Escolha outra, acima de 1023, com --porta."
            )
        }
        _ => format!("Não foi possível escutar em {host}, porta {porta} ({erro})."),
    })?;
    let servidor = Servidor::novo(Servico::novo(banco), ouvinte, *silencioso)
        .map_err(|erro| format!("Não foi possível iniciar ({erro})."))?;
    servidor.servir().map_err(|queda| match queda {
        Queda::Armazenamento(erro) => format!(
            "O armazenamento falhou ({erro}): o resultado dos últimos pedidos é desconhecido. \
             Reinicie o servidor para recuperar o banco."
        ),
        Queda::ArquivosAtrasados(erro) => format!(
            "Os arquivos das contas não puderam ser atualizados ({erro}). Nada do que foi \
             confirmado se perdeu: o próximo início os atualiza."
        ),
        Queda::RelogioEsgotado => {
            "O relógio lógico se esgotou. Reinicie o servidor: o relógio volta a zero.".into()
        }
    })
}

/// Why a bank cannot be used, and what to do about it.
fn frase_de_abertura(contas: &Path, erro: &ErroAbrir) -> String {
    let contas = contas.display();
    let causa = erro.source().map_or(String::new(), |causa| format!(" ({causa})"));
    let conselho = match erro {
        ErroAbrir::EmUso => "Pare o outro servidor, ou indique outro diretório com --contas.",
        ErroAbrir::SemEspaco(_) => {
            "Libere espaço, 32 MiB bastam em geral, e inicie de novo: nada se perdeu."
        }
        ErroAbrir::Corrompido { .. } => "Nada foi alterado. Guarde uma cópia do diretório.",
        _ => "Indique outro diretório com --contas.",
    };
    format!("Contas em \"{contas}\": {erro}{causa}. {conselho}")
}

/// What whoever runs the server should know goes to standard error.
fn avisar(avisos: Vec<Aviso>) {
    for aviso in avisos {
        let _ = writeln!(io::stderr(), "Aviso: {aviso}");
    }
}
