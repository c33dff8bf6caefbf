//! Opening a bank: the lock, then recovery (docs/armazenamento.md, sections 6 and 7).

use std::io;
use std::path::Path;

use super::aviso::Aviso;
use super::contas::Contas;
use super::copia::conferir_copia;
use super::exame::{FimDoDiario, examinar};
use super::presas::Presas;
use super::publicacao::{Publicacao, RetratoFeito};
use super::recuperar::Quanto;
use super::{BancoJson, ConfiguracaoJson, Presa};
use crate::banco::ErroAbrir;
use crate::banco::diario::{Cauda, Diario, Momento, PASTA, Ponto, PontoLido, Retrato, Tamanhos};
use crate::banco::diario::{ler_ponto, nomes_do_diario, travar};
use crate::banco::disco::{Disco, DiscoReal, TEMPORARIO, nomear, passageiro};
use crate::sincronia::{Arc, AtomicBool, AtomicU64, Mutex, Ordering};
use crate::tipos::Rg;

impl BancoJson {
    /// Opens the bank in an existing directory, after recovering what a crash may have left.
    ///
    /// # Errors
    ///
    /// [`ErroAbrir`]; nothing is served.
    pub fn abrir(diretorio: impl AsRef<Path>) -> Result<(Self, Vec<Aviso>), ErroAbrir> {
        Self::abrir_em(DiscoReal::abrir(diretorio)?, ConfiguracaoJson::default())
    }
}

impl<D: Disco> BancoJson<D> {
    /// Opens the bank on a disk of the caller's, with sizes of the caller's.
    ///
    /// # Errors
    ///
    /// [`ErroAbrir`]; nothing is served.
    pub fn abrir_em(
        disco: D,
        configuracao: ConfiguracaoJson,
    ) -> Result<(Self, Vec<Aviso>), ErroAbrir> {
        abrir(Arc::new(disco), configuracao)
    }
}

fn abrir<D: Disco>(
    disco: Arc<D>,
    configuracao: ConfiguracaoJson,
) -> Result<(BancoJson<D>, Vec<Aviso>), ErroAbrir> {
    let arquivos_por_vez = configuracao.arquivos_por_vez.max(1);
    let trava = travar(&*disco)?;
    let lido = ler_ponto(&*disco)?;
    let ponto = lido.ponto;
    let mut exame = examinar(&*disco, lido)?;
    conferir_copia(&*disco, &mut exame)?;
    let mut avisos = std::mem::take(&mut exame.avisos);
    // Nothing is changed before the whole journal was found to be sound. A bank that was never
    // open, or was closed in order, has no half-written files: its names, perhaps a million, need
    // not be searched.
    let nunca_aberto = ponto == Ponto::default() && exame.segmento == 0;
    if !nunca_aberto && !ponto.limpo {
        apagar_temporarios(&*disco, &mut avisos)?;
    }
    exame.fim.assentar(&*disco, ponto, exame.ultimo)?;
    let epoca = exame.epoca + 1;
    let alheio = disco.dono_alheio();
    avisos.extend(alheio.then_some(Aviso::DonoAlheio));

    let tamanhos = Tamanhos {
        segmento_max_bytes: configuracao.segmento_bytes,
        reserva_bytes: configuracao.reserva_bytes,
    };
    let lugar = (epoca, exame.ultimo + 1, exame.segmento);
    let retrato = RetratoFeito::encontrado(exame.retrato, exame.segmento + 1);
    let do_inicio = Ponto { epoca, limpo: false, ..ponto };
    let banco = BancoJson {
        contas: Contas::novas(configuracao.contas_em_memoria),
        diario: Diario::novo(Arc::clone(&disco), lugar, tamanhos),
        disco,
        atrasadas: Mutex::novo(exame.atrasadas),
        sujas: Mutex::default(),
        segmentos_retidos: configuracao.segmentos_retidos,
        indexar_depois_de: configuracao.indexar_depois_de,
        arquivos_por_vez,
        presas: Mutex::novo(Presas::default()),
        publicacao: Mutex::novo(Publicacao::desde(do_inicio, retrato, trava, alheio)),
        iniciado: AtomicBool::new(false),
        publicado: AtomicU64::new(ponto.seq),
        falhas: AtomicU64::new(0),
    };
    let fim = Momento { seq: exame.ultimo, segmento: exame.segmento };
    avisos.extend(banco.recuperar_ao_abrir(lido, fim)?);
    Ok((banco, Aviso::resumir(avisos)))
}

