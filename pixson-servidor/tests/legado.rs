//! A peer of the original program, written from the protocol: one `send` a message with no
//! terminator, one `recv(1024)` a reply.

mod comum;

use std::net::Shutdown;

use comum::banca::Banca;
use comum::duas_contas;

fn servidor() -> Banca {
    Banca::abrir(duas_contas())
}

#[test]
fn a_whole_session_of_an_original_client() {
    let mut servidor = servidor();
    let mut cliente = servidor.conectar();
    for (pedido, resposta) in [
        ("t:1|op:6|rg:1111111111", "t:3|s:0|resposta:Login realizado com sucesso"),
        ("t:5|op:1|rg:1111111111", "t:7|s:0|resposta:Saldo: 10.0"),
        ("t:9|op:2|rg:1111111111|valor:8.5", "t:11|s:0|resposta:Saque realizado com sucesso"),
        ("t:13|op:3|rg:1111111111|valor:14.0", "t:15|s:0|resposta:Depósito realizado com sucesso"),
        (
            "t:17|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:5.5",
            "t:19|s:0|resposta:Transferência realizada com sucesso",
        ),
        ("t:21|op:2|rg:1111111111|valor:-5.0", "t:23|s:1|resposta:Valor inválido"),
        ("t:25|op:2|rg:1111111111|valor:nan", "t:27|s:1|resposta:Valor inválido"),
    ] {
        cliente.enviar(pedido.as_bytes());
        assert_eq!(cliente.recv(), resposta);
    }
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with(r#""saldo": 10.0}"#));
    assert!(servidor.arquivo("2222222222").ends_with(r#""saldo": 15.5}"#));
}

#[test]
fn a_message_that_arrives_in_pieces_is_answered_once_it_is_whole() {
    let servidor = servidor();
    let mut cliente = servidor.conectar();
    // The pieces may arrive together or apart, at the network's will: no piece but the last
    // makes a whole message.
    for pedaco in ["t:1|", "op:6|r", "g:", "1111111111"] {
        cliente.enviar(pedaco.as_bytes());
    }
    assert_eq!(cliente.recv(), "t:3|s:0|resposta:Login realizado com sucesso");
}

#[test]
fn a_part_of_a_message_is_not_executed_when_the_peer_goes() {
    let mut servidor = servidor();
    let mut cliente = servidor.conectar();
    cliente.enviar(b"t:1|op:6|rg:1111111111");
    assert_eq!(cliente.recv(), "t:3|s:0|resposta:Login realizado com sucesso");
    cliente.enviar(b"t:5|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:");
    cliente.fluxo().shutdown(Shutdown::Write).expect("connected");
    assert_eq!(cliente.resto(), "");
    servidor.parar();
    assert!(servidor.arquivo("1111111111").ends_with(r#""saldo": 10.0}"#));
}

#[test]
fn one_trailing_lf_is_a_terminator_to_a_legacy_connection_too() {
    let servidor = servidor();
    let mut cliente = servidor.conectar();
    cliente.enviar(b"t:1|op:6|rg:1111111111");
    assert_eq!(cliente.recv(), "t:3|s:0|resposta:Login realizado com sucesso");
    cliente.enviar(b"t:5|op:1|rg:1111111111\n");
    assert_eq!(cliente.recv(), "t:7|s:0|resposta:Saldo: 10.0");
}

#[test]
fn framed_and_legacy_clients_are_served_side_by_side() {
    let servidor = servidor();
    let mut legado = servidor.conectar();
    let mut enquadrado = servidor.conectar();
    legado.enviar(b"t:1|op:6|rg:1111111111");
    assert!(legado.recv().ends_with("Login realizado com sucesso"));
    assert!(enquadrado.pedir("t:1|op:6|rg:2222222222").ends_with("Login realizado com sucesso"));
    legado.enviar(b"t:9|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:2.5");
    assert!(legado.recv().ends_with("Transferência realizada com sucesso"));
    assert!(enquadrado.pedir("t:9|op:1|rg:2222222222").ends_with("|s:0|resposta:Saldo: 12.5"));
}
