//! Lines of a trace as bytes: the mirror of `leitura`.

use super::ascii::{campo_numero, campo_texto, numero, texto};
use super::cabecalho::{CabecalhoDoRastro, NomeDeProcesso};
use super::evento::{ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, RespostaVista};
use super::linha::{FORMATO, LinhaDoRastro, RelatoDoRastro, VERSAO_DO_RASTRO};
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Rg, Sucesso};

/// Writes the lines of one trace, and numbers them.
///
/// Whoever makes events hands them over as they are; what is the same in all lines is written once,
/// when this value is made.
///
/// ```
/// use pixson_core::rastro::{CabecalhoDoRastro, RedatorDoRastro};
///
/// let cabecalho = CabecalhoDoRastro::novo("servidor".parse()?).com_epoca(3);
/// let mut bytes = Vec::new();
/// let mut redator = RedatorDoRastro::novo(&cabecalho, &mut bytes);
/// redator.perda(17, 0, &mut bytes);
/// assert_eq!(
///     String::from_utf8(bytes)?,
///     "{\"formato\":\"pixson-rastro\",\"versao\":1,\"processo\":\"servidor\",\"epoca\":3,\"relogio\":0}\n\
///      {\"seq\":1,\"processo\":\"servidor\",\"epoca\":3,\"us\":17,\"evento\":\"perda\",\"perdidas\":0}\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RedatorDoRastro {
    /// The fields that say whose line it is.
    dono: Vec<u8>,
    seq: u64,
}

impl RedatorDoRastro {
    /// Begins a trace: appends its header to `saida`.
    pub fn novo(cabecalho: &CabecalhoDoRastro, saida: &mut Vec<u8>) -> Self {
        escrever_cabecalho(cabecalho, saida);
        let mut dono = Vec::new();
        escrever_dono(cabecalho.processo(), cabecalho.epoca(), &mut dono);
        Self { dono, seq: 0 }
    }

    /// Appends the line of an event, and returns its number.
    pub fn evento(&mut self, evento: &EventoDoRelogio, saida: &mut Vec<u8>) -> u64 {
        self.seq += 1;
        escrever_evento(self.seq, &self.dono, evento, saida);
        self.seq
    }

    /// Appends the line that counts lost lines, and returns its number.
    pub fn perda(&mut self, us: u64, perdidas: u64, saida: &mut Vec<u8>) -> u64 {
        self.seq += 1;
        escrever_perda(self.seq, &self.dono, us, perdidas, saida);
        self.seq
    }
}

/// Appends one line with its LF.
pub fn escrever_linha(linha: &LinhaDoRastro, saida: &mut Vec<u8>) {
    match linha {
        LinhaDoRastro::Cabecalho(cabecalho) => escrever_cabecalho(cabecalho, saida),
        LinhaDoRastro::Numerada { processo, epoca, seq, relato } => {
            let mut dono = Vec::new();
            escrever_dono(processo, *epoca, &mut dono);
            match relato {
                RelatoDoRastro::Evento(evento) => escrever_evento(*seq, &dono, evento, saida),
                RelatoDoRastro::Perda { us, perdidas } => {
                    escrever_perda(*seq, &dono, *us, *perdidas, saida);
                }
            }
        }
    }
}

fn escrever_cabecalho(cabecalho: &CabecalhoDoRastro, saida: &mut Vec<u8>) {
    saida.extend_from_slice(b"{\"formato\":");
    texto(saida, FORMATO);
    campo_numero(saida, "versao", VERSAO_DO_RASTRO);
    escrever_dono(cabecalho.processo(), cabecalho.epoca(), saida);
    campo_numero(saida, "relogio", cabecalho.relogio().valor());
    if let Some(comando) = cabecalho.comando() {
        campo_texto(saida, "comando", comando);
    }
    saida.extend_from_slice(b"}\n");
}

fn escrever_dono(processo: &NomeDeProcesso, epoca: Option<u64>, saida: &mut Vec<u8>) {
    campo_texto(saida, "processo", processo.as_str());
    if let Some(epoca) = epoca {
        campo_numero(saida, "epoca", epoca);
    }
}

fn comecar(seq: u64, dono: &[u8], us: u64, evento: &str, saida: &mut Vec<u8>) {
    saida.extend_from_slice(b"{\"seq\":");
    numero(saida, seq);
    saida.extend_from_slice(dono);
    campo_numero(saida, "us", us);
    campo_texto(saida, "evento", evento);
}

