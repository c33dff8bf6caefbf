//! Lines of a trace from bytes: the mirror of `escrita`. The JSON types are private to this module.

use serde::Deserialize;
use thiserror::Error;

use super::cabecalho::{CabecalhoDoRastro, NomeDeProcesso};
use super::evento::{
    ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista, RespostaVista,
};
use super::linha::{FORMATO, LINHA_MAX_BYTES, LinhaDoRastro, RelatoDoRastro, VERSAO_DO_RASTRO};
use crate::relogio::Carimbo;
use crate::tipos::{Culpa, Operacao, Rg, TipoDeOperacao, Valor};

/// Why bytes are no line of a trace.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ErroDeLinha {
    /// More than [`LINHA_MAX_BYTES`].
    #[error("a linha tem mais de {LINHA_MAX_BYTES} bytes")]
    Longa,
    /// No object of JSON, a field twice, or a field of another type.
    #[error("não é uma linha de rastro em JSON (coluna {coluna})")]
    Json {
        /// Where, from 1; 0 if it is about the whole line.
        coluna: usize,
    },
    /// A header of something else.
    #[error("o cabeçalho não é de um rastro do Pixson")]
    OutroFormato,
    /// A header of a version that is not known here.
    #[error("rastro da versão {versao}: este programa lê a versão {VERSAO_DO_RASTRO}")]
    OutraVersao {
        /// Which.
        versao: u64,
    },
    /// A field that this line needs.
    #[error("falta o campo \"{0}\"")]
    Falta(&'static str),
    /// A field whose value is none of those that it may have.
    #[error("o campo \"{0}\" tem um valor inválido")]
    Invalido(&'static str),
    /// A line before any header.
    #[error("falta o cabeçalho do rastro antes desta linha")]
    SemCabecalho,
    /// A line of another process than the header before it names.
    #[error("a linha é de outro processo ou de outra época que o cabeçalho antes dela")]
    OutroProcesso,
    /// More events than can be read together.
    #[error("os rastros têm mais de {maximo} eventos")]
    Demais {
        /// How many can be.
        maximo: usize,
    },
}

impl ErroDeLinha {
    /// Whose fault it is: that of whoever gives the file.
    pub fn culpa(&self) -> Culpa {
        Culpa::Solicitante
    }
}

#[derive(Deserialize)]
struct JsonLinha {
    formato: Option<String>,
    versao: Option<u64>,
    processo: Option<String>,
    epoca: Option<u64>,
    relogio: Option<u64>,
    comando: Option<String>,
    seq: Option<u64>,
    us: Option<u64>,
    evento: Option<String>,
    conexao: Option<u64>,
    porta: Option<u16>,
    carimbo: Option<u64>,
    relogio_antes: Option<u64>,
    operacao: Option<String>,
    rg: Option<String>,
    para: Option<String>,
    centavos: Option<u64>,
    responde: Option<u64>,
    desfecho: Option<String>,
    texto: Option<String>,
    perdidas: Option<u64>,
}

/// What a header of any version has.
#[derive(Deserialize)]
struct JsonAssinatura {
    formato: Option<String>,
    versao: Option<u64>,
}

/// Reads one line, without its LF.
///
/// ```
/// use pixson_core::rastro::{ErroDeLinha, ler_linha};
///
/// assert_eq!(ler_linha(br#"{"seq":1}"#), Err(ErroDeLinha::Falta("processo")));
/// let futura = br#"{"formato":"pixson-rastro","versao":2,"processo":["outra","forma"]}"#;
/// assert_eq!(ler_linha(futura), Err(ErroDeLinha::OutraVersao { versao: 2 }));
/// ```
///
/// # Errors
///
/// [`ErroDeLinha`].
pub fn ler_linha(bytes: &[u8]) -> Result<LinhaDoRastro, ErroDeLinha> {
    if bytes.len() > LINHA_MAX_BYTES {
        return Err(ErroDeLinha::Longa);
    }
    // What derives from serde would take a list for an object.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(ErroDeLinha::Json { coluna: 1 });
    }
    let linha: JsonLinha = serde_json::from_slice(bytes).map_err(|erro| {
        // Another version may have other types in its fields.
        let assinatura = serde_json::from_slice::<JsonAssinatura>(bytes).ok();
        let errado = assinatura.and_then(|assinatura| {
            conferir_assinatura(assinatura.formato.as_deref()?, assinatura.versao).err()
        });
        errado.unwrap_or(ErroDeLinha::Json { coluna: erro.column() })
    })?;
    if let Some(formato) = &linha.formato {
        conferir_assinatura(formato, linha.versao)?;
        return linha.cabecalho().map(LinhaDoRastro::Cabecalho);
    }
    let processo = linha.processo()?;
    let seq = linha.seq.ok_or(ErroDeLinha::Falta("seq"))?;
    let relato = linha.relato()?;
    Ok(LinhaDoRastro::Numerada { processo, epoca: linha.epoca, seq, relato })
}

fn conferir_assinatura(formato: &str, versao: Option<u64>) -> Result<(), ErroDeLinha> {
    if formato != FORMATO {
        return Err(ErroDeLinha::OutroFormato);
    }
    match versao.ok_or(ErroDeLinha::Falta("versao"))? {
        VERSAO_DO_RASTRO => Ok(()),
        versao => Err(ErroDeLinha::OutraVersao { versao }),
    }
}

