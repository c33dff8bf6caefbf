//! Opening a bank: the lock, then recovery (docs/armazenamento.md, sections 6 and 7).

use std::io;
use std::path::Path;

use super::aviso::Aviso;
use super::contas::{ContaViva, Contas};
use super::exame::{FimDoDiario, examinar};
use super::imagens::{Vistas, imagens};
use super::presas::Presas;
use super::publicacao::Publicacao;
use super::troca::{Imagem, LugarEsperado, NaoTrocado, gravar_contas};
use super::{BancoJson, ConfiguracaoJson};
use crate::banco::ErroAbrir;
use crate::banco::diario::{Cauda, Diario, PASTA, Ponto, PontoLido, Tamanhos, ler_ponto, travar};
use crate::banco::disco::{Disco, DiscoReal, TEMPORARIO, nomear, passageiro, substituir};
use crate::sincronia::{Arc, AtomicBool, AtomicU64, Mutex};
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
    let PontoLido { ponto, .. } = lido;
    let exame = examinar(&*disco, lido)?;
    let Vistas { imagens: por_gravar, nao_lidas, mut avisos, .. } = imagens(&*disco, &exame)?;
    avisos.splice(0..0, exame.avisos);
    // Nothing is changed before the whole journal was found to be sound. A bank that was never
    // open, or was closed in order, has no half-written files: its names, perhaps a million, need
    // not be searched.
    let nunca_aberto = ponto == Ponto::default() && exame.segmento == 0;
    if !nunca_aberto && !ponto.limpo {
        apagar_temporarios(&*disco, &mut avisos)?;
    }
    exame.fim.assentar(&*disco, ponto, exame.ultimo)?;
    let epoca = exame.epoca + 1;
    let mut por_prender = Vec::new();
    for porcao in por_gravar.chunks(arquivos_por_vez) {
        let trocados = gravar_contas(&*disco, porcao, epoca, &mut avisos)?;
        let falhas = porcao.iter().zip(trocados);
        por_prender.extend(falhas.filter_map(|(imagem, trocado)| Some((imagem, trocado.err()?))));
    }
    let alheio = disco.dono_alheio();
    avisos.extend(alheio.then_some(Aviso::DonoAlheio));

    // As long as one file is behind, recovery needs the records from the old checkpoint on.
    let ponto = if por_prender.is_empty() && nao_lidas.is_empty() {
        Ponto { seq: exame.ultimo, epoca, segmento: exame.segmento, limpo: false }
    } else {
        Ponto { epoca, limpo: false, ..ponto }
    };
    let tamanhos = Tamanhos {
        segmento_max_bytes: configuracao.segmento_bytes,
        reserva_bytes: configuracao.reserva_bytes,
    };
    let lugar = (epoca, exame.ultimo + 1, exame.segmento);
    let banco = BancoJson {
        contas: Contas::novas(configuracao.contas_em_memoria),
        diario: Diario::novo(Arc::clone(&disco), lugar, tamanhos),
        disco,
        sujas: Mutex::default(),
        segmentos_retidos: configuracao.segmentos_retidos,
        arquivos_por_vez,
        presas: Mutex::novo(Presas::default()),
        publicacao: Mutex::novo(Publicacao::desde(ponto, trava, alheio)),
        iniciado: AtomicBool::new(false),
        publicado: AtomicU64::new(ponto.seq),
        falhas: AtomicU64::new(0),
    };
    for (imagem, preso) in por_prender {
        avisos.extend(banco.servir_do_diario(imagem, &preso));
    }
    for (imagem, erro) in nao_lidas {
        let preso = NaoTrocado { erro, encontrado: None };
        avisos.extend(banco.servir_do_diario(&imagem, &preso));
        banco.presas.trancar().nao_lida(imagem.conta.rg);
    }
    Ok((banco, Aviso::resumir(avisos)))
}

impl<D: Disco> BancoJson<D> {
    /// Serves an account with its balance from the journal, since its file cannot be replaced.
    fn servir_do_diario(&self, imagem: &Imagem, preso: &NaoTrocado) -> Option<Aviso> {
        let Imagem { conta, seq, esperado } = imagem;
        let visto = match esperado {
            LugarEsperado::Este(visto) => Some(*visto),
            LugarEsperado::Nada | LugarEsperado::Estranho => None,
        };
        let vaga = self.contas.pegar_sem_aparar(conta.rg);
        *vaga.trancar() = Some(ContaViva { conta: conta.clone(), seq: *seq, suja: true, visto });
        self.prender(&vaga, conta.rg, preso)
    }
}

/// Removes the half-written files of a killed process, and nothing that somebody else has put
/// there.
fn apagar_temporarios(disco: &impl Disco, avisos: &mut Vec<Aviso>) -> io::Result<()> {
    let das_contas = disco.listar("")?.into_iter().filter(|nome| {
        let conta = nome.strip_prefix(TEMPORARIO).and_then(|resto| resto.split_once(".json"));
        conta.is_some_and(|(rg, _)| rg.parse::<Rg>().is_ok())
    });
    let do_diario = match disco.listar(PASTA) {
        Err(erro) if erro.kind() == io::ErrorKind::NotFound => Vec::new(),
        nomes => nomes.map_err(nomear(PASTA))?,
    };
    let do_diario = do_diario.into_iter().filter(|nome| nome.starts_with(TEMPORARIO));
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
                substituir(disco, &segmento.nome, &segmento.inteiro())?;
            }
        }
        let apagar = |nome: &str| disco.apagar(nome).map_err(nomear(nome));
        self.comecado.map_or(Ok(()), |comecado| apagar(&comecado.nome))
    }
}
