//! Copies that were taken while a bank ran.

use std::collections::BTreeMap;

use super::PEQUENA;
use crate::disco::DiscoModelo;
use pixson_core::banco::disco::Disco;
use pixson_core::banco::{Aviso, Banco, BancoJson, ErroAbrir, ler_livro};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::{Operacao, Sucesso};

/// What became of a copy.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Copia {
    /// Its files and its journal are of different moments, and it was refused.
    Recusada,
    /// Files were written from the journal, with a warning.
    Refeita,
    /// Files and journal belong together.
    Servida,
    /// It is a copy of a bank that was closed in order, and its ledger has a gap. Its files count,
    /// and a warning was given.
    SemLivro,
}

/// Judges a copy of a running bank in which no file was edited: if the copy is served, each account
/// with a record has the balance of its last record, and no other warning is given. `disco` is the
/// disk that the bank uses, which may be `copia` itself.
///
/// # Errors
///
/// A sentence for a person about what is wrong.
pub fn julgar_copia(copia: &DiscoModelo, disco: impl Disco) -> Result<Copia, String> {
    let mut livro = BTreeMap::new();
    let lido = ler_livro(copia, |lancamento| {
        livro.extend(lancamento.feito.efeitos().map(|efeito| (efeito.rg(), efeito.depois())));
    });
    let (banco, avisos) = match BancoJson::abrir_em(disco, PEQUENA) {
        Ok(aberto) => aberto,
        Err(
            ErroAbrir::NaoPertencem { .. } | ErroAbrir::Falta { .. } | ErroAbrir::Corrompido { .. },
        ) => return Ok(Copia::Recusada),
        Err(erro) => return Err(format!("refused as {erro:?}")),
    };
    lido.map_err(|erro| format!("the ledger: {erro}"))?;
    if avisos.iter().any(|aviso| matches!(aviso, Aviso::CopiaSemLivro { .. })) {
        return Ok(Copia::SemLivro);
    }
    let relogio = Relogio::novo();
    for (rg, saldo) in livro {
        let servido = banco.executar(Operacao::Saldo { rg }, &relogio);
        let servido = servido.map_err(|erro| erro.to_string())?.desfecho;
        if servido != Ok(Sucesso::Saldo(saldo)) {
            return Err(format!("account {rg}: {servido:?}, and the journal says {saldo}"));
        }
    }
    let refeita =
        |aviso: &Aviso| matches!(aviso, Aviso::CopiaAtrasada { .. } | Aviso::ArquivoRefeito { .. });
    // These are right as well: the segment that was being written may end in the middle of a
    // record, and the journal knows nothing of accounts without a record.
    let dita =
        |aviso: &Aviso| matches!(aviso, Aviso::CaudaCortada { .. } | Aviso::CopiaSemProva { .. });
    match avisos.iter().find(|aviso| !refeita(aviso) && !dita(aviso)) {
        Some(falso) => Err(format!("nobody has edited anything: {falso:?}")),
        None if avisos.iter().any(refeita) => Ok(Copia::Refeita),
        None => Ok(Copia::Servida),
    }
}
