//! Runs that are made up, of any size.

use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista,
    RedatorDoRastro, RespostaVista,
};
use pixson_core::relogio::Recebimento;
use pixson_core::tipos::Sucesso;
use pixson_core::{Carimbo, Operacao, Relogio, Saldo};

/// A process of a run that is made up.
struct Tracado {
    redator: RedatorDoRastro,
    relogio: Relogio,
    bytes: Vec<u8>,
}

impl Tracado {
    fn novo(nome: &str, epoca: Option<u64>) -> Self {
        let cabecalho = CabecalhoDoRastro::novo(nome.parse().expect("a name"));
        let cabecalho = match epoca {
            Some(epoca) => cabecalho.com_epoca(epoca),
            None => cabecalho,
        };
        let mut bytes = Vec::new();
        let redator = RedatorDoRastro::novo(&cabecalho, &mut bytes);
        Self { redator, relogio: Relogio::novo(), bytes }
    }

    fn envia(&mut self, us: u64, conexao: ConexaoNumerada, conteudo: Conteudo) -> Carimbo {
        let antes = self.relogio.agora();
        let carimbo = self.relogio.tique().expect("far from the end");
        let fato = Fato::Envio(MensagemVista { conexao, carimbo, conteudo });
        let evento = EventoDoRelogio { us, antes, depois: carimbo, fato };
        self.redator.evento(&evento, &mut self.bytes);
        carimbo
    }

    fn recebe(&mut self, us: u64, conexao: ConexaoNumerada, carimbo: Carimbo, conteudo: Conteudo) {
        let Recebimento { antes, depois, .. } = self.relogio.receber(carimbo);
        let fato = Fato::Recebimento(MensagemVista { conexao, carimbo, conteudo });
        self.redator.evento(&EventoDoRelogio { us, antes, depois, fato }, &mut self.bytes);
    }
}

/// A run of one server and so many clients that each ask for a balance in turns.
pub(crate) fn muitos(clientes: u16, pedidos: u16) -> String {
    let mut servidor = Tracado::novo("s", Some(1));
    let nomes = (0..clientes).map(|cliente| format!("c{cliente}"));
    let mut deles: Vec<Tracado> = nomes.map(|nome| Tracado::novo(&nome, None)).collect();
    for vez in 0..pedidos {
        let (cliente, us) = (vez % clientes, vez.into());
        let ponta = |numero| ConexaoNumerada { numero, porta: Some(10_000 + cliente) };
        let (dele, do_servidor) = (ponta(1), ponta(u64::from(cliente) + 1));
        let tracado = &mut deles[usize::from(cliente)];
        let rg = cliente.to_string().parse().expect("an RG");
        let pedido = Conteudo::Pedido(Some(Operacao::Saldo { rg }));
        let responde = tracado.envia(us, dele, pedido.clone());
        servidor.recebe(us, do_servidor, responde, pedido);
        let dito = Dito::Conhecido(Ok(Sucesso::Saldo(Saldo::ZERO)));
        let resposta = RespostaVista { responde: Some(responde), rg: Some(rg), dito };
        let resposta = Conteudo::Resposta(resposta);
        let carimbo = servidor.envia(us, do_servidor, resposta.clone());
        tracado.recebe(us, dele, carimbo, resposta);
    }
    let todos = [servidor].into_iter().chain(deles).flat_map(|tracado| tracado.bytes);
    String::from_utf8(todos.collect()).expect("lines of ASCII")
}
