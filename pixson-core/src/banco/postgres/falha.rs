//! What a failure of the database means (docs/distribuido.md, section 6).

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tokio_postgres::types::{WasNull, WrongType};

use super::comandos::VERSAO_DO_ESQUEMA;

/// How often a batch or an act of the administration is done again that lost against another transaction.
pub(super) const REPETICOES_MAX: u32 = 10;

/// What to do about a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Remedio {
    /// Another transaction was in the way: do it again.
    Repetir,
    /// What was remembered of the accounts is wrong: do it again with locks.
    Reler,
    /// This connection is of no use any more, or there is none: connect anew.
    Reconectar,
    /// The disk is full: money cannot be written, the rest may.
    SemEspaco,
    /// Doing it again would not help.
    Nenhum,
}

/// A call to the database that did not succeed.
#[derive(Debug)]
pub(super) struct FalhaDoBanco {
    pub(super) remedio: Remedio,
    /// The transaction has certainly not been committed. A connection that ends may have committed it
    /// just before, also if the database says why it ends.
    pub(super) nao_feita: bool,
    /// The code of the database, if it has answered.
    pub(super) codigo: Option<SqlState>,
    pub(super) texto: String,
}

impl FalhaDoBanco {
    /// The database did not answer in time.
    pub(super) fn sem_resposta() -> Self {
        let texto = "o PostgreSQL não respondeu a tempo".to_owned();
        Self { remedio: Remedio::Reconectar, nao_feita: false, codigo: None, texto }
    }

    /// An account has a balance or a stamp that is none.
    pub(super) fn linha_ilegal() -> Self {
        let texto = "pixson.contas tem uma linha que não é de uma conta".to_owned();
        Self { remedio: Remedio::Nenhum, nao_feita: true, codigo: None, texto }
    }

    /// The lane's row is not as this process has left it.
    pub(super) fn via_perdida() -> Self {
        let texto = "o número do último lote não está no PostgreSQL".to_owned();
        Self { remedio: Remedio::Reconectar, nao_feita: false, codigo: None, texto }
    }
}

impl FalhaDoBanco {
    /// The tables are of another version of this program.
    pub(super) fn outra_versao(achada: i32) -> Self {
        let texto = format!(
            "as tabelas são da versão {achada}, e este programa usa a {VERSAO_DO_ESQUEMA}; \
             use `pixson-servidor banco preparar` do programa mais novo"
        );
        Self { remedio: Remedio::Nenhum, nao_feita: true, codigo: None, texto }
    }

    /// A column of the tables has another type than this program gave it, or no value where it must have one.
    fn outras_colunas(erro: &Error) -> Self {
        let causa = std::error::Error::source(erro).map(ToString::to_string).unwrap_or_default();
        let texto =
            format!("as tabelas foram alteradas: devolva a elas as colunas que tinham ({causa})");
        Self { remedio: Remedio::Nenhum, nao_feita: false, codigo: None, texto }
    }

    /// Another transaction was in the way, and this one was given up for it. A lock that was waited for in
    /// vain is none of these.
    pub(super) fn perdeu_a_corrida(&self) -> bool {
        let corridas = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        self.nao_feita && self.codigo.as_ref().is_some_and(|codigo| corridas.contains(codigo))
    }

    /// What happened and what to do, for a person.
    pub(super) fn frase(&self) -> String {
        let Self { codigo, texto, .. } = self;
        let que_fazer = match codigo.as_ref().map(SqlState::code) {
            Some("42P01" | "3F000") => "faltam as tabelas: use `pixson-servidor banco preparar`",
            Some("42501") => "o usuário não tem direito às tabelas: veja docs/postgres.md",
            Some("28P01" | "28000") => {
                "usuário ou senha recusados: veja a URL, PGPASSFILE e PGPASSWORD"
            }
            Some("3D000") => "não há esse banco de dados: crie-o com createdb",
            Some("25006") => "este servidor do PostgreSQL só lê: a URL precisa nomear o primário",
            Some("57P01" | "57P02" | "57P03") => "o PostgreSQL está parando ou começando",
            Some("53300") => "o PostgreSQL não aceita mais conexões: aumente max_connections",
            Some("53100") => "o disco do PostgreSQL está cheio: libere espaço",
            Some("40001" | "40P01") => "perdeu muitas vezes para outra transação: tente de novo",
            Some("55P03") => "outra transação usa as mesmas contas há tempo demais: tente de novo",
            // Said by the client, since it has none to give.
            None if texto == "password missing" => {
                "o PostgreSQL pede uma senha: veja PGPASSFILE e PGPASSWORD"
            }
            _ => return texto.clone(),
        };
        format!("{que_fazer} ({texto})")
    }
}

impl From<Error> for FalhaDoBanco {
    fn from(erro: Error) -> Self {
        let de_coluna = |causa: &(dyn std::error::Error + 'static)| {
            causa.is::<WrongType>() || causa.is::<WasNull>()
        };
        if std::error::Error::source(&erro).is_some_and(de_coluna) {
            return Self::outras_colunas(&erro);
        }
        let codigo = erro.code().cloned();
        let remedio = codigo.as_ref().map_or(Remedio::Reconectar, remedio_de);
        let severidade = erro.as_db_error().and_then(DbError::parsed_severity);
        let nao_feita = severidade == Some(Severity::Error);
        // The chain has what matters: the outermost text says only where it happened.
        let mut texto = erro.to_string();
        let mut causa = std::error::Error::source(&erro);
        while let Some(dentro) = causa {
            texto = dentro.to_string();
            causa = dentro.source();
        }
        Self { remedio, nao_feita, codigo, texto }
    }
}

fn remedio_de(codigo: &SqlState) -> Remedio {
    match *codigo {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => Remedio::Repetir,
        SqlState::DISK_FULL => Remedio::SemEspaco,
        SqlState::READ_ONLY_SQL_TRANSACTION
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        | SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INVALID_CATALOG_NAME => Remedio::Reconectar,
        // 08: connection; 53: resources; 57: somebody intervenes; 58: the system; XX: internal.
        _ => match codigo.code().get(..2) {
            Some("08" | "53" | "57" | "58" | "XX") => Remedio::Reconectar,
            _ => Remedio::Nenhum,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_remedy() {
        for (codigo, remedio) in [
            ("40001", Remedio::Repetir),
            ("40P01", Remedio::Repetir),
            ("55P03", Remedio::Repetir),
            ("53100", Remedio::SemEspaco),
            ("25006", Remedio::Reconectar),
            ("25P03", Remedio::Reconectar),
            ("57P01", Remedio::Reconectar),
            ("57P03", Remedio::Reconectar),
            ("53300", Remedio::Reconectar),
            ("08006", Remedio::Reconectar),
            ("28P01", Remedio::Reconectar),
            ("3D000", Remedio::Reconectar),
            ("42P01", Remedio::Nenhum),
            ("42501", Remedio::Nenhum),
            ("23514", Remedio::Nenhum),
            ("22003", Remedio::Nenhum),
        ] {
            assert_eq!(remedio_de(&SqlState::from_code(codigo)), remedio, "{codigo}");
        }
    }
}
