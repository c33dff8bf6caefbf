//! A text that would deceive whoever reads it on a terminal. The tests of both programs use this file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

/// What moves a cursor, ends a line, turns the direction, or is not shown.
pub(crate) const RUIM: &str = "\u{1b}[2J\r\n\u{7f}\u{85}\u{9b}\u{ad}\u{200b}\u{2028}\u{202e}\u{2066}\
                               \u{feff}\u{3164}\u{fe0f}\u{e0041}x";

/// It, and bytes that are no UTF-8.
pub(crate) fn palavras() -> [&'static OsStr; 2] {
    [OsStr::new(RUIM), OsStr::from_bytes(b"a\xff\x1b[2J\xc2")]
}

/// Words of a command line with this in place of each RUIM.
pub(crate) fn com_palavra(argumentos: &[&str], palavra: &OsStr) -> Vec<OsString> {
    let com = |argumento: &&str| {
        let partes: Vec<_> = argumento.split("RUIM").map(str::as_bytes).collect();
        OsStr::from_bytes(&partes.join(palavra.as_bytes())).to_owned()
    };
    argumentos.iter().map(com).collect()
}

/// Nothing of what others wrote is there as they wrote it, and it is so many lines.
pub(crate) fn conferir(saida: &Output, linhas: usize, oque: &str) {
    let [dados, erros] =
        [&saida.stdout, &saida.stderr].map(|bytes| str::from_utf8(bytes).expect("UTF-8"));
    for dito in [dados, erros] {
        for letra in RUIM.chars().filter(|letra| !"[2Jx\n".contains(*letra)) {
            assert!(!dito.contains(letra), "{oque}: {} in {dito:?}", letra.escape_unicode());
        }
    }
    assert_eq!(erros.lines().count(), linhas, "{oque}: {erros:?}");
}
