//! Accounts from files and for files: what is missing, cut, too much, or written by other programs.

mod comum;

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use comum::ambiente::programa;
use comum::banca::Banca;
use comum::filho::Filho;
use comum::{conta, duas_contas, texto};
use tempfile::TempDir;

const SERVIDOR: &str = env!("CARGO_BIN_EXE_pixson-servidor");

/// The first line of an export.
const COMECO: &str = "{\"exportacao\":1}\n";

fn vazio() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn exportar(contas: &Path) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(["exportar", "--contas"]).arg(contas).output().expect("the program runs")
}

/// Imports what is read from standard input, which may be left before its end.
fn importar(contas: &Path, entrada: impl AsRef<[u8]>) -> Output {
    let mut comando = programa(SERVIDOR);
    comando.args(["importar", "-", "--contas"]).arg(contas);
    comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Filho::gerar(&mut comando).terminar_com(entrada.as_ref())
}

/// The sentences of an import that is refused, and which opens nothing.
fn recusado(contas: &Path, entrada: impl AsRef<[u8]>) -> String {
    let saida = importar(contas, entrada);
    assert_eq!((texto(&saida.stdout), saida.status.code()), ("", Some(1)), "{saida:?}");
    assert_eq!(fs::read_dir(contas).expect("a folder").count(), 0, "nothing was opened");
    let frases = texto(&saida.stderr).strip_suffix("\nNada foi importado.\n");
    frases.expect("it ends so").to_owned()
}

fn importado(contas: &Path, entrada: impl AsRef<[u8]>) -> String {
    let saida = importar(contas, entrada);
    assert_eq!((texto(&saida.stderr), saida.status.code()), ("", Some(0)));
    texto(&saida.stdout).to_owned()
}

/// A line for each of these accounts, with a centavo.
fn linhas(rgs: std::ops::RangeInclusive<u32>) -> String {
    rgs.fold(String::new(), |linhas, rg| {
        linhas + &format!("{{\"rg\":\"{rg}\",\"nome\":\"Ana\",\"centavos\":1}}\n")
    })
}

#[test]
fn an_import_of_nothing_at_all_is_refused() {
    for nada in ["", "\n\n \r\n", "\u{feff}", "\u{feff}\n"] {
        assert_eq!(recusado(vazio().path(), nada), "A entrada não tem nenhuma conta.", "{nada:?}");
    }
}

#[test]
fn an_export_of_an_empty_bank_is_whole_and_so_is_its_import() {
    let contas = vazio();
    let exportada = exportar(contas.path());
    assert_eq!(texto(&exportada.stdout), format!("{COMECO}{{\"contas\":0}}\n"));
    let dito = "0 contas importadas, com 0.00 ao todo.\n";
    assert_eq!(importado(contas.path(), &exportada.stdout), dito);
    assert_eq!(importado(contas.path(), "{\"contas\":0}"), dito);
    assert_eq!(fs::read_dir(contas.path()).expect("a folder").count(), 0, "nothing was opened");
}

#[test]
fn a_bank_that_cannot_be_used_is_said_whatever_there_is_to_import() {
    let servidor = Banca::abrir(duas_contas());
    let pasta = servidor.contas.path();
    for entrada in ["", "x", &linhas(1..=1)] {
        for (contas, parte) in
            [(pasta, "outro processo já usa este banco"), (&pasta.join("nada"), "não existe")]
        {
            let saida = importar(contas, entrada);
            assert_eq!(saida.status.code(), Some(3), "{entrada:?}: {saida:?}");
            let frase = texto(&saida.stderr);
            assert!(frase.contains(parte) && frase.lines().count() == 1, "{frase}");
        }
    }
}

