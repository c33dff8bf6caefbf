//! The side of the database: locks, commits, and sessions that end.

use super::cena::{CenaDistribuida, DefeitoDistribuido as D, EspelhoModelado};
use super::mundo::{
    CONTAS, FaseDaSessao as F, MundoDistribuido, Ofensa, RespostaDaVia, SESSOES, SessaoModelada,
    TRAVA_DA_TABELA, TRAVA_DA_VIA,
};

impl SessaoModelada {
    fn existe(&self, conta: u8) -> bool {
        self.existem & (1 << conta) != 0
    }

    pub(crate) fn contas(&self) -> impl Iterator<Item = u8> + use<> {
        self.ordem.into_iter().filter(|&conta| conta != 0).map(|conta| conta - 1)
    }

    /// The phase in which the next account from this place on is waited for. What is not there
    /// cannot be locked.
    pub(crate) fn depois_de(&self, cena: &CenaDistribuida, lugar: usize) -> F {
        let conta = (lugar..self.ordem.len())
            .find(|&lugar| self.ordem[lugar] != 0 && self.existe(self.ordem[lugar] - 1));
        let travada = match self.de_memoria {
            false => F::Aberta,
            true if cena.tem(D::ViaDepoisDasContas) && self.travas & TRAVA_DA_VIA == 0 => F::Via,
            true => F::Escrevendo,
        };
        conta.map_or(travada, |lugar| F::Conta(u8::try_from(lugar).expect("a small number")))
    }
}

impl MundoDistribuido {
    /// Whether somebody else holds one of these locks; a lane's is one of its época.
    fn travado(&self, sessao: usize, travas: u8) -> bool {
        let desta = &self.sessoes[sessao];
        (0..SESSOES).filter(|&outra| outra != sessao).any(|outra| {
            let outra = &self.sessoes[outra];
            let contas = outra.travas & travas & (TRAVA_DA_VIA - 1) != 0;
            let via = travas & TRAVA_DA_VIA != 0
                && (outra.travas & TRAVA_DA_TABELA != 0
                    || (outra.travas & TRAVA_DA_VIA != 0 && outra.epoca == desta.epoca));
            let tabela = travas & TRAVA_DA_TABELA != 0 && outra.travas & TRAVA_DA_VIA != 0;
            contas || via || tabela
        })
    }

    /// The locks that a session waits for.
    fn pedidas(&self, sessao: usize) -> u8 {
        let desta = &self.sessoes[sessao];
        match desta.fase {
            F::Via if desta.abre => TRAVA_DA_VIA | TRAVA_DA_TABELA,
            F::Via | F::Perguntando | F::SemNumero => TRAVA_DA_VIA,
            F::Conta(lugar) => 1 << (desta.ordem[usize::from(lugar)] - 1),
            _ => 0,
        }
    }

    pub(crate) fn pode_avancar(&self, sessao: usize) -> bool {
        let fase = self.sessoes[sessao].fase;
        let trabalha =
            matches!(fase, F::Via | F::Conta(_) | F::Escrevendo | F::Perguntando | F::SemNumero);
        trabalha && !self.travado(sessao, self.pedidas(sessao))
    }

    /// Whether sessions wait for each other in a circle.
    fn impasse(&self) -> bool {
        let mut presas = [false; SESSOES];
        for (sessao, presa) in presas.iter_mut().enumerate() {
            *presa = self.travado(sessao, self.pedidas(sessao));
        }
        // Whoever waits only for sessions that go on is no part of a circle.
        for _ in 0..SESSOES {
            for sessao in 0..SESSOES {
                let pedidas = self.pedidas(sessao);
                presas[sessao] = presas[sessao]
                    && (0..SESSOES)
                        .any(|outra| presas[outra] && self.prende(outra, sessao, pedidas));
            }
        }
        presas.contains(&true)
    }

