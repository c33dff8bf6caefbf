//! Several servers on one bank, and the judgement of what all of them said.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use pixson_aglomerado::{Intermediario, Motor, MotorComum};
use pixson_core::banco::{Banco, BancoPostgres, ConfiguracaoPostgres, Execucao};
use pixson_core::{Carimbo, Operacao, Recusa, Relogio, Rg, Saldo, Valor};
use pixson_oraculos::Sorteio;
use pixson_oraculos::juiz::{Historia, Ouvida, julgar_servidores};

use super::comum::rg;
use super::tabelas::{livro, saldos};
use super::{abrir, banco_com, configuracao, motor};

/// A server without sockets: a bank, a clock, and what it has said.
pub(crate) struct ServidorDaCena {
    pub(crate) banco: BancoPostgres,
    relogio: Relogio,
    ouvidas: Mutex<Vec<Ouvida>>,
    /// How many operations were certainly not done.
    pub(crate) recusadas: Mutex<Vec<(u64, Carimbo)>>,
}

impl ServidorDaCena {
    pub(crate) fn novo(banco: BancoPostgres) -> Self {
        let (ouvidas, recusadas) = (Mutex::default(), Mutex::default());
        Self { banco, relogio: Relogio::novo(), ouvidas, recusadas }
    }

    /// Does an operation, and gives and writes down what a client hears of it.
    pub(crate) fn fazer(&self, operacao: Operacao) -> Ouvida {
        let execucao = self.banco.executar(operacao, &self.relogio).expect("stamps are left");
        let confirmada = self.banco.confirmar(execucao.recibo).is_ok();
        let (epoca, Execucao { carimbo, desfecho, .. }) = (self.banco.epoca(), execucao);
        let ouvida = Ouvida { epoca, carimbo, operacao, desfecho, confirmada };
        if confirmada && desfecho == Err(Recusa::ServidorIndisponivel) {
            self.recusadas.lock().expect("no panic").push((epoca, carimbo));
        } else {
            self.ouvidas.lock().expect("no panic").push(ouvida);
        }
        ouvida
    }

    /// What several clients say in turns that are drawn by lot, until `basta`.
    pub(crate) fn clientes(
        &self,
        semente: u64,
        contas: &[Rg],
        basta: &(dyn Fn(usize) -> bool + Sync),
    ) {
        thread::scope(|escopo| {
            for cliente in 0..8 {
                escopo.spawn(move || {
                    let mut sorteio = Sorteio::novo(semente * 100 + cliente);
                    let mut feitas = 0;
                    while !basta(feitas) {
                        self.fazer(sortear(&mut sorteio, contas));
                        feitas += 1;
                    }
                });
            }
        });
    }
}

fn sortear(sorteio: &mut Sorteio, contas: &[Rg]) -> Operacao {
    let mut sortear = |ate: usize| usize::try_from(sorteio.proximo() % ate as u64).expect("small");
    let (um, outro) = (contas[sortear(contas.len())], contas[sortear(contas.len())]);
    let valor = Valor::de_centavos(1 + sortear(700) as u64).expect("in range");
    match sortear(10) {
        0 | 1 => Operacao::Saldo { rg: um },
        2 => Operacao::Login { rg: um },
        3 => Operacao::Saque { rg: um, valor },
        4 => Operacao::Deposito { rg: um, valor },
        _ => Operacao::Transferencia { rg_origem: um, rg_destino: outro, valor },
    }
}

/// A bank of its own, with the accounts of [`quatro`].
pub(crate) struct BancoDaCena {
    pub(crate) motor: &'static MotorComum,
    pub(crate) nome: String,
    iniciais: BTreeMap<Rg, Saldo>,
}

impl BancoDaCena {
    pub(crate) fn novo() -> Option<Self> {
        let (motor, (iniciais, _)) = (motor()?, quatro());
        let nome = banco_com(motor, &iniciais);
        Some(Self { motor, nome, iniciais })
    }

    pub(crate) fn configuracao(&self) -> ConfiguracaoPostgres {
        configuracao(self.motor, &self.nome)
    }

    pub(crate) fn servidor(&self) -> ServidorDaCena {
        ServidorDaCena::novo(abrir(self.motor, &self.nome))
    }

    /// A server, and the network between it and its database, if that can be cut.
    pub(crate) fn servidor_de_longe(&self) -> Option<(ServidorDaCena, Intermediario)> {
        let (rede, url) = self.motor.rede(&self.nome)?;
        let banco = BancoPostgres::abrir(url.parse().expect("a URL")).expect("it opens");
        Some((ServidorDaCena::novo(banco), rede))
    }

    pub(crate) fn sql(&self, texto: &str) -> String {
        self.motor.sql(&self.nome, texto)
    }

    pub(crate) fn saldos(&self) -> BTreeMap<Rg, Saldo> {
        saldos(self.motor, &self.nome)
    }

