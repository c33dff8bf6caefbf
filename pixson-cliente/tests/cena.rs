//! `pixson-cliente cena`: the scenes of docs/cenas on a real server, and scenes that go wrong.

mod comum;
#[path = "comum/exemplos.rs"]
mod exemplos;
#[path = "../../pixson-servidor/tests/comum/mod.rs"]
mod servidor;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;

use comum::{executar, novo_ouvinte, porta_morta, texto};
use exemplos::contas_de_exemplo;
use serde_json::Value;
use servidor::banca::Banca;
use servidor::instancia::Instancia;
use tempfile::TempDir;

/// A server on the sample accounts with threads (0) or with so many loops.
fn servidor_com(lacos: &str) -> (Instancia, TempDir) {
    let contas = contas_de_exemplo();
    let mut comando = Instancia::comando(contas.path());
    let mut instancia = Instancia::iniciar(comando.args(["--lacos", lacos]));
    assert_eq!(instancia.proxima_linha(), "Aguardando conexão");
    (instancia, contas)
}

fn pasta() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cenas")
}

/// The scenes that come with the project, in the order of their names.
fn guardadas() -> Vec<PathBuf> {
    let itens = fs::read_dir(pasta()).expect("a folder of scenes");
    let mut cenas: Vec<_> = itens.map(|item| item.expect("readable").path()).collect();
    cenas.sort();
    assert!(cenas.len() >= 16, "all scenes are found");
    cenas
}

fn encenar(porta: u16, arquivo: &str, entrada: &str) -> Output {
    executar(&["--porta", &porta.to_string(), "cena", arquivo], entrada)
}

/// The lines of a trace, without what no two runs have in common.
fn sem_tempo_e_porta(rastro: &str) -> Vec<Value> {
    let linhas = rastro.lines().map(|linha| serde_json::from_str(linha).expect("JSON"));
    let sem = |mut linha: Value| {
        let campos = linha.as_object_mut().expect("an object");
        campos.remove("us");
        campos.remove("porta");
        linha
    };
    linhas.map(sem).collect()
}

#[test]
fn every_kept_scene_goes_as_it_says_with_threads_and_with_loops_and_each_time_alike() {
    for cena in guardadas() {
        let arquivo = cena.to_str().expect("UTF-8");
        let mut rastros = Vec::new();
        for lacos in ["0", "0", "2"] {
            let (servidor, _contas) = servidor_com(lacos);
            let saida = encenar(servidor.porta, arquivo, "");
            assert_eq!(texto(&saida.stderr), "", "{arquivo}, {lacos}");
            assert_eq!(saida.status.code(), Some(0), "{arquivo}, {lacos}");
            rastros.push(texto(&saida.stdout).to_owned());
        }
        let vistos: Vec<_> = rastros.iter().map(|rastro| sem_tempo_e_porta(rastro)).collect();
        assert_eq!(vistos[0], vistos[1], "{arquivo}: the same twice");
        assert_eq!(vistos[0], vistos[2], "{arquivo}: threads and loops");

        let escrita = fs::read_to_string(&cena).expect("a scene");
        let esperado: String = escrita
            .lines()
            .filter_map(|linha| linha.strip_prefix("diagnóstico \"")?.strip_suffix('"'))
            .map(|frase| frase.to_owned() + "\n")
            .collect();
        let diagrama = executar(&["diagrama", "-"], &rastros[0]);
        assert_eq!(texto(&diagrama.stderr), esperado, "{arquivo}");
        assert_eq!(diagrama.status.code(), Some(i32::from(!esperado.is_empty())), "{arquivo}");
    }
}

/// The events of a server in a trace, without what is about the run, in an order of their own.
fn do_servidor(rastro: &str) -> Vec<String> {
    let linhas = sem_tempo_e_porta(rastro).into_iter();
    let eventos =
        linhas.filter(|linha| linha["processo"] == "servidor" && linha["relogio_antes"].is_u64());
    let mut eventos: Vec<String> = eventos
        .map(|mut linha| {
            let campos = linha.as_object_mut().expect("an object");
            campos.remove("epoca");
            campos.remove("seq");
            linha.to_string()
        })
        .collect();
    eventos.sort();
    eventos
}

