//! The side of the servers and of their clients.

use super::cena::{
    CenaDistribuida, DefeitoDistribuido as D, EspelhoModelado, OperacaoModelada as Op,
};
use super::mundo::{
    Assentos, CONTAS, ContaModelada, Dita, FaseDaSessao, FaseDoServidor as F, ListaModelada,
    MundoDistribuido, Ofensa, RespostaDaVia, SESSOES, ServidorModelado, SessaoModelada,
    ViaModelada,
};

impl ServidorModelado {
    pub(crate) fn sessao(&self) -> Option<usize> {
        usize::from(self.sessao).checked_sub(1)
    }

    /// A stamp for a reply that touches no row.
    fn carimbar(&mut self) -> u8 {
        self.relogio += 1;
        self.relogio
    }
}

impl MundoDistribuido {
    /// A new process, or one that has lost its lane, draws an época and adds its row.
    pub(crate) fn registrar(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.banco.ultima_epoca += 1;
        self.instancias += 1;
        let epoca = self.banco.ultima_epoca;
        self.banco.vias[usize::from(epoca)] =
            ViaModelada { instancia: self.instancias, numero: 0, feito: true, carimbo: 0 };
        if self.espelho.is_some() && cena.espelho == EspelhoModelado::Sincrono {
            self.replicar();
        }
        let deste = &mut self.servidores[servidor];
        (deste.epoca, deste.instancia, deste.numero) = (epoca, self.instancias, 0);
    }

    /// A request reaches its server. Its stamp is its client's clock: that a sending or receiving
    /// adds one only moves all stamps up.
    pub(crate) fn enviar(&mut self, cena: &CenaDistribuida, operacao: u8) {
        let pedido = cena.pedidos[usize::from(operacao)];
        let servidor = &mut self.servidores[usize::from(pedido.servidor)];
        if !cena.tem(D::PedidoSemFusao) {
            servidor.relogio = servidor.relogio.max(self.relogios[usize::from(pedido.cliente)]);
        }
        servidor.fila.por(operacao);
        self.ditas[usize::from(operacao)] = Dita::Enviada;
    }

    fn abrir_sessao(&mut self, servidor: usize, sessao: SessaoModelada) {
        let lugar = (0..SESSOES)
            .find(|&lugar| self.sessoes[lugar].fase == FaseDaSessao::Vaga)
            .expect("a step that opens a session looks for a place first");
        self.sessoes[lugar] = sessao;
        self.servidores[servidor].sessao = u8::try_from(lugar + 1).expect("a small number");
    }

    /// The first message of a batch, which takes all that waits.
    pub(crate) fn comecar(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let existem = self.existentes();
        let deste = &mut self.servidores[servidor];
        for &operacao in deste.fila.operacoes() {
            deste.lote.por(operacao);
        }
        deste.fila = ListaModelada::default();
        deste.fase = F::Pedindo;
        let mut ordem = [0; CONTAS];
        let mut quantas = 0;
        for conta in deste.lote.operacoes().iter().flat_map(|&op| cena.operacao(op).contas()) {
            if !ordem.contains(&(conta + 1)) {
                ordem[quantas] = conta + 1;
                quantas += 1;
            }
        }
        if !cena.tem(D::TravasSemOrdem) {
            ordem[..quantas].sort_unstable();
        }
        let abre = |&op: &u8| matches!(cena.operacao(op), Op::Abertura(_));
        let sessao = SessaoModelada {
            fase: FaseDaSessao::Via,
            ligada: true,
            epoca: deste.epoca,
            instancia: deste.instancia,
            numero: deste.numero + 1,
            ordem,
            abre: !cena.tem(D::AberturaSemTabela) && deste.lote.operacoes().iter().any(abre),
            existem: if cena.tem(D::InstrucaoUnica) { existem } else { 0 },
            ..SessaoModelada::default()
        };
        self.abrir_sessao(servidor, sessao);
    }

    /// The server decides, and sends the second message. If the database has ended the transaction
    /// meanwhile, it does so in vain, and cannot know it.
    pub(crate) fn decidir(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let lugar = self.servidores[servidor].sessao().expect("it has sent the first message");
        let sessao = &mut self.sessoes[lugar];
        let mut contas = self.banco.contas;
        for (conta, linha) in contas.iter_mut().enumerate() {
            let lida = sessao.contas().any(|lida| usize::from(lida) == conta);
            if !lida || sessao.existem & (1 << conta) == 0 {
                *linha = ContaModelada::default();
            }
        }
        let deste = &mut self.servidores[servidor];
        deste.decidir(cena, &self.banco, &mut contas);
        deste.deixadas = contas;
        if sessao.fase == FaseDaSessao::Aberta {
            sessao.fase = FaseDaSessao::Escrevendo;
            sessao.valores = contas;
            sessao.assentos = deste.assentos;
            deste.fase = F::Confirmando;
        } else {
            *sessao = SessaoModelada::default();
            deste.sessao = 0;
            deste.fase = F::EmDuvida;
            deste.esquecer(cena);
        }
        if cena.tem(D::RespostaAntesDoCommit) {
            self.responder_lote(cena, servidor);
        }
    }

