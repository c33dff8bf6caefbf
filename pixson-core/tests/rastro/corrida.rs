//! Random runs of servers and clients, whose causes are known because they are made up here.

use std::collections::{HashMap, VecDeque};

use pixson_core::rastro::{
    CabecalhoDoRastro, ConexaoNumerada, Conteudo, Dito, EventoDoRelogio, Fato, MensagemVista,
    RedatorDoRastro, RespostaVista,
};
use pixson_core::{Carimbo, Operacao, Recusa, Relogio, Rg, Sucesso};
use pixson_oraculos::Sorteio;

use crate::comum::{consulta, deposito, saque, transferencia};

/// What a client does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Defeito {
    NaoFunde,
    EsqueceMaisUm,
    NaoContaEnvio,
    Volta,
    Repete,
}

/// How random runs are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modelo {
    pub(crate) servidores: usize,
    pub(crate) clientes: usize,
    pub(crate) passos: usize,
    /// Whether clients send requests before earlier replies have come.
    pub(crate) adiantam: bool,
    /// Of the first client.
    pub(crate) defeito: Option<Defeito>,
    /// Whether servers stand on one bank, whose rows have stamps.
    pub(crate) com_linhas: bool,
}

impl Modelo {
    pub(crate) fn sorteado(sorteio: &mut Sorteio, passos: usize) -> Self {
        Self {
            servidores: 1 + sorteio.ate(3),
            clientes: 1 + sorteio.ate(4),
            passos,
            adiantam: sorteio.um_em(2),
            defeito: None,
            com_linhas: sorteio.um_em(2),
        }
    }
}

/// An event that was made up: its process, and what came before it.
#[derive(Clone, Debug)]
pub(crate) struct Acontecido {
    pub(crate) processo: usize,
    pub(crate) evento: EventoDoRelogio,
    /// What it received, or the last operations of other servers on its accounts.
    pub(crate) causas: Vec<usize>,
}

#[derive(Debug)]
struct Canal {
    cliente: usize,
    servidor: usize,
    na_ponta_do_cliente: ConexaoNumerada,
    na_ponta_do_servidor: ConexaoNumerada,
    /// On their way, with the events that sent them.
    pedidos: VecDeque<(usize, Carimbo, Operacao)>,
    recebidos: VecDeque<(Carimbo, Operacao, bool)>,
    respostas: VecDeque<(usize, Carimbo, RespostaVista)>,
    sem_resposta: usize,
    /// The stamp of the last request.
    ultimo: Option<Carimbo>,
}

/// A run: servers first, then clients.
#[derive(Debug)]
pub(crate) struct Corrida {
    pub(crate) modelo: Modelo,
    pub(crate) acontecidos: Vec<Acontecido>,
    relogios: Vec<u64>,
    canais: Vec<Canal>,
    linhas: HashMap<Rg, (Carimbo, usize)>,
}

fn carimbo(valor: u64) -> Carimbo {
    Carimbo::novo(valor).expect("legal stamp")
}

impl Corrida {
    pub(crate) fn nova(modelo: Modelo, sorteio: &mut Sorteio) -> Self {
        let processos = modelo.servidores + modelo.clientes;
        let mut numeros = vec![0; processos];
        let mut canais = Vec::new();
        for cliente in modelo.servidores..processos {
            for _ in 0..=sorteio.ate(2) {
                let servidor = sorteio.ate(modelo.servidores);
                let porta = Some(40_000 + u16::try_from(canais.len()).expect("few"));
                let mut ponta = |processo: usize| {
                    numeros[processo] += 1;
                    ConexaoNumerada { numero: numeros[processo], porta }
                };
                let (na_ponta_do_cliente, na_ponta_do_servidor) = (ponta(cliente), ponta(servidor));
                canais.push(Canal {
                    cliente,
                    servidor,
                    na_ponta_do_cliente,
                    na_ponta_do_servidor,
                    pedidos: VecDeque::new(),
                    recebidos: VecDeque::new(),
                    respostas: VecDeque::new(),
                    sem_resposta: 0,
                    ultimo: None,
                });
            }
        }
        let relogios = vec![0; processos];
        let (acontecidos, linhas) = (Vec::new(), HashMap::new());
        let mut corrida = Self { modelo, acontecidos, relogios, canais, linhas };
        for _ in 0..modelo.passos {
            let canal = sorteio.ate(corrida.canais.len());
            match sorteio.ate(4) {
                0 => corrida.pedir(canal, sorteio),
                1 => corrida.tomar(canal),
                2 => corrida.responder(canal, sorteio),
                _ => corrida.ouvir(canal, sorteio),
            }
        }
        corrida
    }

