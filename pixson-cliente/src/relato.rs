//! What became of one command, for people and as an object of JSON.

use std::time::Duration;

use pixson_conexao::ErroConexao;
use pixson_core::protocolo::Situacao;
use pixson_core::tipos::TipoDeOperacao;
use pixson_core::{Carimbo, Operacao, Recusa, Resposta, Rg, Sucesso};
use pixson_linha::portugues::USO_CODIGO;
use pixson_linha::visivel::visivel;
use serde::Serialize;

use crate::falha::{
    DESCONHECIDO, DESCONHECIDO_CODIGO, Falha, INTERROMPIDO_CODIGO, RECUSADO_CODIGO, interrompido,
};
use crate::feitos::Feitos;

/// What became of one command. The names and types of the fields are those of the JSON object:
/// later versions may add fields, but none may be removed or change its meaning.
#[derive(Debug, Serialize)]
pub(crate) struct Relato {
    /// The number of the line in a script.
    #[serde(skip_serializing_if = "Option::is_none")]
    linha: Option<u64>,
    /// `None` for a line that is no command.
    operacao: Option<&'static str>,
    rg: Option<String>,
    /// The account that receives a transfer.
    para: Option<String>,
    /// The balance that was asked for, or the amount to move.
    centavos: Option<u64>,
    desfecho: DesfechoDoComando,
    /// The text of the reply, or what went wrong.
    texto: String,
    carimbo_enviado: Option<u64>,
    carimbo_recebido: Option<u64>,
    /// The time from the request of a ping to its reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    ida_e_volta_us: Option<u128>,
    #[serde(skip)]
    codigo: u8,
    #[serde(skip)]
    move_dinheiro: bool,
}

/// The ways in which a command can end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum DesfechoDoComando {
    Feito,
    Recusado,
    /// The request could move money, and its outcome is unknown.
    Desconhecido,
    /// There was no answer, and the request could not move money.
    Falha,
    /// A line of a script is no command, and nothing was sent.
    Invalido,
}

impl Relato {
    /// The reply to a request whose stamp was `enviado`.
    pub(crate) fn da_resposta(
        operacao: &Operacao,
        enviado: Option<Carimbo>,
        resposta: &Resposta,
    ) -> Self {
        let (desfecho, codigo) = match resposta.situacao() {
            Situacao::Sucesso => (DesfechoDoComando::Feito, 0),
            Situacao::Erro if sem_saber(operacao, resposta) => {
                (DesfechoDoComando::Desconhecido, DESCONHECIDO_CODIGO)
            }
            Situacao::Erro => (DesfechoDoComando::Recusado, RECUSADO_CODIGO),
        };
        let mut relato = Self::vazio(operacao, desfecho, &resposta.texto(), codigo);
        relato.carimbo_enviado = enviado.map(Carimbo::valor);
        relato.carimbo_recebido = Some(resposta.carimbo().valor());
        match resposta.desfecho() {
            Some(Ok(Sucesso::Saldo(saldo))) => relato.centavos = Some(saldo.centavos()),
            Some(Ok(
                Sucesso::Login | Sucesso::Saque | Sucesso::Deposito | Sucesso::Transferencia,
            )) => {}
            Some(Err(_)) | None => {}
        }
        relato
    }

    /// A request without a reply. `enviado` is its stamp, if it was sent.
    pub(crate) fn da_falha(operacao: &Operacao, enviado: Option<Carimbo>, falha: &Falha) -> Self {
        let desfecho = if falha.deixa_duvida() {
            DesfechoDoComando::Desconhecido
        } else {
            DesfechoDoComando::Falha
        };
        let texto = match falha {
            Falha::Conexao(ErroConexao::Interrompida { a_caminho }) => {
                interrompido(a_caminho.as_ref())
            }
            outra => outra.frase().unwrap_or_default(),
        };
        let mut relato = Self::vazio(operacao, desfecho, &texto, falha.codigo());
        relato.carimbo_enviado = enviado.map(Carimbo::valor);
        relato
    }

    /// Adds the command to `feitos`, if it was done.
    pub(crate) fn somar(&self, feitos: &mut Feitos) {
        if self.feito() {
            feitos.contar(self.move_dinheiro, self.linha, &self.texto);
        }
    }