#[test]
fn an_export_that_was_cut_anywhere_is_no_import() {
    let de = vazio();
    importado(de.path(), linhas(1..=5));
    let exportada = exportar(de.path()).stdout;
    let inteira = texto(&exportada);
    assert_eq!(inteira, format!("{COMECO}{}{{\"contas\":5}}\n", linhas(1..=5)));
    let sem_fim = "Linha 1: a exportação que começa aqui não chega à linha que diz quantas contas \
                   são: a entrada pode ter sido cortada.";
    for (fim, _) in inteira.match_indices('\n').take(6) {
        assert_eq!(recusado(vazio().path(), &inteira[..=fim]), sem_fim);
    }
    // Within a line, but for the last: what it says is said without its end as well.
    for fim in 1..inteira.len() - 2 {
        let frases = recusado(vazio().path(), &inteira[..fim]);
        assert!(frases.starts_with("Linha "), "{fim}: {frases}");
    }
    let para = vazio();
    let dito = "5 contas importadas, com 0.05 ao todo.\n";
    assert_eq!(importado(para.path(), inteira), dito);
}

#[test]
fn the_number_of_accounts_is_held_against_those_that_came() {
    let contagem = |quantas: u32| format!("{{\"contas\":{quantas}}}\n");
    let diz = |linha: u32, quantas: u32, vieram: u32| {
        format!(
            "Linha {linha}: diz que são {quantas} contas, e antes dela há {vieram}: a entrada pode \
             ter sido cortada ou alterada."
        )
    };
    let (duas, cinco) = (linhas(1..=2), linhas(1..=5));
    let depois = linhas(6..=6);
    for (entrada, frases) in [
        (format!("{cinco}{}", contagem(6)), diz(6, 6, 5)),
        (format!("{COMECO}{cinco}{}", contagem(4)), diz(7, 4, 5)),
        (contagem(1), diz(1, 1, 0)),
        // An account after the count, which was added by hand or is of another file.
        (
            format!("{cinco}{}{depois}{depois}", contagem(5)),
            "Linha 7: vem depois da linha 6, que diz quantas contas são: corrija-a.\n\
             Linha 8: o RG 6 já está na linha 7."
                .into(),
        ),
        // The second of two exports was cut.
        (
            format!("{COMECO}{duas}{}{COMECO}{depois}", contagem(2)),
            "Linha 5: a exportação que começa aqui não chega à linha que diz quantas contas são: a \
             entrada pode ter sido cortada."
                .into(),
        ),
        (
            format!("{duas}{COMECO}{depois}{}", contagem(1)),
            "Linha 3: uma exportação começa depois de contas que não são dela.".into(),
        ),
        (
            format!("{{\"exportacao\":2}}\n{}", contagem(0)),
            "Linha 1: a exportação é de uma versão que este programa não conhece.".into(),
        ),
    ] {
        assert_eq!(recusado(vazio().path(), &entrada), frases, "{entrada}");
    }
    // Two exports, one after the other; and lines that nobody has counted, as they have always been.
    for entrada in [
        format!("{COMECO}{duas}{}{COMECO}{depois}{}", contagem(2), contagem(1)),
        format!("{duas}{}", linhas(3..=3)),
        format!("{duas}{}{}", linhas(3..=3), contagem(3)),
    ] {
        let dito = "3 contas importadas, com 0.03 ao todo.\n";
        assert_eq!(importado(vazio().path(), &entrada), dito, "{entrada}");
    }
}

#[test]
fn accounts_that_cannot_be_exported_are_missing_in_an_import() {
    let contas = duas_contas();
    fs::write(contas.path().join("3.json"), "{").expect("writable");
    let exportada = exportar(contas.path());
    assert_eq!(exportada.status.code(), Some(1));
    assert!(texto(&exportada.stdout).ends_with("{\"contas\":3}\n"), "{exportada:?}");
    let frases = recusado(vazio().path(), &exportada.stdout);
    assert!(frases.starts_with("Linha 4: diz que são 3 contas, e antes dela há 2"), "{frases}");
}

#[test]
fn a_mark_of_the_order_of_bytes_is_no_part_of_the_first_line() {
    let contas = vazio();
    let com_marca = format!("\u{feff}{}", linhas(1..=2));
    let dito = "2 contas importadas, com 0.02 ao todo.\n";
    assert_eq!(importado(contas.path(), &com_marca), dito);
    // Anywhere else it is what it is.
    let frases = recusado(vazio().path(), format!("{}{com_marca}", linhas(3..=3)));
    assert_eq!(frases, "Linha 2: não é um objeto JSON.");
}

