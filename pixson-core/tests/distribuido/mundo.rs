//! What the model knows at one moment: the database, its sessions, the servers, and what clients heard.

pub(crate) const CONTAS: usize = 2;
pub(crate) const OPERACOES: usize = 4;
pub(crate) const SERVIDORES: usize = 2;
/// Rows of `vias`. Épocas are drawn from 1, and the place of 0 stays empty.
pub(crate) const EPOCAS: usize = 6;
/// Transactions under way, those of connections that their server has given up among them.
pub(crate) const SESSOES: usize = 4;
pub(crate) const NINGUEM: u8 = u8::MAX;

/// A row of `contas`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ContaModelada {
    pub(crate) existe: bool,
    pub(crate) saldo: u8,
    pub(crate) carimbo: u8,
}

/// A row of `vias`; there is none where the name of the process is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ViaModelada {
    pub(crate) instancia: u8,
    pub(crate) numero: u8,
    pub(crate) feito: bool,
    pub(crate) carimbo: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DesfechoModelado {
    Feito,
    SemSaldo,
    NaoExiste,
    Lido(u8),
}

/// The outcome of an operation: an entry of `livro`, or what a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Assento {
    pub(crate) carimbo: u8,
    pub(crate) epoca: u8,
    /// The process that drew the stamp; no column, but a note of the model.
    pub(crate) instancia: u8,
    pub(crate) desfecho: DesfechoModelado,
    /// The balances afterwards of the accounts that it touches.
    pub(crate) depois: [u8; CONTAS],
}

/// One place for each operation of the scene.
pub(crate) type Assentos = [Option<Assento>; OPERACOES];

/// What is committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct BancoModelado {
    pub(crate) contas: [ContaModelada; CONTAS],
    pub(crate) vias: [ViaModelada; EPOCAS],
    pub(crate) ultima_epoca: u8,
    pub(crate) livro: Assentos,
}

/// What the question for a number finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RespostaDaVia {
    Feito,
    Tomado,
    /// The row is missing, bears another name, or is behind what its server knows to be committed.
    Alheia,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum FaseDaSessao {
    #[default]
    Vaga,
    /// The first message is on its way, or waits for the lane's row. Of a batch from memory it is the only
    /// one.
    Via,
    /// It waits for the account at this place of its order.
    Conta(u8),
    /// Everything is locked and read. The answer may or may not have been seen.
    Aberta,
    /// The second message is on its way. Or a batch from memory has all its locks, and is judged next.
    Escrevendo,
    /// Only with [`super::cena::DefeitoDistribuido::NumeroPorFora`]: committed without the number.
    SemNumero,
    /// Committed, and waiting for the standby. Its rows stay locked.
    Gravada,
    Perguntando,
    PerguntaGravada(RespostaDaVia),
    /// What follows is an answer on its way to the server; nothing is locked any more.
    Feita,
    /// Committed, with a warning that nobody waited for the standby.
    Avisada,
    /// Rolled back, and said so.
    Recusada,
    /// The same: something was not as its server remembers it.
    Mudada,
    Alheia,
    Perguntada(RespostaDaVia),
    /// The database has ended it; the server does not know yet.
    Encerrada,
    /// The same, after the answer to the first message was sent.
    EncerradaAberta,
}

pub(crate) const TRAVA_DA_VIA: u8 = 1 << CONTAS;
pub(crate) const TRAVA_DA_TABELA: u8 = 1 << (CONTAS + 1);

/// A transaction, seen from the database, with the messages that are on their way to it and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct SessaoModelada {
    pub(crate) fase: FaseDaSessao,
    /// Whether a server listens at the other end.
    pub(crate) ligada: bool,
    pub(crate) epoca: u8,
    pub(crate) instancia: u8,
    /// Of the batch.
    pub(crate) numero: u8,
    /// A bit for each account, [`TRAVA_DA_VIA`] and [`TRAVA_DA_TABELA`].
    pub(crate) travas: u8,
    /// Accounts in the order in which they are locked, each with 1 added; 0 is none.
    pub(crate) ordem: [u8; CONTAS],
    /// Whether an account is opened: the whole table of lanes is locked.
    pub(crate) abre: bool,
    /// A bit for each account that was there when the accounts were read.
    pub(crate) existem: u8,
    /// Of the second message.
    pub(crate) valores: [ContaModelada; CONTAS],
    pub(crate) assentos: Assentos,
    /// Whether one message has it all: the batch was decided by these rows, and is not done if the rows
    /// of the database are others.
    pub(crate) de_memoria: bool,
    pub(crate) lembradas: [ContaModelada; CONTAS],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum FaseDoServidor {
    #[default]
    Morto,
    /// No message is on its way. What is in the batch is to be done again.
    Ocioso,
    /// The first message was sent.
    Pedindo,
    /// The second was sent.
    Confirmando,
    /// It was sent, and the connection is gone: the number has to be asked for.
    EmDuvida,
    Perguntando,
}

