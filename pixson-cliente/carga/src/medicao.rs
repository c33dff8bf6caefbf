//! A whole load: balances before, requests, balances after.

use std::panic;
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Instant;

use crate::canal::Canal;
use crate::carregada::{Carregada, Concluida};
use crate::conferencia::{Dinheiro, VariacaoEsperada, saldos};
use crate::laco;
use crate::medida::{Colheita, Contadores, Medida};
use crate::progresso::acompanhar;
use crate::{Andamento, ErroCarga, Plano, Relatorio};

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// The result of a load: the report, and the values by which a program judges it.
#[derive(Debug)]
pub struct Medicao {
    relatorio: Relatorio,
    conservado: Option<bool>,
    desconhecidas: usize,
    interrompida: bool,
    perdas: Vec<ErroCarga>,
}

impl Medicao {
    /// What was done, and how long it took.
    pub fn relatorio(&self) -> &Relatorio {
        &self.relatorio
    }

    /// Whether every account holds what it should: `None` for an echo, and if the balances could
    /// not be read again.
    pub fn conservado(&self) -> Option<bool> {
        self.conservado
    }

    /// How many operations that move money have an unknown outcome.
    pub fn desconhecidas(&self) -> usize {
        self.desconhecidas
    }

    /// Whether the load was ended before its time.
    pub fn interrompida(&self) -> bool {
        self.interrompida
    }

    /// Why connections were lost, and why the balances could not be read again.
    pub fn perdas(&self) -> &[ErroCarga] {
        &self.perdas
    }
}

/// Runs a load to its end, and calls `contar` each second with how far it has come.
///
/// # Errors
///
/// Why there was no load at all: the balances could not be read, or no connection was made.
///
/// # Panics
///
/// If the thread of a connection panics.
pub fn medir(plano: &Plano, contar: impl FnMut(Andamento)) -> Result<Medicao, ErroCarga> {
    let esperado = VariacaoEsperada::novo(plano.usadas.len());
    let antes = if plano.eco { None } else { Some(saldos(plano)?) };
    let mut colheita = carregar(plano, &esperado, contar)?;
    let dinheiro = antes.map(|antes| {
        let depois = saldos(plano);
        let dinheiro = esperado.conferir(&antes, &depois, &colheita.medida.desconhecidas);
        (dinheiro, depois.err())
    });
    let (dinheiro, sem_saldos) = dinheiro.unzip();
    let conservado = dinheiro.as_ref().and_then(Dinheiro::conservado);
    let relatorio = Relatorio::novo(plano, &colheita, dinheiro);
    colheita.perdas.extend(sem_saldos.flatten());
    Ok(Medicao {
        relatorio,
        conservado,
        desconhecidas: colheita.medida.desconhecidas.len(),
        interrompida: colheita.interrompida_em.is_some(),
        perdas: colheita.perdas,
    })
}

fn carregar(
    plano: &Plano,
    esperado: &VariacaoEsperada,
    contar: impl FnMut(Andamento),
) -> Result<Colheita, ErroCarga> {
    let contadores = Contadores::default();
    let (carregadas, mut perdas) = abrir(plano, esperado, &contadores);
    if carregadas.is_empty() {
        return Err(perdas.swap_remove(0));
    }
    let largada = OnceLock::new();
    let mut medida = Medida::nova();
    let inicio = thread::scope(|escopo| {
        let (viva, fim) = mpsc::channel::<()>();
        let mut tarefas = Vec::new();
        for grupo in grupos(carregadas, plano.lacos) {
            let (viva, largada, quantas) = (viva.clone(), &largada, grupo.quantas());
            let correr = move || {
                // Dropped when this thread ends, which `acompanhar` waits for.
                let _viva: mpsc::Sender<()> = viva;
                grupo.correr(*largada.wait())
            };
            let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
            match pilha.spawn_scoped(escopo, correr) {
                Ok(tarefa) => tarefas.push(tarefa),
                // Connections that get no thread are lost like those that were never made.
                Err(erro) => perdas.extend((0..quantas).map(|_| {
                    contadores.perder_conexao();
                    plano.sem_recursos(&erro)
                })),
            }
        }
        drop(viva);
        let inicio = *largada.get_or_init(Instant::now);
        acompanhar(&fim, inicio, &contadores, contar);
        for tarefa in tarefas {
            let fins = tarefa.join().unwrap_or_else(|erro| panic::resume_unwind(erro));
            for (de_uma, perda) in fins {
                medida.somar(de_uma);
                perdas.extend(perda);
            }
        }
        inicio
    });
    let duracao = medida.duracao(inicio).unwrap_or(plano.duracao);
    let interrompida_em = plano.interrompido().then_some(duracao.min(plano.duracao));
    Ok(Colheita { medida, duracao, interrompida_em, perdas })
}

/// The connections of one thread.
enum Grupo<'a> {
    /// One, which waits by itself.
    Sozinha(Box<Carregada<'a>>),
    Laco(Vec<Carregada<'a>>),
}

impl Grupo<'_> {
    fn quantas(&self) -> usize {
        match self {
            Self::Sozinha(_) => 1,
            Self::Laco(carregadas) => carregadas.len(),
        }
    }

    fn correr(self, inicio: Instant) -> Vec<Concluida> {
        match self {
            Self::Sozinha(carregada) => vec![carregada.correr(inicio)],
            Self::Laco(carregadas) => laco::correr(carregadas, inicio),
        }
    }
}

/// A thread for each connection, or so many threads for all of them.
fn grupos(carregadas: Vec<Carregada<'_>>, threads: usize) -> Vec<Grupo<'_>> {
    if threads == 0 {
        return carregadas
            .into_iter()
            .map(|carregada| Grupo::Sozinha(Box::new(carregada)))
            .collect();
    }
    let threads = threads.min(carregadas.len());
    let mut grupos: Vec<_> = (0..threads).map(|_| Vec::new()).collect();
    for (qual, carregada) in carregadas.into_iter().enumerate() {
        grupos[qual % threads].push(carregada);
    }
    grupos.into_iter().map(Grupo::Laco).collect()
}

/// Opens all connections and logs each of them in, before any of them bears load.
fn abrir<'a>(
    plano: &'a Plano,
    esperado: &'a VariacaoEsperada,
    contadores: &'a Contadores,
) -> (Vec<Carregada<'a>>, Vec<ErroCarga>) {
    let (mut carregadas, mut perdas) = (Vec::new(), Vec::new());
    for (conexao, (rg, sorteio)) in (0..).zip(plano.sorteios()) {
        let canal = Canal::abrir(plano, plano.pipeline).and_then(|mut canal| {
            if !plano.eco {
                canal.entrar(rg)?;
            }
            Ok(canal)
        });
        match canal {
            Ok(canal) => {
                let de_uma = (conexao, sorteio);
                carregadas.push(Carregada::novo(plano, esperado, contadores, canal, de_uma));
            }
            Err(perda) => {
                contadores.perder_conexao();
                perdas.push(perda);
            }
        }
    }
    (carregadas, perdas)
}
