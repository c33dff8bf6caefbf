//! The lane: one transaction at a time, and what is known of the last one (docs/distribuido.md, sections 4
//! and 5).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::time::sleep;

use super::configuracao::ConfiguracaoPostgres;
use super::decididas::{Decididas, LinhaDaConta, contas_de, decidir_lote};
use super::falha::{FalhaDoBanco, REPETICOES_MAX, Remedio};
use super::lancamentos::ColunasLidas;
use super::lembradas::Lembradas;
use super::medidas::Medidas;
use super::sessao::{Dono, Gravacao, SessaoPostgres, nome_sorteado};
use super::testemunha::Testemunha;
use crate::banco::Execucao;
use crate::relogio::{Avanco, Relogio};
use crate::tipos::{Operacao, Rg, Saldo};

/// The first pause before a batch is done again, and the longest before connecting again. Each pause is
/// drawn by lot below a bound that doubles.
const PAUSA_MIN: Duration = Duration::from_millis(2);
const PAUSA_MAX: Duration = Duration::from_secs(1);

/// What became of a batch.
#[derive(Debug)]
pub(super) enum DestinoDoLote {
    /// It is done and durable.
    Feito(Vec<Execucao>),
    /// Certainly nothing of it is done, and never will be.
    NaoFeito,
    /// It may be done, as these say, or not.
    Desconhecido(Vec<Execucao>),
}

/// Why a batch was not done at the first try.
enum Tentativa {
    /// There is no connection, and its failures were counted.
    SemBanco,
    NaoFeita(FalhaDoBanco),
    /// It was sent for good, and there was no answer.
    EmDuvida(Vec<Execucao>, FalhaDoBanco),
    /// It is there, but perhaps on one machine only.
    SemReplica(Vec<Execucao>),
}

/// The one connection of a server to its database, and how far its batches have come.
#[derive(Debug)]
pub(super) struct Via {
    configuracao: Arc<ConfiguracaoPostgres>,
    medidas: Arc<Medidas>,
    runtime: Runtime,
    dono: Option<Dono>,
    instancia: String,
    /// The last number of which it is known what became of it.
    numero: i64,
    /// The number after it was sent for good, and it is not known what became of it.
    em_duvida: bool,
    sessao: Option<SessaoPostgres>,
    lembradas: Lembradas,
    pausa: Duration,
    testemunha: Option<Arc<dyn Testemunha>>,
}

impl Via {
    pub(super) fn nova(
        configuracao: Arc<ConfiguracaoPostgres>,
        medidas: Arc<Medidas>,
        runtime: Runtime,
    ) -> Self {
        Self {
            configuracao,
            medidas,
            runtime,
            dono: None,
            instancia: nome_sorteado(),
            numero: 0,
            em_duvida: false,
            sessao: None,
            lembradas: Lembradas::default(),
            pausa: PAUSA_MIN,
            testemunha: None,
        }
    }

    /// What these accounts had when they were last read or written, as far as it is remembered.
    pub(super) fn saldos_lembrados(
        &self,
        rgs: impl IntoIterator<Item = Rg>,
    ) -> BTreeMap<Rg, Saldo> {
        rgs.into_iter().filter_map(|rg| Some((rg, self.lembradas.saldo(rg)?))).collect()
    }

    /// Tells this one of the stamps that are drawn from here on.
    pub(super) fn testemunhar(&mut self, testemunha: Arc<dyn Testemunha>) {
        self.testemunha = Some(testemunha);
    }

