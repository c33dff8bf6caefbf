//! A server and a client over `std::net`: one blocking loop for each side of a connection.
//!
//! Both loops do the same: take outputs until data is needed, send, read, bring what was read. The
//! client connects twice, and has one clock.
#![expect(clippy::print_stdout, reason = "an example shows what happens")]
#![expect(clippy::disallowed_types, reason = "the program brings the sockets, not the core")]

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::sessao::{ConfiguracaoCliente, SaidaCliente};
use pixson_core::{Banco, Operacao, Relogio, Resposta, Saldo, Servico, SessaoCliente};

/// Reads into `bytes`. `None` if nothing arrived for as long as `acordar_apos` says.
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
    let mut ligacao = servico.ligacao();
    let (mut entrada, mut saida) = ([0; 4096], Vec::new());
    loop {
        servico.avancar(&mut ligacao, |evento| {
            if let Some(relogio) = evento.relogio() {
                println!("servidor: {relogio}");
            }
        });
        let passo = servico.confirmar(&mut ligacao, &mut saida);
        fluxo.write_all(&saida)?;
        match passo {
            Passo::Continuar => {}
            Passo::Ler { acordar_apos } => match ler(fluxo, acordar_apos, &mut entrada)? {
                None => ligacao.silencio(),
                Some(0) => ligacao.fim_de_entrada(),
                Some(lidos) => ligacao.receber(&entrada[..lidos]),
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
        let proxima = sessao.proxima_saida()?;
        if let Some(relogio) = proxima.relogio() {
            println!("cliente:  {relogio}");
        }
        match proxima {
            SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
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

/// A connection on which the client does these things, one after the other.
fn conversar(
    endereco: SocketAddr,
    relogio: &Arc<Relogio>,
    roteiro: &[(Operacao, &str)],
) -> Result<(), Box<dyn Error>> {
    let fluxo = TcpStream::connect(endereco)?;
    let configuracao = ConfiguracaoCliente::default();
    let mut sessao = SessaoCliente::com_relogio(configuracao, Arc::clone(relogio));
    for &(operacao, texto) in roteiro {
        assert_eq!(pedir(&fluxo, &mut sessao, operacao)?.texto(), texto);
    }
    Ok(())
}

/// A client deposits 2.5, leaves, comes back and asks for its balance.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let rg = "1111111111".parse()?;
    let servico = Servico::novo(BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]));
    let ouvinte = TcpListener::bind("127.0.0.1:0")?;
    let endereco = ouvinte.local_addr()?;

    thread::scope(|escopo| {
        let servidor =
            escopo.spawn(|| (0..2).try_for_each(|_| atender(&ouvinte.accept()?.0, &servico)));
        // One clock for the whole program: the second connection goes on where the first one ended.
        let relogio = Arc::new(Relogio::novo());
        let login = (Operacao::Login { rg }, "Login realizado com sucesso");
        let deposito = Operacao::Deposito { rg, valor: "2.5".parse()? };
        conversar(endereco, &relogio, &[login, (deposito, "Depósito realizado com sucesso")])?;
        assert_eq!(relogio.agora().valor(), 2 * 4);
        conversar(endereco, &relogio, &[login, (Operacao::Saldo { rg }, "Saldo: 12.5")])?;
        assert_eq!(relogio.agora().valor(), 4 * 4);
        servidor.join().expect("the server does not panic")?;
        assert_eq!(servico.banco().total_em_centavos(), 1250);
        Ok(())
    })
}