impl<D: Disco> BancoJson<D> {
    /// Recovers accounts before the bank is served: those of a copy, or as many as fit into one batch. All
    /// others are recovered when an operation needs them, or by the checkpoints. `fim` is the end of the
    /// journal.
    fn recuperar_ao_abrir(&self, lido: PontoLido, fim: Momento) -> Result<Vec<Aviso>, ErroAbrir> {
        let mut publicacao = self.publicacao.trancar();
        let ponto = lido.ponto;
        if lido.copia || self.contas_por_recuperar() <= self.arquivos_por_vez {
            self.gravar_atrasadas(&mut publicacao, ponto.seq, Quanto::Tudo)?;
        }
        if lido.copia {
            // The next start takes this directory for no copy, and its checkpoint for the truth. A file that
            // holds an older balance must not be left, and neither must a snapshot of another moment.
            let antiga = |presa: &Presa| {
                let vaga = self.contas.procurar(presa.rg);
                let seq = vaga.and_then(|vaga| vaga.trancar().as_ref().map(|viva| viva.seq));
                seq.is_some_and(|seq| seq <= ponto.seq)
            };
            if let Some(Presa { arquivo, causa, .. }) = self.presas().into_iter().find(antiga) {
                return Err(nomear(&arquivo)(causa.erro()).into());
            }
            self.apagar_retrato()?;
        }
        // As long as one file is behind, recovery needs the records from the old checkpoint on.
        if self.contas_por_recuperar() == 0 && self.presas().is_empty() {
            let Momento { seq, segmento } = fim;
            publicacao.ponto = Ponto { seq, segmento, ..publicacao.ponto };
            self.publicado.store(seq, Ordering::Relaxed);
        }
        Ok(std::mem::take(&mut publicacao.avisos))
    }

    /// Removes a snapshot that no later start may use.
    fn apagar_retrato(&self) -> io::Result<()> {
        match self.disco.apagar(Retrato::NOME) {
            Err(erro) if erro.kind() == io::ErrorKind::NotFound => Ok(()),
            apagado => {
                apagado.map_err(nomear(Retrato::NOME))?;
                self.disco.sincronizar_pasta(PASTA).map_err(nomear(PASTA))
            }
        }
    }
}

/// Removes the half-written files of a killed process, and nothing that somebody else has put
/// there.
fn apagar_temporarios(disco: &impl Disco, avisos: &mut Vec<Aviso>) -> io::Result<()> {
    let das_contas = disco.listar("")?.into_iter().filter(|nome| {
        let conta = nome.strip_prefix(TEMPORARIO).and_then(|resto| resto.split_once(".json"));
        conta.is_some_and(|(rg, _)| rg.parse::<Rg>().is_ok())
    });
    let do_diario = nomes_do_diario(disco)?.into_iter().filter(|nome| nome.starts_with(TEMPORARIO));
    for nome in das_contas.chain(do_diario.map(|nome| format!("{PASTA}/{nome}"))) {
        match disco.apagar(&nome) {
            Err(erro) if passageiro(&erro) => return Err(nomear(&nome)(erro)),
            // Something else has the name, such as a folder. It only prevents the writing of this
            // one file.
            Err(_) => avisos.push(Aviso::TemporarioFica { arquivo: nome }),
            Ok(()) => {}
        }
    }
    Ok(())
}

impl FimDoDiario {
    /// Cuts a torn tail, and makes durable what was read.
    fn assentar(self, disco: &impl Disco, ponto: Ponto, ultimo: u64) -> io::Result<()> {
        if let Some(segmento) = self.ultimo {
            let por_regravar = !ponto.limpo || ultimo > ponto.seq || segmento.cauda != Cauda::Limpa;
            if por_regravar {
                // Replayed records may be in the page cache only and must become durable; a torn
                // tail must go.
                segmento.regravar(disco)?;
            }
        }
        let apagar = |nome: &str| disco.apagar(nome).map_err(nomear(nome));
        self.comecado.map_or(Ok(()), |comecado| apagar(&comecado.nome))
    }
}