#[test]
fn an_import_reads_balances_as_the_bank_reads_its_files() {
    for (numero, saldo) in [
        ("10349.899999999081", Some("10349.9")),
        ("0.30000000000000004", Some("0.3")),
        ("1e3", Some("1000.0")),
        ("-0.0", Some("0.0")),
        ("10.5", Some("10.5")),
        ("10.005", None),
        ("-0.01", None),
        ("10000000000000", None),
        // As a person writes it, in quotes, there is no noise.
        ("\"10349.899999999081\"", None),
        ("\"1e3\"", None),
    ] {
        let contas = vazio();
        let linha = format!("{{\"rg\":\"1\",\"nome\":\"Ana\",\"saldo\":{numero}}}");
        let mostrar = |contas: &Path| {
            let mut comando = programa(SERVIDOR);
            comando.args(["conta", "mostrar", "1", "--contas"]).arg(contas);
            let saida = comando.output().expect("the program runs");
            texto(&saida.stdout).lines().nth(2).map(str::to_owned)
        };
        let Some(saldo) = saldo else {
            assert!(recusado(contas.path(), linha).starts_with("Linha 1: quantia "), "{numero}");
            continue;
        };
        importado(contas.path(), linha);
        let esperada = Some(format!("Saldo: {saldo}"));
        assert_eq!(mostrar(contas.path()), esperada, "{numero}");
        let arquivos = vazio();
        fs::write(arquivos.path().join("1.json"), conta("1", numero)).expect("writable");
        assert_eq!(mostrar(arquivos.path()), esperada, "{numero}");
    }
}

#[test]
fn an_import_that_is_too_large_is_refused_where_it_becomes_so() {
    // As long as a name can be: more of them than a record of the journal holds, and then more.
    let nome = "\u{1f600}".repeat(100);
    let muitas = (0..400_000).fold(String::new(), |linhas, rg| {
        linhas + &format!("{{\"rg\":\"{rg}\",\"nome\":\"{nome}\",\"centavos\":1}}\n")
    });
    let frases = recusado(vazio().path(), muitas);
    let numero = frases.strip_prefix("São contas demais: até a linha ");
    let numero = numero.and_then(|resto| {
        resto.strip_suffix(
            " já passam de 128 MiB no diário, o \
         máximo de uma importação. Divida a entrada.",
        )
    });
    let numero: u32 = numero.and_then(|numero| numero.parse().ok()).expect("where it is");
    assert!((310_000..330_000).contains(&numero), "{numero}");
}

#[test]
fn an_import_of_nothing_but_wrong_lines_ends_before_they_do() {
    let contas = vazio();
    let saida = importar(contas.path(), "x\n".repeat(1500));
    let frases: Vec<_> = texto(&saida.stderr).lines().collect();
    assert_eq!(frases.len(), 1002);
    assert!(frases[999].starts_with("Linha 1000: "), "{}", frases[999]);
    let fim = ["São erros demais: as outras linhas não foram lidas.", "Nada foi importado."];
    assert_eq!(frases[1000..], fim);
    assert_eq!(saida.status.code(), Some(1));
}

#[test]
fn every_line_of_a_long_import_is_read_whole_or_named() {
    let contas = vazio();
    let longa = format!("{{\"rg\":\"1\",\"nome\":\"{}\",\"centavos\":1}}\n", "x".repeat(5000));
    let ultima = "{\"rg\":\"2\",\"nome\":\"Ana\",\"centavos\":1}";
    let entrada = format!("{longa}\r\n{ultima}");
    let saida = importar(contas.path(), entrada);
    let frases = "Linha 1: a linha tem mais de 4096 bytes.\nNada foi importado.\n";
    assert_eq!(texto(&saida.stderr), frases);
    let saida = importar(contas.path(), format!("\r\n{ultima}"));
    assert_eq!(texto(&saida.stdout), "1 conta importada, com 0.01 ao todo.\n");
}
