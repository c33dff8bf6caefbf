//! One connection in a loop: what its machine asks for, as far as that goes without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use mio::event::Event;
use pixson_core::servico::{Lote, LoteFeito};
use pixson_core::{Banco, Ligacao, Servico};

use crate::admitida::Admitida;
use crate::atendimento::Atendimento;
use crate::conexao::{Acao, ConexaoServidor, Encerramento};
use crate::observador::ObservadorDeConexao;
use crate::parada::Parada;
use crate::portaria::Passe;
use crate::preparo::{LEITURA_MIN_BYTES, proxima_leitura};

/// What the connections of a round share.
pub(super) struct Rodada<'r> {
    /// At least [`LEITURA_MAX_BYTES`](crate::preparo::LEITURA_MAX_BYTES).
    pub(super) leitura: &'r mut [u8],
    /// How much is still read of peers that pipeline. What peers that say little send is read all the
    /// same: they do not wait for the others.
    pub(super) restam: usize,
    /// The storage was waited for. Replies are taken and written, and nothing else is done: those of
    /// the others are ready, too.
    pub(super) so_escreve: bool,
}

impl Rodada<'_> {
    fn permite(&self, cabem: usize) -> bool {
        self.restam > 0 || cabem == LEITURA_MIN_BYTES
    }
}

/// Where a connection stopped in this round of its loop.
#[derive(Debug)]
pub(super) enum Parou {
    /// Its replies wait for the storage.
    NoArmazenamento,
    /// These requests are to be done by a bank that is far away.
    NoBanco(Lote),
    /// Requests of it are at the bank, and it has taken in what it may meanwhile.
    Espera,
    /// There is nothing to do before the socket has changed, or this instant has come.
    NoPar(Instant),
    /// It has had its share of this round, and goes on in the next.
    NaVez,
    /// It is over.
    Encerrada(io::Result<Encerramento>),
}

/// What is known of a socket. The selector tells each change once, so that what it has told is kept until
/// a call shows that it is no longer true.
#[derive(Debug)]
struct Prontidao {
    legivel: bool,
    gravavel: bool,
    /// A read that does not fill its buffer may have left something: the end of the input, a failure of
    /// the connection, or what stands behind urgent data, at whose mark a read ends early.
    ha_mais: bool,
}

/// A connection, and how far it has come.
#[derive(Debug)]
pub(super) struct Conduzida<'s, D> {
    fluxo: Arc<TcpStream>,
    conexao: ConexaoServidor,
    observador: D,
    atendimento: Atendimento,
    soquete: Prontidao,
    /// How much the next read takes: more of a peer that pipelines.
    cabem: usize,
    /// By when the loop looks at it, as its alarm clock has it.
    pub(super) marcado: Option<Instant>,
    /// It is in the list of those that the loop goes on with.
    pub(super) na_fila: bool,
    passe: Passe<'s>,
}

impl<'s, D: ObservadorDeConexao> Conduzida<'s, D> {
    pub(super) fn nova(admitida: Admitida<'s>, conexao: ConexaoServidor, observador: D) -> Self {
        Self {
            fluxo: admitida.fluxo,
            conexao,
            observador,
            atendimento: Atendimento::default(),
            soquete: Prontidao { legivel: true, gravavel: true, ha_mais: false },
            cabem: LEITURA_MIN_BYTES,
            marcado: None,
            na_fila: false,
            passe: admitida.passe,
        }
    }

    /// The number of this connection, which no other one of the server has.
    pub(super) fn numero(&self) -> u64 {
        self.passe.numero()
    }

    pub(super) fn fluxo(&self) -> &TcpStream {
        &self.fluxo
    }

    pub(super) fn ligacao(&self) -> &Ligacao {
        self.conexao.ligacao()
    }

    /// The socket has changed.
    pub(super) fn notar(&mut self, evento: &Event) {
        let urgente = evento.is_priority();
        self.soquete.ha_mais |= evento.is_read_closed() || evento.is_error() || urgente;
        self.soquete.legivel |= evento.is_readable() || self.soquete.ha_mais;
        self.soquete.gravavel |= evento.is_writable() || evento.is_error();
    }

    /// Its instant has come. Input that has arrived counts before the time that has passed, also if the
    /// selector has not told of it yet.
    pub(super) fn despertar(&mut self) {
        self.marcado = None;
        self.soquete.legivel = true;
    }