    /// Judges all that was said on it.
    pub(crate) fn julgar(&self, servidores: &[&ServidorDaCena]) -> Result<(), String> {
        julgar(self.motor, &self.nome, &self.iniciais, servidores)
    }
}

/// A deposit of one centavo.
pub(crate) fn deposito(conta: &str) -> Operacao {
    Operacao::Deposito { rg: rg(conta), valor: Valor::de_centavos(1).expect("in range") }
}

/// The accounts 1 to 4 with 10.00 each, of which operations also name 5, which is not there.
pub(crate) fn quatro() -> (BTreeMap<Rg, Saldo>, Vec<Rg>) {
    let contas: Vec<Rg> = ["1", "2", "3", "4", "5"].map(rg).to_vec();
    let dez = Saldo::de_centavos(1000).expect("in range");
    (contas[..4].iter().map(|&rg| (rg, dez)).collect(), contas)
}

/// Judges all that was said on a bank, and that its rows are as the history says.
pub(crate) fn julgar(
    motor: &dyn Motor,
    banco: &str,
    iniciais: &BTreeMap<Rg, Saldo>,
    servidores: &[&ServidorDaCena],
) -> Result<(), String> {
    let livro = livro(motor, banco);
    let ouvidas =
        servidores.iter().flat_map(|servidor| servidor.ouvidas.lock().expect("no panic").clone());
    let historia = Historia { ouvidas: ouvidas.collect(), ..Historia::default() };
    for (epoca, carimbo) in
        servidores.iter().flat_map(|um| um.recusadas.lock().expect("no panic").clone())
    {
        let feito = livro.iter().find(|um| (um.epoca, um.carimbo) == (epoca, carimbo));
        if let Some(feito) = feito {
            return Err(format!("refused for certain, and done: {feito:?}"));
        }
    }
    let esperados = julgar_servidores(iniciais, &historia, &livro)?;
    let saldos = saldos(motor, banco);
    if saldos == esperados { Ok(()) } else { Err(format!("{saldos:?}, not {esperados:?}")) }
}

#[test]
fn what_two_servers_say_on_one_bank_is_one_history() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let (_, contas) = quatro();
    let servidores = [(); 2].map(|()| cena.servidor());
    assert_ne!(servidores[0].banco.epoca(), servidores[1].banco.epoca());
    thread::scope(|escopo| {
        for (semente, servidor) in (1..).zip(&servidores) {
            let contas = &contas;
            escopo.spawn(move || servidor.clientes(semente, contas, &|feitas| feitas == 150));
        }
    });
    let [um, outro] = &servidores;
    assert_eq!(cena.julgar(&[um, outro]), Ok(()));
    for servidor in &servidores {
        let medidas = servidor.banco.medidas();
        assert_eq!(medidas.operacoes, 8 * 150, "{medidas:?}");
        assert!(medidas.lotes < medidas.operacoes, "operations gather: {medidas:?}");
        assert_eq!(medidas.erros + medidas.duvidas + medidas.quedas, 0, "{medidas:?}");
        assert_eq!(medidas.repeticoes, 0, "rows are locked in one order: {medidas:?}");
    }
}

#[test]
fn a_reading_at_one_server_is_before_the_change_that_another_makes_later() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidores = [(); 2].map(|()| cena.servidor());
    let [um, outro] = &servidores;
    // The first clock is far ahead of the second.
    for _ in 0..50 {
        um.fazer(Operacao::Saldo { rg: rg("2") });
    }
    let leitura = um.fazer(Operacao::Saldo { rg: rg("1") });
    let valor = Valor::de_centavos(1).expect("in range");
    let mudanca = outro.fazer(Operacao::Deposito { rg: rg("1"), valor });
    assert!(mudanca.carimbo > leitura.carimbo, "{mudanca:?} comes after {leitura:?}");
    let alheia = outro.fazer(Operacao::Login { rg: rg("3") });
    assert!(alheia.carimbo > mudanca.carimbo, "one clock for all of a server");
    assert_eq!(cena.julgar(&[um, outro]), Ok(()));
}

#[test]
fn the_judge_of_several_servers_sees_a_stamp_that_is_not_above_that_of_the_row() {
    let Some(cena) = BancoDaCena::novo() else { return };
    let servidores = [(); 2].map(|()| cena.servidor());
    let [um, outro] = &servidores;
    let valor = Valor::de_centavos(1).expect("in range");
    for _ in 0..5 {
        um.fazer(Operacao::Saldo { rg: rg("1") });
    }
    // As a server would leave it that forgets to leave the stamps of its readings.
    cena.sql("UPDATE pixson.contas SET carimbo = 0");
    outro.fazer(Operacao::Deposito { rg: rg("1"), valor });
    assert!(cena.julgar(&[um, outro]).is_err());
}

/// Lets clients go on until this is dropped or told.
#[derive(Default)]
pub(crate) struct Basta(AtomicBool);

impl Basta {
    pub(crate) fn basta(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn ja(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