    /// Does operations in one transaction, as often as it takes, until `prazo`.
    pub(super) fn executar(
        &mut self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        prazo: Instant,
    ) -> DestinoDoLote {
        let (mut sem_espaco, mut repeticoes, mut pausa) = (false, 0, PAUSA_MIN);
        loop {
            let remedio = match self.tentar(operacoes, relogio, prazo, sem_espaco) {
                Ok(execucoes) => return DestinoDoLote::Feito(execucoes),
                Err(Tentativa::SemBanco) => return DestinoDoLote::NaoFeito,
                Err(Tentativa::SemReplica(execucoes)) => {
                    return DestinoDoLote::Desconhecido(execucoes);
                }
                Err(Tentativa::EmDuvida(execucoes, falha)) => {
                    self.medidas.duvida(&falha);
                    match self.ligar(prazo) {
                        Ok(Some(true)) => return DestinoDoLote::Feito(execucoes),
                        // Its number is taken: it was not done, and never will be.
                        Ok(_) => None,
                        Err(_) => return DestinoDoLote::Desconhecido(execucoes),
                    }
                }
                Err(Tentativa::NaoFeita(falha)) => {
                    self.medidas.falha(&falha);
                    Some(falha.remedio)
                }
            };
            match remedio {
                None | Some(Remedio::Reler) => {}
                Some(Remedio::Repetir) if repeticoes < REPETICOES_MAX => {
                    repeticoes += 1;
                    pausa = self.pausar(pausa, prazo);
                }
                Some(Remedio::Reconectar) => self.sessao = None,
                Some(Remedio::SemEspaco) if !sem_espaco => sem_espaco = true,
                Some(_) => return DestinoDoLote::NaoFeito,
            }
            if Instant::now() >= prazo {
                return DestinoDoLote::NaoFeito;
            }
        }
    }

    /// Somebody panicked while a batch was under way: whether it was sent for good is not known.
    pub(super) fn abandonar(&mut self) {
        self.em_duvida = true;
        self.sessao = None;
        self.lembradas.esquecer();
    }

    /// Connects if there is no connection. If it was not known what became of the last batch, that is asked
    /// first, and the answer says whether it was committed.
    ///
    /// # Errors
    ///
    /// No database could be reached until `prazo`, or none that has tables for a bank.
    pub(super) fn ligar(&mut self, prazo: Instant) -> Result<Option<bool>, FalhaDoBanco> {
        loop {
            let ligada = self.sessao.as_ref().is_some_and(|sessao| !sessao.acabou());
            if ligada && !self.em_duvida && self.dono.is_some() {
                return Ok(None);
            }
            match self.tentar_ligar(prazo) {
                Ok(feito) => {
                    self.pausa = PAUSA_MIN;
                    self.lembradas.esquecer();
                    self.medidas.ligada(self.dono.as_ref().map_or(0, |dono| dono.epoca));
                    return Ok(feito);
                }
                Err(falha) => {
                    self.sessao = None;
                    self.medidas.sem_ligacao(&falha);
                    if falha.remedio == Remedio::Nenhum || Instant::now() >= prazo {
                        return Err(falha);
                    }
                    self.pausa = self.pausar(self.pausa, prazo);
                }
            }
        }
    }

    /// Asks the database whether it is there, and connects anew if it is not; once, without a pause.
    pub(super) fn vigiar(&mut self) {
        let prazo = Instant::now();
        if let Some(sessao) = &self.sessao
            && let Err(falha) = self.runtime.block_on(sessao.perguntar(prazo))
        {
            self.medidas.falha(&falha);
            self.sessao = None;
        }
        // The failure is counted, and told by the state.
        let _ = self.ligar(prazo);
    }

    fn tentar_ligar(&mut self, prazo: Instant) -> Result<Option<bool>, FalhaDoBanco> {
        let Self {
            configuracao, medidas, runtime, dono, instancia, numero, em_duvida, sessao, ..
        } = self;
        runtime.block_on(async {
            let nova = SessaoPostgres::abrir(configuracao, prazo).await?;
            medidas.anotar_desligadas(nova.desligadas(prazo).await?);
            let mut feito = None;
            if let Some(dele) = &*dono {
                let seguinte = *numero + 1;
                let continua = if *em_duvida {
                    feito = nova.tomar(dele, seguinte, prazo).await?;
                    feito.is_some().then(|| *numero = seguinte).is_some()
                } else {
                    nova.ler_via(dele, prazo).await? == Some(*numero)
                };
                // An asynchronous standby was promoted, and has not heard of us, or of our last batches
                // (docs/distribuido.md, P10). What was in doubt is not there, and can no more come.
                if !continua {
                    feito = em_duvida.then_some(false);
                    *dono = None;
                }
            }
            if dono.is_none() {
                let epoca = nova.nova_via(instancia, prazo).await?;
                *dono = Some(Dono { epoca, instancia: instancia.clone() });
                *numero = 0;
            }
            *em_duvida = false;
            *sessao = Some(nova);
            Ok(feito)
        })
    }

