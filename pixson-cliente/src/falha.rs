//! The ways in which the program fails: exit codes, and sentences for the person.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use pixson_carga::ErroCarga;
use pixson_conexao::{ErroConexao, Interrompida};
use pixson_core::Operacao;
use pixson_linha::fala::dizer;
use pixson_linha::portugues::causa;
use pixson_linha::visivel::visivel;

/// The advice if it is unknown whether money was moved.
pub(crate) const DESCONHECIDO: &str = "Não se sabe se a operação foi feita: consulte o saldo antes de repetir, ou peça o extrato a \
     quem opera o banco.";

/// The sentence for an interruption while a request is on its way.
pub(crate) const INTERROMPIDO: &str = "Interrompido antes da resposta.";

const SEM_DINHEIRO: &str = "Este pedido não movimenta dinheiro.";

/// The exit codes: refused by the bank; no connection; protocol error; outcome unknown; output
/// cannot be written; interrupted, with the code that shells use.
pub(crate) const RECUSADO_CODIGO: u8 = 1;
pub(crate) const SEM_CONEXAO_CODIGO: u8 = 3;
pub(crate) const PROTOCOLO_CODIGO: u8 = 4;
pub(crate) const DESCONHECIDO_CODIGO: u8 = 5;
pub(crate) const SAIDA_CODIGO: u8 = 6;
pub(crate) const INTERROMPIDO_CODIGO: u8 = 130;

/// Why the program ends before the person leaves it.
#[derive(Debug)]
pub(crate) enum Falha {
    /// The bank refused the login, and its reply was shown.
    LoginRecusado,
    /// The connection can no longer be used.
    Conexao(ErroConexao),
    /// The load could not begin.
    Carga(ErroCarga),
    /// The person left in order, but the outcome of an earlier operation is unknown.
    HouveDesconhecido,
    /// The person pressed Ctrl-C, and no request is on its way.
    Interrompido,
    /// The person's input cannot be read.
    Entrada(io::Error),
    /// A file that a command reads cannot be read.
    Arquivo(PathBuf, io::Error),
    /// Output cannot be written, and no further request was sent after that.
    Saida { frase: Option<String>, codigo: u8 },
}

impl From<ErroConexao> for Falha {
    fn from(erro: ErroConexao) -> Self {
        Self::Conexao(erro)
    }
}

impl Falha {
    /// The failure for an input that cannot be read.
    pub(crate) fn de_entrada(erro: io::Error) -> Self {
        if Interrompida::em(&erro) { Self::Interrompido } else { Self::Entrada(erro) }
    }

    /// The failure for a file that cannot be read.
    pub(crate) fn de_arquivo(arquivo: &Path, erro: io::Error) -> Self {
        if Interrompida::em(&erro) {
            Self::Interrompido
        } else {
            Self::Arquivo(arquivo.into(), erro)
        }
    }

    /// Says why a command without a dialogue ends. Returns the exit code.
    pub(crate) fn encerrar(&self) -> u8 {
        if matches!(self, Self::Interrompido) {
            fechar_linha();
        }
        // If even this cannot be written, the exit code still reports it.
        let _ = dizer(self.frase());
        self.codigo()
    }

    /// Whether a request could move money and its outcome is unknown.
    pub(crate) fn deixa_duvida(&self) -> bool {
        match self {
            Self::Conexao(ErroConexao::Interrompida { a_caminho }) => {
                a_caminho.is_some_and(|operacao| operacao.move_dinheiro())
            }
            outra => outra.codigo() == DESCONHECIDO_CODIGO,
        }
    }

    pub(crate) fn codigo(&self) -> u8 {
        match self {
            Self::LoginRecusado => RECUSADO_CODIGO,
            Self::Entrada(_) | Self::Arquivo(..) => SEM_CONEXAO_CODIGO,
            Self::Conexao(erro) => codigo_de_conexao(erro),
            Self::Carga(erro) => codigo_de_carga(erro),
            Self::HouveDesconhecido => DESCONHECIDO_CODIGO,
            Self::Interrompido => INTERROMPIDO_CODIGO,
            Self::Saida { codigo, .. } => *codigo,
        }
    }

    /// A sentence for the person, or `None` if what was shown already says enough.
    pub(crate) fn frase(&self) -> Option<String> {
        Some(match self {
            Self::LoginRecusado | Self::HouveDesconhecido | Self::Interrompido => return None,
            // A person who pressed Ctrl-C knows that, and needs a sentence only if money is in
            // doubt.
            Self::Conexao(ErroConexao::Interrompida { .. }) if !self.deixa_duvida() => return None,
            Self::Conexao(erro) | Self::Carga(ErroCarga::Conexao(erro)) => frase_de_conexao(erro),
            Self::Carga(ErroCarga::ContaRecusada { rg, texto }) => {
                format!("A conta {rg} foi recusada: {}.", visivel(texto))
            }
            Self::Carga(erro) => format!("{}.", com_maiuscula(&erro.to_string())),
            Self::Saida { frase, .. } => return frase.clone(),
            Self::Entrada(erro) => format!("Não foi possível ler a entrada ({}).", causa(erro)),
            Self::Arquivo(arquivo, erro) => {
                format!("Não foi possível ler \"{}\" ({}).", arquivo.display(), causa(erro))
            }
        })
    }
}

