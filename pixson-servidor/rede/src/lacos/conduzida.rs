//! One connection in a loop: what its machine asks for, as far as that goes without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use mio::event::Event;
use pixson_core::sessao::Fim;
use pixson_core::{Banco, Ligacao, Servico};

use crate::admitida::Admitida;
use crate::atendimento::Atendimento;
use crate::conexao::{Acao, ConexaoServidor, Encerramento};
use crate::observador::ObservadorDeConexao;
use crate::parada::Parada;
use crate::portaria::Passe;

/// Where a connection stopped in this round of its loop.
#[derive(Debug)]
pub(super) enum Parou {
    /// Its replies wait for the storage.
    NoArmazenamento,
    /// There is nothing to do before the socket has changed, or this instant has come.
    NoPar(Instant),
    /// It has had its share of this round, and goes on in the next.
    NaVez,
    /// It is over.
    Encerrada(io::Result<Encerramento>),
}

/// A connection, and what is known of its socket. The selector tells each change once, so that what it
/// has told is kept until a call shows that it is no longer true.
#[derive(Debug)]
pub(super) struct Conduzida<'s, D> {
    fluxo: Arc<TcpStream>,
    conexao: ConexaoServidor,
    observador: D,
    atendimento: Atendimento,
    legivel: bool,
    gravavel: bool,
    /// The peer sends nothing more, or the connection has failed: reading tells which, once what has
    /// arrived is read.
    acabou: bool,
    /// By when the loop looks at it, as its alarm clock has it.
    pub(super) marcado: Option<Instant>,
    /// It is in the list of those that the loop goes on with.
    pub(super) na_fila: bool,
    _passe: Passe<'s>,
}

impl<'s, D: ObservadorDeConexao> Conduzida<'s, D> {
    pub(super) fn nova(admitida: Admitida<'s>, conexao: ConexaoServidor, observador: D) -> Self {
        Self {
            fluxo: admitida.fluxo,
            conexao,
            observador,
            atendimento: Atendimento::default(),
            legivel: true,
            gravavel: true,
            acabou: false,
            marcado: None,
            na_fila: false,
            _passe: admitida.passe,
        }
    }

    pub(super) fn fluxo(&self) -> &TcpStream {
        &self.fluxo
    }

    pub(super) fn ligacao(&self) -> &Ligacao {
        self.conexao.ligacao()
    }

    /// The socket has changed.
    pub(super) fn notar(&mut self, evento: &Event) {
        self.acabou |= evento.is_read_closed() || evento.is_error();
        self.legivel |= evento.is_readable() || self.acabou;
        self.gravavel |= evento.is_writable() || evento.is_error();
    }

    /// Does what can be done without waiting. In one round it reads once, so that no peer keeps the
    /// others waiting, and once more for each time that it filled the buffer while its replies wait
    /// for the storage anyway.
    pub(super) fn conduzir<B: Banco>(
        &mut self,
        servico: &Servico<B>,
        parada: &Parada,
        leitura: &mut [u8],
        agora: Instant,
    ) -> Parou {
        let (mut leu, mut encheu) = (false, false);
        loop {
            let feito = match self.conexao.acao(agora) {
                Acao::Avancar => {
                    let Self { conexao, observador, atendimento, .. } = self;
                    conexao.avancar(servico, |evento| {
                        atendimento.ver(evento);
                        observador.evento(evento);
                    });
                    Ok(())
                }
                Acao::Confirmar => {
                    let adianta = encheu && self.legivel && self.conexao.pode_adiantar();
                    if !adianta || parada.pedida() {
                        return Parou::NoArmazenamento;
                    }
                    self.ler(parada, leitura, &mut encheu)
                }
                Acao::Escrever { bytes, no_maximo } => {
                    if !self.gravavel {
                        return Parou::NoPar(agora + no_maximo);
                    }
                    let escrito = (&*self.fluxo).write(bytes);
                    self.anotar_escrita(escrito)
                }
                Acao::Ler { no_maximo } => {
                    self.contar();
                    if !self.legivel {
                        return Parou::NoPar(agora + no_maximo);
                    }
                    if std::mem::replace(&mut leu, true) {
                        return Parou::NaVez;
                    }
                    self.ler(parada, leitura, &mut encheu)
                }
                Acao::MeioFechar => {
                    // A peer that let a deadline pass was not waiting for the server.
                    if self.conexao.encerramento() != Some(Encerramento::Sessao(Fim::PrazoEsgotado))
                    {
                        self.contar();
                    }
                    let fechado = self.fluxo.shutdown(Shutdown::Write);
                    fechado.map(|()| self.conexao.meio_fechada())
                }
                Acao::Fechar(fim) => return Parou::Encerrada(Ok(fim)),
            };
            if let Err(erro) = feito {
                // An error after the last reply does not matter: the conversation is over.
                return Parou::Encerrada(self.conexao.encerramento().ok_or(erro));
            }
        }
    }

    /// Hands out the replies, which are durable already, or have failed.
    pub(super) fn confirmar<B: Banco>(&mut self, servico: &Servico<B>) {
        self.conexao.confirmar(servico);
        self.observador.confirmado();
    }

    /// Tells the observer how the connection ended.
    pub(super) fn encerrar(self, fim: &io::Result<Encerramento>) {
        self.observador.encerrada(fim);
    }

    fn ler(&mut self, parada: &Parada, leitura: &mut [u8], encheu: &mut bool) -> io::Result<()> {
        let lidos = match (&*self.fluxo).read(leitura) {
            Ok(lidos) => lidos,
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => {
                self.legivel = false;
                return Ok(());
            }
            Err(erro) if erro.kind() == ErrorKind::Interrupted => return Ok(()),
            Err(erro) => return Err(erro),
        };
        *encheu = lidos == leitura.len();
        if lidos == 0 {
            self.conexao.fim_de_entrada();
            return Ok(());
        }
        // epoll(7): a read that does not fill its buffer has emptied the socket. The end of the input is
        // not among the bytes, and is read by itself.
        self.legivel = *encheu || self.acabou;
        if parada.pedida() {
            self.conexao.parar();
        }
        self.conexao.receber(&leitura[..lidos]);
        self.atendimento = Atendimento::desde(self.observador.mede().then(Instant::now));
        Ok(())
    }

    fn anotar_escrita(&mut self, escrito: io::Result<usize>) -> io::Result<()> {
        match escrito {
            Ok(quantos) => self.conexao.escritos(quantos),
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => self.gravavel = false,
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            Err(erro) => return Err(erro),
        }
        Ok(())
    }

    fn contar(&mut self) {
        if self.atendimento.conta() {
            self.atendimento.contar(Instant::now(), &mut self.observador);
        }
    }
}