#[test]
fn the_server_that_a_kept_scene_infers_is_the_server_as_its_own_trace_has_it() {
    for cena in guardadas() {
        let arquivo = cena.to_str().expect("UTF-8");
        let contas = contas_de_exemplo();
        let pasta = TempDir::new().expect("a temporary directory");
        let dele = pasta.path().join("servidor.jsonl");
        let mut comando = Instancia::comando(contas.path());
        let mut servidor = Instancia::iniciar(comando.arg("--rastro").arg(&dele));
        assert_eq!(servidor.proxima_linha(), "Aguardando conexão");
        let saida = encenar(servidor.porta, arquivo, "");
        servidor.parar();
        let real = fs::read_to_string(&dele).expect("a trace");
        let encenado = texto(&saida.stdout);
        assert_eq!(do_servidor(encenado), do_servidor(&real), "{arquivo}");
        assert!(!do_servidor(&real).is_empty(), "{arquivo}");

        // Joined with what the actors have written, both lead to the same complaints.
        let (_, atores) =
            encenado.split_once("\"perda\"").expect("the server's trace is the first");
        let (_, atores) = atores.split_once('\n').expect("and those of the actors follow");
        let [um, outro] =
            [encenado, &(real + atores)].map(|rastro| executar(&["diagrama", "-"], rastro));
        assert_eq!(texto(&um.stderr), texto(&outro.stderr), "{arquivo}");
        assert_eq!(um.status, outro.status, "{arquivo}");
    }
}

#[test]
fn whatever_is_received_in_a_kept_scene_was_sent_by_somebody() {
    for cena in guardadas() {
        let (servidor, _contas) = servidor_com("0");
        let saida = encenar(servidor.porta, cena.to_str().expect("UTF-8"), "");
        let grafo = executar(&["diagrama", "-", "--formato", "json"], texto(&saida.stdout));
        let grafo: Value = serde_json::from_slice(&grafo.stdout).expect("JSON");
        let lista = |nome: &str| grafo[nome].as_array().expect("a list").clone();
        let recebidas = lista("eventos").iter().filter(|um| um["evento"] == "recebimento").count();
        assert_eq!(lista("mensagens").len(), recebidas, "{}", cena.display());
    }
}

#[test]
fn a_scene_that_goes_otherwise_names_the_place_and_what_happened() {
    const DE_ANTES: &str = "O servidor acabou de iniciar, com as contas de exemplo como vieram? O que outros \
                            fizeram nele antes muda saldos e relógios.\n";
    let comeco = "cena \"x\"\nator ana 1111111111\nana envia login\nana recebe\n";
    for (resto, frase) in [
        (
            "  ana espera \"Saldo: 10.0\"\n",
            "\"-\", linha 5, coluna 3: ana esperava \"Saldo: 10.0\", e recebeu \"Login realizado com \
             sucesso\".\n",
        ),
        (
            "ana espera relógio 5 # não é\n",
            "\"-\", linha 5, coluna 1: ana esperava o relógio em 5, e ele marca 4.\n",
        ),
        (
            "ana põe o relógio em 9\nana envia saldo\n",
            "\"-\", linha 6, coluna 1: o diagnóstico diz o que a cena não espera: ana, linha 3, envio: \
             falta um evento: o relógio estava em 9, e nenhum evento o levou de 4 até lá.\n",
        ),
        (
            "diagnóstico \"ana erra.\"\n",
            "\"-\", linha 5, coluna 1: o diagnóstico não diz isto, e sim: nada.\n",
        ),
        (
            "ana põe o relógio em 4611686018427387903\nana envia saldo\n",
            "\"-\", linha 6, coluna 1: o relógio de ana chegou ao fim.\n",
        ),
    ] {
        let (servidor, _contas) = servidor_com("0");
        let saida = encenar(servidor.porta, "-", &format!("{comeco}{resto}"));
        let de_antes = if frase.contains("ana esperava") { DE_ANTES } else { "" };
        assert_eq!(texto(&saida.stderr), format!("{frase}{de_antes}"));
        assert_eq!(saida.status.code(), Some(1), "{resto}");
        let linhas = sem_tempo_e_porta(texto(&saida.stdout));
        assert!(linhas.iter().any(|linha| linha["processo"] == "ana" && linha["carimbo"] == 3));
    }
}