    fn prende(&self, outra: usize, sessao: usize, pedidas: u8) -> bool {
        let mut so_ela = Self::default();
        so_ela.sessoes[outra] = self.sessoes[outra];
        so_ela.sessoes[sessao].epoca = self.sessoes[sessao].epoca;
        outra != sessao && so_ela.travado(sessao, pedidas)
    }

    /// One step of what the database does for a session.
    pub(crate) fn avancar(&mut self, cena: &CenaDistribuida, sessao: usize) {
        let desta = self.sessoes[sessao];
        match desta.fase {
            F::Via => self.travar_via(cena, sessao),
            F::Conta(lugar) => {
                self.sessoes[sessao].travas |= self.pedidas(sessao);
                self.sessoes[sessao].fase = desta.depois_de(cena, usize::from(lugar) + 1);
            }
            F::Escrevendo => self.confirmar(cena, sessao),
            F::SemNumero => {
                let via = &mut self.banco.vias[usize::from(desta.epoca)];
                (via.numero, via.feito) = (desta.numero, true);
                self.concluir(sessao, F::Feita);
            }
            F::Perguntando => self.responder(cena, sessao),
            _ => unreachable!("it has nothing to do"),
        }
        if matches!(desta.fase, F::Via | F::Conta(_)) && self.impasse() {
            self.acusar(Ofensa::Impasse);
        }
    }

    fn travar_via(&mut self, cena: &CenaDistribuida, sessao: usize) {
        let desta = self.sessoes[sessao];
        let via = self.banco.vias[usize::from(desta.epoca)];
        let propria = via.instancia == desta.instancia || cena.tem(D::NomeNaoConferido);
        let cego = cena.tem(D::RepeteSemTomar) || cena.tem(D::SegueSemPerguntar);
        let cego = cego || (desta.de_memoria && cena.tem(D::GuardaSemNumero));
        if !propria || (via.numero + 1 != desta.numero && !cego) {
            self.concluir(sessao, if desta.de_memoria { F::Mudada } else { F::Alheia });
            return;
        }
        let julga = desta.de_memoria && cena.tem(D::GuardaAntesDaEspera);
        if julga && !self.como_lembradas(cena, &desta) {
            self.concluir(sessao, F::Mudada);
            return;
        }
        let travas = self.pedidas(sessao);
        let existem = self.existentes();
        let desta = &mut self.sessoes[sessao];
        desta.travas |= travas;
        if !cena.tem(D::InstrucaoUnica) {
            desta.existem = existem;
        }
        let travadas = usize::from(desta.de_memoria && cena.tem(D::ViaDepoisDasContas)) * CONTAS;
        desta.fase = desta.depois_de(cena, travadas);
    }

    /// A bit for each account that is there.
    pub(crate) fn existentes(&self) -> u8 {
        let bit =
            |(conta, linha): (usize, &super::mundo::ContaModelada)| u8::from(linha.existe) << conta;
        self.banco.contas.iter().enumerate().map(bit).sum()
    }

    /// The commit of a batch.
    fn confirmar(&mut self, cena: &CenaDistribuida, sessao: usize) {
        let desta = self.sessoes[sessao];
        let julga = desta.de_memoria && !cena.tem(D::GuardaAntesDaEspera);
        if julga && !self.como_lembradas(cena, &desta) {
            self.desmentir(cena, sessao);
            return;
        }
        for conta in desta.contas().map(usize::from) {
            if desta.valores[conta].existe {
                self.banco.contas[conta] = desta.valores[conta];
            }
        }
        let via = &mut self.banco.vias[usize::from(desta.epoca)];
        for assento in desta.assentos.iter().flatten() {
            via.carimbo = via.carimbo.max(assento.carimbo);
        }
        if !cena.tem(D::NumeroPorFora) {
            (via.numero, via.feito) = (desta.numero, true);
        }
        self.escriturar(cena, &desta.assentos);
        if cena.espelho == EspelhoModelado::Sincrono && self.espelho.is_some() {
            self.sessoes[sessao].fase = F::Gravada;
        } else if cena.tem(D::NumeroPorFora) {
            self.sessoes[sessao].travas = 0;
            self.sessoes[sessao].fase = F::SemNumero;
        } else {
            self.concluir(sessao, F::Feita);
        }
    }

