//! Where the server is, in all the ways in which people write it, and what an empty variable says.

mod comum;

use comum::{executar, executar_em, porta_morta, texto};

#[test]
fn brackets_of_an_address_are_taken_off_and_put_on_again_before_a_port() {
    let (porta, _dono) = porta_morta();
    for host in ["[::1]", "::1"] {
        let saida = executar(&["ping", "--host", host, "--porta", &porta], "");
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with(&format!("Erro ao conectar ao servidor [::1]:{porta}: ")));
        assert!(!frase.contains("não foi encontrado"), "{frase}");
        assert_eq!(saida.status.code(), Some(3));
    }
}

#[test]
fn a_port_beside_its_host_is_told_apart_in_options_and_variables() {
    for (variavel, valor, conselho) in [
        ("PIXSON_HOST", "localhost:5000", "use --host localhost --porta 5000"),
        ("PIXSON_HOST", "[::1]:5000", "use --host ::1 --porta 5000"),
        ("PIXSON_HOST", "http://localhost", "sem http://"),
        ("PIXSON_HOST", "localhost\r", "tem espaços"),
        ("PIXSON_PORTA", "localhost:5000", "use --host localhost --porta 5000"),
        ("PIXSON_PORTA", "0", "não está entre 1 e 65535"),
    ] {
        let opcao = if variavel == "PIXSON_HOST" { "--host" } else { "--porta" };
        let saidas = [
            executar(&["ping", opcao, valor], ""),
            executar_em(&[(variavel, valor)], &["ping"], ""),
        ];
        for saida in saidas {
            let frase = texto(&saida.stderr);
            assert!(frase.starts_with("Valor inválido ") && frase.contains(conselho), "{frase}");
            assert_eq!(saida.status.code(), Some(2));
        }
    }
}

#[test]
fn a_variable_that_is_empty_is_said_to_be_so() {
    for (variavel, argumentos) in [
        ("PIXSON_HOST", &["ping"][..]),
        ("PIXSON_PORTA", &["carga"]),
        ("PIXSON_RG", &["saldo"]),
        ("PIXSON_RG", &[]),
    ] {
        let saida = executar_em(&[(variavel, "")], argumentos, "");
        let frase = texto(&saida.stderr);
        let esperada =
            format!("A variável {variavel} está vazia: defina um valor para ela, ou remova-a. ");
        assert!(frase.starts_with(&esperada), "{frase}");
        assert_eq!(saida.status.code(), Some(2));
    }
}
