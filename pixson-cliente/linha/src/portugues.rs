//! Portuguese for what clap and the operating system say in English.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::num::{IntErrorKind, ParseIntError};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::visivel::visivel;

/// The exit code for words on the command line that are not understood.
pub const USO_CODIGO: u8 = 2;

/// The layout of a help page, without clap's English words.
pub const MODELO: &str = "{about}\n\nUso: {usage}\n\n{all-args}{after-help}";

/// The error that clap found in the command line, as a sentence. It is made harmless, since it
/// quotes words from the command line.
pub fn frase(erro: &clap::Error, comando: Command) -> String {
    let contexto = |tipo| erro.get(tipo).map(ToString::to_string).unwrap_or_default();
    let argumento = contexto(ContextKind::InvalidArg);
    let valor = contexto(ContextKind::InvalidValue);
    let nome = contexto(ContextKind::InvalidSubcommand);
    let achado = definicao(comando, &argumento);
    let de_onde = achado.as_ref().and_then(|achado| variavel(achado, &valor));
    // What may have a password in it is not shown.
    let secreto = achado.as_ref().is_some_and(Arg::is_hide_env_values_set);
    let frase = match erro.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
            if valor.is_empty()
                && let Some(variavel) = &de_onde =>
        {
            variavel_vazia(variavel)
        }
        ErrorKind::UnknownArgument => {
            format!("Argumento desconhecido: {}.", sem_senha(&argumento))
        }
        ErrorKind::InvalidValue if valor.is_empty() => format!("Falta o valor de {argumento}."),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let de_onde =
                de_onde.map_or(String::new(), |variavel| format!(", da variável {variavel}"));
            let motivo =
                erro.source().map_or(String::new(), |fonte| format!(" ({})", motivo(fonte)));
            let mostrado =
                if secreto { String::new() } else { format!(": \"{}\"", sem_senha(&valor)) };
            format!("Valor inválido para {argumento}{de_onde}{mostrado}{motivo}.")
        }
        ErrorKind::ArgumentConflict => match contexto(ContextKind::PriorArg) {
            outro if outro.is_empty() || outro == argumento => {
                format!("Argumento repetido: {argumento}.")
            }
            outro => format!("{argumento} não pode vir com {outro}."),
        },
        ErrorKind::TooManyValues => format!("Valor inesperado: \"{}\".", sem_senha(&valor)),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("Número errado de valores para {argumento}.")
        }
        // clap shows an argument that may be repeated with three points behind it.
        ErrorKind::MissingRequiredArgument => {
            format!("Falta {}.", argumento.trim_end_matches("..."))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "Falta o comando.".into()
        }
        ErrorKind::InvalidSubcommand => format!("Comando desconhecido: {}.", sem_senha(&nome)),
        ErrorKind::InvalidUtf8 => "Há palavras que não são UTF-8.".into(),
        _ => "Linha de comando inválida.".into(),
    };
    visivel(&(frase + &conselho(erro))).into_owned()
}

/// A word of the command line, of which no more is shown than its kind if it is an address that may have a password.
fn sem_senha(palavra: &str) -> Cow<'_, str> {
    match palavra.split_once("://") {
        Some((esquema, resto)) if resto.contains('@') => format!("{esquema}://…").into(),
        _ if palavra.contains("password=") => "password=…".into(),
        _ => palavra.into(),
    }
}

/// What to write instead, as far as clap knows.
fn conselho(erro: &clap::Error) -> String {
    let sugeridos =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(sugerido) = sugeridos.iter().find_map(|tipo| listar(erro.get(*tipo)?)) {
        return format!(" Você quis dizer {sugerido}?");
    }
    let aceitos = [ContextKind::ValidValue, ContextKind::ValidSubcommand];
    let aceitos = aceitos.iter().find_map(|tipo| listar(erro.get(*tipo)?));
    aceitos.map_or(String::new(), |aceitos| format!(" Use {aceitos}."))
}

/// `a`, `a ou b`, `a, b ou c`; `None` if there is nothing.
fn listar(valor: &ContextValue) -> Option<String> {
    match valor {
        ContextValue::String(um) => Some(um.clone()),
        ContextValue::Strings(varios) => {
            let (ultimo, outros) = varios.split_last()?;
            let virgulas = outros.join(", ");
            Some(if outros.is_empty() { ultimo.clone() } else { format!("{virgulas} ou {ultimo}") })
        }
        _ => None,
    }
}

/// The variable of the environment that an argument has its value from. It is also given if the
/// command line gave the argument the same value that its variable has.
fn variavel(achado: &Arg, valor: &str) -> Option<String> {
    let variavel = achado.get_env()?.to_str()?;
    (std::env::var_os(variavel)? == valor).then(|| variavel.to_owned())
}

/// The argument that clap shows so.
fn definicao(mut comando: Command, argumento: &str) -> Option<Arg> {
    comando.build();
    comando.get_arguments().find(|este| este.to_string() == argumento).cloned()
}

/// The sentence for a variable of the environment that is set but empty.
pub fn variavel_vazia(variavel: &str) -> String {
    format!("A variável {variavel} está vazia: defina um valor para ela, ou remova-a.")
}

