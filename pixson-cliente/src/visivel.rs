//! What others wrote, as it may be shown. Both programs compile this file; pixson-servidor has a link
//! to it.

/// A text of a server, or of an account's file. Whoever wrote it may say what they like, but not in
/// which direction or how visibly it is read, nor what the terminal does.
pub(crate) fn visivel(texto: &str) -> String {
    texto.replace(|letra: char| letra.is_control() || invisivel(letra), "\u{fffd}")
}

/// Characters that change how their neighbours are shown, or that are not shown (Unicode's
/// categories Cf, Zl and Zp, as far as they serve to deceive).
fn invisivel(letra: char) -> bool {
    matches!(letra,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
