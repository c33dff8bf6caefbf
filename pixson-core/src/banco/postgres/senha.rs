//! Passwords in a file of libpq: one line for each server, `host:port:database:user:password`.

/// The password for a server, from the first line that fits. `*` fits everything, and a backslash makes
/// the character after it ordinary.
pub(super) fn senha_de(
    texto: &str,
    host: &str,
    porta: u16,
    banco: &str,
    usuario: &str,
) -> Option<String> {
    let porta = porta.to_string();
    let procurados = [host, &porta, banco, usuario];
    texto.lines().filter(|linha| !linha.starts_with('#')).find_map(|linha| {
        let campos = campos(linha);
        let [procura @ .., senha] = campos.as_slice() else { return None };
        let serve = procura.len() == procurados.len()
            && procura.iter().zip(procurados).all(|(um, outro)| um == "*" || um == outro);
        serve.then(|| senha.clone())
    })
}

/// The five fields of a line; the last one has what is left.
fn campos(linha: &str) -> Vec<String> {
    let mut campos = vec![String::new()];
    let mut letras = linha.chars();
    while let Some(letra) = letras.next() {
        let letra = match letra {
            ':' if campos.len() < 5 => {
                campos.push(String::new());
                continue;
            }
            '\\' => letras.next().unwrap_or('\\'),
            outra => outra,
        };
        if let Some(campo) = campos.last_mut() {
            campo.push(letra);
        }
    }
    campos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_counts() {
        let texto =
            "# a comment\n\nlonge:5432:*:ana:um\n*:*:pixson:ana:do\\:is:\\\\3\n*:*:*:*:outra\n";
        let senha = |host, banco, usuario| senha_de(texto, host, 5432, banco, usuario);
        assert_eq!(senha("longe", "x", "ana").as_deref(), Some("um"));
        assert_eq!(senha("perto", "pixson", "ana").as_deref(), Some("do:is:\\3"));
        assert_eq!(senha("perto", "x", "bia").as_deref(), Some("outra"));
        assert_eq!(senha_de("longe:5432:*:ana", "longe", 5432, "x", "ana"), None, "no password");
        assert_eq!(senha_de("longe:1:*:ana:um", "longe", 5432, "x", "ana"), None, "another port");
    }
}
