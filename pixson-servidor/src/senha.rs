//! Where the password of a database comes from: the variables and the file of libpq.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use pixson_core::banco::ConfiguracaoPostgres;

/// Who beside its owner may read or write a file.
const DE_OUTROS: u32 = 0o077;

/// The same with a password, if there is one in `PGPASSWORD`, or a line that fits in the file of
/// `PGPASSFILE`, which is `~/.pgpass` by default; and a sentence if a password is where others may see it.
pub(crate) fn completar(banco: ConfiguracaoPostgres) -> (ConfiguracaoPostgres, Option<String>) {
    if banco.tem_senha() {
        let aviso = "a senha do PostgreSQL está na URL, onde outros a veem: prefira PGPASSFILE ou \
                     PGPASSWORD";
        return (banco, Some(aviso.to_owned()));
    }
    if let Some(senha) = env::var_os("PGPASSWORD") {
        return (banco.com_senha(senha.as_encoded_bytes()), None);
    }
    let de_casa = || env::home_dir().map(|casa| casa.join(".pgpass"));
    let Some(arquivo) = env::var_os("PGPASSFILE").map(PathBuf::from).or_else(de_casa) else {
        return (banco, None);
    };
    // A file that is not there or cannot be read has no password for us, as with libpq.
    let Ok(texto) = fs::read_to_string(&arquivo) else { return (banco, None) };
    let modo = fs::metadata(&arquivo).map_or(0, |dados| dados.permissions().mode());
    if modo & DE_OUTROS != 0 {
        let arquivo = arquivo.display();
        let aviso = format!(
            "o arquivo de senhas {arquivo} pode ser lido por outros, e não é usado: chmod 600"
        );
        return (banco, Some(aviso));
    }
    (banco.com_pgpass(&texto), None)
}
