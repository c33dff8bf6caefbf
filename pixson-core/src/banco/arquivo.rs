//! The file of one account. The JSON types are private to this module: the domain's own types are
//! never deserialised by derivation, so that no file can build one without its constructor.

use std::fmt;
use std::io::{self, ErrorKind};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::banco::disco::Disco;
use crate::tipos::{Rg, Saldo};

/// One account as its file holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::banco) struct ContaArquivo {
    pub(in crate::banco) rg: Rg,
    pub(in crate::banco) nome: String,
    pub(in crate::banco) saldo: Saldo,
}

/// The file does not hold an account: it is kept as it is, and its account is out of service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::banco) struct Ilegivel;

/// Why an account could not be read from its file.
#[derive(Debug)]
pub(in crate::banco) enum FalhaDeLeitura {
    /// The file exists, but does not hold an account.
    Ilegivel,
    /// The disk could not read the file.
    Disco(io::Error),
}

impl From<Ilegivel> for FalhaDeLeitura {
    fn from(_: Ilegivel) -> Self {
        Self::Ilegivel
    }
}

impl From<io::Error> for FalhaDeLeitura {
    fn from(erro: io::Error) -> Self {
        // A file that may not be read can still hold a good account.
        let sem_permissao = erro.kind() == ErrorKind::PermissionDenied;
        if nao_e_arquivo(&erro) && !sem_permissao { Self::Ilegivel } else { Self::Disco(erro) }
    }
}

/// Whether an error says that the bank cannot use what has the name as the file of an account.
pub(in crate::banco) fn nao_e_arquivo(erro: &io::Error) -> bool {
    matches!(
        erro.kind(),
        ErrorKind::InvalidData | ErrorKind::FileTooLarge | ErrorKind::PermissionDenied
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContaJson<'a> {
    rg: String,
    nome: String,
    #[serde(borrow)]
    saldo: &'a RawValue,
}

impl ContaArquivo {
    /// The largest file that is read: 4 KiB.
    pub(in crate::banco) const MAX_BYTES: u64 = 4096;

    pub(in crate::banco) fn nome_de_arquivo(rg: Rg) -> String {
        format!("{rg}.json")
    }

    /// The numbers of all accounts that have a file, in no order.
    pub(in crate::banco) fn listar(disco: &impl Disco) -> io::Result<Vec<Rg>> {
        let nomes = disco.listar("")?;
        Ok(nomes.iter().filter_map(|nome| nome.strip_suffix(".json")?.parse().ok()).collect())
    }

    /// Reads an account from its file, and the checksum of what stands there. `None` if there is
    /// no such file.
    pub(in crate::banco) fn abrir(
        disco: &impl Disco,
        rg: Rg,
    ) -> Result<Option<(Self, u32)>, FalhaDeLeitura> {
        let bytes = disco.ler(&Self::nome_de_arquivo(rg), Self::MAX_BYTES)?;
        bytes.map(|bytes| Ok((Self::ler(rg, &bytes)?, impressao(&bytes)))).transpose()
    }

    fn ler(rg: Rg, bytes: &[u8]) -> Result<Self, Ilegivel> {
        // serde would also accept an array of three values.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(Ilegivel);
        }
        let json: ContaJson<'_> = serde_json::from_slice(bytes).map_err(|_| Ilegivel)?;
        if json.rg != rg.as_str() {
            return Err(Ilegivel);
        }
        let saldo = Saldo::de_numero_json(json.saldo.get()).ok_or(Ilegivel)?;
        let conta = Self { rg, nome: json.nome, saldo };
        // The bank must be able to read the file again, whatever balance it writes to it.
        let maior = conta.com_saldo(Saldo::MAX).para_json().len();
        if u64::try_from(maior).is_ok_and(|bytes| bytes <= Self::MAX_BYTES) {
            Ok(conta)
        } else {
            Err(Ilegivel)
        }
    }

    #[must_use]
    pub(in crate::banco) fn com_saldo(&self, saldo: Saldo) -> Self {
        Self { saldo, ..self.clone() }
    }

    /// The text of the file: the keys, spaces and decimals that the original program writes, but
    /// the name unescaped.
    pub(in crate::banco) fn para_json(&self) -> String {
        let Self { rg, nome, saldo } = self;
        format!(r#"{{"rg": "{rg}", "nome": {}, "saldo": {saldo}}}"#, EntreAspas(nome))
    }
}

/// The checksum by which the bank recognises content that it has seen in a file.
pub(in crate::banco) fn impressao(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// A JSON string. Only what JSON forbids is escaped (RFC 8259, section 7).
struct EntreAspas<'a>(&'a str);

impl fmt::Display for EntreAspas<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texto = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&texto)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_has_exactly_three_keys_and_its_own_rg() {
        let rg: Rg = "123456789".parse().expect("legal RG");
        let ler = |texto: &str| ContaArquivo::ler(rg, texto.as_bytes());
        let conta = ler(r#"{"nome": "João da Silva", "rg": "123456789", "saldo": 1000.0}"#)
            .expect("the seed's example");
        assert_eq!(conta.saldo, Saldo::de_centavos(100_000).expect("legal"));
        assert_eq!(
            conta.para_json(),
            r#"{"rg": "123456789", "nome": "João da Silva", "saldo": 1000.0}"#
        );
        for ruim in [
            "",
            "{}",
            r#"{"rg": "123456789", "nome": "x"}"#,
            r#"{"rg": "123456780", "nome": "x", "saldo": 1.0}"#,
            r#"{"rg": 123456789, "nome": "x", "saldo": 1.0}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": "1.0"}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": NaN}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": Infinity}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0, "limite": 2}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0, "saldo": 2.0}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0} {}"#,
            r#"{"rg": "123456789", "nome": "x", "saldo": 1.0"#,
            r#"["123456789", "x", 1.0]"#,
            &format!(r#"{{"rg":"123456789","nome":"{}","saldo":1}}"#, "x".repeat(4045)),
        ] {
            assert_eq!(ler(ruim), Err(Ilegivel), "{ruim}");
        }
    }

    #[test]
    fn name_survives_a_rewrite_whatever_it_holds() {
        let rg: Rg = "1".parse().expect("legal RG");
        for nome in ["José", "a\"b\\c", "tab\tLF\n", "\u{1f600}", ""] {
            let conta = ContaArquivo { rg, nome: nome.into(), saldo: Saldo::MAX };
            assert_eq!(ContaArquivo::ler(rg, conta.para_json().as_bytes()), Ok(conta));
        }
    }
}
