//! Explores scenes to their end, and says what was seen on the way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;
use std::sync::atomic::Ordering::Relaxed;

use stateright::{Checker, HasDiscoveries, Model};

use super::cena::{CenaDistribuida, DefeitoDistribuido};
use super::modelo::PassoDistribuido;
use super::mundo::{
    FaseDaSessao as S, FaseDoServidor as F, MundoDistribuido, Ofensa, RespostaDaVia,
    TRAVA_DA_TABELA,
};

pub(crate) const LEIS: &str = "no law is broken";

/// Whether a moment is one of a kind.
type Marco = fn(&CenaDistribuida, &MundoDistribuido) -> bool;

/// Moments that scenes have to reach, so that none of them passes because nothing happens in it.
pub(crate) const MARCOS: [(&str, Marco); 13] = [
    ("a number was taken", |_, mundo| {
        ha_sessao(mundo, |fase| fase == S::Perguntada(RespostaDaVia::Tomado))
    }),
    ("a number was found committed", |_, mundo| {
        ha_sessao(mundo, |fase| fase == S::Perguntada(RespostaDaVia::Feito))
    }),
    ("a lane was lost", |_, mundo| {
        ha_sessao(mundo, |fase| matches!(fase, S::Alheia | S::Perguntada(RespostaDaVia::Alheia)))
    }),
    ("two questions at once", |_, mundo| {
        let perguntam = mundo.sessoes.iter().filter(|sessao| sessao.fase == S::Perguntando);
        perguntam.count() > 1
    }),
    ("a connection that was given up holds rows", |_, mundo| {
        mundo.sessoes.iter().any(|sessao| !sessao.ligada && sessao.travas != 0)
    }),
    ("a transaction ended under its server", |_, mundo| {
        ha_sessao(mundo, |fase| fase == S::EncerradaAberta)
    }),
    ("a row is waited for", |_, mundo| {
        (0..mundo.sessoes.len()).any(|sessao| {
            matches!(mundo.sessoes[sessao].fase, S::Conta(_)) && !mundo.pode_avancar(sessao)
        })
    }),
    ("two operations of a batch share an account", |cena, mundo| {
        mundo.servidores.iter().any(|servidor| {
            let mut contas = servidor.lote.operacoes().iter().map(|&op| cena.operacao(op).contas());
            let (uma, outra) = (contas.next(), contas.next());
            let (Some(uma), Some(outra)) = (uma, outra) else { return false };
            let outra: Vec<_> = outra.collect();
            servidor.fase == F::Confirmando && uma.into_iter().any(|conta| outra.contains(&conta))
        })
    }),
    ("a batch was written from memory", |_, mundo| {
        mundo.sessoes.iter().any(|sessao| sessao.fase == S::Feita && sessao.de_memoria)
    }),
    ("a memory was stale", |_, mundo| ha_sessao(mundo, |fase| fase == S::Mudada)),
    ("a batch from memory waits for a row", |_, mundo| {
        (0..mundo.sessoes.len()).any(|lugar| {
            let sessao = &mundo.sessoes[lugar];
            sessao.de_memoria && matches!(sessao.fase, S::Conta(_)) && !mundo.pode_avancar(lugar)
        })
    }),
    ("a batch from memory waits for an opening", |_, mundo| {
        let abre = mundo.sessoes.iter().any(|sessao| sessao.travas & TRAVA_DA_TABELA != 0);
        abre && mundo.sessoes.iter().any(|sessao| sessao.de_memoria && sessao.fase == S::Via)
    }),
    ("a batch from memory goes on after its connection was given up", |_, mundo| {
        mundo.sessoes.iter().any(|sessao| sessao.de_memoria && !sessao.ligada)
    }),
];

/// Which of [`MARCOS`] were reached, a bit for each. Clones share it: the checker takes one.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarcosVistos(Arc<AtomicU16>);