/// Operations in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ListaModelada {
    quantas: u8,
    operacoes: [u8; OPERACOES],
}

impl ListaModelada {
    pub(crate) fn por(&mut self, operacao: u8) {
        self.operacoes[usize::from(self.quantas)] = operacao;
        self.quantas += 1;
    }

    pub(crate) fn vazia(self) -> bool {
        self.quantas == 0
    }

    pub(crate) fn operacoes(&self) -> &[u8] {
        &self.operacoes[..usize::from(self.quantas)]
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ServidorModelado {
    pub(crate) fase: FaseDoServidor,
    pub(crate) epoca: u8,
    pub(crate) instancia: u8,
    pub(crate) relogio: u8,
    /// The last number whose fate is known.
    pub(crate) numero: u8,
    /// The place of its transaction, with 1 added; 0 is none.
    pub(crate) sessao: u8,
    pub(crate) fila: ListaModelada,
    pub(crate) lote: ListaModelada,
    pub(crate) assentos: Assentos,
    /// Rows as its batches have left them. What is not there is not remembered.
    pub(crate) memoria: [ContaModelada; CONTAS],
    /// The same of the batch that is under way: to be remembered if it is committed.
    pub(crate) deixadas: [ContaModelada; CONTAS],
}

/// What the client of an operation has heard of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Dita {
    #[default]
    Nada,
    Enviada,
    Certa(Assento),
    /// `Servidor indisponível`, and certainly not done.
    NaoFeita {
        carimbo: u8,
        instancia: u8,
    },
    /// `Servidor indisponível`, or with stamp 0 a connection that is gone.
    Incerta {
        carimbo: u8,
        instancia: u8,
    },
    /// It was answered, and an asynchronous standby was promoted that had not received it.
    Perdida,
}

/// How often each thing may still go wrong, and how often anything may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Males {
    pub(crate) ao_todo: u8,
    /// The connection of a server to the database dies.
    pub(crate) cortes: u8,
    /// The database ends a transaction that is idle: its server was stopped, and goes on later.
    pub(crate) pausas: u8,
    /// A transaction loses against another: 40001, 40P01, 55P03.
    pub(crate) conflitos: u8,
    /// A server is killed.
    pub(crate) mortes: u8,
    /// The time of the operations of a server is over.
    pub(crate) desistencias: u8,
    /// The database dies and recovers.
    pub(crate) quedas: u8,
    /// Somebody cancels the wait for the standby.
    pub(crate) cancelamentos: u8,
    /// The standby is promoted.
    pub(crate) promocoes: u8,
}

impl Males {
    /// Anything that can go wrong with servers, network and one database, this often in all.
    pub(crate) fn quaisquer(vezes: u8) -> Self {
        Self {
            ao_todo: vezes,
            cortes: vezes,
            pausas: vezes,
            conflitos: vezes,
            mortes: vezes,
            desistencias: vezes,
            quedas: vezes,
            ..Self::default()
        }
    }

    /// The same, and what can happen with a standby.
    pub(crate) fn com_espelho(vezes: u8) -> Self {
        Self { cancelamentos: vezes, promocoes: 1, ..Self::quaisquer(vezes) }
    }

    pub(crate) fn resta(&self, deste: u8) -> bool {
        self.ao_todo > 0 && deste > 0
    }

    pub(crate) fn gastar(&mut self, qual: fn(&mut Self) -> &mut u8) {
        *qual(self) -= 1;
        self.ao_todo -= 1;
        if self.ao_todo == 0 {
            // Whatever else could have happened makes no difference any more.
            *self = Self::default();
        }
    }
}

/// No history without a defect goes beyond this stamp, however much goes wrong in it.
pub(crate) const ULTIMO_CARIMBO: u8 = 24;

/// A law that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ofensa {
    FeitaDuasVezes,
    AcatadaPerdida,
    DitaOutraCoisa,
    RecusadaEFeita,
    DinheiroErrado,
    HistoriaIlegal,
    LinhaAbaixo,
    CarimboRepetido,
    ClienteForaDeOrdem,
    /// Done after its client, unsure of it, had been told a balance or a success of the same account.
    FeitaDepois,
    Impasse,
    /// A lane that nobody else can have does not say what its server knows.
    ViaDeOutro,
    /// Nothing can happen any more, and somebody still waits.
    Encalhada,
    /// A server draws stamps, and gets nowhere.
    SemFim,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct MundoDistribuido {
    pub(crate) banco: BancoModelado,
    /// What the standby has, if there is one.
    pub(crate) espelho: Option<BancoModelado>,
    pub(crate) sessoes: [SessaoModelada; SESSOES],
    pub(crate) servidores: [ServidorModelado; SERVIDORES],
    /// The clocks of the clients.
    pub(crate) relogios: [u8; 2],
    pub(crate) ditas: [Dita; OPERACOES],
    /// Names of processes that were given so far.
    pub(crate) instancias: u8,
    pub(crate) males: Males,
    pub(crate) ofensa: Option<Ofensa>,
}
