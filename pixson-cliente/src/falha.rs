use std::io;
use std::path::PathBuf;
use std::time::Duration;

use pixson_core::sessao::{ErroEnvio, ErroSessao};
use pixson_core::{Resposta, Rg};
use pixson_linha::portugues::causa;
use pixson_linha::visivel::visivel;

/// What to do when nobody knows whether money was moved.
pub(crate) const DESCONHECIDO: &str = "Não se sabe se a operação foi feita: consulte o saldo antes de repetir, ou peça o extrato a \
     quem opera o banco.";

/// What an interruption is while a request is on its way.
pub(crate) const INTERROMPIDO: &str = "Interrompido antes da resposta.";

const SEM_DINHEIRO: &str = "Este pedido não movimenta dinheiro.";

/// The exit codes: refused by the bank; no connection; protocol error; outcome unknown;
/// what was to be shown cannot be written; interrupted, as shells give it.
pub(crate) const RECUSADO_CODIGO: u8 = 1;
pub(crate) const SEM_CONEXAO_CODIGO: u8 = 3;
pub(crate) const PROTOCOLO_CODIGO: u8 = 4;
pub(crate) const DESCONHECIDO_CODIGO: u8 = 5;
pub(crate) const SAIDA_CODIGO: u8 = 6;
pub(crate) const INTERROMPIDO_CODIGO: u8 = 130;

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
    /// The server keeps the connection and says nothing.
    SemResposta,
    /// The reply did not come in time, and is waited for no longer.
    TempoEsgotado { limite: Duration, desconhecido: bool },
    /// The other end was to be an echo, and said more than it heard.
    SemEco,
    /// The bank refused an account that was to bear load.
    ContaRecusada { rg: Rg, texto: String },
    /// The server had gone before the request was sent.
    NaoEnviado,
    /// The server had begun to say something unasked before the request was sent.
    Adiantado,
    /// The server says of another operation that it is done.
    OutroPedido { resposta: Resposta, desconhecido: bool },
    /// The server does not speak the protocol.
    Protocolo(ErroSessao),
    /// The connection failed after money was asked to move.
    ResultadoDesconhecido(ErroSessao),
    /// The person left in order, but the bank could not say of an earlier operation whether it was
    /// done.
    HouveDesconhecido,
    /// The request could not be sent.
    Envio(ErroEnvio),
    /// The person pressed Ctrl-C at a question.
    Interrompido,
    /// What the person types cannot be read.
    Entrada(io::Error),
    /// The file of a script cannot be opened.
    Arquivo(PathBuf, io::Error),
    /// What is to be shown cannot be written, and nothing more was asked for.
    Saida { frase: Option<String>, codigo: u8 },
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

    pub(crate) fn codigo(&self) -> u8 {
        match self {
            Self::LoginRecusado | Self::ContaRecusada { .. } => RECUSADO_CODIGO,
            Self::SemConexao { .. }
            | Self::Aviso(_)
            | Self::Perdida
            | Self::SemResposta
            | Self::NaoEnviado
            | Self::Entrada(_)
            | Self::Arquivo(..) => SEM_CONEXAO_CODIGO,
            Self::Adiantado
            | Self::OutroPedido { desconhecido: false, .. }
            | Self::Protocolo(_)
            | Self::Envio(_)
            | Self::SemEco => PROTOCOLO_CODIGO,
            Self::TempoEsgotado { desconhecido: false, .. } => SEM_CONEXAO_CODIGO,
            Self::TempoEsgotado { desconhecido: true, .. }
            | Self::OutroPedido { desconhecido: true, .. }
            | Self::ResultadoDesconhecido(_)
            | Self::HouveDesconhecido => DESCONHECIDO_CODIGO,
            Self::Interrompido => INTERROMPIDO_CODIGO,
            Self::Saida { codigo, .. } => *codigo,
        }
    }

    /// A few words for a list of what went wrong.
    pub(crate) fn causa(&self) -> String {
        match self {
            Self::LoginRecusado => "login recusado".into(),
            Self::SemConexao { erro, .. } => causa(erro),
            Self::Aviso(resposta) => resposta.texto().into(),
            Self::Perdida => "o servidor encerrou a conexão".into(),
            Self::SemResposta | Self::TempoEsgotado { .. } => "o servidor não responde".into(),
            Self::SemEco => "o servidor não é um eco".into(),
            Self::ContaRecusada { texto, .. } => texto.clone(),
            Self::NaoEnviado => "o pedido não foi enviado".into(),
            Self::OutroPedido { .. } => "o servidor respondeu a outro pedido".into(),
            Self::Adiantado => "o servidor enviou algo que não foi pedido".into(),
            Self::Protocolo(erro) | Self::ResultadoDesconhecido(erro) => erro.to_string(),
            Self::HouveDesconhecido => "resultado desconhecido".into(),
            Self::Interrompido => "interrompido".into(),
            Self::Envio(erro) => erro.to_string(),
            Self::Entrada(erro) | Self::Arquivo(_, erro) => causa(erro),
            Self::Saida { .. } => "a saída não pode ser escrita".into(),
        }
    }

    /// One sentence for the person, unless the server's reply was one.
    pub(crate) fn frase(&self) -> Option<String> {
        Some(match self {
            Self::SemConexao { endereco, erro } => format!(
                "Erro ao conectar ao servidor {endereco}: {}. \
                 Confira --host e --porta, e se o servidor está em execução.",
                causa(erro)
            ),
            Self::SemResposta => "O servidor não responde.".into(),
            Self::TempoEsgotado { limite, desconhecido } => format!(
                "O servidor não respondeu em {} s. {}",
                limite.as_secs_f64(),
                if *desconhecido { DESCONHECIDO } else { SEM_DINHEIRO }
            ),
            Self::SemEco => "O servidor não é um eco.".into(),
            Self::ContaRecusada { rg, texto } => {
                format!("A conta {rg} foi recusada: {}.", visivel(texto))
            }
            Self::Aviso(resposta) => {
                format!("O servidor encerrou a conexão: {}.", visivel(&resposta.texto()))
            }
            Self::Perdida => format!("O servidor encerrou a conexão. {SEM_DINHEIRO}"),
            Self::NaoEnviado => "O servidor encerrou a conexão. O pedido não foi enviado.".into(),
            Self::OutroPedido { resposta, desconhecido } => format!(
                "O servidor respondeu a outro pedido: {}. {}",
                visivel(&resposta.texto()),
                if *desconhecido { DESCONHECIDO } else { SEM_DINHEIRO }
            ),
            Self::Adiantado => {
                "O servidor enviou algo que não foi pedido. O pedido não foi enviado.".into()
            }
            Self::Protocolo(erro) => format!("Erro de protocolo: {erro}."),
            Self::ResultadoDesconhecido(erro) => {
                format!("{}. {DESCONHECIDO}", com_maiuscula(&erro.to_string()))
            }
            Self::LoginRecusado | Self::HouveDesconhecido | Self::Interrompido => return None,
            Self::Saida { frase, .. } => return frase.clone(),
            Self::Envio(erro) => format!("O pedido não foi enviado: {erro}."),
            Self::Entrada(erro) => format!("Não foi possível ler a entrada ({}).", causa(erro)),
            Self::Arquivo(arquivo, erro) => {
                format!("Não foi possível ler \"{}\" ({}).", arquivo.display(), causa(erro))
            }
        })
    }
}

/// The exit code of a program that would have ended with `codigo`, if what it had to say cannot be
/// written: only that nobody knows of an operation, or that the person ended it, weighs more.
pub(crate) fn se_a_saida_falha(codigo: u8) -> u8 {
    match codigo {
        DESCONHECIDO_CODIGO | INTERROMPIDO_CODIGO => codigo,
        _ => SAIDA_CODIGO,
    }
}

/// The message of an error at the beginning of a sentence.
fn com_maiuscula(mensagem: &str) -> String {
    let mut letras = mensagem.chars();
    letras.next().into_iter().flat_map(char::to_uppercase).chain(letras).collect()
}
