//! The same machines inside tokio, with one task for each connection. The core needs no change for
//! it.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::sessao::SaidaCliente;
use pixson_core::{Operacao, Saldo, Servico, SessaoCliente};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The time-out that stands for `acordar_apos: None`.
const PARA_SEMPRE: Duration = Duration::MAX;

/// The server's side of one connection, to its end.
async fn atender(mut fluxo: TcpStream, servico: Arc<Servico<BancoMemoria>>) -> io::Result<()> {
    let mut ligacao = servico.ligacao();
    let (mut entrada, mut saida) = ([0; 4096], Vec::new());
    loop {
        servico.avancar(&mut ligacao, |_| {});
        // A bank in memory has nothing to wait for. With one on a disk this call blocks, and belongs
        // in `spawn_blocking`, with the connection passed in and out.
        let passo = servico.confirmar(&mut ligacao, &mut saida);
        fluxo.write_all(&saida).await?;
        match passo {
            Passo::Continuar => {}
            Passo::Ler { acordar_apos } => {
                let leitura = fluxo.read(&mut entrada);
                let pausa = acordar_apos.unwrap_or(PARA_SEMPRE);
                match timeout(pausa, leitura).await.ok().transpose()? {
                    None => ligacao.silencio(),
                    Some(0) => ligacao.fim_de_entrada(),
                    Some(lidos) => ligacao.receber(&entrada[..lidos]),
                }
            }
            // A server for strangers also reads on here, within bounds: see `Passo::Encerrar`.
            Passo::Encerrar(_) => return fluxo.shutdown().await,
        }
    }
}

/// A client that asks one thing after another, and checks what each answer says.
async fn conversar(
    endereco: SocketAddr,
    roteiro: &[(Operacao, &str)],
) -> Result<(), Box<dyn Error>> {
    let mut fluxo = TcpStream::connect(endereco).await?;
    let mut sessao = SessaoCliente::default();
    let (mut entrada, mut saida) = ([0; 4096], Vec::new());
    for &(operacao, texto) in roteiro {
        sessao.enviar(operacao)?;
        let resposta = loop {
            match sessao.proxima_saida()? {
                SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                SaidaCliente::RespostaRecebida(resposta) => break resposta,
                SaidaCliente::PrecisaDeDados { acordar_apos } => {
                    sessao.retirar_saida(&mut saida);
                    fluxo.write_all(&saida).await?;
                    let leitura = fluxo.read(&mut entrada);
                    let pausa = acordar_apos.unwrap_or(PARA_SEMPRE);
                    match timeout(pausa, leitura).await.ok().transpose()? {
                        None => sessao.silencio(),
                        Some(0) => sessao.fim_de_entrada(),
                        Some(lidos) => sessao.receber(&entrada[..lidos]),
                    }
                }
                SaidaCliente::Encerrada => return Err("o servidor encerrou a conexão".into()),
            }
        };
        assert_eq!(resposta.texto(), texto);
    }
    Ok(())
}

/// A client as the original program: no LF ends its message, only the pause that follows.
async fn conversar_sem_lf(endereco: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut fluxo = TcpStream::connect(endereco).await?;
    fluxo.write_all(b"t:1|op:6|rg:1111111111").await?;
    let mut bytes = [0; 1024];
    let lidos = fluxo.read(&mut bytes).await?;
    assert!(bytes[..lidos].ends_with("|s:0|resposta:Login realizado com sucesso".as_bytes()));
    Ok(())
}

/// Both clients at once, and a server that ends when both have left.
async fn executar() -> Result<(), Box<dyn Error>> {
    let rg = "1111111111".parse()?;
    let banco = BancoMemoria::com_contas([(rg, Saldo::de_centavos(1000)?)]);
    let servico = Arc::new(Servico::novo(banco));
    let ouvinte = TcpListener::bind("127.0.0.1:0").await?;
    let endereco = ouvinte.local_addr()?;

    let servidor = async {
        let mut conexoes = JoinSet::new();
        for _ in 0..2 {
            conexoes.spawn(atender(ouvinte.accept().await?.0, Arc::clone(&servico)));
        }
        while let Some(fim) = conexoes.join_next().await {
            fim??;
        }
        Ok(())
    };
    let roteiro = [
        (Operacao::Login { rg }, "Login realizado com sucesso"),
        (Operacao::Deposito { rg, valor: "2.5".parse()? }, "Depósito realizado com sucesso"),
        (Operacao::Saldo { rg }, "Saldo: 12.5"),
    ];
    tokio::try_join!(servidor, conversar(endereco, &roteiro), conversar_sem_lf(endereco))?;
    Ok(())
}

/// One thread serves both clients. The time-out ends the example if something blocks.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async { timeout(Duration::from_secs(10), executar()).await? })
}
