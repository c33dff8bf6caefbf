//! A bank whose disk the scheduler sees, and what those who use it have heard.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{io, iter};

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{
    Abertura, BancoJson, ConfiguracaoJson, Conta, ErroAbrirContas, Feito, Gestao, Recibo,
    ResultadoDesconhecido, auditar,
};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Rg, Saldo};
use pixson_oraculos::juiz::{Gerida, Historia, Ouvida, julgar_vida};
use pixson_oraculos::{Aberto, Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};
use shuttle::sync::atomic::{AtomicUsize, Ordering};

use crate::comum::{rg, saldo};

/// The model disk. Before each call to it somebody else may run, and one sync can be made to fail.
#[derive(Clone, Debug)]
pub(super) struct DiscoEscalonado {
    pub(super) modelo: DiscoModelo,
    pub(super) syncs_ate_a_falha: Arc<AtomicUsize>,
}

impl DiscoEscalonado {
    /// The scheduler may switch at a load; unlike a yield, a load does not ask it to.
    fn pausar(&self) -> &DiscoModelo {
        let _ = self.syncs_ate_a_falha.load(Ordering::SeqCst);
        &self.modelo
    }
}

impl Disco for DiscoEscalonado {
    type Arquivo = Aberto;

    fn travar(&self, nome: &str) -> io::Result<Aberto> {
        self.pausar().travar(nome)
    }

    fn criar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pausar().criar_pasta(pasta)
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        self.pausar().listar(pasta)
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        self.pausar().ler(nome, max_bytes)
    }

    fn criar(&self, nome: &str, como: Option<&str>) -> io::Result<Aberto> {
        self.pausar().criar(nome, como)
    }

    fn escrever(&self, arquivo: &Aberto, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        self.pausar().escrever(arquivo, posicao, bytes)
    }

    fn cortar(&self, arquivo: &Aberto, bytes: u64) -> io::Result<()> {
        self.pausar().cortar(arquivo, bytes)
    }

    fn sincronizar(&self, arquivo: &Aberto) -> io::Result<()> {
        if self.syncs_ate_a_falha.fetch_sub(1, Ordering::SeqCst) == 0 {
            // Only this once: a bank that asked again would be told that all is well.
            let falha = FalhaDoDisco { chamada: 0, especie: ModoDeFalhar::Eio, para_sempre: false };
            self.modelo.programar(Some(falha));
        }
        self.modelo.sincronizar(arquivo)
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        self.pausar().renomear(de, para)
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        self.pausar().sincronizar_pasta(pasta)
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        self.pausar().apagar(nome)
    }
}

/// An open bank, and what those who use it have heard.
pub(super) struct BancoEscalonado {
    pub(super) iniciais: BTreeMap<Rg, Saldo>,
    pub(super) disco: DiscoEscalonado,
    pub(super) banco: BancoJson<DiscoEscalonado>,
    pub(super) relogio: Relogio,
    /// A lock that the scheduler does not see: it is never held where a switch is possible.
    pub(super) notas: Mutex<Notas>,
}

#[derive(Default)]
pub(super) struct Notas {
    pub(super) ouvidas: Vec<Ouvida>,
    pub(super) geridas: Vec<Gerida>,
    pub(super) apagoes: Vec<Apagao>,
    /// Somebody has heard that an outcome is unknown.
    pub(super) desconhecido: bool,
}

/// What a power cut at one moment would leave, and which replies had been sent by then.
pub(super) struct Apagao {
    pub(super) disco: DiscoModelo,
    pub(super) confirmadas: Vec<bool>,
    pub(super) geridas: Vec<bool>,
}

impl BancoEscalonado {
    /// A bank with 1.0 in each of these accounts.
    pub(super) fn novo(contas: &[&str], configuracao: ConfiguracaoJson) -> Self {
        let iniciais: BTreeMap<Rg, Saldo> =
            contas.iter().map(|conta| (rg(conta), saldo("1.0"))).collect();
        let modelo = DiscoModelo::com_contas(&iniciais);
        let syncs_ate_a_falha = Arc::new(AtomicUsize::new(usize::MAX));
        let disco = DiscoEscalonado { modelo, syncs_ate_a_falha };
        let (banco, avisos) =
            BancoJson::abrir_em(disco.clone(), configuracao).expect("the disk works");
        assert_eq!(avisos, []);
        Self { iniciais, disco, banco, relogio: Relogio::novo(), notas: Mutex::default() }
    }

