//! Known answers: for each message its bytes, its value, and the bytes that it re-encodes to.

mod comum;
#[path = "mensagens/recusadas.rs"]
mod recusadas;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pixson_core::protocolo::{ErroPedido, ErroResposta, ErroTexto, MENSAGEM_MAX_BYTES, Situacao};
use pixson_core::sessao::SaidaCliente;
use pixson_core::tipos::Culpa;
use pixson_core::{
    Carimbo, Operacao, Pedido, Recusa, Relogio, Resposta, SessaoCliente, SessaoServidor, Sucesso,
};

use comum::{Alimentacao, rg, saldo, valor};

fn carimbo(valor: u64) -> Carimbo {
    Carimbo::novo(valor).expect("legal stamp")
}

/// Bytes, stamp, operation, canonical bytes if they differ.
fn pedidos() -> Vec<(&'static str, u64, Operacao, Option<&'static str>)> {
    let transferencia = |origem, destino, quanto| Operacao::Transferencia {
        rg_origem: rg(origem),
        rg_destino: rg(destino),
        valor: valor(quanto),
    };
    let saque = |conta, quanto| Operacao::Saque { rg: rg(conta), valor: valor(quanto) };
    let deposito = |conta, quanto| Operacao::Deposito { rg: rg(conta), valor: valor(quanto) };
    vec![
        ("t:1|op:6|rg:1111111111", 1, Operacao::Login { rg: rg("1111111111") }, None),
        ("t:0|op:6|rg:0", 0, Operacao::Login { rg: rg("0") }, None),
        ("t:5|op:1|rg:0000000000", 5, Operacao::Saldo { rg: rg("0000000000") }, None),
        ("t:9|op:2|rg:1111111111|valor:8.5", 9, saque("1111111111", "8.5"), None),
        ("t:9|op:2|rg:1|valor:8.50", 9, saque("1", "8.5"), Some("t:9|op:2|rg:1|valor:8.5")),
        ("t:2|op:2|rg:1|valor:0.01", 2, saque("1", "0.01"), None),
        ("t:13|op:3|rg:1|valor:14", 13, deposito("1", "14"), Some("t:13|op:3|rg:1|valor:14.0")),
        ("t:13|op:3|rg:1|valor:14.00", 13, deposito("1", "14"), Some("t:13|op:3|rg:1|valor:14.0")),
        ("t:13|op:3|rg:1|valor:9999999999999.99", 13, deposito("1", "9999999999999.99"), None),
        (
            "t:10|op:4|rg_origem:1111111111|rg_destino:987654321|valor:10.5",
            10,
            transferencia("1111111111", "987654321", "10.5"),
            None,
        ),
        (
            "t:4611686018427387903|op:4|rg_origem:1|rg_destino:1|valor:0.1",
            (1 << 62) - 1,
            transferencia("1", "1", "0.1"),
            None,
        ),
    ]
}

#[test]
fn each_request_has_its_bytes_and_its_value() {
    for (bytes, tempo, operacao, canonico) in pedidos() {
        let pedido = Pedido { carimbo: carimbo(tempo), operacao };
        assert_eq!(Pedido::decodificar(bytes.as_bytes()), Ok(pedido), "{bytes}");
        assert_eq!(pedido.to_string(), canonico.unwrap_or(bytes));
        assert_eq!(Pedido::decodificar(pedido.to_string().as_bytes()), Ok(pedido), "{bytes}");
    }
}

#[test]
fn each_request_is_the_same_however_it_arrives() {
    for (bytes, _, operacao, _) in pedidos().into_iter().filter(|(_, tempo, ..)| *tempo < 1 << 32) {
        let entrada = format!("t:0|op:6|rg:{}\n{bytes}\nt:99|op:", operacao.titular());
        for alimentacao in Alimentacao::todas(entrada.len()) {
            let relogio = Relogio::novo();
            let mut sessao = SessaoServidor::default();
            let mut recebidos = Vec::new();
            for pedaco in alimentacao.pedacos(entrada.as_bytes()) {
                sessao.receber(pedaco);
                loop {
                    use pixson_core::sessao::SaidaServidor as Saida;
                    match sessao.proxima_saida(&relogio) {
                        Saida::PedidoRecebido(pedido) => {
                            recebidos.push(pedido);
                            let carimbo = relogio.tique().expect("far from the end");
                            let resposta = sessao.responder(carimbo, Ok(Sucesso::Login), &relogio);
                            assert_eq!(resposta, Ok(()));
                        }
                        Saida::PrecisaDeDados { .. } => break,
                        Saida::MensagemRecebida(_) | Saida::RespostaEscrita(_) => {}
                        outra => panic!("{bytes}: {outra:?}"),
                    }
                }
            }
            let login = Operacao::Login { rg: operacao.titular() };
            assert_eq!(recebidos, [login, operacao], "{alimentacao:?}");
        }
    }
}

/// Bytes, stamp, typed meaning (`None` for a text that the protocol does not know).
type LinhaDeResposta = (String, u64, Situacao, Option<Result<Sucesso, Recusa>>);

