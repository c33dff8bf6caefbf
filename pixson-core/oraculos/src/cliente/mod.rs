//! The client's side of a connection under a script, compared with a model.

mod modelo;
mod visto;

use std::num::NonZeroUsize;

use self::modelo::ModeloCliente;
use self::visto::{VistoCliente, operacao};
use super::roteiro::{self, Estimulo};
use pixson_core::protocolo::Pedido;
use pixson_core::relogio::Carimbo;
use pixson_core::sessao::{ConfiguracaoCliente, PAUSA_LEGADA, SaidaCliente, SessaoCliente};

/// Whatever a server sends, the client's side understands it as the protocol says.
///
/// `dados` is a script: bytes from the server, `?` and the number of an operation (`?6` for a
/// login) when the program sends a request, `^` where a chunk ends, `~` when the quiet period
/// passes, `$` at the end of the input, `*` for 255 more of the byte before, `\` before a byte that
/// would mean something else.
///
/// * Outputs, failure, clock, quiet period and what is sent are those of a model that knows neither
///   buffer nor state machine, with one request at a time and with four.
/// * They are the same if all chunks between two other events are joined, and if each byte is a
///   chunk.
/// * No reply is delivered without a request that waits for it. The clock that is shown, and the
///   stamps that are sent, only grow. A request that could not be sent changes nothing.
/// * The session always comes to rest, and once it has failed or ended, it says so at every call.
///
/// # Panics
///
/// If a law is broken.
pub fn cliente(dados: &[u8]) {
    let roteiro = roteiro::ler(dados);
    for pendentes_max in [1, 4] {
        let pendentes_max = NonZeroUsize::new(pendentes_max).expect("at least one");
        let configuracao = ConfiguracaoCliente { pendentes_max, pausa_legada: PAUSA_LEGADA };
        let visto = encenar(&roteiro, configuracao);
        assert_eq!(visto, ModeloCliente::encenar(&roteiro, configuracao), "what the model does");
        conferir(&visto);
        let inteiro = encenar(&roteiro::inteiro(&roteiro), configuracao);
        assert_eq!(inteiro, visto, "in one piece");
        let byte_a_byte = encenar(&roteiro::byte_a_byte(&roteiro), configuracao);
        assert_eq!(byte_a_byte, visto, "byte by byte");
    }
}

fn encenar(roteiro: &[Estimulo], configuracao: ConfiguracaoCliente) -> VistoCliente {
    let mut sessao = SessaoCliente::nova(configuracao);
    let mut visto = VistoCliente::default();
    avancar(&mut sessao, &mut visto);
    for evento in roteiro {
        match evento {
            Estimulo::Bytes(bytes) => sessao.receber(bytes),
            Estimulo::Silencio => sessao.silencio(),
            Estimulo::Fim => sessao.fim_de_entrada(),
            Estimulo::Comando(comando) => enviar(&mut sessao, *comando, &mut visto),
            Estimulo::Falha => {}
        }
        avancar(&mut sessao, &mut visto);
    }
    visto.pendentes = sessao.pendentes();
    visto.relogio = sessao.relogio().valor();
    visto
}

fn enviar(sessao: &mut SessaoCliente, comando: u8, visto: &mut VistoCliente) {
    let (relogio, pendentes) = (sessao.relogio(), sessao.pendentes());
    let enviado = sessao.enviar(operacao(comando));
    if enviado.is_err() {
        assert_eq!(sessao.relogio(), relogio, "what was not sent has no stamp");
        assert_eq!(sessao.pendentes(), pendentes, "what was not sent is not waited for");
    }
    visto.enviados.push(enviado.map(Carimbo::valor));
}

/// Takes every output, and what is to be sent.
fn avancar(sessao: &mut SessaoCliente, visto: &mut VistoCliente) {
    loop {
        let saida = sessao.proxima_saida();
        let repousa = match &saida {
            Ok(
                SaidaCliente::PedidoEnviado(_)
                | SaidaCliente::MensagemRecebida(_)
                | SaidaCliente::RespostaRecebida(_),
            ) => false,
            Ok(SaidaCliente::PrecisaDeDados { .. }) => {
                let acabou = matches!(visto.ultima, Some(Ok(SaidaCliente::Encerrada) | Err(_)));
                assert!(!acabou, "an end is for ever");
                true
            }
            Ok(SaidaCliente::Encerrada) => true,
            Err(erro) => {
                assert_eq!(sessao.falha(), Some(erro), "the failure it tells of");
                let outra = matches!(&visto.ultima, Some(Err(antes)) if antes != erro);
                assert!(!outra, "a failure is for ever");
                true
            }
        };
        if repousa {
            visto.ultima = Some(saida);
            break;
        }
        visto.saidas.extend(saida);
    }
    let mut bytes = Vec::new();
    sessao.retirar_saida(&mut bytes);
    visto.bytes.extend(bytes);
}

/// Checks what holds for every session, independently of the model.
fn conferir(visto: &VistoCliente) {
    let relogios = visto.saidas.iter().filter_map(SaidaCliente::relogio);
    assert!(relogios.is_sorted_by(|antes, depois| antes < depois), "the clock only grows");
    let linhas = visto.bytes.split_inclusive(|&byte| byte == b'\n');
    let pedidos: Vec<u64> = linhas
        .map(|linha| {
            let pedido = Pedido::decodificar(linha.strip_suffix(b"\n").expect("all end with LF"));
            pedido.expect("a request of the protocol").carimbo.valor()
        })
        .collect();
    let enviados: Vec<u64> = visto.enviados.iter().flatten().copied().collect();
    assert_eq!(pedidos, enviados, "each request that is sent says its stamp");
    assert!(enviados.is_sorted_by(|antes, depois| antes < depois), "stamps only grow");
    let respostas =
        visto.saidas.iter().filter(|saida| matches!(saida, SaidaCliente::RespostaRecebida(_)));
    assert!(respostas.count() + visto.pendentes <= enviados.len(), "a reply to nothing");
}