fn escrever_perda(seq: u64, dono: &[u8], us: u64, perdidas: u64, saida: &mut Vec<u8>) {
    comecar(seq, dono, us, "perda", saida);
    campo_numero(saida, "perdidas", perdidas);
    saida.extend_from_slice(b"}\n");
}

fn escrever_evento(seq: u64, dono: &[u8], evento: &EventoDoRelogio, saida: &mut Vec<u8>) {
    comecar(seq, dono, evento.us, palavra(&evento.fato), saida);
    escrever_campos(evento, saida);
    saida.extend_from_slice(b"}\n");
}

/// The word that stands for what an event was for.
pub(super) fn palavra(fato: &Fato) -> &'static str {
    match fato {
        Fato::Envio(_) => "envio",
        Fato::Recebimento(_) => "recebimento",
        Fato::Execucao { .. } => "execucao",
    }
}

/// Appends the fields of an event but for the first ones, behind another field.
pub(super) fn escrever_campos(evento: &EventoDoRelogio, saida: &mut Vec<u8>) {
    let (conexao, carimbo) = match &evento.fato {
        Fato::Envio(mensagem) => (Some(mensagem.conexao), Some(mensagem.carimbo)),
        Fato::Recebimento(mensagem) => (Some(mensagem.conexao), Some(mensagem.carimbo)),
        Fato::Execucao { linhas, resposta } => {
            (resposta.as_ref().map(|(conexao, _)| *conexao), *linhas)
        }
    };
    if let Some(conexao) = conexao {
        escrever_conexao(conexao, saida);
    }
    if let Some(carimbo) = carimbo {
        campo_numero(saida, "carimbo", carimbo.valor());
    }
    campo_numero(saida, "relogio_antes", evento.antes.valor());
    campo_numero(saida, "relogio", evento.depois.valor());
    match &evento.fato {
        Fato::Envio(mensagem) | Fato::Recebimento(mensagem) => match &mensagem.conteudo {
            Conteudo::Pedido(operacao) => escrever_pedido(operacao.as_ref(), saida),
            Conteudo::Resposta(resposta) => escrever_resposta(resposta, saida),
        },
        Fato::Execucao { resposta: Some((_, resposta)), .. } => escrever_resposta(resposta, saida),
        Fato::Execucao { resposta: None, .. } => {}
    }
}

fn escrever_conexao(conexao: ConexaoNumerada, saida: &mut Vec<u8>) {
    campo_numero(saida, "conexao", conexao.numero);
    if let Some(porta) = conexao.porta {
        campo_numero(saida, "porta", porta.into());
    }
}

fn escrever_pedido(operacao: Option<&Operacao>, saida: &mut Vec<u8>) {
    let Some(operacao) = operacao else { return };
    campo_texto(saida, "operacao", operacao.tipo().palavra());
    campo_rg(saida, "rg", operacao.titular());
    match operacao {
        Operacao::Login { .. } | Operacao::Saldo { .. } => {}
        Operacao::Saque { valor, .. } | Operacao::Deposito { valor, .. } => {
            campo_numero(saida, "centavos", valor.centavos());
        }
        Operacao::Transferencia { rg_destino, valor, .. } => {
            campo_rg(saida, "para", *rg_destino);
            campo_numero(saida, "centavos", valor.centavos());
        }
    }
}

fn escrever_resposta(resposta: &RespostaVista, saida: &mut Vec<u8>) {
    if let Some(responde) = resposta.responde {
        campo_numero(saida, "responde", Carimbo::valor(responde));
    }
    if let Some(rg) = resposta.rg {
        campo_rg(saida, "rg", rg);
    }
    let desfecho = if resposta.dito.feito() { "feito" } else { "recusado" };
    campo_texto(saida, "desfecho", desfecho);
    campo_texto(saida, "texto", &resposta.dito.texto());
    if let Dito::Conhecido(Ok(Sucesso::Saldo(saldo))) = resposta.dito {
        campo_numero(saida, "centavos", saldo.centavos());
    }
}

fn campo_rg(saida: &mut Vec<u8>, nome: &str, rg: Rg) {
    campo_texto(saida, nome, rg.as_str());
}
