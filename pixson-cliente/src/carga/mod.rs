//! `pixson-cliente carga`: a load on a server, what it takes, and whether money was conserved.

mod agenda;
mod argumentos;
mod canal;
mod conferencia;
mod contas;
mod dialogo;
mod laco;
mod medida;
mod plano;
mod progresso;
mod relatorio;
mod sorteio;

use std::io::{self, ErrorKind, IsTerminal};
use std::panic;
use std::process::ExitCode;
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use pixson_linha::fala::{dizer, mostrar, sem_saida};
use pixson_linha::objeto::em_linha;

pub(crate) use self::argumentos::Argumentos;
use self::canal::Canal;
use self::conferencia::{Esperado, saldos};
use self::laco::Laco;
use self::medida::{Andamento, Medida};
use self::plano::Plano;
use self::relatorio::Relatorio;
use crate::falha::{
    DESCONHECIDO_CODIGO, Falha, INTERROMPIDO_CODIGO, PROTOCOLO_CODIGO, SEM_CONEXAO_CODIGO,
    se_a_saida_falha,
};
use crate::interrupcao;
use crate::servidor::Servidor;

/// The exit code when accounts hold what cannot be explained.
const NAO_CONSERVADO_CODIGO: u8 = 1;

/// The stack of a connection's thread: 256 KiB.
const PILHA_BYTES: usize = 256 * 1024;

/// What all connections together saw.
#[derive(Debug)]
struct Colheita {
    medida: Medida,
    duracao: Duration,
    /// How long requests were sent, if the person ended it before its time.
    interrompida_em: Option<Duration>,
    /// One for each connection that was lost.
    falhas: Vec<Falha>,
}

/// The whole command. `Err` is a sentence about words of the command line that do not agree.
pub(crate) fn executar(
    servidor: &Servidor,
    argumentos: &Argumentos,
    json: bool,
) -> Result<ExitCode, String> {
    let plano = Plano::novo(servidor.clone(), argumentos, interrupcao::anotar())?;
    let com_progresso = argumentos.progresso || io::stderr().is_terminal();
    Ok(match medir(&plano, com_progresso) {
        Ok((relatorio, codigo)) => {
            if plano.interrompida() && io::stderr().is_terminal() {
                // The terminal has shown ^C in the middle of a line.
                let _ = dizer([""]);
            }
            ExitCode::from(relatar(&plano, &relatorio, codigo, json))
        }
        Err(falha) => {
            // If even this cannot be written, the exit code still tells.
            let _ = dizer(falha.frase());
            ExitCode::from(falha.codigo())
        }
    })
}

/// Gives the report. Returns the exit code, which is `codigo` if it could be given: otherwise whoever
/// ran the load reads on standard error what it did, unless nothing but a look at balances is lost on
/// a reader that has gone away.
fn relatar(plano: &Plano, relatorio: &Relatorio, codigo: u8, json: bool) -> u8 {
    let texto = if json { em_linha(relatorio) } else { format!("{relatorio}\n") };
    let Err(erro) = mostrar(&texto) else { return codigo };
    if erro.kind() != ErrorKind::BrokenPipe || plano.move_dinheiro() {
        let relatorio = relatorio.to_string();
        let frase = sem_saida(&erro) + " O relatório é este:";
        // If even this cannot be written, the exit code still tells.
        let _ = dizer(std::iter::once(frase.as_str()).chain(relatorio.lines()));
    }
    match codigo {
        NAO_CONSERVADO_CODIGO | PROTOCOLO_CODIGO => codigo,
        _ => se_a_saida_falha(codigo),
    }
}

