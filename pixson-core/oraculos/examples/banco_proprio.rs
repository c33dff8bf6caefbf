//! Implementations of [`Banco`]: a whole bank, with a lock for each account and a notebook for what
//! was done, and two thin wrappers around any bank, of which one counts and one fails.
//!
//! The whole bank takes its rules from [`decidir`] and passes the conformance suite. Wrappers
//! stack, because a wrapper around a [`Banco`] is a [`Banco`].

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use pixson_core::banco::regras::{Decisao, Movimentacao, Movimento, decidir, em_ordem};
use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Passo;
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Ligacao, Operacao, Recusa, Relogio, Rg, Saldo, Servico};
use pixson_oraculos::conformidade;

/// An account: what it holds, and the line of the notebook that says so.
struct Conta {
    saldo: Saldo,
    linha: u64,
}

/// What was done, in order. A real bank has a file or a table of a database here.
#[derive(Default)]
struct Caderno {
    linhas: Vec<Movimentacao>,
    /// How many lines would survive a power cut.
    duraveis: u64,
    cheio: bool,
}

/// A bank with a lock for each account. Its receipts are lines of the notebook.
struct BancoComCaderno {
    contas: BTreeMap<Rg, Mutex<Conta>>,
    caderno: Mutex<Caderno>,
}

/// Locks an account or the notebook. No code here panics while it holds such a lock.
fn trancar<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("the lock is never poisoned")
}

impl BancoComCaderno {
    fn novo(saldos: &BTreeMap<Rg, Saldo>) -> Self {
        let conta = |&saldo| Mutex::new(Conta { saldo, linha: 0 });
        let contas = saldos.iter().map(|(&rg, saldo)| (rg, conta(saldo))).collect();
        Self { contas, caderno: Mutex::default() }
    }

    /// Writes down a decision, and returns the number of its line. A refusal is certain: nothing
    /// was applied yet, so that `Servidor indisponível` means that nothing was done.
    fn anotar(&self, movimentacao: Movimentacao) -> Result<u64, Recusa> {
        let mut caderno = trancar(&self.caderno);
        if caderno.cheio {
            return Err(Recusa::ServidorIndisponivel);
        }
        caderno.linhas.push(movimentacao);
        Ok(caderno.linhas.len() as u64)
    }
}

impl Banco for BancoComCaderno {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let (primeira, segunda) = em_ordem(&operacao);
        let rgs = [Some(primeira), segunda].into_iter().flatten();
        let mut travadas: BTreeMap<Rg, MutexGuard<'_, Conta>> =
            rgs.filter_map(|rg| Some((rg, trancar(self.contas.get(&rg)?)))).collect();

        let decisao = decidir(operacao, |rg| Ok(travadas.get(&rg).map(|conta| conta.saldo)));
        // The stamp is drawn under the locks, and before anything changes.
        let carimbo = relogio.tique()?;
        let desfecho = decisao.and_then(|decisao| {
            if let Decisao::Movimentacao(movimentacao) = decisao {
                let linha = self.anotar(movimentacao)?;
                for Movimento { rg, depois: saldo, .. } in movimentacao.movimentos() {
                    let conta = travadas.get_mut(&rg).expect("what changes was read");
                    **conta = Conta { saldo, linha };
                }
            }
            Ok(decisao.sucesso())
        });
        // Balances and refusals wait, too, for the last line of the accounts that they show.
        let ultima = travadas.values().map(|conta| conta.linha).max();
        Ok(Execucao { carimbo, desfecho, recibo: Recibo(ultima.unwrap_or(0)) })
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        let mut caderno = trancar(&self.caderno);
        if caderno.duraveis < recibo.0 {
            // A real notebook syncs its file here, and returns an error if the disk has failed.
            caderno.duraveis = caderno.linhas.len() as u64;
        }
        Ok(())
    }
}

/// Counts the outcomes of the bank inside it.
struct Contador<B> {
    banco: B,
    executadas: AtomicU64,
    recusadas: AtomicU64,
}

impl<B: Banco> Banco for Contador<B> {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let execucao = self.banco.executar(operacao, relogio)?;
        let qual = if execucao.desfecho.is_ok() { &self.executadas } else { &self.recusadas };
        qual.fetch_add(1, Ordering::Relaxed);
        Ok(execucao)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.banco.confirmar(recibo)
    }
}

/// Fails once, when `falhar` is set: what it applied before may or may not survive.
struct Defeituoso<B> {
    banco: B,
    falhar: AtomicBool,
}

impl<B: Banco> Banco for Defeituoso<B> {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.banco.executar(operacao, relogio)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        if self.falhar.swap(false, Ordering::Relaxed) {
            return Err(ResultadoDesconhecido);
        }
        self.banco.confirmar(recibo)
    }
}

/// Both wrappers around `banco`, the counter outside.
fn empilhar<B: Banco>(banco: B) -> Contador<Defeituoso<B>> {
    Contador {
        banco: Defeituoso { banco, falhar: AtomicBool::new(false) },
        executadas: AtomicU64::new(0),
        recusadas: AtomicU64::new(0),
    }
}

/// The server's step and its replies when these bytes arrive.
fn enviar(servico: &Servico<impl Banco>, ligacao: &mut Ligacao, pedidos: &str) -> (Passo, String) {
    let (mut saida, mut respostas) = (Vec::new(), String::new());
    ligacao.receber(pedidos.as_bytes());
    loop {
        servico.avancar(ligacao, |_| {});
        let passo = servico.confirmar(ligacao, &mut saida);
        respostas += &String::from_utf8_lossy(&saida);
        if passo != Passo::Continuar {
            return (passo, respostas);
        }
    }
}

/// Checks that the whole bank keeps the laws of the trait. Then three requests to the wrapped one
/// are counted, and the storage fails under two more, which arrived together.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    conformidade::conferir(BancoComCaderno::novo);
    conformidade::conferir_sem_armazenamento(BancoComCaderno::novo, |banco| {
        trancar(&banco.caderno).cheio = true;
    });

    let rg: Rg = "1".parse()?;
    let contas = [(rg, Saldo::de_centavos(1000)?)];
    let servico = Servico::novo(empilhar(BancoMemoria::com_contas(contas)));
    let mut ligacao = servico.ligacao();

    let pedidos = "t:1|op:6|rg:1\nt:2|op:2|rg:1|valor:2.5\nt:3|op:2|rg:1|valor:99.0\n";
    let (passo, respostas) = enviar(&servico, &mut ligacao, pedidos);
    assert_eq!(passo, Passo::Ler { acordar_apos: None });
    assert_eq!(
        respostas,
        "t:3|s:0|resposta:Login realizado com sucesso\n\
         t:5|s:0|resposta:Saque realizado com sucesso\n\
         t:7|s:1|resposta:Saldo insuficiente\n"
    );
    assert_eq!(servico.banco().executadas.load(Ordering::Relaxed), 2);
    assert_eq!(servico.banco().recusadas.load(Ordering::Relaxed), 1);

    servico.banco().banco.falhar.store(true, Ordering::Relaxed);
    let pedidos = "t:8|op:2|rg:1|valor:1.0\nt:9|op:1|rg:1\n";
    let (passo, respostas) = enviar(&servico, &mut ligacao, pedidos);
    assert_eq!(passo, Passo::Encerrar(Fim::ArmazenamentoFalhou));
    // The bank had applied both and drawn stamps for them, which are never sent.
    assert_eq!(
        respostas,
        "t:13|s:1|resposta:Servidor indisponível\n\
         t:14|s:1|resposta:Servidor indisponível\n"
    );
    Ok(())
}
