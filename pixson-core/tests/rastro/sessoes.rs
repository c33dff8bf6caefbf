//! Traces of sessions of the core, in memory.

use pixson_core::banco::BancoMemoria;
use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista,
    Rastros, RedatorDoRastro, RegraQuebrada, RespostaVista, SemRastro, diagnosticar, montar,
};
use pixson_core::relogio::Recebimento;
use pixson_core::servico::Evento;
use pixson_core::sessao::{RespostaEscrita, SaidaCliente};
use pixson_core::{Carimbo, Ligacao, Operacao, Servico, SessaoCliente};

use crate::comum::{consulta, deposito, rg, saque, servico_com_duas, transferencia};

/// The trace of one process.
pub(crate) struct Tracado {
    redator: RedatorDoRastro,
    pub(crate) bytes: Vec<u8>,
    us: u64,
}

impl Tracado {
    pub(crate) fn novo(cabecalho: &CabecalhoDoRastro) -> Self {
        let mut bytes = Vec::new();
        let redator = RedatorDoRastro::novo(cabecalho, &mut bytes);
        Self { redator, bytes, us: 0 }
    }

    pub(crate) fn evento(&mut self, antes: u64, depois: u64, fato: Fato) {
        self.us += 10;
        let [antes, depois] = [antes, depois].map(|valor| Carimbo::novo(valor).expect("legal"));
        let evento = EventoDoRelogio { us: self.us, antes, depois, fato };
        self.redator.evento(&evento, &mut self.bytes);
    }

    pub(crate) fn fim(mut self) -> Vec<u8> {
        self.redator.perda(self.us, 0, &mut self.bytes);
        self.bytes
    }
}

/// A server in memory that traces itself.
pub(crate) struct ServidorTracado {
    servico: Servico<BancoMemoria>,
    pub(crate) tracado: Tracado,
}

/// A client in memory with one connection, that traces itself.
pub(crate) struct ClienteTracado {
    sessao: SessaoCliente,
    ligacao: Ligacao,
    conexao: ConexaoNumerada,
    pub(crate) tracado: Tracado,
}

impl ServidorTracado {
    pub(crate) fn novo() -> Self {
        let cabecalho = CabecalhoDoRastro::novo("servidor".parse().expect("legal"))
            .com_epoca(1)
            .com_comando("pixson-servidor --rastro servidor.jsonl");
        Self { servico: servico_com_duas(), tracado: Tracado::novo(&cabecalho) }
    }

    /// Receives and answers what has come in on a connection.
    fn atender(&mut self, ligacao: &mut Ligacao, conexao: ConexaoNumerada) {
        let Self { servico, tracado } = self;
        servico.avancar(ligacao, |evento| match evento {
            Evento::Recebida { recebimento, pedido } => {
                let Recebimento { carimbo, antes, depois } = recebimento;
                let conteudo = Conteudo::Pedido(pedido);
                let fato = Fato::Recebimento(MensagemVista { conexao, carimbo, conteudo });
                tracado.evento(antes.valor(), depois.valor(), fato);
            }
            Evento::Respondida(RespostaEscrita { carimbo, desfecho, responde }) => {
                let dito = Dito::Conhecido(desfecho);
                let conteudo = Conteudo::Resposta(RespostaVista { responde, rg: None, dito });
                let fato = Fato::Envio(MensagemVista { conexao, carimbo, conteudo });
                tracado.evento(carimbo.valor() - 1, carimbo.valor(), fato);
            }
            Evento::Executada { .. } | Evento::Recusada(_) => {}
        });
    }

    pub(crate) fn cliente(&self, nome: &str, numero: u64, porta: u16) -> ClienteTracado {
        ClienteTracado {
            sessao: SessaoCliente::default(),
            ligacao: self.servico.ligacao(),
            conexao: ConexaoNumerada { numero, porta: Some(porta) },
            tracado: Tracado::novo(&CabecalhoDoRastro::novo(nome.parse().expect("legal"))),
        }
    }
}

impl ClienteTracado {
    /// Sends a request to the server, which receives and answers it; the reply is on its way.
    pub(crate) fn pedir(&mut self, servidor: &mut ServidorTracado, operacao: Operacao) -> Vec<u8> {
        let antes = self.sessao.relogio().valor();
        let carimbo = self.sessao.enviar(operacao).expect("free");
        let pedido = Conteudo::Pedido(Some(operacao));
        let no_cliente = ConexaoNumerada { numero: 1, ..self.conexao };
        let mensagem = |conexao, conteudo| MensagemVista { conexao, carimbo, conteudo };
        let fato = Fato::Envio(mensagem(no_cliente, pedido.clone()));
        self.tracado.evento(antes, carimbo.valor(), fato);

        let mut bytes = Vec::new();
        self.sessao.retirar_saida(&mut bytes);
        self.ligacao.receber(&bytes);
        servidor.atender(&mut self.ligacao, self.conexao);
        let _ = servidor.servico.confirmar(&mut self.ligacao, &mut bytes);
        bytes
    }

