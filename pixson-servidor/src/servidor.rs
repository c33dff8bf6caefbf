//! A bank behind its listener: its run, its upkeep, its panel, its end.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pixson_core::{Rg, Saldo, Servico};
use pixson_linha::sinais;
use pixson_metricas::{AoVivo, Instantaneo, Metricas, Observado, Painel};
use pixson_observacao::{Observacao, Tela};
use pixson_rede::{Conducao, Limites, Parada, tarefa};
use signal_hook::iterator::{Handle, Signals};

use crate::queda::Queda;
use crate::rastro::RastroDoServidor;
use crate::servida::BancoServido;

/// How often the bank is looked after: every 500 ms, or at once if the last time took longer. A change
/// reaches its account file in the next checkpoint, when that comes to the file.
const CUIDADO: Duration = Duration::from_millis(500);

/// The exit code after a second signal, the same that a shell reports for SIGINT.
const INTERROMPIDO: i32 = 130;

/// The server of `pixson-rede`, and what a bank needs beside it.
#[derive(Debug)]
pub(crate) struct ServidorDeContas<B> {
    rede: pixson_rede::Servidor<B, Observacao>,
    endereco: SocketAddr,
    sinais: Mutex<Signals>,
    vigia: Handle,
    painel: Option<Painel>,
    ao_vivo: Option<AoVivo>,
}

/// Where what happens is to be seen.
#[derive(Debug)]
pub(crate) struct Vistas {
    pub(crate) painel: Option<Painel>,
    pub(crate) rastro: Option<RastroDoServidor>,
    /// Nothing is shown on standard output.
    pub(crate) silencioso: bool,
}

impl<B: BancoServido> ServidorDeContas<B> {
    pub(crate) fn novo(
        servico: Servico<B>,
        ouvinte: TcpListener,
        limites: Limites,
        Vistas { painel, rastro, silencioso }: Vistas,
    ) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let sinais = Signals::new(sinais::de_fim())?;
        let parada = Parada::default();
        let (rastreio, ao_vivo) = match rastro {
            Some(RastroDoServidor { rastreio, ao_vivo }) => (Some(rastreio), ao_vivo),
            None => (None, None),
        };
        let tela = if silencioso { Tela::apagada() } else { Tela::nova() };
        let observacao = Observacao::nova(parada.clone(), tela).com_rastreio(rastreio);
        let observacao = if painel.is_some() { observacao } else { observacao.sem_contar() };
        let distante = servico.banco().distante();
        let observacao = if distante { observacao.que_continua() } else { observacao };
        Ok(Self {
            rede: pixson_rede::Servidor::novo(servico, ouvinte, limites, parada, observacao),
            endereco,
            vigia: sinais.handle(),
            sinais: Mutex::new(sinais),
            painel,
            ao_vivo,
        })
    }

    /// Serves its connections in this way.
    pub(crate) fn com_conducao(self, conducao: Conducao) -> Self {
        Self { rede: self.rede.com_conducao(conducao), ..self }
    }

    fn banco(&self) -> &B {
        self.rede.servico().banco()
    }

    /// Serves until a signal asks for the end; then every line that has arrived whole is answered, and
    /// the bank is closed.
    pub(crate) fn servir(self) -> Result<(), Queda> {
        let banco = self.banco();
        let fechado = thread::scope(|escopo| {
            let tarefas = [
                tarefa(escopo, || self.vigiar()),
                tarefa(escopo, || self.cuidar()),
                tarefa(escopo, || {
                    if let Some(painel) = &self.painel {
                        painel.servir(&self);
                    }
                }),
            ];
            let completo = tarefas.into_iter().collect::<io::Result<()>>();
            let servido = completo.map_err(Queda::SemThread).and_then(|()| {
                self.rede.servir(|| {
                    // The run begins last of all, so that a start that fails leaves the bank as it
                    // was.
                    banco.iniciar()?;
                    self.anunciar();
                    Ok(())
                })
            });
            // The threads that have started must end, also after an error.
            self.rede.parada().pedir();
            let fechado = banco.fechar();
            // The bank is closed: the panel's numbers change no more.
            if let Some(painel) = &self.painel {
                painel.encerrar();
            }
            // Signals are watched up to here, so that a second one can end the process at once.
            self.vigia.close();
            servido.and(fechado)
        });
        let esgotado = self.rede.servico().relogio().esgotado();
        let (servico, observacao) = self.rede.desfazer();
        observacao.despedir();
        fechado?;
        tracing::info!("servidor encerrado");
        if esgotado { Err(Queda::RelogioEsgotado) } else { servico.banco().conferir_fim() }
    }

    fn anunciar(&self) {
        let (endereco, lacos) = (self.endereco, self.rede.conducao().lacos());
        let (porta, tela) = (endereco.port(), self.rede.observador().tela());
        self.banco().anunciar(endereco, lacos);
        tela.mostrar(format_args!("Servidor iniciado na porta {porta}"));
        tela.mostrar("Aguardando conexão");
    }

    /// The first signal stops the server in order. A second one from a person ends the process at
    /// once, since what was acknowledged is in the journal. When the server stops by itself, no
    /// signal has been counted yet.
    fn vigiar(&self) {
        let mut sinais = self.sinais.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pediram = false;
        for sinal in sinais.forever() {
            if sinais::insiste(sinal) && std::mem::replace(&mut pediram, true) {
                process::exit(INTERROMPIDO);
            }
            self.rede.observador().parar();
        }
    }

    /// Looks after the bank until the server stops.
    fn cuidar(&self) {
        let mut cuidado = B::Cuidado::default();
        let mut espera = CUIDADO;
        while !self.rede.parada().esperar(espera) {
            let inicio = Instant::now();
            self.banco().cuidar(&mut cuidado, self.rede.observador());
            espera = CUIDADO.saturating_sub(inicio.elapsed());
        }
    }
}

impl<B: BancoServido> Observado for ServidorDeContas<B> {
    fn metricas(&self) -> &Metricas {
        self.rede.observador().metricas()
    }

    fn instantaneo(&self) -> Instantaneo {
        let banco = self.banco();
        Instantaneo {
            abertas: self.rede.conexoes(),
            relogio: self.rede.servico().relogio().agora(),
            epoca: banco.epoca(),
            banco: banco.instantaneo(),
        }
    }

    fn presas(&self) -> Vec<String> {
        self.banco().queixas()
    }

    fn ao_vivo(&self) -> Option<&AoVivo> {
        self.ao_vivo.as_ref()
    }

    fn saldos(&self, contas: &BTreeSet<Rg>) -> BTreeMap<Rg, Saldo> {
        self.banco().saldos(contas)
    }

    fn saudavel(&self) -> bool {
        !self.rede.parada().pedida() && self.banco().saudavel()
    }
}
