//! The commands of the administration on PostgreSQL, with the words, the JSON and the exit codes that they
//! have for files.

mod comum;

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use comum::ambiente::programa;
use comum::filho::Filho;
use comum::instancia::Instancia;
use comum::pasta::executar_sobre;
use comum::{binario, texto};
use pixson_aglomerado::{Motor, MotorComum, separar_senha};
use pixson_core::banco::ConfiguracaoPostgres;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The database of all tests here.
fn motor() -> Option<&'static MotorComum> {
    static UM: OnceLock<Option<MotorComum>> = OnceLock::new();
    let preparar = |url: &str| {
        let saida = sobre(url, &["banco", "preparar"]).output().expect("it runs");
        let dito = (texto(&saida.stdout), texto(&saida.stderr));
        assert_eq!(dito, (&*format!("Tabelas criadas em {}.\n", mostrada(url)), ""));
    };
    UM.get_or_init(|| MotorComum::novo(preparar)).as_ref()
}

/// A command on the database of a URL, whose password stands where others do not see it.
fn sobre(url: &str, argumentos: &[&str]) -> Command {
    let (url, senha) = separar_senha(url);
    let mut comando = programa(binario());
    comando.args(argumentos).args(["--banco", &url]);
    comando.envs(senha.map(|senha| ("PGPASSWORD", senha)));
    comando
}

/// A URL as the program shows it.
fn mostrada(url: &str) -> String {
    url.parse::<ConfiguracaoPostgres>().expect("a URL").to_string()
}

/// A bank of its own for a test.
struct BancoDeTeste {
    motor: &'static MotorComum,
    nome: String,
    url: String,
}

impl BancoDeTeste {
    fn novo() -> Option<Self> {
        let motor = motor()?;
        let nome = motor.banco_novo();
        Some(Self { motor, url: motor.url(&nome), nome })
    }

    fn comando(&self, argumentos: &[&str]) -> Command {
        sobre(&self.url, argumentos)
    }

    fn executar(&self, argumentos: &[&str]) -> Output {
        self.comando(argumentos).output().expect("the program runs")
    }

    /// The same with something to read.
    fn com_entrada(&self, argumentos: &[&str], entrada: &str) -> Output {
        let mut comando = self.comando(argumentos);
        comando.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut processo = Filho::gerar(&mut comando);
        processo.stdin.take().expect("piped").write_all(entrada.as_bytes()).expect("it reads");
        processo.terminar()
    }

    /// What a command shows when it is done, and says nothing else.
    fn feito(&self, argumentos: &[&str]) -> String {
        let saida = self.executar(argumentos);
        assert_eq!(texto(&saida.stderr), "", "{argumentos:?}");
        assert_eq!(saida.status.code(), Some(0), "{argumentos:?}");
        texto(&saida.stdout).to_owned()
    }

    /// What a command says that ends with this code, and shows nothing.
    fn recusado(&self, argumentos: &[&str], codigo: i32) -> String {
        let saida = self.executar(argumentos);
        assert_eq!(texto(&saida.stdout), "", "{argumentos:?}");
        assert_eq!(saida.status.code(), Some(codigo), "{argumentos:?}");
        texto(&saida.stderr).to_owned()
    }

    fn sql(&self, texto: &str) -> String {
        self.motor.sql(&self.nome, texto)
    }

    fn servir(&self) -> Instancia {
        Instancia::iniciar(self.comando(&["--porta", "0"]).stdin(Stdio::null()))
    }
}

fn objetos(saida: &str) -> Vec<Value> {
    saida.lines().map(|linha| serde_json::from_str(linha).expect("an object a line")).collect()
}

#[test]
fn a_password_in_the_address_is_taken_with_a_warning_and_is_not_shown() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    let (dono, com_senha) = banco.motor.papel_novo("", &banco.nome);
    banco.sql(&format!("GRANT USAGE ON SCHEMA pixson TO {dono}"));
    banco.sql(&format!("GRANT SELECT ON pixson.contas, pixson.esquema TO {dono}"));
    let saida = programa(binario()).args(["conta", "listar", "--banco", &com_senha]).output();
    let saida = saida.expect("it runs");
    let dito = texto(&saida.stderr);
    assert!(dito.contains("a senha do PostgreSQL está na URL"), "{dito}");
    let (sem_senha, senha) = separar_senha(&com_senha);
    assert!(dito.contains(&mostrada(&sem_senha)), "{dito}");
    assert!(!dito.contains(&senha.expect("it has one")), "{dito}");
    assert_eq!(saida.status.code(), Some(0));
}

