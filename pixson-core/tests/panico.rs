//! A disk that panics while a thread writes for all.
#![cfg(feature = "json")]

mod comum;

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{BancoJson, ResultadoDesconhecido};
use pixson_core::{Banco, Recusa, Relogio};
use pixson_oraculos::DiscoModelo;
use pixson_oraculos::juiz::PEQUENA;

use comum::conformidade::fazer;
use comum::disco::delegar;
use comum::{deposito, saldos};

/// How long a thread may wait for what should come at once.
const PACIENCIA: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Chamada {
    /// Of a segment.
    Criar,
    Sincronizar,
}

/// The model disk. Once it is told to, it says when it is called so, and panics when it is let go.
#[derive(Clone, Debug)]
struct DiscoQueCai {
    modelo: DiscoModelo,
    queda: Arc<Mutex<Option<Queda>>>,
}

#[derive(Debug)]
struct Queda {
    em: Chamada,
    chegou: Sender<()>,
    cair: Receiver<()>,
}

impl DiscoQueCai {
    fn novo() -> Self {
        let modelo = DiscoModelo::com_contas(&saldos(&[("1", "10.0")]));
        Self { modelo, queda: Arc::default() }
    }

    /// Panics at that call: the first channel tells that it has come, the second lets it go.
    fn armar(&self, em: Chamada) -> (Receiver<()>, Sender<()>) {
        let ((chegou, chegada), (soltar, cair)) = (channel(), channel());
        *self.queda.lock().expect("no panic under this lock") = Some(Queda { em, chegou, cair });
        (chegada, soltar)
    }

    fn passar(&self, chamada: Chamada) {
        let mut armada = self.queda.lock().expect("no panic under this lock");
        let queda = armada.take_if(|queda| queda.em == chamada);
        drop(armada);
        if let Some(Queda { chegou, cair, .. }) = queda {
            chegou.send(()).expect("the test listens");
            cair.recv().expect("the test lets go");
            panic!("the disk falls over");
        }
    }
}

impl Disco for DiscoQueCai {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Self::Arquivo> {
        if nome.starts_with("diario/0") {
            self.passar(Chamada::Criar);
        }
        self.modelo.criar(nome, como)
    }

    fn sincronizar(&self, arquivo: &Self::Arquivo) -> io::Result<()> {
        self.passar(Chamada::Sincronizar);
        self.modelo.sincronizar(arquivo)
    }

    delegar!(modelo: apagar, travar, criar_pasta, listar, ler, escrever, cortar);
    delegar!(modelo: renomear, sincronizar_pasta, marca);
}

type BancoQueCai = BancoJson<DiscoQueCai>;

/// Has the disk panic under a thread that does `liderar`, while another one waits for a deposit.
#[allow(
    clippy::disallowed_methods,
    reason = "a test whose thread waits for ever fails, and does not wait for it"
)]
fn cair(em: Chamada, liderar: impl FnOnce(&BancoQueCai, &Relogio) + Send + 'static) {
    let disco = DiscoQueCai::novo();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let juntos = Arc::new((banco, Relogio::novo()));
    let (banco, relogio) = &*juntos;
    while banco.medidas().bytes < PEQUENA.segmento_bytes {
        fazer(banco, relogio, deposito("1", "1")).1.expect("the disk still stands");
    }
    let (chegada, soltar) = disco.armar(em);
    let do_lider = Arc::clone(&juntos);
    let lider = thread::spawn(move || liderar(&do_lider.0, &do_lider.1));
    chegada.recv_timeout(PACIENCIA).expect("the leader comes to that call");
    let (dizer, ouvir) = channel();
    let de_quem_espera = Arc::clone(&juntos);
    thread::spawn(move || {
        let (banco, relogio) = &*de_quem_espera;
        let feita = banco.executar(deposito("1", "1"), relogio).expect("stamps are left");
        dizer.send(None).expect("the test listens");
        dizer.send(Some(banco.confirmar(feita.recibo))).expect("the test listens");
    });
    assert_eq!(ouvir.recv_timeout(PACIENCIA), Ok(None));
    soltar.send(()).expect("the leader waits");
    assert!(lider.join().is_err(), "the disk has panicked");
    assert_eq!(ouvir.recv_timeout(PACIENCIA), Ok(Some(Err(ResultadoDesconhecido))));
    let depois = banco.executar(deposito("1", "1"), relogio).map(|feita| feita.desfecho);
    let recusa = Err(Recusa::ServidorIndisponivel);
    assert_eq!(depois, Ok(recusa), "nothing is taken any more");
}

#[test]
fn who_waits_for_a_group_whose_leader_panics_is_told_that_the_outcome_is_unknown() {
    cair(Chamada::Sincronizar, |banco, relogio| {
        let feita = banco.executar(deposito("1", "1"), relogio).expect("stamps are left");
        let _ = banco.confirmar(feita.recibo);
    });
}

#[test]
fn who_waits_while_a_thread_that_turns_the_segment_panics_is_told_the_same() {
    cair(Chamada::Criar, |banco, _| {
        let _ = banco.publicar();
    });
}