    /// Does what can be done without waiting. In one round it reads once, so that no peer keeps the
    /// others waiting, and once more for each time that it filled the buffer while its replies wait
    /// for the storage anyway. The clock is read for each connection: those before it in the round may
    /// have taken long.
    pub(super) fn conduzir<B: Banco>(
        &mut self,
        servico: &Servico<B>,
        parada: &Parada,
        rodada: &mut Rodada<'_>,
    ) -> Parou {
        let mut agora = Instant::now();
        let (mut leu, mut encheu) = (false, false);
        loop {
            if self.soquete.legivel && self.conexao.espera_entrada() {
                self.contar();
                let ja_leu = std::mem::replace(&mut leu, true);
                if ja_leu || rodada.so_escreve || !rodada.permite(self.cabem) {
                    return Parou::NaVez;
                }
                if let Err(erro) = self.ler(parada, rodada, &mut encheu) {
                    return Parou::Encerrada(self.conexao.transporte_falhou(erro));
                }
                agora = Instant::now();
                continue;
            }
            let feito = match self.conexao.acao(agora) {
                Acao::Avancar if rodada.so_escreve => return Parou::NaVez,
                Acao::Avancar => match self.reunir(servico) {
                    Some(lote) => return Parou::NoBanco(lote),
                    None => Ok(()),
                },
                Acao::Esperar => {
                    if !self.soquete.legivel || !self.conexao.pode_adiantar() {
                        return Parou::Espera;
                    }
                    let ja_leu = std::mem::replace(&mut leu, true);
                    if ja_leu || rodada.so_escreve || !rodada.permite(self.cabem) {
                        return Parou::NaVez;
                    }
                    self.ler(parada, rodada, &mut encheu)
                }
                Acao::Confirmar if rodada.so_escreve => {
                    self.conexao.confirmar(servico);
                    self.observador.confirmado();
                    Ok(())
                }
                Acao::Confirmar => {
                    let adianta = encheu && self.soquete.legivel && self.conexao.pode_adiantar();
                    if !adianta || !rodada.permite(self.cabem) || parada.pedida() {
                        return Parou::NoArmazenamento;
                    }
                    self.ler(parada, rodada, &mut encheu)
                }
                Acao::Escrever { no_maximo, .. } if !self.soquete.gravavel => {
                    return Parou::NoPar(agora + no_maximo);
                }
                Acao::Escrever { bytes, .. } => {
                    let escrito = (&*self.fluxo).write(bytes);
                    self.anotar_escrita(escrito)
                }
                // Read above, before time may pass.
                Acao::Ler { .. } if self.soquete.legivel => Ok(()),
                Acao::Ler { no_maximo } => {
                    self.contar();
                    return Parou::NoPar(agora + no_maximo);
                }
                Acao::MeioFechar => self.meio_fechar(),
                Acao::Fechar(fim) => return Parou::Encerrada(Ok(fim)),
            };
            if let Err(erro) = feito {
                return Parou::Encerrada(self.conexao.transporte_falhou(erro));
            }
        }
    }

    fn reunir<B: Banco>(&mut self, servico: &Servico<B>) -> Option<Lote> {
        let Self { conexao, observador, atendimento, .. } = self;
        conexao.reunir(servico, |evento| {
            atendimento.ver(evento);
            observador.evento(evento);
        })
    }

    /// Takes in what became of requests at a bank that is far away.
    pub(super) fn responder<B: Banco>(&mut self, servico: &Servico<B>, feito: LoteFeito) {
        let Self { conexao, observador, atendimento, .. } = self;
        conexao.responder(servico, feito, |evento| {
            atendimento.ver(evento);
            observador.evento(evento);
        });
    }

    fn meio_fechar(&mut self) -> io::Result<()> {
        let fim = self.conexao.encerramento();
        self.atendimento.terminar(fim, Instant::now, &mut self.observador);
        self.fluxo.shutdown(Shutdown::Write)?;
        self.conexao.meio_fechada();
        Ok(())
    }

    /// Tells the observer how the connection ended.
    pub(super) fn encerrar(self, fim: &io::Result<Encerramento>) {
        self.observador.encerrada(fim);
    }

    fn ler(
        &mut self,
        parada: &Parada,
        rodada: &mut Rodada<'_>,
        encheu: &mut bool,
    ) -> io::Result<()> {
        let leitura = &mut rodada.leitura[..self.cabem];
        let lidos = match (&*self.fluxo).read(leitura) {
            Ok(lidos) => lidos,
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => {
                self.soquete.legivel = false;
                return Ok(());
            }
            Err(erro) if erro.kind() == ErrorKind::Interrupted => return Ok(()),
            Err(erro) => return Err(erro),
        };
        rodada.restam = rodada.restam.saturating_sub(lidos);
        *encheu = lidos == self.cabem;
        self.cabem = proxima_leitura(self.cabem, lidos);
        if lidos == 0 {
            self.conexao.fim_de_entrada();
            return Ok(());
        }
        // epoll(7): otherwise a read that does not fill its buffer has emptied the socket.
        self.soquete.legivel = *encheu || self.soquete.ha_mais;
        if parada.pedida() {
            self.conexao.parar();
        }
        self.conexao.receber(&rodada.leitura[..lidos]);
        self.atendimento = Atendimento::desde(self.observador.mede().then(Instant::now));
        Ok(())
    }

    fn anotar_escrita(&mut self, escrito: io::Result<usize>) -> io::Result<()> {
        match escrito {
            Ok(quantos) => self.conexao.escritos(quantos),
            Err(erro) if erro.kind() == ErrorKind::WouldBlock => self.soquete.gravavel = false,
            Err(erro) if erro.kind() == ErrorKind::Interrupted => {}
            Err(erro) => return Err(erro),
        }
        Ok(())
    }

    fn contar(&mut self) {
        self.atendimento.contar(Instant::now, &mut self.observador);
    }
}
