use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use pixson_core::servico::Passo;
use pixson_core::{Banco, Servico};

use crate::tela::Tela;

/// How many bytes are read at once: 16 KiB.
const LEITURA_BYTES: usize = 16 * 1024;

/// How long a peer may leave a reply untaken: 5 s.
const ESCRITA_MAX: Duration = Duration::from_secs(5);

/// What is still read after the last reply, so that it is not lost to a reset: 64 KiB or 1 s.
const ESCOAMENTO_MAX_BYTES: usize = 64 * 1024;
const ESCOAMENTO_MAX: Duration = Duration::from_secs(1);

/// Serves one connection to its end.
pub(crate) fn atender<B: Banco>(
    mut fluxo: &TcpStream,
    servico: &Servico<B>,
    tela: Tela,
) -> io::Result<()> {
    fluxo.set_nodelay(true)?;
    fluxo.set_write_timeout(Some(ESCRITA_MAX))?;
    let mut sessao = servico.sessao();
    let mut entrada = vec![0; LEITURA_BYTES];
    let mut saida = Vec::new();
    loop {
        let passo = servico.avancar(&mut sessao, |carimbo| {
            tela.mostrar(format_args!("Relógio Lógico Atualizado: {carimbo}"));
        });
        sessao.retirar_saida(&mut saida);
        fluxo.write_all(&saida)?;
        match passo {
            Passo::Continuar => {}
            Passo::Encerrar(_) => return despedir(fluxo, &mut entrada),
            Passo::Ler { acordar_apos } => {
                fluxo.set_read_timeout(acordar_apos)?;
                match fluxo.read(&mut entrada) {
                    Ok(0) => sessao.fim_de_entrada(),
                    Ok(bytes) => sessao.receber(&entrada[..bytes]),
                    Err(erro) => match erro.kind() {
                        ErrorKind::WouldBlock | ErrorKind::TimedOut => sessao.silencio(),
                        ErrorKind::Interrupted => {}
                        _ => return Err(erro),
                    },
                }
            }
        }
    }
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
