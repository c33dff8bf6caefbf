//! English that a person must not be shown.

/// Words that clap, serde or the system would say, and that no Portuguese sentence has.
const INGLES: [&str; 53] = [
    "usage",
    "options",
    "option",
    "arguments",
    "argument",
    "commands",
    "command",
    "subcommand",
    "subcommands",
    "print",
    "default",
    "possible",
    "values",
    "value",
    "error",
    "tip",
    "similar",
    "found",
    "unexpected",
    "required",
    "provided",
    "invalid",
    "missing",
    "help",
    "version",
    "more",
    "information",
    "try",
    "the",
    "is",
    "not",
    "an",
    "of",
    "to",
    "with",
    "cannot",
    "used",
    "name",
    "unrecognized",
    "failed",
    "file",
    "directory",
    "such",
    "refused",
    "denied",
    "range",
    "such file",
    "os error",
    "broken pipe",
    "expected",
    "unknown",
    "type",
    "line",
];

/// The words of a text that are English, as whole words.
pub(crate) fn em_ingles(texto: &str) -> Vec<&'static str> {
    let baixo = texto.to_lowercase();
    let isolada = |palavra: &&&str| {
        baixo.match_indices(**palavra).any(|(posicao, achada)| {
            let letra = |letra: char| letra.is_alphanumeric() || "-_".contains(letra);
            !baixo[..posicao].ends_with(letra)
                && !baixo[posicao + achada.len()..].starts_with(letra)
        })
    };
    INGLES.iter().filter(isolada).copied().collect()
}
