//! The ten sample accounts of the repository, copied for a test.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// The sample accounts, as they come.
pub(crate) fn contas_de_exemplo() -> TempDir {
    let pasta = TempDir::new().expect("a temporary directory");
    let exemplos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contas");
    for exemplo in fs::read_dir(exemplos).expect("the sample accounts") {
        let exemplo = exemplo.expect("readable");
        if exemplo.path().extension().is_some_and(|tipo| tipo == "json") {
            fs::copy(exemplo.path(), pasta.path().join(exemplo.file_name())).expect("writable");
        }
    }
    pasta
}