/// Why a value is refused. The messages of our own parsers are Portuguese already; those of std and
/// clap are translated.
fn motivo(fonte: &(dyn Error + 'static)) -> String {
    if let Some(erro) = fonte.downcast_ref::<ParseIntError>() {
        return match erro.kind() {
            IntErrorKind::PosOverflow => "é grande demais".into(),
            _ => "não é um número inteiro".into(),
        };
    }
    let texto = fonte.to_string();
    match texto.split_once(" is not in ").and_then(|(_, faixa)| faixa.split_once("..=")) {
        Some((primeiro, ultimo)) => format!("não está entre {primeiro} e {ultimo}"),
        None => texto,
    }
}

/// The cause of an error of the system, for the inside of a sentence.
pub fn causa(erro: &io::Error) -> String {
    use io::ErrorKind as E;
    let palavras = match erro.kind() {
        E::NotFound => "não existe",
        E::PermissionDenied => "sem permissão",
        E::ConnectionRefused => "conexão recusada",
        E::ConnectionReset | E::ConnectionAborted => "a conexão foi cortada",
        E::HostUnreachable => "o endereço não pode ser alcançado",
        E::NetworkUnreachable | E::NetworkDown => "a rede não pode ser alcançada",
        E::AddrInUse => "o endereço já está em uso",
        // For an outgoing connection: no local port is left.
        E::AddrNotAvailable => "o endereço não está disponível nesta máquina",
        E::BrokenPipe => "o outro lado já saiu",
        E::AlreadyExists => "já existe",
        E::TimedOut => "o tempo se esgotou",
        // For a thread: the system gives no more of them. For a pipe: it is full. The time-out of a
        // socket gives this kind too, but is handled where the socket is read.
        E::WouldBlock => "o sistema não tem mais recursos no momento",
        E::NotADirectory => "não é um diretório",
        E::IsADirectory => "é um diretório",
        E::ReadOnlyFilesystem => "só é possível ler",
        E::StorageFull => "não há espaço",
        E::QuotaExceeded => "a cota se esgotou",
        E::FileTooLarge if erro.raw_os_error().is_some() => "o tamanho permitido se esgotou",
        E::FileTooLarge => "é grande demais",
        E::InvalidFilename => "o nome é longo demais",
        E::InvalidData => "o conteúdo não é o esperado",
        E::UnexpectedEof => "acabou antes do esperado",
        E::OutOfMemory => "não há memória",
        E::ResourceBusy => "está em uso",
        E::Other => return de_dentro(erro),
        _ => return sem_nome(erro),
    };
    palavras.into()
}

/// The cause of an error that the programs made themselves: it bears another error, or a Portuguese
/// text.
fn de_dentro(erro: &io::Error) -> String {
    match erro.get_ref() {
        Some(dentro) => dentro.downcast_ref().map_or_else(|| dentro.to_string(), causa),
        None => sem_nome(erro),
    }
}

/// The cause of an error whose kind std does not name, or that should not occur.
fn sem_nome(erro: &io::Error) -> String {
    match erro.raw_os_error() {
        // `EIO`, `ENFILE` and `EMFILE`.
        Some(5) => "o dispositivo falhou".into(),
        Some(23 | 24) => "há arquivos abertos demais".into(),
        // `ENOBUFS`.
        Some(105) => "o sistema não tem mais recursos no momento".into(),
        Some(numero) => format!("erro {numero} do sistema"),
        // std reports a failed name lookup in this way.
        None => "o endereço não foi encontrado".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Above the largest error number of the system.
    const NUMERO_MAX: i32 = 200;

    #[test]
    fn no_error_of_the_system_keeps_its_english_words() {
        for numero in 1..NUMERO_MAX {
            let erro = io::Error::from_raw_os_error(numero);
            let completo = erro.to_string();
            let (ingles, _) = completo.split_once(" (os error").expect("words and number");
            let dito = causa(&erro);
            assert!(!dito.is_empty() && !dito.contains(ingles), "{numero}: {dito}");
        }
    }

    #[test]
    fn an_error_inside_an_error_says_what_happened() {
        let disco = io::Error::other(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(causa(&disco), "não há espaço");
        assert_eq!(causa(&io::Error::other("o diário parou")), "o diário parou");
    }

    #[test]
    fn what_the_system_lacks_is_called_by_its_name() {
        for (numero, esperada) in [
            (5, "o dispositivo falhou"),
            (11, "o sistema não tem mais recursos no momento"),
            (12, "não há memória"),
            (23, "há arquivos abertos demais"),
            (24, "há arquivos abertos demais"),
            (27, "o tamanho permitido se esgotou"),
            (28, "não há espaço"),
            (36, "o nome é longo demais"),
            (71, "erro 71 do sistema"),
            (99, "o endereço não está disponível nesta máquina"),
            (105, "o sistema não tem mais recursos no momento"),
            (110, "o tempo se esgotou"),
            (122, "a cota se esgotou"),
        ] {
            assert_eq!(causa(&io::Error::from_raw_os_error(numero)), esperada, "{numero}");
        }
        assert_eq!(causa(&io::ErrorKind::FileTooLarge.into()), "é grande demais");
        assert_eq!(causa(&io::ErrorKind::TimedOut.into()), "o tempo se esgotou");
    }
}