    /// Receives the reply to the request that it sent.
    pub(crate) fn ouvir(&mut self, bytes: &[u8], pedido: Operacao) {
        let antes = self.sessao.relogio().valor();
        self.sessao.receber(bytes);
        let resposta = loop {
            if let SaidaCliente::RespostaRecebida(resposta) =
                self.sessao.proxima_saida().expect("one")
            {
                break resposta;
            }
        };
        let dito =
            Dito::novo(resposta.desfecho().is_some_and(|dito| dito.is_ok()), &resposta.texto());
        let conexao = ConexaoNumerada { numero: 1, ..self.conexao };
        let rg = Some(pedido.titular());
        let responde = Carimbo::novo(antes);
        let conteudo = Conteudo::Resposta(RespostaVista { responde, rg, dito });
        let fato =
            Fato::Recebimento(MensagemVista { conexao, carimbo: resposta.carimbo(), conteudo });
        self.tracado.evento(antes, self.sessao.relogio().valor(), fato);
    }

    pub(crate) fn fazer(&mut self, servidor: &mut ServidorTracado, operacao: Operacao) {
        let bytes = self.pedir(servidor, operacao);
        self.ouvir(&bytes, operacao);
    }
}

/// The founding session of the protocol: the traces of its server and of its client.
pub(crate) fn sessao_fundadora() -> [Vec<u8>; 2] {
    let mut servidor = ServidorTracado::novo();
    let mut cliente = servidor.cliente("ana", 1, 40_112);
    for operacao in [
        Operacao::Login { rg: rg("1111111111") },
        consulta("1111111111"),
        saque("1111111111", "8.5"),
        deposito("1111111111", "5.0"),
        transferencia("1111111111", "2222222222", "5.5"),
    ] {
        cliente.fazer(&mut servidor, operacao);
    }
    [servidor.tracado.fim(), cliente.tracado.fim()]
}

/// Two clients want the last money at once; the second one has no trace.
pub(crate) fn ultimo_dinheiro() -> Vec<Vec<u8>> {
    let mut servidor = ServidorTracado::novo();
    let (mut ana, mut ivo) =
        (servidor.cliente("ana", 1, 40_112), servidor.cliente("ivo", 2, 40_113));
    let login = Operacao::Login { rg: rg("1111111111") };
    ana.fazer(&mut servidor, login);
    ivo.fazer(&mut servidor, login);
    let ultimo = saque("1111111111", "10.0");
    let da_ana = ana.pedir(&mut servidor, ultimo);
    let do_ivo = ivo.pedir(&mut servidor, ultimo);
    ivo.ouvir(&do_ivo, ultimo);
    ana.ouvir(&da_ana, ultimo);
    vec![servidor.tracado.fim(), ana.tracado.fim()]
}

#[test]
fn the_founding_session_has_the_clocks_that_the_protocol_says() {
    let mut rastros = Rastros::default();
    for bytes in sessao_fundadora() {
        rastros.arquivo(&bytes).expect("a trace");
    }
    let grafo = montar(rastros);
    let valores = |processo: usize| -> Vec<u64> {
        let nos = grafo.processos()[processo].nos.clone();
        nos.map(|no| grafo.nos()[no].evento.depois.valor()).collect()
    };
    assert_eq!(valores(0), [2, 3, 6, 7, 10, 11, 14, 15, 18, 19]);
    assert_eq!(valores(1), [1, 4, 5, 8, 9, 12, 13, 16, 17, 20]);
    assert_eq!(diagnosticar(&grafo, SemRastro::UmPorVez), []);
    assert_eq!(grafo.avisos(), []);
}

#[test]
fn sessions_of_the_core_break_no_rule_with_and_without_the_trace_of_a_client() {
    let mut rastros = Rastros::default();
    for bytes in ultimo_dinheiro() {
        rastros.arquivo(&bytes).expect("a trace");
    }
    let grafo = montar(rastros);
    assert_eq!(diagnosticar(&grafo, SemRastro::UmPorVez), []);
    assert_eq!(grafo.processos().len(), 3);
}

/// Clients as students write them at first, against the real session of a server.
#[test]
fn a_client_that_never_merges_is_told_from_its_stamps_what_its_clock_should_have_been() {
    let mut servidor = ServidorTracado::novo();
    let conexao = ConexaoNumerada { numero: 1, porta: None };
    let mut ligacao = servidor.servico.ligacao();
    for (carimbo, operacao) in [
        (1, Operacao::Login { rg: rg("1111111111") }),
        (2, consulta("1111111111")),
        (3, consulta("1111111111")),
    ] {
        let carimbo = Carimbo::novo(carimbo).expect("legal");
        let mut pedido = Vec::new();
        pixson_core::Pedido { carimbo, operacao }.codificar(&mut pedido);
        pedido.push(b'\n');
        ligacao.receber(&pedido);
        servidor.atender(&mut ligacao, conexao);
    }
    let mut rastros = Rastros::default();
    rastros.arquivo(&servidor.tracado.fim()).expect("a trace");
    let grafo = montar(rastros);
    let infracoes = diagnosticar(&grafo, SemRastro::UmPorVez);
    let [infracao] = infracoes[..] else { panic!("{infracoes:?}") };
    assert_eq!((infracao.regra, infracao.outras), (RegraQuebrada::NaoFunde, 1));
    assert_eq!(
        infracao.frase(&grafo),
        "conexão 1, carimbo 2, envio: o pedido leva o carimbo 2 depois da resposta 3: não funde o \
         carimbo recebido, e devia ser 5 ou mais (e em mais 1 evento)."
    );
}