    fn defeito(&self, processo: usize) -> Option<Defeito> {
        self.modelo.defeito.filter(|_| processo == self.modelo.servidores)
    }

    fn anotar(&mut self, processo: usize, antes: u64, fato: Fato, causas: Vec<usize>) -> usize {
        let us = self.acontecidos.len() as u64;
        let (antes, depois) = (carimbo(antes), carimbo(self.relogios[processo]));
        let evento = EventoDoRelogio { us, antes, depois, fato };
        self.acontecidos.push(Acontecido { processo, evento, causas });
        self.acontecidos.len() - 1
    }

    fn pedir(&mut self, canal: usize, sorteio: &mut Sorteio) {
        let limite = if self.modelo.adiantam { 3 } else { 1 };
        let Canal { cliente, na_ponta_do_cliente: conexao, sem_resposta, .. } = self.canais[canal];
        if sem_resposta >= limite {
            return;
        }
        let operacao = match sorteio.ate(4) {
            0 => consulta("1"),
            1 => saque("2", "8.5"),
            2 => deposito("1", "0.01"),
            _ => transferencia("1", "2", "5.5"),
        };
        let antes = self.relogios[cliente];
        let nao_conta = self.defeito(cliente) == Some(Defeito::NaoContaEnvio);
        self.relogios[cliente] += u64::from(!nao_conta);
        let mut levado = carimbo(self.relogios[cliente]);
        let ultimo = self.canais[canal].ultimo;
        if let (Some(Defeito::Repete), Some(ultimo)) = (self.defeito(cliente), ultimo) {
            levado = ultimo;
        }
        let conteudo = Conteudo::Pedido(Some(operacao));
        let fato = Fato::Envio(MensagemVista { conexao, carimbo: levado, conteudo });
        let envio = self.anotar(cliente, antes, fato, vec![]);
        let canal = &mut self.canais[canal];
        canal.sem_resposta += 1;
        canal.ultimo = Some(levado);
        canal.pedidos.push_back((envio, levado, operacao));
    }

    fn tomar(&mut self, canal: usize) {
        let Canal { servidor, na_ponta_do_servidor: conexao, .. } = self.canais[canal];
        let Some((envio, recebido, operacao)) = self.canais[canal].pedidos.pop_front() else {
            return;
        };
        let antes = self.relogios[servidor];
        let fundivel = recebido.valor().saturating_sub(antes) <= Relogio::SALTO_MAXIMO;
        if fundivel {
            self.relogios[servidor] = antes.max(recebido.valor()) + 1;
        }
        let conteudo = Conteudo::Pedido(Some(operacao));
        let fato = Fato::Recebimento(MensagemVista { conexao, carimbo: recebido, conteudo });
        self.anotar(servidor, antes, fato, vec![envio]);
        self.canais[canal].recebidos.push_back((recebido, operacao, fundivel));
    }

    fn responder(&mut self, canal: usize, sorteio: &mut Sorteio) {
        let Canal { servidor, na_ponta_do_servidor: conexao, .. } = self.canais[canal];
        let Some((pedido, operacao, fundivel)) = self.canais[canal].recebidos.pop_front() else {
            return;
        };
        let dito = match (fundivel, sorteio.ate(3)) {
            (false, _) => Dito::Conhecido(Err(Recusa::CarimboInvalido)),
            (_, 0) => Dito::Conhecido(Err(Recusa::SaldoInsuficiente)),
            (_, 1) => Dito::novo(true, "de outro servidor"),
            _ => Dito::Conhecido(Ok(Sucesso::Deposito)),
        };
        let resposta = RespostaVista { responde: Some(pedido), rg: Some(operacao.titular()), dito };
        let antes = self.relogios[servidor];
        let envio = if self.modelo.com_linhas {
            self.executar(servidor, antes, conexao, &resposta, operacao)
        } else {
            self.relogios[servidor] += 1;
            let conteudo = Conteudo::Resposta(resposta.clone());
            let carimbo = carimbo(self.relogios[servidor]);
            let mensagem = MensagemVista { conexao, carimbo, conteudo };
            self.anotar(servidor, antes, Fato::Envio(mensagem), vec![])
        };
        let levado = carimbo(self.relogios[servidor]);
        self.canais[canal].respostas.push_back((envio, levado, resposta));
    }