fn respostas() -> Vec<LinhaDeResposta> {
    let sucessos = [
        ("Login realizado com sucesso", Sucesso::Login),
        ("Saldo: 10.0", Sucesso::Saldo(saldo("10.0"))),
        ("Saldo: 0.0", Sucesso::Saldo(saldo("0"))),
        ("Saldo: 9999999999999.99", Sucesso::Saldo(saldo("9999999999999.99"))),
        ("Saque realizado com sucesso", Sucesso::Saque),
        ("Depósito realizado com sucesso", Sucesso::Deposito),
        ("Transferência realizada com sucesso", Sucesso::Transferencia),
    ];
    let recusas = [
        ("Login necessário", Recusa::LoginNecessario),
        ("Operação não autorizada", Recusa::OperacaoNaoAutorizada),
        ("Valor inválido", Recusa::ValorInvalido),
        ("Cliente não encontrado", Recusa::ClienteNaoEncontrado),
        ("Não é possível transferir para a mesma conta", Recusa::MesmaConta),
        ("Conta de origem não encontrada", Recusa::OrigemNaoEncontrada),
        ("Conta de destino não encontrada", Recusa::DestinoNaoEncontrado),
        ("Saldo insuficiente", Recusa::SaldoInsuficiente),
        ("Saldo acima do limite", Recusa::SaldoAcimaDoLimite),
        ("Conta ilegível", Recusa::ContaIlegivel),
        ("Servidor indisponível", Recusa::ServidorIndisponivel),
        ("Servidor lotado", Recusa::ServidorLotado),
        ("Operação inválida", Recusa::OperacaoInvalida),
        ("Mensagem inválida", Recusa::MensagemInvalida),
        ("Carimbo inválido", Recusa::CarimboInvalido),
        ("Mensagem longa demais", Recusa::MensagemLongaDemais),
    ];
    assert_eq!(recusas.map(|(_, recusa)| recusa), Recusa::TODAS, "the table is whole");
    let livres = [
        (Situacao::Sucesso, ""),
        (Situacao::Sucesso, "Saldo: 10.00"),
        (Situacao::Sucesso, "Saldo: 10349.899999999081"),
        (Situacao::Sucesso, "Saldo insuficiente"),
        (Situacao::Erro, "Login realizado com sucesso"),
        (Situacao::Erro, "Operaçao inválida"),
        (Situacao::Erro, "a|b:c t:1|s:0|resposta:"),
        (Situacao::Sucesso, "\u{1f4b0} ok"),
    ];
    let mut tabela = Vec::new();
    for (texto, sucesso) in sucessos {
        tabela.push((format!("t:3|s:0|resposta:{texto}"), 3, Situacao::Sucesso, Some(Ok(sucesso))));
    }
    for (texto, recusa) in recusas {
        tabela.push((format!("t:3|s:1|resposta:{texto}"), 3, Situacao::Erro, Some(Err(recusa))));
    }
    for (situacao, texto) in livres {
        let s = u8::from(situacao == Situacao::Erro);
        tabela.push((format!("t:3|s:{s}|resposta:{texto}"), 3, situacao, None));
    }
    tabela
}

#[test]
fn each_reply_has_its_bytes_and_its_value() {
    for (bytes, tempo, situacao, desfecho) in respostas() {
        let resposta = Resposta::decodificar(bytes.as_bytes()).expect("a legal reply");
        assert_eq!(resposta.carimbo(), carimbo(tempo));
        assert_eq!(resposta.situacao(), situacao, "{bytes}");
        assert_eq!(resposta.desfecho(), desfecho, "{bytes}");
        assert_eq!(resposta.to_string(), bytes);
        let texto = bytes.split_once("resposta:").expect("the field").1;
        assert_eq!(resposta.texto(), texto);
        assert_eq!(Resposta::com_texto(carimbo(tempo), situacao, texto), Ok(resposta.clone()));
        if let Some(desfecho) = desfecho {
            assert_eq!(Resposta::nova(carimbo(tempo), desfecho), resposta);
        }
    }
}

/// The messages in the corpus of a fuzz target.
#[expect(clippy::disallowed_methods, reason = "the test reads the corpora")]
fn corpus(alvo: &str) -> BTreeSet<Vec<u8>> {
    let pasta = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(alvo);
    let itens = fs::read_dir(&pasta).unwrap_or_else(|erro| panic!("{}: {erro}", pasta.display()));
    itens.map(|item| fs::read(item.expect("readable").path()).expect("readable")).collect()
}

#[test]
fn fuzzing_starts_from_every_known_answer() {
    let (de_pedidos, de_respostas) = (corpus("pedido"), corpus("resposta"));
    for (bytes, ..) in pedidos() {
        assert!(de_pedidos.contains(bytes.as_bytes()), "{bytes}");
    }
    for (bytes, ..) in respostas() {
        assert!(de_respostas.contains(bytes.as_bytes()), "{bytes}");
    }
}

#[test]
fn each_reply_is_the_same_however_it_arrives() {
    for (bytes, ..) in respostas() {
        let entrada = format!("{bytes}\nt:9|s:");
        for alimentacao in Alimentacao::todas(entrada.len()) {
            let mut sessao = SessaoCliente::default();
            sessao.enviar(Operacao::Login { rg: rg("1") }).expect("nothing is pending");
            let mut recebidas = Vec::new();
            for pedaco in alimentacao.pedacos(entrada.as_bytes()) {
                sessao.receber(pedaco);
                loop {
                    match sessao.proxima_saida().expect("a legal reply") {
                        SaidaCliente::RespostaRecebida(resposta) => recebidas.push(resposta),
                        SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                        SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada => break,
                    }
                }
            }
            let esperada = Resposta::decodificar(bytes.as_bytes()).expect("a legal reply");
            assert_eq!(recebidas, [esperada], "{alimentacao:?}");
        }
    }
}
