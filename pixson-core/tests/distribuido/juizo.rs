//! The laws, and the serial bank against which replies are held.

use super::cena::{CenaDistribuida, OperacaoModelada as Op};
use super::mundo::{
    Assento, Assentos, CONTAS, DesfechoModelado, Dita, MundoDistribuido, OPERACOES, Ofensa,
};
use super::regras::{aplicar, depois_de};

/// Whether an outcome belongs into the ledger.
fn move_dinheiro(pedida: Op, assento: Assento) -> bool {
    assento.desfecho == DesfechoModelado::Feito && !matches!(pedida, Op::Leitura(_))
}

fn certa(dita: Dita) -> Option<Assento> {
    match dita {
        Dita::Certa(assento) => Some(assento),
        _ => None,
    }
}

impl MundoDistribuido {
    /// Enters what a batch has done into the ledger.
    pub(crate) fn escriturar(&mut self, cena: &CenaDistribuida, assentos: &Assentos) {
        for (operacao, assento) in (0_u8..).zip(assentos) {
            let Some(assento) = assento else { continue };
            if !move_dinheiro(cena.operacao(operacao), *assento) {
                continue;
            }
            let lugar = usize::from(operacao);
            if self.banco.livro[lugar].is_some() {
                self.acusar(Ofensa::FeitaDuasVezes);
            }
            if self.assentada(cena, operacao) {
                self.acusar(Ofensa::FeitaDepois);
            }
            self.banco.livro[lugar] = Some(*assento);
        }
    }

    /// Whether the client of an operation of unknown fate was answered since, on an account of it.
    fn assentada(&self, cena: &CenaDistribuida, operacao: u8) -> bool {
        let pedido = cena.pedidos[usize::from(operacao)];
        let incerta = matches!(self.ditas[usize::from(operacao)], Dita::Incerta { .. });
        let depois = cena.pedidos.iter().enumerate().skip(usize::from(operacao) + 1);
        incerta
            && depois.filter(|(_, outro)| outro.cliente == pedido.cliente).any(|(lugar, outro)| {
                let comum =
                    pedido.operacao.contas().any(|uma| outro.operacao.contas().any(|de| de == uma));
                comum && certa(self.ditas[lugar]).is_some()
            })
    }

    /// What a standby that was promoted had not received is gone, and so is what was said of it.
    pub(crate) fn esquecer(&mut self) {
        for lugar in 0..OPERACOES {
            let fica = self.banco.livro[lugar].is_some();
            if certa(self.ditas[lugar]).is_some() && !fica {
                self.ditas[lugar] = Dita::Perdida;
            }
        }
    }

    /// Holds all that was said and written against the laws.
    pub(crate) fn julgar(&mut self, cena: &CenaDistribuida) {
        let ofensa = self
            .conferir_ditas(cena)
            .or_else(|| self.conferir_carimbos(cena))
            .or_else(|| self.conferir_historia(cena));
        if let Some(ofensa) = ofensa {
            self.acusar(ofensa);
        }
    }

    /// What was told stands in the ledger, with that stamp, or does not, as was told.
    fn conferir_ditas(&self, cena: &CenaDistribuida) -> Option<Ofensa> {
        for (operacao, pedido) in cena.pedidos.iter().enumerate() {
            let assento = self.banco.livro[operacao];
            match self.ditas[operacao] {
                Dita::Certa(dita) if move_dinheiro(pedido.operacao, dita) => match assento {
                    None => return Some(Ofensa::AcatadaPerdida),
                    Some(assento) if assento != dita => return Some(Ofensa::DitaOutraCoisa),
                    Some(_) => {}
                },
                Dita::Certa(_) | Dita::NaoFeita { .. } if assento.is_some() => {
                    return Some(Ofensa::RecusadaEFeita);
                }
                _ => {}
            }
        }
        None
    }

    /// Stamps of one server differ, those of one client's replies go up, and rows are above all.
    fn conferir_carimbos(&self, cena: &CenaDistribuida) -> Option<Ofensa> {
        let mut vistos = [(0, 0); OPERACOES];
        let mut ultimos = [0; 2];
        for (lugar, pedido) in cena.pedidos.iter().enumerate() {
            let (carimbo, instancia) = match self.ditas[lugar] {
                Dita::Certa(assento) => (assento.carimbo, assento.instancia),
                Dita::NaoFeita { carimbo, instancia } => (carimbo, instancia),
                Dita::Incerta { carimbo, instancia } if carimbo > 0 => (carimbo, instancia),
                _ => continue,
            };
            if vistos.contains(&(carimbo, instancia)) {
                return Some(Ofensa::CarimboRepetido);
            }
            vistos[lugar] = (carimbo, instancia);
            let ultimo = &mut ultimos[usize::from(pedido.cliente)];
            if carimbo <= *ultimo {
                return Some(Ofensa::ClienteForaDeOrdem);
            }
            *ultimo = carimbo;
        }
        let abaixo = |(lugar, assento): (usize, Assento)| {
            let contas = cena.pedidos[lugar].operacao.contas().map(usize::from);
            let mut linhas = contas.map(|conta| self.banco.contas[conta]);
            linhas.any(|linha| linha.existe && linha.carimbo < assento.carimbo)
                || self.banco.vias[usize::from(assento.epoca)].carimbo < assento.carimbo
        };
        // With a defect the harm is looked for, and not this cause of it.
        (cena.defeito.is_none() && self.historia().any(abaixo)).then_some(Ofensa::LinhaAbaixo)
    }

    /// All that was done, and all that was told beside it.
    fn historia(&self) -> impl Iterator<Item = (usize, Assento)> {
        let um = |lugar: usize| self.banco.livro[lugar].or(certa(self.ditas[lugar]));
        (0..OPERACOES).filter_map(move |lugar| Some((lugar, um(lugar)?)))
    }

    /// Repeats the history in the order of (stamp, época): each outcome is what a bank alone gives,
    /// and in the end the rows are what the bank has.
    fn conferir_historia(&self, cena: &CenaDistribuida) -> Option<Ofensa> {
        let mut historia: Vec<_> = self.historia().collect();
        historia.sort_unstable_by_key(|(_, assento)| (assento.carimbo, assento.epoca));
        let iguais = |pares: &[(usize, Assento)]| {
            (pares[0].1.carimbo, pares[0].1.epoca) == (pares[1].1.carimbo, pares[1].1.epoca)
        };
        if historia.windows(2).any(iguais) {
            return Some(Ofensa::CarimboRepetido);
        }
        let mut contas = cena.contas_no_inicio();
        for (lugar, assento) in historia {
            let pedida = cena.pedidos[lugar].operacao;
            let desfecho = aplicar(pedida, &mut contas);
            if desfecho != assento.desfecho || depois_de(pedida, contas) != assento.depois {
                return Some(Ofensa::HistoriaIlegal);
            }
        }
        let iguais = (0..CONTAS).all(|conta| {
            let (linha, deve) = (self.banco.contas[conta], contas[conta]);
            (linha.existe, linha.saldo) == (deve.existe, deve.saldo)
        });
        let soma: u8 = self.banco.contas.iter().map(|linha| linha.saldo).sum();
        let depositos = (0..OPERACOES)
            .filter(|&lugar| self.banco.livro[lugar].is_some())
            .filter(|&lugar| matches!(cena.pedidos[lugar].operacao, Op::Deposito(_)))
            .count();
        let inicial: u8 = cena.saldos.iter().flatten().sum();
        let conservado = usize::from(soma) == usize::from(inicial) + depositos;
        (!iguais || !conservado).then_some(Ofensa::DinheiroErrado)
    }
}