#[test]
fn an_address_that_is_refused_is_not_shown_since_it_may_have_a_password() {
    let enderecos = [
        "postgres://ana:SEGREDO@localhost/x?sslmode=require",
        "postgres://ana:SEGREDO@localhost/x?passwrd=SEGREDO",
        "http://ana:SEGREDO@localhost/x",
        "ana:SEGREDO@localhost/x",
        "postgres://ana:SE@SEGREDO@localhost/x",
    ];
    for endereco in enderecos {
        let por_opcao = programa(binario()).args(["auditar", "--banco", endereco]).output();
        let por_variavel =
            programa(binario()).arg("auditar").env("PIXSON_BANCO", endereco).output();
        for saida in [por_opcao, por_variavel].map(|saida| saida.expect("it runs")) {
            let dito = texto(&saida.stderr);
            assert!(dito.starts_with("Valor inválido para --banco <URL>"), "{dito}");
            assert!(!dito.contains("SEGREDO"), "{dito}");
            assert_eq!(saida.status.code(), Some(2));
        }
    }
}

#[test]
fn an_address_where_none_belongs_is_not_shown_either() {
    let endereco = "postgres://ana:SEGREDO@localhost/x";
    let chaves = "host=localhost password=SEGREDO";
    let linhas: [&[&str]; 5] = [
        &[endereco],
        &["auditar", endereco],
        &["auditar", chaves],
        &["--espera-banco", endereco],
        &["--log", endereco],
    ];
    for linha in linhas {
        let saida = programa(binario()).args(linha).output().expect("it runs");
        let dito = texto(&saida.stderr);
        assert!(dito.contains('…') && !dito.contains("SEGREDO"), "{dito}");
        assert_eq!(saida.status.code(), Some(2), "{dito}");
    }
}

#[test]
fn a_table_whose_columns_were_changed_is_told_in_a_sentence() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    banco.sql("INSERT INTO pixson.contas (rg, nome, saldo) VALUES ('1', 'x', 5)");
    banco.sql("ALTER TABLE pixson.contas ALTER saldo TYPE numeric");
    let comandos: [&[&str]; 3] = [&["conta", "listar"], &["conta", "mostrar", "1"], &["auditar"]];
    for comando in comandos {
        let dito = banco.recusado(comando, 3);
        assert!(dito.contains("as tabelas foram alteradas: devolva a elas as colunas"), "{dito}");
    }
}

#[test]
fn accounts_are_created_set_listed_and_shown_in_the_words_of_files() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    let vazio = banco.executar(&["conta", "listar"]);
    assert_eq!(texto(&vazio.stderr), format!("Nenhuma conta em {}.\n", mostrada(&banco.url)));
    assert_eq!(vazio.status.code(), Some(0));

    let criar = ["conta", "criar", "3333333333", "--nome", "Ana Souza", "--saldo", "10,50"];
    assert_eq!(banco.feito(&criar), "Conta 3333333333 criada, com saldo 10.5.\n");
    assert_eq!(banco.recusado(&criar, 1), "A conta 3333333333 já existe.\n");
    let outra = banco.feito(&["conta", "criar", "7", "--nome", "Zé", "--json"]);
    assert_eq!(objetos(&outra), [json!({"rg": "7", "nome": "Zé", "centavos": 0})]);

    let ajustar = ["conta", "ajustar", "3333333333", "--saldo", "8"];
    let dito = "Conta 3333333333: saldo ajustado de 10.5 para 8.0.\n";
    assert_eq!(banco.feito(&ajustar), dito);
    assert_eq!(banco.feito(&ajustar), "Conta 3333333333: o saldo já é 8.0.\n");
    let ajustada = banco.feito(&["conta", "ajustar", "7", "--saldo", "1", "--json"]);
    let esperada = json!({"rg": "7", "centavos_antes": 0, "centavos": 100});
    assert_eq!(objetos(&ajustada), [esperada]);
    let ausente = banco.recusado(&["conta", "ajustar", "8", "--saldo", "1"], 1);
    assert_eq!(ausente, "A conta 8 não existe.\n");

    let listadas = "        RG               saldo  nome\n\
                    3333333333                 8.0  Ana Souza\n\
                    \u{20}        7                 1.0  Zé\n";
    assert_eq!(banco.feito(&["conta", "listar"]), listadas);
    let contas = [
        json!({"rg": "3333333333", "nome": "Ana Souza", "centavos": 800}),
        json!({"rg": "7", "nome": "Zé", "centavos": 100}),
    ];
    assert_eq!(objetos(&banco.feito(&["conta", "listar", "--json"])), contas);
    let mostrada = banco.feito(&["conta", "mostrar", "7"]);
    assert_eq!(mostrada, "RG: 7\nNome: Zé\nSaldo: 1.0\n");
    assert_eq!(objetos(&banco.feito(&["conta", "mostrar", "7", "--json"])), contas[1..]);
    assert_eq!(banco.recusado(&["conta", "mostrar", "8"], 1), "A conta 8 não existe.\n");
    assert_eq!(banco.recusado(&["extrato", "8"], 1), "A conta 8 não existe.\n");
}