    /// Tells clients the outcomes of the batch.
    pub(crate) fn responder_lote(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let lote = self.servidores[servidor].lote;
        for &operacao in lote.operacoes() {
            let assento =
                self.servidores[servidor].assentos[usize::from(operacao)].expect("it was decided");
            self.dizer(cena, operacao, Dita::Certa(assento), assento.carimbo);
        }
        self.servidores[servidor].lote = ListaModelada::default();
        self.servidores[servidor].assentos = Assentos::default();
    }

    fn dizer(&mut self, cena: &CenaDistribuida, operacao: u8, dita: Dita, carimbo: u8) {
        let cliente = usize::from(cena.pedidos[usize::from(operacao)].cliente);
        self.relogios[cliente] = self.relogios[cliente].max(carimbo);
        self.ditas[usize::from(operacao)] = dita;
    }

    /// A server reads an answer, or that its connection is gone.
    pub(crate) fn receber(&mut self, cena: &CenaDistribuida, servidor: usize) {
        use FaseDaSessao as S;
        let lugar = self.servidores[servidor].sessao().expect("it waits for an answer");
        let sessao = std::mem::take(&mut self.sessoes[lugar]);
        let resposta = sessao.fase;
        self.servidores[servidor].sessao = 0;
        let fase = self.servidores[servidor].fase;
        match (fase, resposta) {
            (F::Pedindo, S::Encerrada | S::EncerradaAberta | S::Recusada)
            | (F::Confirmando, S::Recusada) => self.refazer(cena, servidor),
            (F::Confirmando, S::Feita) => self.dar_por_feito(cena, servidor),
            (F::Confirmando, S::Avisada) if cena.tem(D::AvisoComoSucesso) => {
                self.dar_por_feito(cena, servidor);
            }
            (F::Confirmando, S::Avisada | S::Encerrada) => {
                self.duvidar(cena, servidor, sessao.de_memoria);
            }
            (F::Confirmando, S::Mudada) => {
                self.servidores[servidor].desenganar(cena);
                self.por_refazer(cena, servidor);
            }
            (F::Perguntando, S::Encerrada) => self.servidores[servidor].fase = F::EmDuvida,
            (F::Perguntando, S::Perguntada(RespostaDaVia::Feito)) => {
                self.dar_por_feito(cena, servidor);
            }
            (F::Perguntando, S::Perguntada(RespostaDaVia::Tomado)) => {
                self.servidores[servidor].numero += 1;
                self.refazer(cena, servidor);
            }
            (F::Pedindo, S::Alheia) | (F::Perguntando, S::Perguntada(RespostaDaVia::Alheia)) => {
                self.perder_via(cena, servidor);
            }
            _ => unreachable!("{fase:?} is not answered with {resposta:?}"),
        }
    }

    fn dar_por_feito(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.servidores[servidor].numero += 1;
        self.servidores[servidor].fase = F::Ocioso;
        self.servidores[servidor].lembrar();
        self.responder_lote(cena, servidor);
    }

    /// The batch was certainly not made, and is made again with what has gathered meanwhile.
    fn refazer(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.servidores[servidor].esquecer(cena);
        self.por_refazer(cena, servidor);
    }

    fn por_refazer(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let deste = &mut self.servidores[servidor];
        deste.fase = F::Ocioso;
        if !cena.tem(D::CarimbosGuardados) {
            deste.assentos = Assentos::default();
        }
    }

    /// The connection died after the second message, or after the one of a batch from memory.
    fn duvidar(&mut self, cena: &CenaDistribuida, servidor: usize, de_memoria: bool) {
        self.servidores[servidor].esquecer(cena);
        let repete = cena.tem(D::RepeteSemTomar) || (de_memoria && cena.tem(D::MemoriaSemDuvida));
        if repete {
            self.refazer(cena, servidor);
        } else if cena.tem(D::QuedaComoRecusa) {
            self.recusar_lote(cena, servidor);
            self.servidores[servidor].fase = F::EmDuvida;
        } else {
            self.servidores[servidor].fase = F::EmDuvida;
        }
    }

