//! Opening a bank: the lock, then recovery (docs/armazenamento.md, sections 6 and 7).

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::arquivo::{ContaArquivo, FalhaDeLeitura};
use super::aviso::Aviso;
use super::contas::Contas;
use super::publicacao::{Esperado, Imagem, Publicacao, gravar_contas};
use super::{BancoJson, ConfiguracaoJson, ErroAbrir};
use crate::banco::Efeito;
use crate::banco::diario::{
    Cabecalho, Cauda, Diario, PASTA, Ponto, Segmento, TRAVA, ler_segmento, segmentos,
};
use crate::banco::disco::{Disco, TEMPORARIO, substituir};
use crate::sincronia::{Arc, Mutex};
use crate::tipos::{Nome, Rg, Saldo};

/// What the journal says since the last checkpoint.
#[derive(Default)]
pub(super) struct Leitura {
    /// The last record.
    ultimo: u64,
    epoca: u64,
    segmento: u64,
    pub(super) dobras: BTreeMap<Rg, Dobra>,
    avisos: Vec<Aviso>,
}

/// The records of one account since the last checkpoint, folded.
pub(super) struct Dobra {
    /// Every balance that its file may rightly hold.
    conhecidos: HashSet<Saldo>,
    saldo: Saldo,
    seq: u64,
    /// The holder's name, if one of the records opens the account.
    nome: Option<Nome>,
}

pub(super) fn abrir<D: Disco>(
    disco: Arc<D>,
    configuracao: ConfiguracaoJson,
) -> Result<(BancoJson<D>, Vec<Aviso>), ErroAbrir> {
    let arquivos_por_vez = configuracao.arquivos_por_vez.max(1);
    disco.criar_pasta(PASTA)?;
    let trava = disco.travar(TRAVA)?;
    let ponto = ler_ponto(&*disco)?;
    // Nothing is half-written where nothing ever was, nor after an orderly end: a million names
    // need not be looked through.
    let nunca_aberto = ponto.is_none() && segmentos(&*disco)?.is_empty();
    if !nunca_aberto && !ponto.is_some_and(|ponto| ponto.limpo) {
        apagar_temporarios(&*disco)?;
    }
    let ponto = ponto.unwrap_or_default();
    let (mut leitura, fim) = examinar(&*disco, ponto)?;
    // Nothing is changed before all of it was found to be sound.
    fim.assentar(&*disco, ponto, leitura.ultimo)?;
    let imagens = imagens(&*disco, &leitura.dobras)?;
    let epoca = leitura.epoca + 1;
    for porcao in imagens.chunks(arquivos_por_vez) {
        gravar_contas(&*disco, porcao, epoca, &mut leitura.avisos)?;
    }

    let seq = leitura.ultimo + 1;
    let cabecalho = Cabecalho { segmento: leitura.segmento + 1, epoca, seq };
    let diario = Diario::iniciar(Arc::clone(&disco), cabecalho, configuracao)?;
    // The folder itself is durable before anything that stands in it is promised.
    disco.sincronizar_pasta("")?;
    let ponto = Ponto { seq: leitura.ultimo, epoca, segmento: cabecalho.segmento, limpo: false };
    ponto.gravar(&*disco)?;
    let banco = BancoJson {
        disco,
        contas: Contas::novas(configuracao.contas_em_memoria),
        diario,
        sujas: Mutex::default(),
        segmentos_retidos: configuracao.segmentos_retidos,
        arquivos_por_vez,
        publicacao: Mutex::new(Publicacao::desde(ponto)),
        _trava: trava,
    };
    banco.aparar_livro(ponto);
    Ok((banco, leitura.avisos))
}

fn corrompido(arquivo: &str, posicao: usize) -> ErroAbrir {
    ErroAbrir::Corrompido { arquivo: arquivo.to_owned(), posicao }
}

/// Removes what a killed process left half-written, and nothing that somebody else has put there.
fn apagar_temporarios(disco: &impl Disco) -> io::Result<()> {
    for nome in disco.listar("")? {
        let conta = nome.strip_prefix(TEMPORARIO).and_then(|resto| resto.split_once(".json"));
        if conta.is_some_and(|(rg, _)| rg.parse::<Rg>().is_ok()) {
            disco.apagar(&nome)?;
        }
    }
    for nome in disco.listar(PASTA)?.iter().filter(|nome| nome.starts_with(TEMPORARIO)) {
        disco.apagar(&format!("{PASTA}/{nome}"))?;
    }
    Ok(())
}

pub(super) fn ler_ponto(disco: &impl Disco) -> Result<Option<Ponto>, ErroAbrir> {
    Ponto::ler(disco).map_err(|_| corrompido(Ponto::NOME, 0))
}

/// How the journal ends.
#[derive(Default)]
pub(super) struct Fim {
    /// The last segment that has a header.
    ultimo: Option<Segmento>,
    /// One that was just being begun.
    comecado: Option<Segmento>,
}

impl Fim {
    /// Cuts a torn tail, and makes durable what was read.
    fn assentar(self, disco: &impl Disco, ponto: Ponto, ultimo: u64) -> io::Result<()> {
        if let Some(segmento) = self.ultimo {
            let por_regravar = !ponto.limpo || ultimo > ponto.seq || segmento.cauda != Cauda::Limpa;
            if por_regravar {
                // What was replayed may be in the page cache only, and what is torn must go.
                substituir(disco, &segmento.nome, &segmento.bytes[..segmento.validos])?;
            }
        }
        self.comecado.map_or(Ok(()), |comecado| disco.apagar(&comecado.nome))
    }
}

