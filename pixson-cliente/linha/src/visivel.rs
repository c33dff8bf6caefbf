//! Text from others in a form that is safe to show.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Characters that a terminal obeys, that change how their neighbours are shown or where a line
/// ends, or that are not shown at all. The tables are Unicode's.
static NOCIVAS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]")
        .expect("the pattern is a constant and valid")
});

/// Makes a text from any source harmless: from a server, an account's file, the name of a file, a
/// word of the command line. The result is one line, and its content can neither change the
/// direction of reading, hide parts of itself, nor control the terminal.
///
/// ```
/// use pixson_linha::visivel::visivel;
///
/// assert_eq!(visivel("Olá\u{1b}[2J\n"), "Olá\u{fffd}[2J\u{fffd}");
/// ```
pub fn visivel(texto: &str) -> Cow<'_, str> {
    if texto.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(texto);
    }
    NOCIVAS.replace_all(texto, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_or_does_not_show_is_replaced_and_nothing_else_is() {
        for nociva in [
            "\0",
            "\t",
            "\n",
            "\r",
            "\u{1b}",
            "\u{7f}",
            "\u{85}",
            "\u{9b}",
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{115f}",
            "\u{180e}",
            "\u{200b}",
            "\u{200d}",
            "\u{200e}",
            "\u{2028}",
            "\u{2029}",
            "\u{202e}",
            "\u{2060}",
            "\u{2066}",
            "\u{2069}",
            "\u{206f}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{fff9}",
            "\u{ffa0}",
            "\u{110bd}",
            "\u{1d173}",
            "\u{e0001}",
            "\u{e0041}",
            "\u{e0100}",
            "\u{e0fff}",
        ] {
            let texto = format!("é{nociva}a");
            assert_eq!(visivel(&texto), "é\u{fffd}a", "{}", nociva.escape_unicode());
        }
        for inofensiva in ["", "Olá, \"João\" ~", "e\u{301}", "Ünïcødé", "日本", "😀", "\u{fffd}"]
        {
            assert_eq!(visivel(inofensiva), inofensiva);
        }
    }
}