#[test]
fn an_import_is_all_or_nothing_and_names_each_line() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    let linha = |rg: &str| format!("{{\"rg\":\"{rg}\",\"nome\":\"x\",\"centavos\":5}}\n");
    let importada = banco.com_entrada(&["importar", "-"], &(linha("1") + &linha("2")));
    assert_eq!(texto(&importada.stderr), "");
    assert_eq!(texto(&importada.stdout), "2 contas importadas, com 0.10 ao todo.\n");
    let linhas = linha("2") + &linha("3") + &linha("1");
    let recusada = banco.com_entrada(&["importar", "-"], &linhas);
    let dito = "Linha 3: a conta 1 já existe.\nLinha 1: a conta 2 já existe.\n\
                Nada foi importado.\n";
    assert_eq!(texto(&recusada.stderr), dito, "in RG order, as for files");
    assert_eq!(recusada.status.code(), Some(1));
    let errada = banco.com_entrada(&["importar", "-"], &(linha("4") + "{}\n"));
    assert_eq!(texto(&errada.stderr), "Linha 2: falta \"rg\".\nNada foi importado.\n");
    let objeto = banco.com_entrada(&["importar", "-", "--json"], &linha("9"));
    assert_eq!(objetos(texto(&objeto.stdout)), [json!({"contas": 1, "centavos": 5})]);
    assert_eq!(banco.sql("SELECT string_agg(rg, ' ' ORDER BY rg) FROM pixson.contas"), "1 2 9");
    let nenhum = banco.recusado(&["importar", "/nenhum"], 3);
    assert!(nenhum.starts_with("/nenhum: "), "{nenhum}");
}

#[test]
fn from_files_to_postgres_and_back_every_account_stays_as_it_is() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    let pasta = TempDir::new().expect("a temporary directory");
    let (daqui, para) = (pasta.path().join("daqui"), pasta.path().join("para"));
    let nomes = ["José \\\"Zé\\\" \\\\ 名前", "Ana", "O'Neil", "\\\\N", "\u{1f600}"];
    let mut linhas = String::new();
    for (numero, nome) in (0..1000_u64).zip(nomes.iter().cycle()) {
        let rg = "0".repeat(usize::from(numero % 7 == 0)) + &numero.to_string();
        let centavos = numero * 999_999_999_999;
        let linha = format!("{{\"rg\":\"{rg}\",\"nome\":\"{nome}\",\"centavos\":{centavos}}}\n");
        linhas += &linha;
    }
    let arquivo = pasta.path().join("contas.jsonl");
    std::fs::write(&arquivo, linhas).expect("writable");
    let arquivo = arquivo.to_str().expect("UTF-8");
    for contas in [&daqui, &para] {
        std::fs::create_dir(contas).expect("a new directory");
    }
    let importada = executar_sobre(&daqui, &["importar", arquivo]);
    assert_eq!(importada.status.code(), Some(0), "{}", texto(&importada.stderr));
    let dos_arquivos = executar_sobre(&daqui, &["exportar"]).stdout;

    let levadas = banco.com_entrada(&["importar", "-"], texto(&dos_arquivos));
    assert_eq!(levadas.stdout, importada.stdout);
    assert_eq!(banco.feito(&["exportar"]), texto(&dos_arquivos));
    let volta = pasta.path().join("volta.jsonl");
    let volta = volta.to_str().expect("UTF-8");
    let exportada = banco.executar(&["exportar", volta]);
    assert_eq!(texto(&exportada.stderr), format!("1000 contas exportadas para {volta}.\n"));
    executar_sobre(&para, &["importar", volta]);
    assert_eq!(executar_sobre(&para, &["exportar"]).stdout, dos_arquivos);
    for json in [&[][..], &["--json"]] {
        let listar = [&["conta", "listar"], json].concat();
        assert_eq!(banco.feito(&listar), texto(&executar_sobre(&para, &listar).stdout));
    }
}