/// The exit code of whatever ends since its connection can no longer be used.
pub(crate) fn codigo_de_conexao(erro: &ErroConexao) -> u8 {
    match erro {
        ErroConexao::SemConexao { .. }
        | ErroConexao::Aviso(_)
        | ErroConexao::Encerrada
        | ErroConexao::NaoEnviado
        | ErroConexao::TempoEsgotado { desconhecido: false, .. } => SEM_CONEXAO_CODIGO,
        ErroConexao::Adiantado
        | ErroConexao::OutroPedido { desconhecido: false, .. }
        | ErroConexao::Protocolo(_)
        | ErroConexao::Envio(_) => PROTOCOLO_CODIGO,
        ErroConexao::TempoEsgotado { desconhecido: true, .. }
        | ErroConexao::OutroPedido { desconhecido: true, .. }
        | ErroConexao::ResultadoDesconhecido(_) => DESCONHECIDO_CODIGO,
        ErroConexao::Interrompida { .. } => INTERROMPIDO_CODIGO,
    }
}

/// The exit code of a load or a connection that ends for this reason.
pub(crate) fn codigo_de_carga(erro: &ErroCarga) -> u8 {
    match erro {
        ErroCarga::Conexao(erro) => codigo_de_conexao(erro),
        ErroCarga::SemResposta => SEM_CONEXAO_CODIGO,
        ErroCarga::SemEco => PROTOCOLO_CODIGO,
        ErroCarga::ContaRecusada { .. } => RECUSADO_CODIGO,
    }
}

fn frase_de_conexao(erro: &ErroConexao) -> String {
    let e_o_dinheiro = |desconhecido| if desconhecido { DESCONHECIDO } else { SEM_DINHEIRO };
    match erro {
        ErroConexao::SemConexao { endereco, erro } => format!(
            "Erro ao conectar ao servidor {endereco}: {}. \
             Confira --host e --porta, e se o servidor está em execução.",
            causa(erro)
        ),
        ErroConexao::TempoEsgotado { limite, desconhecido } => format!(
            "O servidor não respondeu em {} s. {}",
            limite.as_secs_f64(),
            e_o_dinheiro(*desconhecido)
        ),
        ErroConexao::Aviso(resposta) => {
            format!("O servidor encerrou a conexão: {}.", visivel(&resposta.texto()))
        }
        ErroConexao::Encerrada => format!("O servidor encerrou a conexão. {SEM_DINHEIRO}"),
        ErroConexao::NaoEnviado => {
            "O servidor encerrou a conexão. O pedido não foi enviado.".into()
        }
        ErroConexao::OutroPedido { resposta, desconhecido } => format!(
            "O servidor respondeu a outro pedido: {}. {}",
            visivel(&resposta.texto()),
            e_o_dinheiro(*desconhecido)
        ),
        ErroConexao::Adiantado => {
            "O servidor enviou algo que não foi pedido. O pedido não foi enviado.".into()
        }
        ErroConexao::Protocolo(erro) => format!("Erro de protocolo: {erro}."),
        ErroConexao::ResultadoDesconhecido(erro) => {
            format!("{}. {DESCONHECIDO}", com_maiuscula(&erro.to_string()))
        }
        ErroConexao::Envio(erro) => format!("O pedido não foi enviado: {erro}."),
        ErroConexao::Interrompida { a_caminho } => interrompido(a_caminho.as_ref()),
    }
}

/// The sentence for an interruption before the reply was shown. `a_caminho` is the request that is
/// on its way.
pub(crate) fn interrompido(a_caminho: Option<&Operacao>) -> String {
    if a_caminho.is_some_and(Operacao::move_dinheiro) {
        format!("{INTERROMPIDO} {DESCONHECIDO}")
    } else {
        INTERROMPIDO.into()
    }
}

/// Ends the line on which the terminal shows ^C.
pub(crate) fn fechar_linha() {
    if io::stderr().is_terminal() {
        // If even this cannot be written, the exit code still reports it.
        let _ = dizer([""]);
    }
}

/// The exit code if the output cannot be written and the program would have ended with `codigo`.
/// Only an unknown outcome and an interruption weigh more than the lost output.
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
