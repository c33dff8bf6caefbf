//! The whole system in one thread, from one seed: client machines, a network that cuts and loses
//! bytes, server sessions, the service, and the JSON bank on a disk that fails and forgets.
#![cfg(feature = "json")]

mod comum;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use pixson_core::banco::{Abertura, BancoJson, Conta, Feito, Gestao};
use pixson_core::servico::Passo;
use pixson_core::sessao::{ConfiguracaoCliente, SaidaCliente};
use pixson_core::{Banco, Carimbo, Operacao, Recusa, Relogio, Rg, Saldo, Servico, SessaoCliente};
use pixson_oraculos::juiz::{Copia, Gerida, Historia, Ouvida, PEQUENA};
use pixson_oraculos::juiz::{julgar_copia, julgar_vida};
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar, Sorteio};

use comum::sementes::{sementes, so_uma};
use comum::tamanho::tamanho;
use comum::{avancar, rg, saldo, valor};

const CLIENTES: usize = 3;
const PASSOS: usize = 400;

/// The accounts of the clients, and one that the administration may open. Names have any length, and
/// two of them differ in their zeros only.
const CONTAS: [&str; 4] = ["1", "0000000001", "9876543210", "20"];

/// Others that it may open.
const NOVAS: [&str; 2] = ["020", "5555555555"];

/// A client, and its connection if it has one. Its clock outlives them.
struct Cliente {
    rg: Rg,
    relogio: Arc<Relogio>,
    /// The stamp of its last request, on whatever connection.
    ultimo: Option<Carimbo>,
    ponte: Option<Ponte>,
}

/// Both machines of a connection, and what is on its way between them.
struct Ponte {
    epoca: u64,
    cliente: SessaoCliente,
    servidor: pixson_core::Ligacao,
    ida: Vec<u8>,
    volta: Vec<u8>,
    /// Sent and not answered.
    pendentes: VecDeque<Operacao>,
    /// The server has closed: what is on its way back is all there is.
    fechada: bool,
}

struct Mundo {
    sorteio: Sorteio,
    disco: DiscoModelo,
    servico: Option<Servico<BancoJson<DiscoModelo>>>,
    clientes: Vec<Cliente>,
    historia: Historia,
    /// Somebody copies the directory, file by file: what is still to be copied, and the copy.
    copia: Option<(Vec<String>, DiscoModelo)>,
    /// What became of the copies that were whole.
    copias: BTreeMap<Copia, usize>,
}

fn iniciais() -> BTreeMap<Rg, Saldo> {
    CONTAS[..CLIENTES].iter().map(|conta| (rg(conta), saldo("10.0"))).collect()
}

impl Mundo {
    fn novo(semente: u64) -> Self {
        let disco = DiscoModelo::com_contas(&iniciais());
        let clientes = (0..CLIENTES)
            .map(|numero| Cliente {
                rg: rg(CONTAS[numero]),
                relogio: Arc::default(),
                ultimo: None,
                ponte: None,
            })
            .collect();
        let sorteio = Sorteio::novo(semente);
        Self {
            sorteio,
            disco,
            servico: None,
            clientes,
            historia: Historia::default(),
            copia: None,
            copias: BTreeMap::new(),
        }
    }

    fn passo(&mut self) {
        if self.servico.as_ref().is_none_or(|servico| servico.banco().falhou()) {
            self.reiniciar();
            return;
        }
        let quem = self.sorteio.ate(CLIENTES);
        if self.sorteio.um_em(6) {
            self.copiar();
        }
        match self.sorteio.ate(100) {
            0..31 => self.enviar(quem),
            31 => {
                let arquivo = format!("{}.json", self.sorteio.escolher(&["1", "2", "3", "4"]));
                self.disco.prender(&arquivo, self.sorteio.um_em(2));
            }
            32..61 => self.levar(quem),
            61..93 => self.trazer(quem),
            93 => self.gerir(),
            94..96 => {
                if let Some(servico) = &self.servico {
                    let _ = servico.banco().publicar();
                }
            }
            96 => self.perder(quem),
            97 => self.reiniciar(),
            _ => {
                let chamada = self.sorteio.ate(60);
                let especie = self.sorteio.escolher(&ModoDeFalhar::TODAS);
                let para_sempre = self.sorteio.um_em(2);
                self.disco.programar(Some(FalhaDoDisco { chamada, especie, para_sempre }));
            }
        }
    }