impl JsonLinha {
    fn cabecalho(&self) -> Result<CabecalhoDoRastro, ErroDeLinha> {
        let mut cabecalho = CabecalhoDoRastro::novo(self.processo()?);
        if let Some(epoca) = self.epoca {
            cabecalho = cabecalho.com_epoca(epoca);
        }
        if let Some(relogio) = carimbo("relogio", self.relogio)? {
            cabecalho = cabecalho.com_relogio(relogio);
        }
        if let Some(comando) = &self.comando {
            cabecalho = cabecalho.com_comando(comando);
        }
        Ok(cabecalho)
    }

    fn processo(&self) -> Result<NomeDeProcesso, ErroDeLinha> {
        let processo = self.processo.as_deref().ok_or(ErroDeLinha::Falta("processo"))?;
        processo.parse().map_err(|_| ErroDeLinha::Invalido("processo"))
    }

    fn relato(&self) -> Result<RelatoDoRastro, ErroDeLinha> {
        let us = self.us.ok_or(ErroDeLinha::Falta("us"))?;
        let evento = self.evento.as_deref().ok_or(ErroDeLinha::Falta("evento"))?;
        if evento == "perda" {
            let perdidas = self.perdidas.ok_or(ErroDeLinha::Falta("perdidas"))?;
            return Ok(RelatoDoRastro::Perda { us, perdidas });
        }
        let fato = match evento {
            "envio" => Fato::Envio(self.mensagem()?),
            "recebimento" => Fato::Recebimento(self.mensagem()?),
            "execucao" => Fato::Execucao {
                linhas: carimbo("carimbo", self.carimbo)?,
                resposta: self
                    .desfecho
                    .is_some()
                    .then(|| Ok((self.conexao()?, self.resposta()?)))
                    .transpose()?,
            },
            _ => return Err(ErroDeLinha::Invalido("evento")),
        };
        let antes = obrigatorio("relogio_antes", self.relogio_antes)?;
        let depois = obrigatorio("relogio", self.relogio)?;
        Ok(RelatoDoRastro::Evento(EventoDoRelogio { us, antes, depois, fato }))
    }

    fn conexao(&self) -> Result<ConexaoNumerada, ErroDeLinha> {
        let numero = self.conexao.ok_or(ErroDeLinha::Falta("conexao"))?;
        Ok(ConexaoNumerada { numero, porta: self.porta })
    }

    fn mensagem(&self) -> Result<MensagemVista, ErroDeLinha> {
        let conteudo = match self.desfecho {
            Some(_) => Conteudo::Resposta(self.resposta()?),
            None => Conteudo::Pedido(self.pedido()?),
        };
        let carimbo = obrigatorio("carimbo", self.carimbo)?;
        Ok(MensagemVista { conexao: self.conexao()?, carimbo, conteudo })
    }

    fn resposta(&self) -> Result<RespostaVista, ErroDeLinha> {
        let feito = match self.desfecho.as_deref().ok_or(ErroDeLinha::Falta("desfecho"))? {
            "feito" => true,
            "recusado" => false,
            _ => return Err(ErroDeLinha::Invalido("desfecho")),
        };
        let texto = self.texto.as_deref().ok_or(ErroDeLinha::Falta("texto"))?;
        let rg = self.rg.as_deref().map(|rg| conta("rg", rg)).transpose()?;
        let responde = carimbo("responde", self.responde)?;
        Ok(RespostaVista { responde, rg, dito: Dito::novo(feito, texto) })
    }

    fn pedido(&self) -> Result<Option<Operacao>, ErroDeLinha> {
        let Some(palavra) = self.operacao.as_deref() else { return Ok(None) };
        let tipo = TipoDeOperacao::de_palavra(palavra);
        let rg = conta("rg", self.rg.as_deref().ok_or(ErroDeLinha::Falta("rg"))?)?;
        let valor = || {
            let centavos = self.centavos.ok_or(ErroDeLinha::Falta("centavos"))?;
            Valor::de_centavos(centavos).map_err(|_| ErroDeLinha::Invalido("centavos"))
        };
        Ok(Some(match tipo.ok_or(ErroDeLinha::Invalido("operacao"))? {
            TipoDeOperacao::Login => Operacao::Login { rg },
            TipoDeOperacao::Saldo => Operacao::Saldo { rg },
            TipoDeOperacao::Saque => Operacao::Saque { rg, valor: valor()? },
            TipoDeOperacao::Deposito => Operacao::Deposito { rg, valor: valor()? },
            TipoDeOperacao::Transferencia => {
                let para = self.para.as_deref().ok_or(ErroDeLinha::Falta("para"))?;
                let rg_destino = conta("para", para)?;
                Operacao::Transferencia { rg_origem: rg, rg_destino, valor: valor()? }
            }
        }))
    }
}

fn conta(campo: &'static str, texto: &str) -> Result<Rg, ErroDeLinha> {
    texto.parse().map_err(|_| ErroDeLinha::Invalido(campo))
}

fn carimbo(campo: &'static str, valor: Option<u64>) -> Result<Option<Carimbo>, ErroDeLinha> {
    valor.map(|valor| Carimbo::novo(valor).ok_or(ErroDeLinha::Invalido(campo))).transpose()
}

fn obrigatorio(campo: &'static str, valor: Option<u64>) -> Result<Carimbo, ErroDeLinha> {
    carimbo(campo, valor)?.ok_or(ErroDeLinha::Falta(campo))
}