    fn tentar(
        &mut self,
        operacoes: &[Operacao],
        relogio: &Relogio,
        prazo: Instant,
        sem_espaco: bool,
    ) -> Result<Vec<Execucao>, Tentativa> {
        self.ligar(prazo).map_err(|_| Tentativa::SemBanco)?;
        let (Some(sessao), Some(dono)) = (&self.sessao, &self.dono) else {
            return Err(Tentativa::SemBanco);
        };
        let (numero, rgs) = (self.numero, contas_de(operacoes));
        let lembradas = if sem_espaco { None } else { self.lembradas.de(&rgs) };
        let lidas = lembradas.as_ref().map(ColunasLidas::de);
        let comecou = Instant::now();
        let mut avancos: Vec<Avanco> = Vec::new();
        let ao_carimbar = |avanco| {
            if self.testemunha.is_some() {
                avancos.push(avanco);
            }
        };
        let tentado = self.runtime.block_on(async {
            let contas = match lembradas {
                Some(lembradas) => lembradas,
                None => ler_trancadas(sessao, dono, numero, &rgs, prazo).await?,
            };
            let decididas = decidir_lote(operacoes, contas, relogio, sem_espaco, ao_carimbar);
            let gravado = match &lidas {
                Some(lidas) => {
                    sessao.gravar_de_memoria(dono, numero + 1, lidas, &decididas, prazo).await
                }
                None => sessao.gravar(dono, numero + 1, &decididas, prazo).await,
            };
            match gravado {
                Ok(gravacao) => Ok((decididas, gravacao)),
                Err(falha) if falha.nao_feita => Err(Tentativa::NaoFeita(falha)),
                Err(falha) => Err(Tentativa::EmDuvida(decididas.execucoes, falha)),
            }
        });
        if let Some(testemunha) = &self.testemunha {
            match &tentado {
                Err(Tentativa::NaoFeita(_)) => testemunha.carimbou_em_vao(&avancos),
                _ => testemunha.carimbou(&avancos),
            }
        }
        let de_memoria = lidas.is_some();
        if tentado.is_ok() {
            self.medidas.lote(operacoes.len(), comecou.elapsed(), de_memoria);
        }
        self.anotar(tentado, de_memoria)
    }

    /// Takes note of how a try has ended.
    fn anotar(
        &mut self,
        tentado: Result<(Decididas, Gravacao), Tentativa>,
        de_memoria: bool,
    ) -> Result<Vec<Execucao>, Tentativa> {
        let (decididas, gravacao) = match tentado {
            Ok(feito) => feito,
            Err(tentativa) => {
                match &tentativa {
                    Tentativa::NaoFeita(falha) if falha.remedio == Remedio::Reler => {
                        self.lembradas.errou();
                    }
                    _ => self.lembradas.esquecer(),
                }
                if let Tentativa::EmDuvida(..) = tentativa {
                    self.em_duvida = true;
                    self.sessao = None;
                }
                return Err(tentativa);
            }
        };
        self.numero += 1;
        if gravacao == Gravacao::SemReplica {
            self.lembradas.esquecer();
            return Err(Tentativa::SemReplica(decididas.execucoes));
        }
        self.lembradas.lembrar(decididas.contas);
        if de_memoria {
            self.lembradas.acertou();
        }
        Ok(decididas.execucoes)
    }

    /// Waits for a time that is drawn by lot below `limite`. Gives the limit of the next one.
    fn pausar(&self, limite: Duration, prazo: Instant) -> Duration {
        let resta = prazo.saturating_duration_since(Instant::now());
        let pausa = limite.mul_f64(fastrand::f64()).min(resta);
        self.runtime.block_on(async { sleep(pausa).await });
        (limite * 2).min(PAUSA_MAX)
    }
}

/// Begins a batch: its accounts, locked and read. After a failure nothing is locked any more.
async fn ler_trancadas(
    sessao: &SessaoPostgres,
    dono: &Dono,
    numero: i64,
    rgs: &[Rg],
    prazo: Instant,
) -> Result<BTreeMap<Rg, LinhaDaConta>, Tentativa> {
    match sessao.trancar(dono, numero, rgs, prazo).await {
        Ok(contas) => Ok(contas),
        Err(falha) => {
            if falha.remedio != Remedio::Reconectar {
                sessao.desfazer(prazo).await.map_err(Tentativa::NaoFeita)?;
            }
            Err(Tentativa::NaoFeita(falha))
        }
    }
}