    pub(crate) fn perguntar(&mut self, servidor: usize) {
        let deste = &mut self.servidores[servidor];
        deste.fase = F::Perguntando;
        let sessao = SessaoModelada {
            fase: FaseDaSessao::Perguntando,
            ligada: true,
            epoca: deste.epoca,
            instancia: deste.instancia,
            numero: deste.numero + 1,
            ..SessaoModelada::default()
        };
        self.abrir_sessao(servidor, sessao);
    }

    /// Its connection dies, or it gives it up. What was sent may arrive all the same.
    pub(crate) fn cortar(&mut self, cena: &CenaDistribuida, servidor: usize) {
        use FaseDaSessao as S;
        let Some(lugar) = self.servidores[servidor].sessao() else { return };
        self.servidores[servidor].sessao = 0;
        let sessao = &mut self.sessoes[lugar];
        let de_memoria = sessao.de_memoria;
        sessao.ligada = false;
        if !matches!(
            sessao.fase,
            S::Via
                | S::Conta(_)
                | S::Aberta
                | S::Escrevendo
                | S::SemNumero
                | S::Gravada
                | S::Perguntando
                | S::PerguntaGravada(_)
        ) {
            *sessao = SessaoModelada::default();
        }
        match self.servidores[servidor].fase {
            F::Pedindo => self.refazer(cena, servidor),
            F::Confirmando => self.duvidar(cena, servidor, de_memoria),
            F::Perguntando => self.servidores[servidor].fase = F::EmDuvida,
            F::Morto | F::Ocioso | F::EmDuvida => {}
        }
    }

    pub(crate) fn matar(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.cortar(cena, servidor);
        let morto = std::mem::take(&mut self.servidores[servidor]);
        for &operacao in morto.lote.operacoes().iter().chain(morto.fila.operacoes()) {
            self.dizer(cena, operacao, Dita::Incerta { carimbo: 0, instancia: 0 }, 0);
        }
    }

    pub(crate) fn reiniciar(&mut self, cena: &CenaDistribuida, servidor: usize) {
        self.registrar(cena, servidor);
        self.servidores[servidor].fase = F::Ocioso;
    }

    /// Its operations have waited for too long. They are unknown if the second message was sent.
    pub(crate) fn desistir(&mut self, cena: &CenaDistribuida, servidor: usize) {
        match self.servidores[servidor].fase {
            F::Pedindo => {
                self.cortar(cena, servidor);
                self.recusar_lote(cena, servidor);
            }
            F::Confirmando => {
                self.cortar(cena, servidor);
                self.desconhecer_lote(cena, servidor);
            }
            F::EmDuvida | F::Perguntando => self.desconhecer_lote(cena, servidor),
            F::Ocioso => self.recusar_lote(cena, servidor),
            F::Morto => unreachable!("nobody waits for it"),
        }
    }

    fn recusar_lote(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let lote = std::mem::take(&mut self.servidores[servidor].lote);
        self.servidores[servidor].assentos = Assentos::default();
        for &operacao in lote.operacoes() {
            let deste = &mut self.servidores[servidor];
            let (carimbo, instancia) = (deste.carimbar(), deste.instancia);
            self.dizer(cena, operacao, Dita::NaoFeita { carimbo, instancia }, carimbo);
        }
    }

    fn desconhecer_lote(&mut self, cena: &CenaDistribuida, servidor: usize) {
        let lote = self.servidores[servidor].lote;
        if !cena.tem(D::DesconhecidaERefeita) {
            self.servidores[servidor].lote = ListaModelada::default();
            self.servidores[servidor].assentos = Assentos::default();
        }
        for &operacao in lote.operacoes() {
            let deste = &mut self.servidores[servidor];
            let (carimbo, instancia) = (deste.carimbar(), deste.instancia);
            self.dizer(cena, operacao, Dita::Incerta { carimbo, instancia }, carimbo);
        }
        if cena.tem(D::SegueSemPerguntar) && self.servidores[servidor].fase == F::EmDuvida {
            self.servidores[servidor].fase = F::Ocioso;
        }
    }
}

impl MundoDistribuido {
    /// The row of its lane is another's, or behind what it knows to be committed. Only the promotion
    /// of an asynchronous standby does that. Nothing of a batch in doubt is in this database.
    fn perder_via(&mut self, cena: &CenaDistribuida, servidor: usize) {
        if cena.espelho != EspelhoModelado::Assincrono {
            self.acusar(Ofensa::ViaDeOutro);
        }
        self.registrar(cena, servidor);
        self.refazer(cena, servidor);
    }
}