    /// A line of a script that is no command.
    pub(crate) fn da_linha_invalida(linha: u64, texto: &str) -> Self {
        Self {
            linha: Some(linha),
            operacao: None,
            rg: None,
            para: None,
            centavos: None,
            desfecho: DesfechoDoComando::Invalido,
            texto: visivel(texto).into_owned(),
            carimbo_enviado: None,
            carimbo_recebido: None,
            ida_e_volta_us: None,
            codigo: USO_CODIGO,
            move_dinheiro: false,
        }
    }

    /// The same report as that of a ping, which acts for no account.
    pub(crate) fn como_ping(self, ida_e_volta: Option<Duration>) -> Self {
        let ida_e_volta_us = ida_e_volta.map(|tempo| tempo.as_micros());
        Self { operacao: Some("ping"), rg: None, ida_e_volta_us, ..self }
    }

    /// The same report as done, whatever the reply was, with this text.
    pub(crate) fn como_feito(self, texto: &str) -> Self {
        let texto = visivel(texto).into_owned();
        Self { desfecho: DesfechoDoComando::Feito, codigo: 0, texto, ..self }
    }

    /// The same report for a line of a script, if it is one.
    pub(crate) fn da_linha(self, linha: Option<u64>) -> Self {
        Self { linha, ..self }
    }

    /// Whether a script must stop here: the connection can no longer be used, or an unknown outcome
    /// should be looked into first.
    pub(crate) fn encerra(&self) -> bool {
        matches!(self.desfecho, DesfechoDoComando::Desconhecido | DesfechoDoComando::Falha)
    }

    /// Whether the command was done.
    pub(crate) fn feito(&self) -> bool {
        self.desfecho == DesfechoDoComando::Feito
    }

    /// Whether an interruption came before the reply.
    pub(crate) fn interrompido(&self) -> bool {
        self.codigo == INTERROMPIDO_CODIGO
    }

    /// Whether the command could move money.
    pub(crate) fn move_dinheiro(&self) -> bool {
        self.move_dinheiro
    }

    pub(crate) fn codigo(&self) -> u8 {
        self.codigo
    }

    pub(crate) fn texto(&self) -> &str {
        &self.texto
    }

    fn vazio(operacao: &Operacao, desfecho: DesfechoDoComando, texto: &str, codigo: u8) -> Self {
        let (para, centavos) = match operacao {
            Operacao::Login { .. } | Operacao::Saldo { .. } => (None, None),
            Operacao::Saque { valor, .. } | Operacao::Deposito { valor, .. } => {
                (None, Some(valor.centavos()))
            }
            Operacao::Transferencia { rg_destino, valor, .. } => {
                (Some(rg_destino), Some(valor.centavos()))
            }
        };
        Self {
            linha: None,
            operacao: Some(operacao.tipo().palavra()),
            rg: Some(operacao.titular().to_string()),
            para: para.map(Rg::to_string),
            centavos,
            desfecho,
            texto: visivel(texto).into_owned(),
            carimbo_enviado: None,
            carimbo_recebido: None,
            ida_e_volta_us: None,
            codigo,
            move_dinheiro: operacao.move_dinheiro(),
        }
    }

    /// The lines that a person reads about a command that was not done.
    pub(crate) fn frases(&self) -> Vec<String> {
        let linha = self.linha.map_or(String::new(), |linha| format!("Linha {linha}: "));
        let Self { texto, operacao, .. } = self;
        match self.desfecho {
            DesfechoDoComando::Recusado if *operacao == Some(TipoDeOperacao::Login.palavra()) => {
                vec![format!("{linha}Login recusado: {texto}")]
            }
            // A person who pressed Ctrl-C knows that, and needs a sentence only if money is in
            // doubt.
            DesfechoDoComando::Falha if self.interrompido() => vec![],
            // The text of a failure already has the advice; only a refusal by the bank needs it
            // added.
            DesfechoDoComando::Desconhecido if self.carimbo_recebido.is_some() => {
                vec![format!("{linha}{texto}"), DESCONHECIDO.into()]
            }
            DesfechoDoComando::Desconhecido if self.interrompido() => vec![texto.clone()],
            _ => vec![format!("{linha}{texto}")],
        }
    }
}

/// Whether a refusal means that it is unknown if money was moved.
pub(crate) fn sem_saber(operacao: &Operacao, resposta: &Resposta) -> bool {
    resposta.desfecho() == Some(Err(Recusa::ServidorIndisponivel)) && operacao.move_dinheiro()
}