    /// The question for a number: it moves the row from the number before, and says what it finds.
    fn responder(&mut self, cena: &CenaDistribuida, sessao: usize) {
        let desta = self.sessoes[sessao];
        let via = &mut self.banco.vias[usize::from(desta.epoca)];
        let propria = via.instancia == desta.instancia || cena.tem(D::NomeNaoConferido);
        let (resposta, escreve) = if propria && via.numero + 1 == desta.numero {
            (via.numero, via.feito) = (desta.numero, false);
            (RespostaDaVia::Tomado, true)
        } else if propria && via.numero == desta.numero {
            let feito = via.feito || cena.tem(D::TomadoComoFeito);
            let resposta = if feito { RespostaDaVia::Feito } else { RespostaDaVia::Tomado };
            (resposta, !cena.tem(D::PerguntaQueSoLe))
        } else if cena.tem(D::NadaMovidoComoFeito) {
            (RespostaDaVia::Feito, false)
        } else {
            (RespostaDaVia::Alheia, false)
        };
        if escreve && cena.espelho == EspelhoModelado::Sincrono && self.espelho.is_some() {
            self.sessoes[sessao].travas = TRAVA_DA_VIA;
            self.sessoes[sessao].fase = F::PerguntaGravada(resposta);
        } else {
            self.concluir(sessao, F::Perguntada(resposta));
        }
    }

    /// The transaction is over; its answer is on its way, if anybody waits for it.
    pub(crate) fn concluir(&mut self, sessao: usize, fase: F) {
        let SessaoModelada { ligada, de_memoria, .. } = self.sessoes[sessao];
        self.sessoes[sessao] = SessaoModelada::default();
        if ligada {
            self.sessoes[sessao] =
                SessaoModelada { fase, ligada, de_memoria, ..SessaoModelada::default() };
        }
    }

    /// Rolled back without a word: the server learns it from its connection.
    pub(crate) fn encerrar(&mut self, sessao: usize) {
        let desta = self.sessoes[sessao];
        self.concluir(sessao, F::Encerrada);
        if desta.ligada && desta.fase == F::Aberta {
            // A server that goes on decides by what it has read.
            self.sessoes[sessao] = SessaoModelada { fase: F::EncerradaAberta, travas: 0, ..desta };
        }
    }

    /// Rolled back with an error.
    pub(crate) fn recusar(&mut self, sessao: usize) {
        self.concluir(sessao, F::Recusada);
    }

    /// The standby has received all that is committed.
    pub(crate) fn replicar(&mut self) {
        self.espelho = Some(self.banco);
        for sessao in 0..SESSOES {
            match self.sessoes[sessao].fase {
                F::Gravada => self.concluir(sessao, F::Feita),
                F::PerguntaGravada(resposta) => self.concluir(sessao, F::Perguntada(resposta)),
                _ => {}
            }
        }
    }

    /// Somebody cancels the wait of a session for the standby.
    pub(crate) fn cancelar(&mut self, sessao: usize) {
        let aviso = match self.sessoes[sessao].fase {
            F::Gravada => F::Avisada,
            // The warning says that the answer is not on the standby: it has to be asked for again.
            _ => F::Encerrada,
        };
        self.concluir(sessao, aviso);
    }

    /// The database dies: every transaction ends. What was committed is there.
    pub(crate) fn cair(&mut self) {
        for sessao in 0..SESSOES {
            match self.sessoes[sessao].fase {
                F::Vaga | F::Encerrada | F::EncerradaAberta => {}
                _ => self.encerrar(sessao),
            }
        }
    }
}
