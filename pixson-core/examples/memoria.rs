//! Both sides of a connection in one thread: no socket, no timer, only values.
//!
//! This is how a test drives a whole conversation, message by message.
#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use pixson_core::banco::BancoMemoria;
use pixson_core::servico::Passo;
use pixson_core::sessao::SaidaCliente;
use pixson_core::{Ligacao, Operacao, Resposta, Saldo, Servico, SessaoCliente};

/// The two machines of one connection, and the bank behind the server's.
struct Conversa {
    cliente: SessaoCliente,
    servidor: Ligacao,
    servico: Servico<BancoMemoria>,
}

impl Conversa {
    /// Nothing was said yet, and both clocks stand at 0.
    fn nova(servico: Servico<BancoMemoria>) -> Self {
        Self { cliente: SessaoCliente::default(), servidor: servico.ligacao(), servico }
    }

    /// Sends a request of the client, and goes on until its answer is there.
    fn pedir(&mut self, operacao: Operacao) -> Result<Resposta, Box<dyn Error>> {
        self.cliente.enviar(operacao)?;
        loop {
            let saida = self.cliente.proxima_saida()?;
            if let Some(relogio) = saida.relogio() {
                println!("cliente:  {relogio}");
            }
            match saida {
                SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                SaidaCliente::RespostaRecebida(resposta) => return Ok(resposta),
                SaidaCliente::PrecisaDeDados { .. } => self.transportar(),
                SaidaCliente::Encerrada => return Err("o servidor encerrou a conexão".into()),
            }
        }
    }

    /// Does the work of a network: carries the client's bytes over, and the server's back.
    fn transportar(&mut self) {
        let mut bytes = Vec::new();
        self.cliente.retirar_saida(&mut bytes);
        print!("          C: {}", String::from_utf8_lossy(&bytes));

        self.servidor.receber(&bytes);
        self.servico.avancar(&mut self.servidor, |evento| {
            if let Some(relogio) = evento.relogio() {
                println!("servidor: {relogio}");
            }
        });

        let passo = self.servico.confirmar(&mut self.servidor, &mut bytes);
        assert_eq!(passo, Passo::Ler { acordar_apos: None }, "every message was whole");
        print!("          S: {}", String::from_utf8_lossy(&bytes));
        self.cliente.receber(&bytes);
    }
}

/// Ana withdraws 2.5, sends 3.5 to Bruno, and cannot withdraw what she no longer has.
pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let (ana, bruno) = ("1111111111".parse()?, "2222222222".parse()?);
    let contas = [(ana, Saldo::de_centavos(1000)?), (bruno, Saldo::ZERO)];
    let mut conversa = Conversa::nova(Servico::novo(BancoMemoria::com_contas(contas)));

    let transferencia =
        Operacao::Transferencia { rg_origem: ana, rg_destino: bruno, valor: "3.5".parse()? };
    let roteiro = [
        (Operacao::Login { rg: ana }, "Login realizado com sucesso"),
        (Operacao::Saldo { rg: ana }, "Saldo: 10.0"),
        (Operacao::Saque { rg: ana, valor: "2.5".parse()? }, "Saque realizado com sucesso"),
        (transferencia, "Transferência realizada com sucesso"),
        (Operacao::Saque { rg: ana, valor: "4.01".parse()? }, "Saldo insuficiente"),
        (Operacao::Saldo { rg: ana }, "Saldo: 4.0"),
    ];
    for (operacao, texto) in roteiro {
        assert_eq!(conversa.pedir(operacao)?.texto(), texto);
    }

    let saldos = conversa.servico.banco().saldos();
    assert_eq!(saldos[&ana], Saldo::de_centavos(400)?);
    assert_eq!(saldos[&bruno], Saldo::de_centavos(350)?);
    // A request and its reply are four instants: sent, received, answered, received.
    assert_eq!(conversa.cliente.relogio().valor(), 6 * 4);
    assert_eq!(conversa.servico.relogio().agora().valor(), 6 * 4 - 1);
    Ok(())
}
