//! Warnings for the operator of a bank.

use std::fmt;

use super::presa::Presa;
use crate::banco::diario::Retrato;
use crate::banco::disco::Causa;
use crate::tipos::{Rg, Saldo};

/// How many files that cannot be replaced are named at once.
const PRESOS_MAX: usize = 16;

/// Something that the operator of the bank should know. `Display` is a sentence for a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Aviso {
    /// Somebody changed the file of an account while the bank was open. The bank has written its
    /// own balance again, and kept what it found as a copy.
    ArquivoEditado {
        /// The account.
        rg: Rg,
        /// The name of the copy, in the same directory.
        copia: String,
    },
    /// The file of an account was gone, and has been written again from the journal. If its
    /// holder's name was not in memory, it is empty now.
    ArquivoRefeito {
        /// The account.
        rg: Rg,
    },
    /// The last run was killed while it wrote: the bytes of this torn write, which were never
    /// acknowledged, were cut off.
    CaudaCortada {
        /// The segment, relative to the bank's directory.
        arquivo: String,
        /// How many bytes.
        bytes: usize,
    },
    /// The file of an account cannot be replaced. The account is served, and its balance is kept in
    /// the journal until the file can be written.
    ArquivoPreso(Presa),
    /// More files, which are not named singly, cannot be replaced.
    OutrosPresos {
        /// How many.
        quantos: usize,
    },
    /// The checkpoint `diario/ponto.json` cannot be replaced. The journal is kept from the last
    /// checkpoint on.
    PontoPreso {
        /// The error that the disk gives.
        causa: Causa,
    },
    /// The snapshot `diario/retrato.jsonl` cannot be replaced: a start after a crash will read more of
    /// the journal, and take longer.
    RetratoPreso {
        /// The error that the disk gives.
        causa: Causa,
    },
    /// The snapshot cannot be read, or its content is not what the bank writes: the journal was read from the
    /// checkpoint on instead. No balance depends on the snapshot.
    RetratoIlegivel {
        /// The error that the disk gives.
        causa: Causa,
    },
    /// The file of an account, which could not be replaced, is current again.
    ArquivoSolto {
        /// The account.
        rg: Rg,
    },
    /// The name of the bank's directory leads to another directory now, or to none. The bank goes
    /// on in the directory that was opened.
    DiretorioMudou,
    /// The name leads again to the directory that was opened.
    DiretorioVoltou,
    /// Files that this process creates belong to another user than the directory does.
    DonoAlheio,
    /// A half-written file of a killed process cannot be removed.
    TemporarioFica {
        /// Its name, relative to the bank's directory.
        arquivo: String,
    },
    /// The directory is a copy of a bank that ran, and this file was copied before it held what the
    /// journal says. It has been written from the journal.
    CopiaAtrasada {
        /// The account.
        rg: Rg,
        /// The balance in the file.
        arquivo: Saldo,
        /// The balance of the journal.
        diario: Saldo,
    },
    /// The directory is a copy of a bank that was not closed in order, and the journal has no
    /// record of these accounts: whether their files were copied while the bank ran is unknown.
    CopiaSemProva {
        /// How many accounts.
        contas: usize,
    },
    /// The directory is a copy of a bank that was closed in order, but its ledger is damaged or has
    /// a gap: the files count, though not all could be compared with it.
    CopiaSemLivro {
        /// The segment that is damaged or missing, relative to the bank's directory.
        arquivo: String,
    },
    /// The directory is a copy, and this file holds a balance that the journal does not know:
    /// somebody edited it while the bank was stopped, or it was copied when the bank ran again. The
    /// file counts.
    EditadoParado {
        /// The account.
        rg: Rg,
        /// The balance that the ledger has.
        livro: Saldo,
        /// The balance in the file.
        arquivo: Saldo,
    },
}

