//! One file of the model disk, and the changes that no sync has confirmed.

use std::collections::BTreeMap;

pub(super) type Nomes = BTreeMap<String, usize>;

#[derive(Clone, Debug, Default)]
pub(super) struct ArquivoModelo {
    pub(super) duravel: Vec<u8>,
    pub(super) pendentes: Vec<Mudanca>,
    /// The changes that were pending when a sync failed. They can be read, but are not durable, and
    /// a later sync does not make them so.
    pub(super) perdidas: Vec<Mudanca>,
    /// How many times the content was copied from one disk to another.
    pub(super) copiado: u64,
    /// The instant of its last write, as a count of all writes. A power cut may take the write and
    /// leave the instant.
    pub(super) escrito: u64,
}

#[derive(Clone, Debug)]
pub(super) enum Mudanca {
    Escrita { posicao: usize, bytes: Vec<u8> },
    Corte(usize),
}

#[derive(Clone, Debug)]
pub(super) enum MudancaDeNome {
    Criar(String, usize),
    Renomear(String, String, usize),
    Apagar(String),
}

impl Mudanca {
    pub(super) fn aplicar(&self, conteudo: &mut Vec<u8>) {
        match self {
            Self::Escrita { posicao, bytes } => {
                let fim = posicao + bytes.len();
                if conteudo.len() < fim {
                    conteudo.resize(fim, 0);
                }
                conteudo[*posicao..fim].copy_from_slice(bytes);
            }
            Self::Corte(tamanho) => conteudo.truncate(*tamanho),
        }
    }

    /// A torn write: the first `quantos` bytes of it.
    pub(super) fn rasgada(&self, quantos: usize) -> Self {
        match self {
            Self::Escrita { posicao, bytes } => Self::Escrita {
                posicao: *posicao,
                bytes: bytes[..quantos.min(bytes.len())].to_vec(),
            },
            Self::Corte(tamanho) => Self::Corte(*tamanho),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Escrita { bytes, .. } => bytes.len(),
            Self::Corte(_) => 0,
        }
    }
}

impl ArquivoModelo {
    pub(super) fn conteudo(&self) -> Vec<u8> {
        let mut conteudo = self.duravel.clone();
        self.perdidas
            .iter()
            .chain(&self.pendentes)
            .for_each(|mudanca| mudanca.aplicar(&mut conteudo));
        conteudo
    }
}

impl MudancaDeNome {
    pub(super) fn pasta(&self) -> &str {
        let nome = match self {
            Self::Criar(nome, _) | Self::Renomear(_, nome, _) | Self::Apagar(nome) => nome,
        };
        pasta_de(nome)
    }

    pub(super) fn aplicar(&self, nomes: &mut Nomes) {
        match self {
            Self::Criar(nome, arquivo) => {
                nomes.insert(nome.clone(), *arquivo);
            }
            Self::Renomear(de, para, arquivo) => {
                nomes.remove(de);
                nomes.insert(para.clone(), *arquivo);
            }
            Self::Apagar(nome) => {
                nomes.remove(nome);
            }
        }
    }
}

pub(super) fn pasta_de(nome: &str) -> &str {
    nome.rsplit_once('/').map_or("", |(pasta, _)| pasta)
}
