//! Stamps that a bank draws for replies which are written later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pixson_core::Carimbo;
use pixson_core::rastro::{EventoDoRelogio, Fato};
use pixson_core::relogio::Avanco;

use crate::mesa::Mesa;

/// After how many further stamps one that no reply bears is given up: 2^20, more than one round of all
/// connections can have on their way.
const GERACAO: usize = 1 << 20;

/// Stamps that a bank has drawn above those of its rows, until the replies are written that bear them. It is
/// for a bank that is far away (`Banco::distante`), whose replies are written some time after.
#[derive(Debug)]
pub struct CarimbosDoBanco {
    mesa: Arc<Mesa>,
    geracoes: Mutex<Geracoes>,
}

#[derive(Debug, Default)]
struct Geracoes {
    novos: HashMap<Carimbo, Avanco>,
    velhos: HashMap<Carimbo, Avanco>,
}

impl CarimbosDoBanco {
    pub(crate) fn novos(mesa: Arc<Mesa>) -> Self {
        Self { mesa, geracoes: Mutex::default() }
    }

    /// These were drawn for replies.
    pub fn carimbou(&self, avancos: &[Avanco]) {
        let mut geracoes = self.trancar();
        geracoes.novos.extend(avancos.iter().map(|avanco| (avanco.depois, *avanco)));
        if geracoes.novos.len() >= GERACAO {
            let novos = std::mem::take(&mut geracoes.novos);
            let velhos = std::mem::replace(&mut geracoes.velhos, novos);
            drop(geracoes);
            self.anotar_em_vao(velhos.into_values());
        }
    }

    /// No reply will ever bear these.
    pub fn carimbou_em_vao(&self, avancos: &[Avanco]) {
        self.anotar_em_vao(avancos.iter().copied());
    }

    /// A reply bears this stamp: how it was drawn, if a bank told of it.
    pub fn tomar(&self, carimbo: Carimbo) -> Option<Avanco> {
        let mut geracoes = self.trancar();
        geracoes.novos.remove(&carimbo).or_else(|| geracoes.velhos.remove(&carimbo))
    }

    /// After the last connection: those that are left were for connections that had ended before.
    pub fn encerrar(&self) {
        let Geracoes { novos, velhos } = std::mem::take(&mut *self.trancar());
        self.anotar_em_vao(velhos.into_values().chain(novos.into_values()));
    }

    fn anotar_em_vao(&self, avancos: impl Iterator<Item = Avanco>) {
        let us = self.mesa.us();
        let eventos: Vec<_> = avancos
            .map(|Avanco { passado, antes, depois }| {
                let fato = Fato::Execucao { linhas: passado, resposta: None };
                EventoDoRelogio { us, antes, depois, fato }
            })
            .collect();
        self.mesa.deixar(eventos);
    }

    /// A poisoned lock is ignored: the value is consistent whatever panics.
    fn trancar(&self) -> MutexGuard<'_, Geracoes> {
        self.geracoes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