impl MarcosVistos {
    pub(crate) fn ver(&self, cena: &CenaDistribuida, mundo: &MundoDistribuido) {
        let vistos = self.0.load(Relaxed);
        if vistos == (1 << MARCOS.len()) - 1 {
            return;
        }
        for (lugar, (_, marco)) in MARCOS.iter().enumerate() {
            if vistos & (1 << lugar) == 0 && marco(cena, mundo) {
                self.0.fetch_or(1 << lugar, Relaxed);
            }
        }
    }

    fn nomes(&self) -> impl Iterator<Item = &'static str> {
        let vistos = self.0.load(Relaxed);
        (0..MARCOS.len())
            .filter(move |lugar| vistos & (1 << lugar) != 0)
            .map(|lugar| MARCOS[lugar].0)
    }
}

fn ha_sessao(mundo: &MundoDistribuido, fase: impl Fn(S) -> bool) -> bool {
    mundo.sessoes.iter().any(|sessao| fase(sessao.fase))
}

/// What was explored.
#[derive(Debug, Default)]
pub(crate) struct Explorado {
    estados: usize,
    marcos: BTreeSet<&'static str>,
}

impl Explorado {
    /// Follows every step from the beginning of a scene. A counterexample is printed step by step.
    pub(crate) fn explorar(&mut self, cena: &CenaDistribuida) {
        let visto = cena.clone().checker().spawn_bfs().join();
        self.estados += visto.unique_state_count();
        self.marcos.extend(cena.vistos.nomes());
        if let Some(caminho) = visto.discovery(LEIS) {
            let ofensa = caminho.last_state().ofensa;
            panic!("{ofensa:?} in {cena:?}: {:#?}", caminho.into_actions());
        }
    }

    /// Fewer states or moments than these are the mark of an exploration of nothing.
    #[expect(clippy::print_stdout, reason = "with `--nocapture`, how much was explored")]
    pub(crate) fn conferir(&self, piso: usize, marcos: &[&str]) {
        println!("{} states, {:?}", self.estados, self.marcos);
        assert!(self.estados >= piso, "only {} states", self.estados);
        for marco in marcos {
            assert!(MARCOS.iter().any(|(nome, _)| nome == marco), "{marco} is not a moment");
            assert!(self.marcos.contains(marco), "{marco}: never reached");
        }
    }
}

/// Explores one scene.
pub(crate) fn explorar(cena: &CenaDistribuida, piso: usize, marcos: &[&str]) {
    let mut explorado = Explorado::default();
    explorado.explorar(cena);
    explorado.conferir(piso, marcos);
}

/// The scene keeps the laws, and with the defect it breaks this one. The shortest way there is printed.
#[expect(clippy::print_stdout, reason = "with `--nocapture`, the shortest counterexample")]
pub(crate) fn achar(cena: &CenaDistribuida, defeito: DefeitoDistribuido, ofensa: Ofensa) {
    Explorado::default().explorar(cena);
    let quebrada = cena.clone().com_defeito(defeito);
    let mut caminho =
        contraexemplo(&quebrada, None).unwrap_or_else(|| panic!("{defeito:?} is not found"));
    // The checker keeps the last counterexample of some that it finds together.
    while let Some(menor) = contraexemplo(&quebrada, Some(caminho.len() - 1)) {
        caminho = menor;
    }
    let achada = caminho.last().and_then(|(mundo, _)| mundo.ofensa);
    let passos: Vec<_> = caminho.iter().filter_map(|(_, passo)| *passo).collect();
    println!("{defeito:?}: {achada:?} after {} steps: {passos:?}", passos.len());
    assert_eq!(achada, Some(ofensa), "{passos:#?}");
}

/// States on the way to a broken law, each with the step that is taken there, of up to so many.
fn contraexemplo(
    cena: &CenaDistribuida,
    no_maximo: Option<usize>,
) -> Option<Vec<(MundoDistribuido, Option<PassoDistribuido>)>> {
    let busca = cena.clone().checker().finish_when(HasDiscoveries::AnyFailures);
    let busca = match no_maximo {
        // A state at the limit is not looked at any more.
        Some(estados) => busca.target_max_depth(estados + 1),
        None => busca,
    };
    Some(busca.spawn_bfs().join().discovery(LEIS)?.into_vec())
}