#[test]
fn commands_work_while_a_server_runs_and_it_serves_what_they_did_at_once() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    let mut servidor = banco.servir();
    // A cluster that is not meant to survive anything is told of, once.
    if banco.sql("SELECT setting FROM pg_settings WHERE name = 'fsync'") == "off" {
        let aviso = servidor.proximo_erro();
        assert!(aviso.contains("AVISO o PostgreSQL está com fsync desligado: "), "{aviso}");
    }
    let mut conexao = servidor.conectar();
    let negado = conexao.pedir("t:1000|op:6|rg:3333333333");
    assert!(negado.contains("|s:1|"), "{negado}");
    let criar = ["conta", "criar", "3333333333", "--nome", "Ana", "--saldo", "10,50"];
    banco.feito(&criar);
    banco.feito(&["conta", "criar", "1111111111", "--nome", "Zé"]);
    assert!(conexao.pedir("t:1001|op:6|rg:3333333333").contains("|s:0|"));
    banco.feito(&["conta", "ajustar", "3333333333", "--saldo", "8"]);
    assert!(conexao.pedir("t:1002|op:1|rg:3333333333").ends_with("Saldo: 8.0"));
    let transferencia = "t:1003|op:4|rg_origem:3333333333|rg_destino:1111111111|valor:7.5";
    assert!(conexao.pedir(transferencia).contains("|s:0|"));

    let extrato = banco.feito(&["extrato", "3333333333"]);
    let palavras: Vec<Vec<&str>> =
        extrato.lines().skip(1).map(|linha| linha.split_whitespace().skip(2).collect()).collect();
    assert_eq!(
        palavras,
        [
            &["abertura", "+10.5", "10.5"][..],
            &["ajuste", "-2.5", "8.0"],
            &["transferência", "para", "1111111111", "-7.5", "0.5"],
        ]
    );
    let extrato = objetos(&banco.feito(&["extrato", "1111111111", "--json"]));
    let carimbos: Vec<u64> =
        extrato.iter().map(|linha| linha["carimbo"].as_u64().expect("a stamp")).collect();
    assert!(carimbos[0] > 1000 && carimbos[1] > carimbos[0], "{carimbos:?}");
    assert_eq!(
        extrato[1],
        json!({
            "seq": null, "epoca": extrato[1]["epoca"], "carimbo": carimbos[1],
            "operacao": "transferencia_recebida", "outra": "3333333333",
            "centavos": 750, "saldo_centavos": 750,
        })
    );
    let auditoria = objetos(&banco.feito(&["auditar", "--json"]));
    assert_eq!(
        auditoria,
        [json!({
            "lancamentos": 4, "contas": 2, "centavos": 800, "inicial_centavos": 0,
            "aberturas_centavos": 1050, "ajustes_centavos": -250, "depositos_centavos": 0,
            "saques_centavos": 0, "divergencias": 0, "danos": 0, "feitos": 4,
            "desde_seq": null, "desde_epoca": auditoria[0]["desde_epoca"],
            "desde_carimbo": auditoria[0]["desde_carimbo"], "sql_confere": true,
        })]
    );
    let contada = "Lançamentos: 4\nContas: 2\nTotal: 8.00\n\
                   Balanço: 0.00 no início, +10.50 em aberturas, -2.50 em ajustes, \
                   +0.00 em depósitos, -0.00 em saques\n\
                   O PostgreSQL chegou ao mesmo em uma consulta só.\nNenhuma divergência.\n";
    assert_eq!(banco.feito(&["auditar"]), contada);
    assert_eq!(servidor.parar(), [""; 0]);
}

