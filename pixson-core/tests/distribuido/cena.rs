//! What is explored: operations, what may go wrong, and the defect that is put in.

use super::explorador::MarcosVistos;
use super::mundo::{
    CONTAS, ContaModelada, FaseDoServidor, Males, MundoDistribuido, OPERACOES, SERVIDORES,
};

/// Every amount is one centavo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperacaoModelada {
    Deposito(u8),
    Transferencia(u8, u8),
    Leitura(u8),
    Abertura(u8),
}

impl OperacaoModelada {
    /// Its accounts, in the order in which it names them.
    pub(crate) fn contas(self) -> impl Iterator<Item = u8> {
        let (uma, outra) = match self {
            Self::Deposito(uma) | Self::Leitura(uma) | Self::Abertura(uma) => (uma, None),
            Self::Transferencia(uma, outra) => (uma, Some(outra)),
        };
        [Some(uma), outra].into_iter().flatten()
    }
}

/// An operation, who asks for it, and where. A client asks for its operations one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PedidoModelado {
    pub(crate) cliente: u8,
    pub(crate) servidor: u8,
    pub(crate) operacao: OperacaoModelada,
}

/// Whether there is a standby, and whether commits wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EspelhoModelado {
    Nenhum,
    Sincrono,
    Assincrono,
}

/// A rule that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefeitoDistribuido {
    /// The stamp is above the clock only.
    CarimboSemLinhas,
    /// A balance leaves no stamp on its row.
    LeituraSemMarca,
    /// Neither does a refusal.
    RecusaSemMarca,
    /// The number is written after the transaction, and not in it.
    NumeroPorFora,
    /// What is in doubt is done again without asking.
    RepeteSemTomar,
    /// After clients were told that the fate is unknown, the lane goes on as if nothing had been done.
    SegueSemPerguntar,
    /// What clients were told to be unknown is done again all the same, if its number was taken.
    DesconhecidaERefeita,
    /// The stamps of requests are not merged.
    PedidoSemFusao,
    /// A connection that is lost after the second message counts as a rollback.
    QuedaComoRecusa,
    /// Rows are locked in the order in which operations name them.
    TravasSemOrdem,
    /// A taken number is read as a committed one.
    TomadoComoFeito,
    /// A question that moves no row is read as the number being there already.
    NadaMovidoComoFeito,
    /// A number that is there already is read without a write, which would wait for the standby.
    PerguntaQueSoLe,
    /// The warning that nobody waited for the standby is taken for success.
    AvisoComoSucesso,
    /// Neither batches nor questions compare the name of the process.
    NomeNaoConferido,
    /// A batch that is done again keeps the stamps that it drew before.
    CarimbosGuardados,
    /// Clients are told when the second message is sent.
    RespostaAntesDoCommit,
    /// An opening locks its own lane only.
    AberturaSemTabela,
    /// An opening is stamped above its server's clock only.
    AberturaBaixa,
    /// Accounts are read by the statement that waits for the lane: as they were before the wait.
    InstrucaoUnica,
    /// A batch is written from memory if any account of it is remembered. The others count as not there.
    MemoriaParcial,
    /// What was not as remembered is remembered all the same.
    MemoriaTeimosa,
    /// What a batch would have left is remembered, also if it was not made.
    MemoriaDoNaoFeito,
    /// The same, and a batch from memory compares stamps, and no balances.
    GuardaSoCarimbo,
    /// A batch from memory compares balances, and no stamps.
    GuardaSemCarimbo,
    /// It compares neither.
    GuardaSemLinhas,
    /// It does not compare the lane's number.
    GuardaSemNumero,
    /// It compares when it begins, and not anew after it has waited.
    GuardaAntesDaEspera,
    /// If something is not as remembered, the rows that are so are written.
    MemoriaPelaMetade,
    /// It locks the accounts before the lane's row.
    ViaDepoisDasContas,
    /// A connection that is lost after it counts as a failed guess.
    MemoriaSemDuvida,
}

/// Of a model.
#[derive(Clone, Debug)]
pub(crate) struct CenaDistribuida {
    pub(crate) saldos: [Option<u8>; CONTAS],
    pub(crate) pedidos: Vec<PedidoModelado>,
    pub(crate) males: Males,
    pub(crate) espelho: EspelhoModelado,
    pub(crate) defeito: Option<DefeitoDistribuido>,
    pub(crate) vistos: MarcosVistos,
}

impl CenaDistribuida {
    /// Two accounts with these balances, and each operation as client, server and what is asked for.
    pub(crate) fn nova(pedidos: &[(u8, u8, OperacaoModelada)]) -> Self {
        assert!(pedidos.len() <= OPERACOES, "the state has no room for more");
        let pedido =
            |&(cliente, servidor, operacao)| PedidoModelado { cliente, servidor, operacao };
        Self {
            saldos: [Some(1), Some(0)],
            pedidos: pedidos.iter().map(pedido).collect(),
            males: Males::default(),
            espelho: EspelhoModelado::Nenhum,
            defeito: None,
            vistos: MarcosVistos::default(),
        }
    }

    pub(crate) fn com(self, males: Males) -> Self {
        Self { males, ..self }
    }

    pub(crate) fn espelhada(self, espelho: EspelhoModelado) -> Self {
        Self { espelho, ..self }
    }

    pub(crate) fn com_saldos(self, saldos: [u8; CONTAS]) -> Self {
        Self { saldos: saldos.map(Some), ..self }
    }

    pub(crate) fn com_defeito(self, defeito: DefeitoDistribuido) -> Self {
        Self { defeito: Some(defeito), ..self }
    }

    /// An account that is not there yet.
    pub(crate) fn sem_conta(mut self, conta: u8) -> Self {
        self.saldos[usize::from(conta)] = None;
        self
    }

    pub(crate) fn tem(&self, defeito: DefeitoDistribuido) -> bool {
        self.defeito == Some(defeito)
    }

    pub(crate) fn operacao(&self, operacao: u8) -> OperacaoModelada {
        self.pedidos[usize::from(operacao)].operacao
    }

    pub(crate) fn contas_no_inicio(&self) -> [ContaModelada; CONTAS] {
        self.saldos.map(|saldo| ContaModelada {
            existe: saldo.is_some(),
            saldo: saldo.unwrap_or(0),
            carimbo: 0,
        })
    }

    /// Both servers have started and wait.
    pub(crate) fn inicio(&self) -> MundoDistribuido {
        let mut mundo = MundoDistribuido { males: self.males, ..MundoDistribuido::default() };
        mundo.banco.contas = self.contas_no_inicio();
        // An asynchronous standby may lack the lanes as well.
        if self.espelho == EspelhoModelado::Assincrono {
            mundo.espelho = Some(mundo.banco);
        }
        for servidor in 0..SERVIDORES {
            mundo.registrar(self, servidor);
            mundo.servidores[servidor].fase = FaseDoServidor::Ocioso;
        }
        if self.espelho == EspelhoModelado::Sincrono {
            mundo.espelho = Some(mundo.banco);
        }
        mundo
    }
}