#[test]
fn a_text_that_is_no_scene_is_refused_before_anybody_is_asked() {
    let (porta, _dono) = porta_morta();
    let saida = executar(&["--porta", &porta, "cena", "-"], "cena \"x\"\nana envia login\n");
    assert_eq!(texto(&saida.stderr), "\"-\", linha 2, coluna 1: nenhum ator se chama ana.\n");
    assert_eq!((saida.status.code(), texto(&saida.stdout)), (Some(2), ""));
    let inteira = "cena \"x\"\nator ana 1\nana envia login\n";
    let saida = executar(&["--porta", &porta, "cena", "-"], inteira);
    assert_eq!(saida.status.code(), Some(3));
    let dito = texto(&saida.stderr);
    assert!(dito.starts_with("\"-\", linha 3, coluna 1: Erro ao conectar ao servidor"), "{dito}");
    let saida = executar(&["cena", "nao-existe.txt"], "");
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn if_a_withdrawal_is_not_answered_nobody_knows_whether_it_was_done() {
    let (ouvinte, porta) = novo_ouvinte();
    let falso = thread::spawn(move || {
        let (fluxo, _) = ouvinte.accept().expect("a client");
        BufReader::new(fluxo).read_line(&mut String::new()).expect("a request");
    });
    let cena = "cena \"x\"\nator ana 1\nana envia saque 1\n";
    let saida = executar(&["--porta", &porta, "cena", "-"], cena);
    falso.join().expect("it was asked");
    assert_eq!(saida.status.code(), Some(5));
    let dito = texto(&saida.stderr);
    assert!(dito.contains("Não se sabe se a operação foi feita"), "{dito}");
    assert_eq!(sem_tempo_e_porta(texto(&saida.stdout)).len(), 5, "both sides, as far as they went");
}

#[test]
fn a_scene_that_is_too_long_is_not_played_in_part() {
    let (porta, _dono) = porta_morta();
    let cena = "cena \"x\"\nator ana 1\nana envia login\n";
    let longa = cena.to_owned() + &"#".repeat(1 << 20);
    let pasta = TempDir::new().expect("a temporary directory");
    let arquivo = pasta.path().join("longa.txt");
    fs::write(&arquivo, longa).expect("writable");
    let arquivo = arquivo.to_str().expect("UTF-8");
    let saida = executar(&["--porta", &porta, "cena", arquivo], "");
    let frase = format!("Não foi possível ler \"{arquivo}\" (é grande demais).\n");
    assert_eq!((saida.status.code(), texto(&saida.stderr)), (Some(3), &*frase));
}

#[test]
fn on_a_server_that_was_used_before_a_scene_is_whole_and_only_its_values_differ() {
    let servidor = Banca::abrir(contas_de_exemplo());
    let cena = "cena \"x\"\nator ana 1111111111\nana envia login\nana recebe\nana envia saldo\nana recebe\n";
    for _ in 0..3 {
        let saida = encenar(servidor.porta, "-", cena);
        assert_eq!((saida.status.code(), texto(&saida.stderr)), (Some(0), ""));
        let diagrama = executar(&["diagrama", "-"], texto(&saida.stdout));
        assert_eq!((diagrama.status.code(), texto(&diagrama.stderr)), (Some(0), ""));
        let linhas = sem_tempo_e_porta(texto(&saida.stdout));
        assert_eq!(linhas.iter().filter(|linha| linha["processo"] == "servidor").count(), 6);
    }
    let porta = servidor.porta.to_string();
    let saida = executar(&["--porta", &porta, "cena", "--sem-servidor", "-"], cena);
    let linhas = sem_tempo_e_porta(texto(&saida.stdout));
    assert!(linhas.iter().all(|linha| linha["processo"] == "ana"));
}