impl Aviso {
    /// Names not more files that cannot be replaced than a person reads, and counts the others.
    pub(super) fn resumir(mut avisos: Vec<Self>) -> Vec<Self> {
        let mut presos = 0;
        avisos.retain(|aviso| {
            presos += usize::from(matches!(aviso, Self::ArquivoPreso(_)));
            !matches!(aviso, Self::ArquivoPreso(_)) || presos <= PRESOS_MAX
        });
        if let Some(quantos @ 1..) = presos.checked_sub(PRESOS_MAX) {
            avisos.push(Self::OutrosPresos { quantos });
        }
        avisos
    }
}

impl fmt::Display for Aviso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArquivoEditado { rg, copia } => write!(
                f,
                "O arquivo da conta {rg} foi alterado por fora e regravado; o que havia está em {copia}."
            ),
            Self::ArquivoRefeito { rg } => {
                write!(f, "O arquivo da conta {rg} não existia mais e foi refeito do diário.")
            }
            Self::CaudaCortada { arquivo, bytes } => {
                write!(f, "{bytes} bytes incompletos foram cortados do fim de {arquivo}.")
            }
            Self::ArquivoPreso(Presa { rg, arquivo, causa }) => write!(
                f,
                "O arquivo da conta {rg} não pode ser regravado ({arquivo}: {causa}). A conta \
                 continua a ser atendida; o saldo fica no diário até que o arquivo possa ser escrito."
            ),
            Self::OutrosPresos { quantos } => {
                write!(f, "Outros {quantos} arquivos de contas também não podem ser regravados.")
            }
            Self::PontoPreso { causa } => write!(
                f,
                "diario/ponto.json não pode ser regravado ({causa}). O banco continua; o diário é \
                 guardado por inteiro até que isso seja possível."
            ),
            Self::RetratoPreso { causa } => sem_retrato(f, "regravado", causa),
            Self::RetratoIlegivel { causa } => sem_retrato(f, "lido", causa),
            Self::ArquivoSolto { rg } => {
                write!(f, "O arquivo da conta {rg} foi regravado e está em dia.")
            }
            Self::DiretorioMudou => f.write_str(
                "O nome do diretório das contas leva agora a outro lugar. O banco continua no \
                 diretório que foi aberto; para servir o outro, reinicie o servidor.",
            ),
            Self::DiretorioVoltou => f.write_str(
                "O nome do diretório das contas leva de novo ao diretório que foi aberto.",
            ),
            Self::DonoAlheio => f.write_str(
                "O diretório das contas é de outro usuário: o que este processo cria pode ficar \
                 ilegível para ele. Execute como o dono do diretório.",
            ),
            Self::TemporarioFica { arquivo } => {
                write!(f, "{arquivo} não pôde ser removido. Remova-o.")
            }
            Self::CopiaAtrasada { rg, arquivo, diario } => write!(
                f,
                "O diretório é uma cópia feita com o banco em uso: o arquivo da conta {rg} tinha \
                 {arquivo} e foi regravado com {diario}, do diário."
            ),
            Self::CopiaSemProva { contas } => write!(
                f,
                "O diretório é uma cópia de um banco que não foi encerrado em ordem, e {contas} contas \
                 sem lançamento no diário não puderam ser conferidas: se a cópia foi feita com o \
                 servidor no ar, os saldos delas podem estar errados. Copie com o servidor parado."
            ),
            Self::CopiaSemLivro { arquivo } => write!(
                f,
                "O diretório é uma cópia cujo livro está danificado ou incompleto ({arquivo}): valem os \
                 arquivos das contas, que não puderam todos ser conferidos."
            ),
            Self::EditadoParado { rg, livro, arquivo } => write!(
                f,
                "O diretório é uma cópia, e o arquivo da conta {rg} tem {arquivo} em vez de {livro}, do \
                 diário: foi alterado com o banco parado, ou copiado depois que o banco voltou a ser \
                 usado. Vale o arquivo; confira."
            ),
        }
    }
}

/// What a bank says that has no snapshot.
fn sem_retrato(f: &mut fmt::Formatter<'_>, feito: &str, causa: &Causa) -> fmt::Result {
    let nome = Retrato::NOME;
    write!(
        f,
        "O retrato {nome} não pode ser {feito} ({causa}). Nada se perde; sem ele, o início depois de \
         uma queda lê mais do diário e demora mais."
    )
}