    /// Whoever embeds the bank opens accounts, or sets a balance, while it is served.
    fn gerir(&mut self) {
        let Some(servico) = &self.servico else { return };
        let (banco, relogio) = (servico.banco(), servico.relogio());
        let rgs = self.sorteio.escolher(&[&CONTAS[3..4], &NOVAS, &[CONTAS[3], NOVAS[0]]]);
        let quanto = saldo(self.sorteio.escolher(&["0.0", "0.5", "3.0"]));
        let feito = if self.sorteio.um_em(2) {
            let conta = |numero: &&str| {
                let nome = format!("N{numero}").parse().expect("legal name");
                Conta { rg: rg(numero), nome, saldo: quanto }
            };
            let abertura = Abertura::nova(rgs.iter().map(conta).collect()).expect("new accounts");
            let aberta = banco.abrir_contas(&abertura, relogio);
            aberta.ok().map(|gestao| (Feito::Abertura(abertura), gestao))
        } else {
            let ajustada = banco.ajustar(rg(rgs[0]), quanto, relogio).ok();
            let mudada = ajustada.filter(|(movimento, _)| movimento.antes != movimento.depois);
            mudada.map(|(movimento, gestao)| (Feito::Ajuste(movimento), gestao))
        };
        if let Some((feito, Gestao { carimbo, recibo })) = feito {
            let (epoca, confirmada) = (banco.epoca(), banco.confirmar(recibo).is_ok());
            self.historia.geridas.push(Gerida { epoca, carimbo, feito, confirmada });
        }
    }

    /// One file is copied, of those that were there when the copy was begun. A whole copy is right, or
    /// refused.
    fn copiar(&mut self) {
        let (nomes, copia) =
            self.copia.get_or_insert_with(|| (self.disco.nomes(), DiscoModelo::default()));
        if !nomes.is_empty() {
            let nome = nomes.swap_remove(self.sorteio.ate(nomes.len()));
            self.disco.copiar(&nome, copia);
        } else if let Some((_, copia)) = self.copia.take() {
            let veredito = julgar_copia(&copia, copia.clone());
            *self.copias.entry(veredito.expect("a copy")).or_default() += 1;
        }
    }

    /// The server is killed, or the power fails; it starts again, if its disk lets it.
    fn reiniciar(&mut self) {
        self.copia = None;
        (0..CLIENTES).for_each(|quem| self.perder(quem));
        self.servico = None;
        let mut corte = match self.sorteio.ate(3) {
            0 => Corte::Tudo,
            1 => Corte::Nada,
            _ => Corte::Sorteado(self.sorteio.clone()),
        };
        self.disco = self.disco.depois_de(&mut corte);
        let chamada = self.sorteio.ate(60);
        let quebrado = self.sorteio.um_em(4);
        let falha = FalhaDoDisco { chamada, especie: ModoDeFalhar::Eio, para_sempre: true };
        self.disco.programar(quebrado.then_some(falha));
        let abrir = || BancoJson::abrir_em(self.disco.clone(), PEQUENA).map(|(banco, _)| banco);
        // A start may fail after the bank was opened, and takes no number.
        let antes =
            self.sorteio.um_em(4).then(|| abrir().ok().map(|banco| banco.epoca())).flatten();
        let aberto = abrir();
        if let (Some(antes), Ok(banco)) = (antes, &aberto) {
            assert_eq!(banco.epoca(), antes, "a start that failed took a number");
        }
        self.servico = aberto.ok().map(Servico::novo);
    }

    /// A client asks for something, on a new connection if it has none.
    fn enviar(&mut self, quem: usize) {
        let Some(servico) = &self.servico else { return };
        let Cliente { rg, relogio, ultimo, ponte } = &mut self.clientes[quem];
        let (rg, primeira) = (*rg, ponte.is_none());
        let ponte = ponte.get_or_insert_with(|| {
            let pendentes_max = NonZeroUsize::MIN.saturating_add(self.sorteio.ate(4));
            let configuracao = ConfiguracaoCliente { pendentes_max, ..Default::default() };
            Ponte {
                epoca: servico.banco().epoca(),
                cliente: SessaoCliente::com_relogio(configuracao, Arc::clone(relogio)),
                servidor: servico.ligacao(),
                ida: Vec::new(),
                volta: Vec::new(),
                pendentes: VecDeque::new(),
                fechada: false,
            }
        });
        let operacao =
            if primeira { Operacao::Login { rg } } else { operacao(rg, &mut self.sorteio) };
        if let Ok(carimbo) = ponte.cliente.enviar(operacao) {
            assert!(*ultimo < Some(carimbo), "{carimbo} after {ultimo:?}");
            *ultimo = Some(carimbo);
            ponte.pendentes.push_back(operacao);
            let mut bytes = Vec::new();
            ponte.cliente.retirar_saida(&mut bytes);
            ponte.ida.extend(bytes);
        }
    }

