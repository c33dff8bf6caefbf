//! The bank in files behind its listener: its run, its checkpoints, its panel, its end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pixson_administracao::frases::{de_presa, do_disco};
use pixson_core::Servico;
use pixson_core::banco::BancoJson;
use pixson_linha::sinais;
use pixson_metricas::{Instantaneo, Metricas, Observado, Painel};
use pixson_observacao::{Observacao, Queixa, Tela};
use pixson_rede::{Conducao, Limites, Parada, tarefa};
use signal_hook::iterator::{Handle, Signals};

use crate::frases::avisar;
use crate::queda::Queda;

/// How often a checkpoint begins: every 500 ms, or at once if the last one took longer. A change
/// reaches its file in the next checkpoint, when that comes to the file.
const PUBLICACAO: Duration = Duration::from_millis(500);

/// How often, at most, the log says that the storage refuses requests: every 10 s.
const SEM_ESPACO: Duration = Duration::from_secs(10);

/// The exit code after a second signal, the same that a shell reports for SIGINT.
const INTERROMPIDO: i32 = 130;

/// The server of `pixson-rede`, and what the bank in files needs beside it.
#[derive(Debug)]
pub(crate) struct ServidorDeArquivos {
    rede: pixson_rede::Servidor<BancoJson, Observacao>,
    endereco: SocketAddr,
    sinais: Mutex<Signals>,
    vigia: Handle,
    painel: Option<Painel>,
}

impl ServidorDeArquivos {
    pub(crate) fn novo(
        servico: Servico<BancoJson>,
        ouvinte: TcpListener,
        limites: Limites,
        painel: Option<Painel>,
        silencioso: bool,
    ) -> io::Result<Self> {
        let endereco = ouvinte.local_addr()?;
        let sinais = Signals::new(sinais::de_fim())?;
        let parada = Parada::default();
        let tela = if silencioso { Tela::apagada() } else { Tela::nova() };
        let observacao = Observacao::nova(parada.clone(), tela);
        let observacao = if painel.is_some() { observacao } else { observacao.sem_contar() };
        Ok(Self {
            rede: pixson_rede::Servidor::novo(servico, ouvinte, limites, parada, observacao),
            endereco,
            vigia: sinais.handle(),
            sinais: Mutex::new(sinais),
            painel,
        })
    }

    /// Serves its connections in this way.
    pub(crate) fn com_conducao(self, conducao: Conducao) -> Self {
        Self { rede: self.rede.com_conducao(conducao), ..self }
    }

    fn banco(&self) -> &BancoJson {
        self.rede.servico().banco()
    }

    /// Serves until a signal asks for the end; then every line that has arrived whole is answered, and
    /// every account file is made current.
    pub(crate) fn servir(self) -> Result<(), Queda> {
        let banco = self.banco();
        let fechado = thread::scope(|escopo| {
            let tarefas = [
                tarefa(escopo, || self.vigiar()),
                tarefa(escopo, || self.publicar()),
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
                    banco.iniciar().map_err(Queda::Inicio)?;
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
            servido?;
            let queda =
                if banco.falhou() { Queda::Armazenamento } else { Queda::ArquivosAtrasados };
            fechado.map_err(queda)
        });
        let esgotado = self.rede.servico().relogio().esgotado();
        let presas = banco.presas();
        let (_banco, observacao) = self.rede.desfazer();
        observacao.despedir();
        avisar(fechado?);
        tracing::info!("servidor encerrado");
        match presas.is_empty() {
            _ if esgotado => Err(Queda::RelogioEsgotado),
            true => Ok(()),
            false => Err(Queda::ArquivosPresos(presas)),
        }
    }

    fn anunciar(&self) {
        let (porta, epoca) = (self.endereco.port(), self.banco().epoca());
        let lacos = self.rede.conducao().lacos();
        let tela = self.rede.observador().tela();
        let por_recuperar = self.banco().contas_por_recuperar();
        let endereco = self.endereco;
        tracing::info!(%endereco, epoca, lacos, por_recuperar, "servidor iniciado");
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

    /// Makes checkpoints, which bring the account files up to the journal, until the server stops.
    fn publicar(&self) {
        let banco = self.banco();
        let mut espera = PUBLICACAO;
        let mut queixa = Queixa::a_cada(SEM_ESPACO);
        while !self.rede.parada().esperar(espera) {
            let inicio = Instant::now();
            let publicado = banco.publicar();
            // If the disk has failed, the server ends and gives that reason itself.
            let recusou = self.rede.observador().recusou() && !banco.falhou();
            if recusou && queixa.cabe() {
                tracing::warn!(
                    "pedidos recusados: falta espaço em disco, ou faltam descritores; \
                     o servidor volta a aceitá-los quando houver"
                );
            }
            espera = PUBLICACAO.saturating_sub(inicio.elapsed());
            match publicado {
                Ok(avisos) => avisar(avisos),
                Err(_) if banco.falhou() => self.rede.observador().parar(),
                // Space or file descriptors are short: the next checkpoint tries again.
                Err(erro) => {
                    let erro = do_disco(&erro);
                    tracing::debug!(erro, "arquivos das contas atrasados");
                }
            }
        }
    }
}

impl Observado for ServidorDeArquivos {
    fn metricas(&self) -> &Metricas {
        self.rede.observador().metricas()
    }

    fn instantaneo(&self) -> Instantaneo {
        let banco = self.banco();
        Instantaneo {
            abertas: self.rede.conexoes(),
            relogio: self.rede.servico().relogio().agora(),
            epoca: banco.epoca(),
            diario: banco.medidas(),
            atrasados: banco.registros_atrasados(),
            por_recuperar: banco.contas_por_recuperar(),
            presas: banco.presas(),
            falhas: banco.falhas_do_disco(),
        }
    }

    fn presas(&self) -> Vec<String> {
        self.banco().presas().iter().map(de_presa).collect()
    }

    fn saudavel(&self) -> bool {
        !self.rede.parada().pedida() && !self.banco().falhou()
    }
}
