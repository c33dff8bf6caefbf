//! What the log says.

use super::*;

#[test]
fn the_levels_of_the_log_have_the_same_words_in_both_forms() {
    for formato in ["texto", "json"] {
        let contas = duas_contas();
        let mut comando = Instancia::comando(contas.path());
        comando.args(["--log", "detalhe", "--log-formato", formato, "--host", "0.0.0.0"]);
        let mut instancia = Instancia::iniciar(&mut comando);
        entrar(&instancia, UMA);
        let linhas = instancia.parar();
        for (nivel, parte) in [
            ("AVISO", "pode ser alcançado pela rede"),
            ("INFO", "servidor iniciado"),
            ("DETALHE", "pedido atendido"),
        ] {
            let (vistos, textos): (Vec<String>, Vec<String>) = linhas
                .iter()
                .map(|linha| {
                    if formato == "texto" {
                        let nivel = linha.split(' ').nth(1).unwrap_or_default();
                        return (nivel.to_owned(), linha.clone());
                    }
                    let json: serde_json::Value = serde_json::from_str(linha).expect("one object");
                    let campo = |nome: &str| json[nome].as_str().unwrap_or_default().to_owned();
                    (campo("level"), campo("message"))
                })
                .unzip();
            let qual = textos.iter().position(|texto| texto.contains(parte)).expect("it is logged");
            assert_eq!(vistos[qual], nivel, "{}", linhas[qual]);
        }
    }
}

#[test]
fn the_log_says_how_the_server_serves() {
    for (lacos, formato, campo) in [
        ("0", "texto", " lacos=0"),
        ("2", "texto", " lacos=2"),
        ("0", "json", r#""lacos":0"#),
        ("2", "json", r#""lacos":2"#),
    ] {
        let contas = duas_contas();
        let mut comando = Instancia::comando(contas.path());
        comando.args(["--log", "info", "--log-formato", formato, "--lacos", lacos]);
        let linhas = Instancia::iniciar(&mut comando).parar();
        let linha = linhas.iter().find(|linha| linha.contains("servidor iniciado"));
        assert!(linha.is_some_and(|linha| linha.contains(campo)), "{linhas:?}");
    }
}

#[test]
fn the_log_says_why_a_connection_ended_and_whose_fault_it_was() {
    let (mut instancia, _, _contas) = servir("info", "texto");
    let mut outro = instancia.conectar();
    assert!(outro.pedir("GET / HTTP/1.1").ends_with("Mensagem inválida"));
    drop(entrar(&instancia, UMA));
    let linhas = instancia.parar();
    let fim = |qual: &str| linhas.iter().find(|linha| linha.contains(qual)).expect("it ended");
    assert!(fim("fim=OutroProtocolo").contains("culpa=Par"), "{linhas:?}");
    assert!(!fim("fim=FimDeEntrada").contains("culpa"), "{linhas:?}");
}

#[test]
fn the_log_follows_a_connection_and_repeats_nothing_that_it_sent() {
    let hostil = "t:0|op:1|rg:\u{1b}[31mAVISO\rfalso\u{7}";
    let mut vistas = Vec::new();
    for formato in ["texto", "json"] {
        let (mut instancia, _, _contas) = servir("detalhe", formato);
        let mut conexao = entrar(&instancia, UMA);
        assert!(conexao.pedir(hostil).ends_with("Operação inválida"));
        assert!(conexao.pedir(&format!("t:0|op:2|rg:{UMA}|valor:99")).contains("|s:1|"));
        drop(conexao);
        let linhas = instancia.parar();
        let texto = linhas.join("\n");
        assert!(!texto.contains("falso") && !texto.contains("31m"), "{texto}");
        assert!(texto.lines().all(|linha| !linha.contains(char::is_control)), "{texto}");
        vistas.push((formato, linhas));
    }
    for (formato, linhas) in vistas {
        for parte in ["conexão aberta", "pedido atendido", "mensagem recusada", "conexão encerrada"]
        {
            let tem = |linha: &&String| {
                let json = serde_json::from_str::<serde_json::Value>(linha);
                json.map_or_else(|_| linha.contains(parte), |json| json["message"] == parte)
            };
            let linha = linhas.iter().find(tem);
            let linha = linha.unwrap_or_else(|| panic!("{parte} is not in {linhas:?}"));
            if formato == "texto" {
                assert!(linha.contains(" conexao=1"), "{linha}");
            } else {
                let json: serde_json::Value = serde_json::from_str(linha).expect("one object");
                assert_eq!(json["conexao"], 1, "{linha}");
                assert!(linha.is_ascii(), "{linha}");
            }
        }
        let recusa = linhas.iter().any(|linha| linha.contains("Saldo insuficiente"));
        assert!(recusa, "{linhas:?}");
    }
}

#[test]
fn a_server_that_the_network_can_reach_warns_of_it() {
    for (host, avisa) in [("0.0.0.0", true), ("127.0.0.1", false), ("localhost", false)] {
        let contas = duas_contas();
        let mut comando = Instancia::comando(contas.path());
        comando.args(["--host", host]);
        let mut instancia = Instancia::iniciar(&mut comando);
        let erros = instancia.parar();
        assert_eq!(erros.len(), usize::from(avisa), "{erros:?}");
        assert!(erros.iter().all(|erro| erro.contains("não tem criptografia nem senha")));
    }
}
