//! Two banks of one's own, each a thin wrapper around any other: one counts, one breaks.
//!
//! They stack, because a wrapper around a [`Banco`] is a [`Banco`].

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Passo;
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Operacao, Relogio, Rg, Saldo, Servico, SessaoServidor};

/// Counts what the bank under it decides.
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

/// Loses the disk once, when `falhar` is set: what it applied before may or may not survive.
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

/// Both around `banco`, the counter outside.
fn empilhar<B: Banco>(banco: B) -> Contador<Defeituoso<B>> {
    Contador {
        banco: Defeituoso { banco, falhar: AtomicBool::new(false) },
        executadas: AtomicU64::new(0),
        recusadas: AtomicU64::new(0),
    }
}

/// What the server does and answers when these bytes arrive.
fn enviar(
    servico: &Servico<impl Banco>,
    sessao: &mut SessaoServidor,
    pedidos: &str,
) -> (Passo, String) {
    let mut saida = Vec::new();
    sessao.receber(pedidos.as_bytes());
    let passo = servico.avancar(sessao, |_| {});
    sessao.retirar_saida(&mut saida);
    (passo, String::from_utf8_lossy(&saida).into_owned())
}

/// Three requests are counted; then the disk fails under two more, which arrived together.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let rg: Rg = "1".parse()?;
    let contas = [(rg, Saldo::de_centavos(1000)?)];
    let servico = Servico::novo(empilhar(BancoMemoria::com_contas(contas)));
    let mut sessao = servico.sessao();

    let pedidos = "t:1|op:6|rg:1\nt:2|op:2|rg:1|valor:2.5\nt:3|op:2|rg:1|valor:99.0\n";
    let (passo, respostas) = enviar(&servico, &mut sessao, pedidos);
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
    let (passo, respostas) = enviar(&servico, &mut sessao, pedidos);
    assert_eq!(passo, Passo::Encerrar(Fim::ArmazenamentoFalhou));
    // The bank had applied both and drawn stamps for them, which nobody will ever see.
    assert_eq!(
        respostas,
        "t:13|s:1|resposta:Servidor indisponível\n\
         t:14|s:1|resposta:Servidor indisponível\n"
    );
    Ok(())
}
