//! Servers in the test's own process, over any bank, good or bad.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Passo;
use pixson_core::{Banco, Operacao, Relogio, Saldo, Servico, Sucesso};

use super::novo_ouvinte;

/// The accounts of every such server, and what each holds at first.
pub(crate) const RGS: &str = "1,2,3";
pub(crate) const SALDO_CENTAVOS: u64 = 1_000_000;

/// A bank in memory to spoil.
pub(crate) fn banco() -> BancoMemoria {
    let saldo = Saldo::de_centavos(SALDO_CENTAVOS).expect("in range");
    BancoMemoria::com_contas(RGS.split(',').map(|rg| (rg.parse().expect("legal RG"), saldo)))
}

/// Serves this bank, and takes the connections for which `aceita`, called with how many came
/// before, says yes; the others hear `despedida`. Returns the port.
pub(crate) fn servir(
    banco: impl Banco + 'static,
    aceita: impl Fn(usize) -> bool + Send + 'static,
    despedida: &'static [u8],
) -> String {
    let (ouvinte, porta) = novo_ouvinte();
    thread::spawn(move || {
        let servico = Arc::new(Servico::novo(banco));
        for (numero, fluxo) in ouvinte.incoming().enumerate() {
            let (mut fluxo, servico) = (fluxo.expect("a client"), Arc::clone(&servico));
            if aceita(numero) {
                thread::spawn(move || atender(&fluxo, &servico));
            } else {
                let _ = fluxo.read(&mut [0; 1024]);
                let _ = fluxo.write_all(despedida);
            }
        }
    });
    porta
}

/// Serves until the peer leaves, or until the bank no longer knows.
fn atender(mut fluxo: &TcpStream, servico: &Servico<impl Banco>) {
    let mut sessao = servico.ligacao();
    let (mut entrada, mut saida) = (vec![0; 16 * 1024], Vec::new());
    loop {
        servico.avancar(&mut sessao, |_| {});
        let passo = servico.confirmar(&mut sessao, &mut saida);
        let escrito = fluxo.write_all(&saida);
        match passo {
            Passo::Continuar => {}
            Passo::Encerrar(_) => return,
            Passo::Ler { .. } => match escrito.and_then(|()| fluxo.read(&mut entrada)) {
                Ok(0) | Err(_) => return,
                Ok(lidos) => sessao.receber(&entrada[..lidos]),
            },
        }
    }
}

/// Serves this bank as the original program would: it takes what one `recv` gives as one message,
/// and terminates nothing. Returns the port.
pub(crate) fn servir_como_o_original(banco: impl Banco + 'static) -> String {
    let (ouvinte, porta) = novo_ouvinte();
    thread::spawn(move || {
        let servico = Arc::new(Servico::novo(banco));
        for fluxo in ouvinte.incoming() {
            let (mut fluxo, servico) = (fluxo.expect("a client"), Arc::clone(&servico));
            thread::spawn(move || {
                let mut sessao = servico.ligacao();
                let (mut entrada, mut saida) = ([0; 1024], Vec::new());
                while let Ok(lidos @ 1..) = fluxo.read(&mut entrada) {
                    let mensagem = &entrada[..lidos];
                    sessao.receber(mensagem.strip_suffix(b"\n").unwrap_or(mensagem));
                    servico.avancar(&mut sessao, |_| {});
                    sessao.silencio();
                    servico.avancar(&mut sessao, |_| {});
                    let _ = servico.confirmar(&mut sessao, &mut saida);
                    if fluxo.write_all(&saida).is_err() {
                        return;
                    }
                }
            });
        }
    });
    porta
}

/// Sends everything back so many times; with none, it leaves when it has heard something. Returns
/// the port.
pub(crate) fn ecoar(vezes: usize) -> String {
    let (ouvinte, porta) = novo_ouvinte();
    thread::spawn(move || {
        for fluxo in ouvinte.incoming() {
            let mut fluxo = fluxo.expect("a client");
            thread::spawn(move || {
                let mut bytes = vec![0; 16 * 1024];
                while let Ok(lidos @ 1..) = fluxo.read(&mut bytes) {
                    if vezes == 0 || fluxo.write_all(&bytes[..lidos].repeat(vezes)).is_err() {
                        return;
                    }
                }
            });
        }
    });
    porta
}

/// Does of each deposit and transfer what it likes, and says that all is well.
pub(crate) struct Trapaceiro {
    banco: BancoMemoria,
    vezes: usize,
}

impl Trapaceiro {
    /// Everything is done so many times.
    pub(crate) fn que_faz(vezes: usize) -> Self {
        Self { banco: banco(), vezes }
    }
}

impl Banco for Trapaceiro {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let sucesso = match operacao {
            Operacao::Deposito { .. } => Sucesso::Deposito,
            Operacao::Transferencia { .. } => Sucesso::Transferencia,
            outra => return self.banco.executar(outra, relogio),
        };
        for _ in 0..self.vezes {
            let _ = self.banco.executar(operacao, relogio)?;
        }
        Ok(Execucao { carimbo: relogio.tique()?, desfecho: Ok(sucesso), recibo: Recibo::IMEDIATO })
    }

    fn confirmar(&self, _: Recibo) -> Result<(), ResultadoDesconhecido> {
        Ok(())
    }
}

/// Does everything, but after so many operations it once cannot say so.
pub(crate) struct Esquecido {
    banco: BancoMemoria,
    faltam: AtomicUsize,
}

impl Esquecido {
    pub(crate) fn depois_de(operacoes: usize) -> Self {
        Self { banco: banco(), faltam: AtomicUsize::new(operacoes) }
    }
}

impl Banco for Esquecido {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let execucao = self.banco.executar(operacao, relogio)?;
        let antes = self.faltam.fetch_sub(1, Ordering::Relaxed);
        Ok(Execucao { recibo: Recibo(u64::from(antes == 1)), ..execucao })
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        if recibo == Recibo::IMEDIATO { Ok(()) } else { Err(ResultadoDesconhecido) }
    }
}