#[test]
fn an_audit_finds_what_was_changed_by_hand() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    banco.feito(&["conta", "criar", "1", "--nome", "Ana", "--saldo", "10"]);
    for saldo in ["20", "30"] {
        banco.feito(&["conta", "ajustar", "1", "--saldo", saldo]);
    }
    for (malfeito, conserto, frase, objeto) in [
        (
            "UPDATE pixson.contas SET saldo = 3001",
            "UPDATE pixson.contas SET saldo = 3000",
            "Conta 1: a conta tem 30.01 e o livro tem 30.0.",
            json!({"divergencia": "saldo_diferente", "rg": "1", "seq": null,
                "livro_centavos": 3000, "encontrado_centavos": 3001}),
        ),
        (
            "UPDATE pixson.livro SET antes = 1500 WHERE depois = 2000",
            "UPDATE pixson.livro SET antes = 1000 WHERE depois = 2000",
            "Conta 1: saldo alterado por fora de 10.0 para 15.0 antes do lançamento de carimbo 2, \
             época 2.",
            json!({"divergencia": "alterada_por_fora", "rg": "1", "seq": null, "carimbo": 2,
                "epoca": 2, "livro_centavos": 1000, "encontrado_centavos": 1500}),
        ),
        (
            "DELETE FROM pixson.livro WHERE depois = 2000",
            "SELECT 1",
            "Conta 1: saldo alterado por fora de 10.0 para 20.0 antes do lançamento de carimbo 3, \
             época 3.",
            json!({"divergencia": "alterada_por_fora", "rg": "1", "seq": null, "carimbo": 3,
                "epoca": 3, "livro_centavos": 1000, "encontrado_centavos": 2000}),
        ),
    ] {
        banco.sql(malfeito);
        let dita = banco.executar(&["auditar"]);
        assert_eq!((dita.status.code(), texto(&dita.stderr)), (Some(1), ""), "{malfeito}");
        let fim = format!("consulta só.\n{frase}\n1 divergência.\n");
        assert!(texto(&dita.stdout).ends_with(&fim), "{}", texto(&dita.stdout));
        let em_json = banco.executar(&["auditar", "--json"]);
        assert_eq!(em_json.status.code(), Some(1));
        let achados = objetos(texto(&em_json.stdout));
        let mut esperado = objeto;
        esperado["frase"] = frase.into();
        assert_eq!(achados[0], esperado);
        assert_eq!(
            (&achados[1]["divergencias"], &achados[1]["sql_confere"]),
            (&json!(1), &json!(true))
        );
        banco.sql(conserto);
    }
}

#[test]
fn a_statement_with_a_row_that_no_operation_writes_says_so() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    banco.feito(&["conta", "criar", "1", "--nome", "Ana", "--saldo", "10"]);
    banco.sql("INSERT INTO pixson.livro VALUES (9, 9, 'furto', 1, '1', 1000, 999)");
    let saida = banco.executar(&["extrato", "1"]);
    assert_eq!(texto(&saida.stdout).lines().count(), 2, "what can be shown is shown");
    let dito = "O lançamento de carimbo 9, época 9, não é de uma operação.\n";
    assert_eq!((texto(&saida.stderr), saida.status.code()), (dito, Some(1)));
    banco.sql("INSERT INTO pixson.contas VALUES ('2', 'x', 5)");
    assert_eq!(banco.feito(&["extrato", "2"]).lines().count(), 1, "nothing but the heading");
    assert_eq!(banco.feito(&["extrato", "2", "--json"]), "");
}

#[test]
fn a_database_without_tables_or_not_there_is_said_with_its_code() {
    let Some(banco) = BancoDeTeste::novo() else { return };
    banco.sql("DROP SCHEMA pixson CASCADE");
    let comandos: [&[&str]; 6] = [
        &["conta", "listar"],
        &["conta", "mostrar", "1"],
        &["conta", "criar", "1", "--nome", "x"],
        &["exportar"],
        &["extrato", "1"],
        &["auditar"],
    ];
    for comando in comandos {
        let dito = banco.recusado(comando, 3);
        assert!(dito.starts_with("O banco não pôde ser usado em postgres://"), "{dito}");
        assert!(dito.contains("faltam as tabelas"), "{dito}");
    }
}