/// Reads the segments from the checkpoint on, and refuses damage. Nothing is changed.
pub(super) fn examinar(disco: &impl Disco, ponto: Ponto) -> Result<(Leitura, Fim), ErroAbrir> {
    let mut leitura = Leitura {
        ultimo: ponto.seq,
        epoca: ponto.epoca,
        segmento: ponto.segmento,
        ..Leitura::default()
    };
    let numeros: Vec<u64> =
        segmentos(disco)?.into_iter().filter(|&numero| numero >= ponto.segmento).collect();
    if ponto.segmento > 0 && numeros.first() != Some(&ponto.segmento) {
        return Err(corrompido(Ponto::NOME, 0));
    }
    // Two at a time are in memory: what the next one says decides about the end of this one.
    let mut numeros = numeros.into_iter();
    let mut proximo = || numeros.next().map(|numero| ler_segmento(disco, numero)).transpose();
    let mut atual = proximo()?;
    let (mut primeiro, mut fim) = (true, Fim::default());
    while let Some(segmento) = atual {
        let seguinte = proximo()?;
        let Some(cabecalho) = segmento.cabecalho else {
            // Only a segment that was just being begun may lack its header: it has no record.
            let tem_registros = matches!(segmento.cauda, Cauda::Ruim { sinc: Some(_) });
            if seguinte.is_some() || primeiro && ponto.segmento > 0 || tem_registros {
                return Err(corrompido(&segmento.nome, 0));
            }
            fim.comecado = Some(segmento);
            break;
        };
        if !primeiro && cabecalho.seq != leitura.ultimo + 1 || cabecalho.seq > leitura.ultimo + 1 {
            return Err(corrompido(&segmento.nome, 0));
        }
        leitura.conferir_cauda(&segmento, cabecalho, seguinte.as_ref(), ponto)?;
        leitura.dobrar(&segmento, ponto);
        (atual, primeiro) = (seguinte, false);
        if atual.as_ref().is_none_or(|seguinte| seguinte.cabecalho.is_none()) {
            fim.ultimo = Some(segmento);
        }
    }
    Ok((leitura, fim))
}

impl Leitura {
    /// A bad record that nobody can have been told of is a torn tail; any other is damage.
    fn conferir_cauda(
        &mut self,
        segmento: &Segmento,
        cabecalho: Cabecalho,
        seguinte: Option<&Segmento>,
        ponto: Ponto,
    ) -> Result<(), ErroAbrir> {
        let proximo = cabecalho.seq + segmento.registros.len() as u64;
        let sinc = match segmento.cauda {
            Cauda::Limpa => 0,
            Cauda::Ruim { sinc } => sinc.unwrap_or(0),
        };
        let pelo_seguinte =
            seguinte.and_then(|seguinte| seguinte.cabecalho).map_or(0, |c| c.seq - 1);
        if sinc.max(ponto.seq).max(pelo_seguinte) >= proximo {
            return Err(corrompido(&segmento.nome, segmento.validos));
        }
        if segmento.cauda != Cauda::Limpa {
            let bytes = segmento.bytes.len() - segmento.validos;
            let arquivo = segmento.nome.clone();
            self.avisos.push(Aviso::CaudaCortada { arquivo, bytes });
        }
        self.ultimo = self.ultimo.max(proximo - 1);
        self.epoca = self.epoca.max(cabecalho.epoca);
        self.segmento = cabecalho.segmento;
        Ok(())
    }

    fn dobrar(&mut self, segmento: &Segmento, ponto: Ponto) {
        for registro in segmento.registros.iter().filter(|registro| registro.seq > ponto.seq) {
            for efeito in registro.feito.efeitos() {
                let dobra = self.dobras.entry(efeito.rg()).or_insert_with(|| Dobra {
                    conhecidos: efeito.antes().into_iter().collect(),
                    saldo: efeito.depois(),
                    seq: 0,
                    nome: None,
                });
                if let Efeito::Abriu(conta) = efeito {
                    dobra.nome = Some(conta.nome.clone());
                }
                dobra.conhecidos.insert(efeito.depois());
                dobra.saldo = efeito.depois();
                dobra.seq = registro.seq;
            }
        }
    }
}

/// The files that have to be written: those that do not hold their account's last balance.
pub(super) fn imagens(disco: &impl Disco, dobras: &BTreeMap<Rg, Dobra>) -> io::Result<Vec<Imagem>> {
    let mut imagens = Vec::new();
    for (&rg, dobra) in dobras {
        let refeita = || {
            // Unless the journal has it, the holder's name is lost with the file; the money is not.
            let nome = dobra.nome.as_ref().map(Nome::to_string).unwrap_or_default();
            ContaArquivo { rg, nome, saldo: dobra.saldo }
        };
        let (conta, esperado) = match ContaArquivo::abrir(disco, rg) {
            Ok(Some((conta, _))) if conta.saldo == dobra.saldo => continue,
            Ok(Some((conta, visto))) if dobra.conhecidos.contains(&conta.saldo) => {
                (conta, Esperado::Este(visto))
            }
            Ok(Some((conta, _))) => (conta, Esperado::Estranho),
            Ok(None) if dobra.nome.is_some() => (refeita(), Esperado::Nada),
            Ok(None) | Err(FalhaDeLeitura::Ilegivel) => (refeita(), Esperado::Estranho),
            Err(FalhaDeLeitura::Disco(erro)) => return Err(erro),
        };
        imagens.push(Imagem { conta: conta.com_saldo(dobra.saldo), seq: dobra.seq, esperado });
    }
    Ok(imagens)
}