    fn executar(
        &mut self,
        servidor: usize,
        antes: u64,
        conexao: ConexaoNumerada,
        resposta: &RespostaVista,
        operacao: Operacao,
    ) -> usize {
        let mut tocadas = vec![operacao.titular()];
        if let Operacao::Transferencia { rg_destino, .. } = operacao {
            tocadas.push(rg_destino);
        }
        let vistas: Vec<_> = tocadas.iter().filter_map(|rg| self.linhas.get(rg)).copied().collect();
        let linhas = vistas.iter().map(|(carimbo, _)| *carimbo).max();
        self.relogios[servidor] = antes.max(linhas.map_or(0, Carimbo::valor)) + 1;
        let de_outros = vistas.iter().map(|&(_, de)| de);
        let de = de_outros.filter(|&de| self.acontecidos[de].processo != servidor).collect();
        let fato = Fato::Execucao { linhas, resposta: Some((conexao, resposta.clone())) };
        let execucao = self.anotar(servidor, antes, fato, de);
        let novo = carimbo(self.relogios[servidor]);
        self.linhas.extend(tocadas.into_iter().map(|rg| (rg, (novo, execucao))));
        execucao
    }

    fn ouvir(&mut self, canal: usize, sorteio: &mut Sorteio) {
        let Canal { cliente, na_ponta_do_cliente: conexao, .. } = self.canais[canal];
        let Some((envio, recebido, resposta)) = self.canais[canal].respostas.pop_front() else {
            return;
        };
        self.canais[canal].sem_resposta -= 1;
        let antes = self.relogios[cliente];
        let maior = antes.max(recebido.valor());
        self.relogios[cliente] = match self.defeito(cliente) {
            Some(Defeito::NaoFunde) => antes + 1,
            Some(Defeito::EsqueceMaisUm) => maior,
            Some(Defeito::Volta) if antes > 0 => {
                sorteio.ate(usize::try_from(antes).expect("small")) as u64
            }
            _ => maior + 1,
        };
        let conteudo = Conteudo::Resposta(resposta);
        let fato = Fato::Recebimento(MensagemVista { conexao, carimbo: recebido, conteudo });
        self.anotar(cliente, antes, fato, vec![envio]);
    }

    /// The events of a process, in an order in which its lines may be written: on a connection what is
    /// sent keeps its order, and so does what is received.
    pub(crate) fn escritos(&self, processo: usize, sorteio: &mut Sorteio) -> Vec<usize> {
        let mut ultimos: HashMap<_, usize> = HashMap::new();
        let proprios =
            (0..self.acontecidos.len()).filter(|&um| self.acontecidos[um].processo == processo);
        let mut com_atraso: Vec<(usize, usize)> = proprios
            .map(|um| {
                let evento = &self.acontecidos[um].evento;
                let recebe = evento.recebido().is_some();
                let via = (evento.conexao().map(|conexao| conexao.numero), recebe);
                let ultimo = ultimos.entry(via).or_default();
                *ultimo = (*ultimo).max(um + sorteio.ate(6));
                (*ultimo, um)
            })
            .collect();
        com_atraso.sort_unstable();
        com_atraso.into_iter().map(|(_, um)| um).collect()
    }

    pub(crate) fn cabecalho(&self, processo: usize) -> CabecalhoDoRastro {
        let servidor = processo < self.modelo.servidores;
        let nome = if servidor { "servidor" } else { "cliente" };
        let nome = format!("{nome}-{processo}").parse().expect("a legal name");
        let cabecalho = CabecalhoDoRastro::novo(nome);
        if servidor { cabecalho.com_epoca(processo as u64 + 1) } else { cabecalho }
    }

    /// The whole trace of a process, and which event each of its lines is.
    pub(crate) fn rastro(&self, processo: usize, sorteio: &mut Sorteio) -> (Vec<u8>, Vec<usize>) {
        let escritos = self.escritos(processo, sorteio);
        let mut bytes = Vec::new();
        let mut redator = RedatorDoRastro::novo(&self.cabecalho(processo), &mut bytes);
        for &um in &escritos {
            redator.evento(&self.acontecidos[um].evento, &mut bytes);
        }
        redator.perda(0, 0, &mut bytes);
        (bytes, escritos)
    }

    pub(crate) fn processos(&self) -> usize {
        self.modelo.servidores + self.modelo.clientes
    }

    /// Which events are before which, by search: `antes[um][outro]`.
    pub(crate) fn alcances(&self) -> Vec<Vec<bool>> {
        let quantos = self.acontecidos.len();
        let mut antes = vec![vec![false; quantos]; quantos];
        for outro in 0..quantos {
            let descrito = &self.acontecidos[outro];
            let do_processo =
                (0..outro).rev().find(|&um| self.acontecidos[um].processo == descrito.processo);
            for direto in do_processo.into_iter().chain(descrito.causas.iter().copied()) {
                antes[direto][outro] = true;
                for de_um in antes.iter_mut().take(direto) {
                    de_um[outro] |= de_um[direto];
                }
            }
        }
        antes
    }
}
