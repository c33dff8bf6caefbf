//! Texts that are scenes, and texts that are none: where they stop being one, and why.

use pixson_cena::{Cena, Vicio};

/// A line that is wrong after these ones, its column, and what is said of it.
const ERRADAS: [(&str, usize, &str); 37] = [
    ("ana", 4, "esperava envia, entrega, recebe, espera, põe ou corta"),
    ("ana envi login", 5, "esperava envia, entrega, recebe, espera, põe ou corta"),
    ("ana envia", 10, "esperava login, saldo, saque, depósito ou transferência"),
    ("ana envia logins", 11, "esperava login, saldo, saque, depósito ou transferência"),
    ("ana envia saque", 16, "esperava um valor, como 8.50 ou 8,50"),
    ("ana envia saque 8.505", 17, "esperava um valor, como 8.50 ou 8,50"),
    ("ana envia saque 0", 17, "esperava um valor, como 8.50 ou 8,50"),
    ("ana envia transferência 5", 26, "esperava para RG"),
    ("ana envia transferência 5 para", 31, "esperava um RG, de 1 a 10 dígitos"),
    ("ana envia transferência 5 para x", 32, "esperava um RG, de 1 a 10 dígitos"),
    ("ana envia saldo com", 20, "esperava carimbo N"),
    ("ana envia saldo com carimbo", 28, "esperava um número de 0 a 4611686018427387903"),
    (
        "ana envia saldo com carimbo 4611686018427387904",
        29,
        "esperava um número de 0 a 4611686018427387903",
    ),
    ("ana envia saldo atrasad", 17, "esperava o fim da linha"),
    ("ana recebe agora", 12, "esperava o fim da linha"),
    ("ana espera", 11, "esperava um texto entre aspas, ou relógio N"),
    ("ana espera \"Saldo", 18, "esperava aspas que fecham o texto"),
    ("ana espera relógio", 19, "esperava um número de 0 a 4611686018427387903"),
    ("ana põe relógio em 3", 9, "esperava o relógio em N"),
    ("ana recebe", 1, "ana não tem resposta a receber"),
    ("ana entrega", 1, "ana não tem pedido atrasado"),
    ("ana corta", 1, "ana não tem conexão"),
    ("ana espera \"x\"", 1, "ana ainda não recebeu nenhuma resposta"),
    ("beto recebe", 1, "nenhum ator se chama beto"),
    ("ator ana 1", 1, "o nome ana já está em uso"),
    ("ator servidor 1", 1, "o nome servidor já está em uso"),
    ("ator barreira 1", 1, "o nome barreira já está em uso"),
    ("ator beto", 10, "esperava um RG, de 1 a 10 dígitos"),
    ("ator beto 12345678901", 11, "esperava um RG, de 1 a 10 dígitos"),
    ("ator beto 2 relógio", 20, "esperava um número de 0 a 4611686018427387903"),
    ("ator beto 2 esquece", 13, "esperava o fim da linha"),
    ("ator", 5, "esperava o nome do ator"),
    ("cena \"outra\"", 1, "esperava um passo: a cena já tem título"),
    ("diagnóstico", 12, "esperava uma frase do diagnóstico, entre aspas"),
    ("   ! ", 4, "esperava cena, ator, barreira, diagnóstico ou o nome de um ator"),
    ("ana envia login\nator beto 2", 1, "os atores vêm antes do primeiro passo"),
    ("ana envia login\nbarreira", 1, "ana tem uma mensagem a caminho nesta barreira"),
];

const COMECO: &str = "# Uma cena.\ncena \"x\"\nator ana 1\n\n";

#[test]
fn a_wrong_line_is_named_with_its_column_and_with_what_should_stand_there() {
    for (errada, coluna, motivo) in ERRADAS {
        let erro = format!("{COMECO}{errada}\n").parse::<Cena>().expect_err(errada);
        let linha = 4 + errada.lines().count();
        assert_eq!(erro.to_string(), format!("linha {linha}, coluna {coluna}: {motivo}"));
    }
}

#[test]
fn what_waits_on_a_connection_keeps_its_order() {
    for (resto, erro) in [
        (
            "ana envia login atrasado\nana envia saldo",
            Some(
                "linha 6, coluna 1: ana tem um pedido atrasado: ele vem antes, com \"ana entrega\"",
            ),
        ),
        (
            "ana envia login atrasado\nana recebe",
            Some("linha 6, coluna 1: ana não tem resposta a receber"),
        ),
        ("ana envia login atrasado\nana corta\nana envia login\nana recebe", None),
        (
            "ana envia login atrasado\nana envia saldo atrasado\nana entrega\nana recebe\nana recebe\n\
             barreira",
            None,
        ),
        ("ana envia login\nana corta\nbarreira", None),
    ] {
        let lida = format!("{COMECO}{resto}\n").parse::<Cena>();
        assert_eq!(lida.err().map(|erro| erro.to_string()).as_deref(), erro, "{resto}");
    }
}

#[test]
fn words_may_lack_their_accents_and_lines_may_end_in_any_way() {
    let com = "cena \"x\"\nator ana 1 não funde relógio 7\nana envia depósito 2,50\nana recebe\n\
               ana envia transferência 2.5 para 2\nana põe o relógio em 3\nana espera relógio 3\n\
               diagnóstico \"y\"\n";
    let sem = "\u{feff}cena \"x\"\r\nator ana 1 nao funde relogio 7\r\nana envia deposito 2.5\r\n\
               ana recebe# e pronto\r\nana envia  transferencia 2.5 para 2\r\nana poe o relogio em 3\r\n\
               ana espera relogio 3\r\ndiagnostico \"y\"";
    let (com, sem): (Cena, Cena) = (com.parse().expect("a scene"), sem.parse().expect("a scene"));
    assert_eq!(com, sem);
    assert_eq!(com.atores()[0].vicio, Some(Vicio::NaoFunde));
    assert_eq!(com.atores()[0].relogio.valor(), 7);
}

#[test]
fn without_a_title_there_is_no_scene() {
    for texto in ["", "# nada\n", "ator ana 1\n"] {
        let erro = texto.parse::<Cena>().expect_err("no scene").to_string();
        let motivo = "coluna 1: esperava cena e o título dela, entre aspas, antes de tudo";
        assert!(erro.ends_with(motivo), "{erro}");
    }
}

#[test]
fn a_scene_that_is_cut_or_garbled_anywhere_is_a_scene_or_an_error_in_it() {
    let inteira = format!(
        "{COMECO}ana envia saque 8,50 com carimbo 7 atrasado\nana entrega\nana recebe\n\
         ana espera \"é\" # é\nana põe o relógio em 3\nbarreira\ndiagnóstico \"é\"\n"
    );
    let linhas = inteira.lines().count();
    let conferir = |texto: &str| {
        if let Err(erro) = texto.parse::<Cena>() {
            let linha = texto.lines().nth(erro.posicao.linha - 1).unwrap_or_default();
            assert!(erro.posicao.linha <= linhas + 1, "{texto:?}");
            assert!(erro.posicao.coluna <= linha.chars().count() + 1, "{texto:?}: {erro}");
        }
    };
    for (lugar, letra) in inteira.char_indices() {
        let (antes, depois) = (&inteira[..lugar], &inteira[lugar + letra.len_utf8()..]);
        conferir(antes);
        for troca in ["", " ", "\"", "#", "\n", "9", "é", "\u{0}", "\u{2028}"] {
            conferir(&format!("{antes}{troca}{depois}"));
        }
    }
}
