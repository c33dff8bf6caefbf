use std::io::{self, ErrorKind};
use std::process::ExitCode;

use pixson_core::Resposta;
use pixson_core::sessao::{ErroEnvio, ErroSessao};

use crate::terminal::visivel;

/// What to do when nobody knows whether money was moved.
pub(crate) const DESCONHECIDO: &str =
    "Não se sabe se a operação foi feita: consulte o saldo antes de repetir.";

/// Why the session ended before the person left it.
#[derive(Debug)]
pub(crate) enum Falha {
    /// The bank refused the login, and said so.
    LoginRecusado,
    /// There is no server at that address.
    SemConexao { endereco: String, erro: io::Error },
    /// The server said something without being asked, and serves no more.
    Aviso(Resposta),
    /// The connection ended with nothing at stake.
    Perdida,
    /// The server had gone before the request was sent.
    NaoEnviado,
    /// The server does not speak the protocol.
    Protocolo(ErroSessao),
    /// The connection failed after money was asked to move.
    ResultadoDesconhecido(ErroSessao),
    /// The person left in order, but the bank could not say of an earlier operation whether it was
    /// done.
    HouveDesconhecido,
    /// The request could not be sent.
    Envio(ErroEnvio),
    /// What the person types cannot be read.
    Entrada(io::Error),
}

impl Falha {
    /// What became of a request when the session failed with `erro`.
    pub(crate) fn de_sessao(erro: ErroSessao, move_dinheiro: bool) -> Self {
        match erro {
            ErroSessao::RespostaInesperada(resposta) => Self::Aviso(resposta),
            _ if move_dinheiro => Self::ResultadoDesconhecido(erro),
            ErroSessao::Interrompida { .. } => Self::Perdida,
            _ => Self::Protocolo(erro),
        }
    }

    /// 1: refused by the bank; 3: no connection; 4: protocol error; 5: outcome unknown.
    pub(crate) fn codigo_de_saida(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::LoginRecusado => 1,
            Self::SemConexao { .. }
            | Self::Aviso(_)
            | Self::Perdida
            | Self::NaoEnviado
            | Self::Entrada(_) => 3,
            Self::Protocolo(_) | Self::Envio(_) => 4,
            Self::ResultadoDesconhecido(_) | Self::HouveDesconhecido => 5,
        })
    }

    /// One sentence for the person, unless the server's reply was one.
    pub(crate) fn frase(&self) -> Option<String> {
        Some(match self {
            Self::LoginRecusado => return None,
            Self::SemConexao { endereco, erro } => {
                let causa = match erro.kind() {
                    ErrorKind::ConnectionRefused => "conexão recusada".into(),
                    ErrorKind::TimedOut => "o servidor não responde".into(),
                    _ => erro.to_string(),
                };
                format!(
                    "Erro ao conectar ao servidor {endereco}: {causa}. \
                     Confira --host e --porta, e se o servidor está em execução."
                )
            }
            Self::Aviso(resposta) => {
                format!("O servidor encerrou a conexão: {}.", visivel(&resposta.texto()))
            }
            Self::Perdida => {
                "O servidor encerrou a conexão. Este pedido não movimenta dinheiro.".into()
            }
            Self::NaoEnviado => "O servidor encerrou a conexão. O pedido não foi enviado.".into(),
            Self::Protocolo(erro) => format!("Erro de protocolo: {erro}."),
            Self::ResultadoDesconhecido(erro) => format!("{erro}. {DESCONHECIDO}"),
            Self::HouveDesconhecido => return None,
            Self::Envio(erro) => format!("O pedido não foi enviado: {erro}."),
            Self::Entrada(erro) => format!("Não foi possível ler a entrada ({erro})."),
        })
    }
}