    /// Some bytes reach the server, which does what it can with them.
    fn levar(&mut self, quem: usize) {
        let (Some(servico), Some(ponte)) = (&self.servico, &mut self.clientes[quem].ponte) else {
            return;
        };
        let quantos = self.sorteio.ate(ponte.ida.len() + 1);
        let chegam: Vec<u8> = ponte.ida.drain(..quantos).collect();
        // The second half comes while the first is served, if there is something to wait for.
        let (agora, depois) = chegam.split_at(quantos / 2);
        ponte.servidor.receber(agora);
        servico.avancar(&mut ponte.servidor, |_| {});
        let adiantado = ponte.servidor.pode_adiantar();
        if adiantado {
            ponte.servidor.receber(depois);
            servico.avancar(&mut ponte.servidor, |_| {});
        }
        let mut bytes = Vec::new();
        let _ = servico.confirmar(&mut ponte.servidor, &mut bytes);
        ponte.volta.extend(bytes);
        ponte.servidor.receber(if adiantado { &[] } else { depois });
        let (bytes, passo) = avancar(servico, &mut ponte.servidor);
        ponte.volta.extend(bytes);
        ponte.fechada |= matches!(passo, Passo::Encerrar(_));
    }

    /// Some bytes reach the client.
    fn trazer(&mut self, quem: usize) {
        let Some(ponte) = &mut self.clientes[quem].ponte else { return };
        let quantos = self.sorteio.ate(ponte.volta.len() + 1);
        let chegam: Vec<u8> = ponte.volta.drain(..quantos).collect();
        ponte.cliente.receber(&chegam);
        loop {
            match ponte.cliente.proxima_saida().expect("our server speaks the protocol") {
                SaidaCliente::PedidoEnviado(_) | SaidaCliente::MensagemRecebida(_) => {}
                SaidaCliente::PrecisaDeDados { .. } | SaidaCliente::Encerrada => break,
                SaidaCliente::RespostaRecebida(resposta) => {
                    let operacao = ponte.pendentes.pop_front().expect("one reply a request");
                    let desfecho = resposta.desfecho().expect("our server's texts are known");
                    let (epoca, carimbo) = (ponte.epoca, resposta.carimbo());
                    match desfecho {
                        Err(Recusa::ServidorIndisponivel) => {
                            self.historia.perguntas.push((epoca, operacao));
                        }
                        // A broken disk could not read the file, so that nothing was done.
                        Err(Recusa::ContaIlegivel | Recusa::LoginNecessario) => {}
                        _ => self.historia.ouvidas.push(Ouvida {
                            epoca,
                            carimbo,
                            operacao,
                            desfecho,
                            confirmada: true,
                        }),
                    }
                }
            }
        }
        if ponte.fechada && ponte.volta.is_empty() {
            self.perder(quem);
        }
    }

    /// A connection breaks: what was on its way is gone.
    fn perder(&mut self, quem: usize) {
        if let Some(ponte) = self.clientes[quem].ponte.take() {
            let epoca = ponte.epoca;
            self.historia
                .perguntas
                .extend(ponte.pendentes.into_iter().map(|pedido| (epoca, pedido)));
        }
    }

    fn julgar(mut self) -> Result<(usize, usize, BTreeMap<Copia, usize>), String> {
        (0..CLIENTES).for_each(|quem| self.perder(quem));
        self.servico = None;
        let disco = self.disco.depois_de(&mut Corte::Sorteado(self.sorteio.clone()));
        disco.soltar_todos();
        julgar_vida(&disco, &iniciais(), &self.historia)?;
        Ok((self.historia.ouvidas.len(), self.historia.geridas.len(), self.copias))
    }
}

fn operacao(rg_origem: Rg, sorteio: &mut Sorteio) -> Operacao {
    let rg_destino = rg(sorteio.escolher(&CONTAS));
    let valor = valor(sorteio.escolher(&["0.01", "0.5", "1", "2.75", "9"]));
    match sorteio.ate(8) {
        0 | 1 => Operacao::Saldo { rg: rg_origem },
        2 => Operacao::Saque { rg: rg_origem, valor },
        3 => Operacao::Deposito { rg: rg_origem, valor },
        4 => Operacao::Login { rg: rg_origem },
        _ => Operacao::Transferencia { rg_origem, rg_destino, valor },
    }
}

#[test]
fn every_seed_leaves_a_history_that_the_model_repeats() {
    let (mut respostas, mut gestoes) = (0, 0);
    let mut copias: BTreeMap<Copia, usize> = BTreeMap::new();
    for semente in sementes(tamanho(1200, 2000)) {
        let mut mundo = Mundo::novo(semente);
        (0..PASSOS).for_each(|_| mundo.passo());
        match mundo.julgar() {
            Ok((ouvidas, geridas, copiadas)) => {
                respostas += ouvidas;
                gestoes += geridas;
                for (copia, quantas) in copiadas {
                    *copias.entry(copia).or_default() += quantas;
                }
            }
            Err(motivo) => panic!("seed {semente}: {motivo}"),
        }
    }
    if so_uma() {
        return;
    }
    assert!(gestoes > 1000, "only {gestoes} acts: there is hardly an administration");
    assert!(copias.len() >= 3, "every kind of copy is met: {copias:?}");
    assert!(respostas > 20_000, "only {respostas} replies: the simulation does too little");
}
