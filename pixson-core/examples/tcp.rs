//! A server and a client over `std::net`: one blocking loop for each side of a connection.
//!
//! Both loops do the same: take outputs until data is needed, send, read, bring what was read.
#![expect(clippy::print_stdout, reason = "an example shows what happens")]
#![expect(clippy::disallowed_types, reason = "the program brings the sockets, not the core")]

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::{Evento, Passo};
use pixson_core::sessao::SaidaCliente;
use pixson_core::{Banco, Operacao, Resposta, Saldo, Servico, SessaoCliente};

/// Reads into `bytes`. `None`: nothing arrived for as long as `acordar_apos` says.
fn ler(
    mut fluxo: &TcpStream,
    acordar_apos: Option<Duration>,
    bytes: &mut [u8],
) -> io::Result<Option<usize>> {
    fluxo.set_read_timeout(acordar_apos)?;
    match fluxo.read(bytes) {
        Ok(lidos) => Ok(Some(lidos)),
        Err(erro) if matches!(erro.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
        Err(erro) => Err(erro),
    }
}

/// The server's side of one connection, to its end.
fn atender(mut fluxo: &TcpStream, servico: &Servico<impl Banco>) -> io::Result<()> {
    let mut sessao = servico.sessao();
    let (mut entrada, mut saida) = ([0; 4096], Vec::new());
    loop {
        let passo = servico.avancar(&mut sessao, |evento| {
            if let Evento::RelogioAtualizado(carimbo) = evento {
                println!("servidor: {carimbo}");
            }
        });
        sessao.retirar_saida(&mut saida);
        fluxo.write_all(&saida)?;
        match passo {
            Passo::Continuar => {}
            Passo::Ler { acordar_apos } => match ler(fluxo, acordar_apos, &mut entrada)? {
                None => sessao.silencio(),
                Some(0) => sessao.fim_de_entrada(),
                Some(lidos) => sessao.receber(&entrada[..lidos]),
            },
            // A server for strangers also reads on here, within bounds: see `Passo::Encerrar`.
            Passo::Encerrar(_) => return fluxo.shutdown(Shutdown::Write),
        }
    }
}

/// The client's side of one request, until its answer is there.
fn pedir(
    mut fluxo: &TcpStream,
    sessao: &mut SessaoCliente,
    operacao: Operacao,
) -> Result<Resposta, Box<dyn Error>> {
    sessao.enviar(operacao)?;
    let (mut entrada, mut saida) = ([0; 4096], Vec::new());
    loop {
        match sessao.proxima_saida()? {
            SaidaCliente::RelogioAtualizado(carimbo) => println!("cliente:  {carimbo}"),
            SaidaCliente::RespostaRecebida(resposta) => return Ok(resposta),
            SaidaCliente::PrecisaDeDados { acordar_apos } => {
                sessao.retirar_saida(&mut saida);
                fluxo.write_all(&saida)?;
                match ler(fluxo, acordar_apos, &mut entrada)? {
                    None => sessao.silencio(),
                    Some(0) => sessao.fim_de_entrada(),
                    Some(lidos) => sessao.receber(&entrada[..lidos]),
                }
            }
            SaidaCliente::Encerrada => return Err("o servidor encerrou a conexão".into()),
        }
    }
}

/// One client deposits 2.5 and asks for its balance; its leaving ends the server's loop too.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let rg = "1111111111".parse()?;
    let servico = Servico::novo(BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]));
    let ouvinte = TcpListener::bind("127.0.0.1:0")?;
    let fluxo = TcpStream::connect(ouvinte.local_addr()?)?;

    thread::scope(|escopo| {
        let servidor = escopo.spawn(|| atender(&ouvinte.accept()?.0, &servico));
        let mut sessao = SessaoCliente::default();
        for (operacao, texto) in [
            (Operacao::Login { rg }, "Login realizado com sucesso"),
            (Operacao::Deposito { rg, valor: "2.5".parse()? }, "Depósito realizado com sucesso"),
            (Operacao::Saldo { rg }, "Saldo: 12.5"),
        ] {
            assert_eq!(pedir(&fluxo, &mut sessao, operacao)?.texto(), texto);
        }
        drop(fluxo);
        servidor.join().expect("the server does not panic")?;
        assert_eq!(servico.banco().total_em_centavos(), 1250);
        Ok(())
    })
}