/// `Err` if there was no load at all.
fn medir(plano: &Plano, mostrar: bool) -> Result<(Relatorio, u8), Falha> {
    let esperado = Esperado::novo(plano.usadas.len());
    if plano.eco {
        let colheita = carregar(plano, &esperado, mostrar)?;
        let codigo = codigo(&colheita, None, None);
        return Ok((Relatorio::novo(plano, colheita, None), codigo));
    }
    let antes = saldos(plano)?;
    let colheita = carregar(plano, &esperado, mostrar)?;
    let depois = saldos(plano);
    let dinheiro = esperado.conferir(&antes, &depois, &colheita.medida.desconhecidas);
    let codigo = codigo(&colheita, dinheiro.conservado(), depois.err().as_ref());
    Ok((Relatorio::novo(plano, colheita, Some(dinheiro)), codigo))
}

/// What weighs most comes first: that money is wrong, that a server is mad, that nobody knows, that
/// something could not be done.
fn codigo(colheita: &Colheita, conservado: Option<bool>, sem_saldos: Option<&Falha>) -> u8 {
    let falhas = || colheita.falhas.iter().chain(sem_saldos);
    if conservado == Some(false) {
        NAO_CONSERVADO_CODIGO
    } else if falhas().any(|falha| falha.codigo() == PROTOCOLO_CODIGO) {
        PROTOCOLO_CODIGO
    } else if !colheita.medida.desconhecidas.is_empty() {
        DESCONHECIDO_CODIGO
    } else if falhas().next().is_some() {
        SEM_CONEXAO_CODIGO
    } else if colheita.interrompida_em.is_some() {
        INTERROMPIDO_CODIGO
    } else {
        0
    }
}

fn carregar(plano: &Plano, esperado: &Esperado, mostrar: bool) -> Result<Colheita, Falha> {
    let andamento = Andamento::default();
    let (lacos, mut falhas) = abrir(plano, esperado, &andamento);
    if lacos.is_empty() {
        return Err(falhas.swap_remove(0));
    }
    let largada = OnceLock::new();
    let mut medida = Medida::nova();
    let inicio = thread::scope(|escopo| {
        let (viva, fim) = mpsc::channel::<()>();
        let mut tarefas = Vec::new();
        for laco in lacos {
            let (viva, largada) = (viva.clone(), &largada);
            let correr = move || {
                // Kept until the end, which is how the one who shows the progress hears of it.
                let _viva: mpsc::Sender<()> = viva;
                laco.correr(*largada.wait())
            };
            let pilha = thread::Builder::new().stack_size(PILHA_BYTES);
            match pilha.spawn_scoped(escopo, correr) {
                Ok(tarefa) => tarefas.push(tarefa),
                Err(erro) => falhas.push(sem_thread(plano, erro)),
            }
        }
        drop(viva);
        let inicio = *largada.get_or_init(Instant::now);
        progresso::acompanhar(&fim, inicio, &andamento, mostrar);
        for tarefa in tarefas {
            let (de_uma, falha) = tarefa.join().unwrap_or_else(|erro| panic::resume_unwind(erro));
            medida.somar(de_uma);
            falhas.extend(falha);
        }
        inicio
    });
    let duracao = medida.duracao(inicio).unwrap_or(plano.duracao);
    let interrompida_em = plano.interrompida().then_some(duracao.min(plano.duracao));
    Ok(Colheita { medida, duracao, interrompida_em, falhas })
}

/// A connection that gets no thread is lost like one that was never made.
fn sem_thread(plano: &Plano, erro: io::Error) -> Falha {
    Falha::SemConexao { endereco: plano.servidor.to_string(), erro }
}

/// Opens all connections and logs each of them in, before any of them bears load.
fn abrir<'a>(
    plano: &'a Plano,
    esperado: &'a Esperado,
    andamento: &'a Andamento,
) -> (Vec<Laco<'a>>, Vec<Falha>) {
    let (mut lacos, mut falhas) = (Vec::new(), Vec::new());
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
                lacos.push(Laco::novo(plano, esperado, andamento, canal, de_uma));
            }
            Err(falha) => {
                andamento.perder_conexao();
                falhas.push(falha);
            }
        }
    }
    (lacos, falhas)
}