    pub(super) fn notas(&self) -> MutexGuard<'_, Notas> {
        self.notas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pipelined batch of one client, who waits once. When the replies may be sent, the power
    /// is cut.
    pub(super) fn pedir(&self, operacoes: &[Operacao]) {
        let mut pedidas = Vec::new();
        let mut recibo = Recibo::IMEDIATO;
        for &operacao in operacoes {
            let execucao = self.banco.executar(operacao, &self.relogio).expect("stamps are left");
            recibo = recibo.max(execucao.recibo);
            // Such a reply says that nothing was done, not what the balances are.
            if execucao.desfecho != Err(Recusa::ServidorIndisponivel) {
                let (epoca, carimbo) = (self.banco.epoca(), execucao.carimbo);
                let desfecho = execucao.desfecho;
                let mut notas = self.notas();
                pedidas.push(notas.ouvidas.len());
                notas.ouvidas.push(Ouvida {
                    epoca,
                    carimbo,
                    operacao,
                    desfecho,
                    confirmada: false,
                });
            }
        }
        let tarde = self.notas().desconhecido;
        match self.banco.confirmar(recibo) {
            Ok(()) => {
                assert!(!tarde, "acknowledged after a failure");
                let mut notas = self.notas();
                for pedida in pedidas {
                    notas.ouvidas[pedida].confirmada = true;
                }
                drop(notas);
                self.cortar();
            }
            Err(ResultadoDesconhecido) => self.notas().desconhecido = true,
        }
    }

    /// Opens accounts with 1.0 in each, unless one of them is there. Then the power is cut.
    pub(super) fn abrir(&self, contas: &[&str]) -> bool {
        let conta = |numero: &&str| {
            let nome = format!("N{numero}").parse().expect("legal name");
            Conta { rg: rg(numero), nome, saldo: saldo("1.0") }
        };
        let abertura = Abertura::nova(contas.iter().map(conta).collect()).expect("new accounts");
        let Gestao { carimbo, recibo } = match self.banco.abrir_contas(&abertura, &self.relogio) {
            Ok(gestao) => gestao,
            Err(ErroAbrirContas::Existentes(_)) => return false,
            Err(erro) => panic!("the disk works: {erro}"),
        };
        let (epoca, feito) = (self.banco.epoca(), Feito::Abertura(abertura));
        let mut notas = self.notas();
        let indice = notas.geridas.len();
        notas.geridas.push(Gerida { epoca, carimbo, feito, confirmada: false });
        drop(notas);
        self.banco.confirmar(recibo).expect("the disk works");
        self.notas().geridas[indice].confirmada = true;
        self.cortar();
        true
    }

    /// A checkpoint, after which the power is cut.
    pub(super) fn publicar(&self) {
        assert_eq!(self.banco.publicar().expect("the disk works"), []);
        self.cortar();
    }

    /// Keeps the disk as a power cut would leave it now, with nothing that is not synced.
    pub(super) fn cortar(&self) {
        let mut notas = self.notas();
        let disco = self.disco.modelo.depois_de(&mut Corte::Nada);
        let confirmadas = notas.ouvidas.iter().map(|ouvida| ouvida.confirmada).collect();
        let geridas = notas.geridas.iter().map(|gerida| gerida.confirmada).collect();
        notas.apagoes.push(Apagao { disco, confirmadas, geridas });
    }

    /// After everybody has gone: recovers each disk that a power cut left, and judges it by the
    /// replies that had been sent by then. Returns the total of the last, in centavos.
    pub(super) fn julgar(self) -> u128 {
        self.cortar();
        let Notas { ouvidas, geridas: feitas, apagoes, .. } =
            self.notas.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut total = 0;
        for Apagao { disco, confirmadas, geridas } in apagoes {
            let ouvidas = ouvidas
                .iter()
                .zip(confirmadas.into_iter().chain(iter::repeat(false)))
                .map(|(ouvida, confirmada)| Ouvida { confirmada, ..*ouvida })
                .collect();
            let geridas = feitas
                .iter()
                .zip(geridas.into_iter().chain(iter::repeat(false)))
                .map(|(gerida, confirmada)| Gerida { confirmada, ..gerida.clone() })
                .collect();
            let ate_entao = Historia { ouvidas, geridas, ..Historia::default() };
            assert_eq!(julgar_vida(&disco, &self.iniciais, &ate_entao), Ok(()));
            total = auditar(&disco).expect("it was just judged").total_em_centavos;
        }
        total
    }
}
