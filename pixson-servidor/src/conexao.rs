use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pixson_core::servico::{Evento, Passo};
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Servico};

use crate::parada::Parada;
use crate::tela::Tela;

/// How many bytes are read at once: 16 KiB.
const LEITURA_BYTES: usize = 16 * 1024;

/// How long a peer may take over the replies of one batch: 5 s, however it reads.
const ESCRITA_MAX: Duration = Duration::from_secs(5);

/// What is still read after the last reply, so that it is not lost to a reset: 64 KiB or 1 s.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;
const ESCOAMENTO_MAX: Duration = Duration::from_secs(1);

/// What is still served of a peer that goes on sending when the server stops: 64 KiB.
const PARADA_MAX_BYTES: usize = 64 * 1024;

/// Serves one connection to its end.
pub(crate) fn atender<B: Banco>(
    mut fluxo: &TcpStream,
    servico: &Servico<B>,
    tela: &Tela,
    parada: &Parada,
) -> io::Result<Fim> {
    fluxo.set_nodelay(true)?;
    let mut sessao = servico.sessao();
    let mut entrada = vec![0; LEITURA_BYTES];
    let mut saida = Vec::new();
    let mut restam = PARADA_MAX_BYTES;
    let mut espera = None;
    loop {
        let passo = servico.avancar(&mut sessao, |evento| {
            if let Evento::RelogioAtualizado(carimbo) = evento {
                tela.mostrar(format_args!("Relógio Lógico Atualizado: {carimbo}"));
            }
        });
        sessao.retirar_saida(&mut saida);
        escrever(fluxo, &saida)?;
        let acordar_apos = match passo {
            Passo::Continuar => continue,
            Passo::Encerrar(fim) => return despedir(fluxo, &mut entrada).map(|()| fim),
            Passo::Ler { acordar_apos } => acordar_apos,
        };
        // The end of the input, which a stop brings, can be outrun by a peer that goes on sending.
        if parada.pedida() && restam == 0 {
            sessao.fim_de_entrada();
            continue;
        }
        // A framed peer never needs another time-out: one system call less for each request.
        if espera != acordar_apos {
            fluxo.set_read_timeout(acordar_apos)?;
            espera = acordar_apos;
        }
        match fluxo.read(&mut entrada) {
            Ok(0) => sessao.fim_de_entrada(),
            Ok(bytes) => {
                sessao.receber(&entrada[..bytes]);
                if parada.pedida() {
                    restam = restam.saturating_sub(bytes);
                }
            }
            Err(erro) => match erro.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => sessao.silencio(),
                ErrorKind::Interrupted => {}
                _ => return Err(erro),
            },
        }
    }
}

/// Sends all of it by an absolute deadline: a time-out for each write would start anew with every
/// byte that the peer takes.
fn escrever(mut fluxo: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let prazo = Instant::now() + ESCRITA_MAX;
    while !bytes.is_empty() {
        let resta = prazo.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        fluxo.set_write_timeout(Some(resta))?;
        match fluxo.write(bytes) {
            Ok(escritos) => bytes = &bytes[escritos..],
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            Err(erro) => return Err(erro),
        }
    }
    Ok(())
}

/// Half-close and bounded drain: closing while bytes are unread would make the kernel send a
/// reset, and the peer could lose the reply that it has not read yet.
fn despedir(mut fluxo: &TcpStream, lixo: &mut [u8]) -> io::Result<()> {
    fluxo.shutdown(Shutdown::Write)?;
    let prazo = Instant::now() + ESCOAMENTO_MAX;
    let mut escoados = 0;
    while escoados < ESCOAMENTO_MAX_BYTES {
        let resta = prazo.saturating_duration_since(Instant::now());
        if resta.is_zero() {
            break;
        }
        fluxo.set_read_timeout(Some(resta))?;
        match fluxo.read(lixo)? {
            0 => break,
            bytes => escoados += bytes,
        }
    }
    Ok(())
}
