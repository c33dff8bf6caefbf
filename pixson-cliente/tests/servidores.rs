//! The client against servers that are not ours: the original, absent, dying or mad ones.

mod comum;

use std::io::Write;
use std::process::Output;
use std::sync::mpsc;
use std::thread;

use comum::ditado::{LOGIN, recv, servidor_que_diz, servidor_que_emudece};
use comum::{digitar_e, executar, novo_ouvinte, porta_morta, texto};

/// A server of the original program, written from the protocol: it reads with `recv(1024)`,
/// takes what it got as one message, and answers without a terminator.
fn servidor_original() -> (String, thread::JoinHandle<Vec<String>>) {
    let (ouvinte, porta) = novo_ouvinte();
    let recebidas = thread::spawn(move || {
        let (mut fluxo, _) = ouvinte.accept().expect("a client");
        let mut relogio: u64 = 0;
        let mut recebidas = Vec::new();
        loop {
            let bytes = recv(&mut fluxo);
            if bytes.is_empty() {
                return recebidas;
            }
            let mensagem = String::from_utf8(bytes).expect("UTF-8");
            // Its patterns end in `$`, which bears one LF at the end.
            let mensagem = mensagem.strip_suffix('\n').unwrap_or(&mensagem).to_owned();
            let tempo = mensagem.split(['|', ':']).nth(1).expect("t:<tempo>");
            relogio = relogio.max(tempo.parse().expect("digits")) + 2;
            let texto = match mensagem.split('|').nth(1).expect("op:<n>") {
                "op:6" => "0|resposta:Login realizado com sucesso",
                "op:1" => "0|resposta:Saldo: 10349.899999999081",
                "op:2" => "0|resposta:Saque realizado com sucesso",
                _ => "1|resposta:Operaçao inválida",
            };
            recebidas.push(mensagem);
            fluxo.write_all(format!("t:{relogio}|s:{texto}").as_bytes()).expect("it reads");
        }
    });
    (porta, recebidas)
}

#[test]
fn an_original_server_is_served_as_if_it_were_ours() {
    let (porta, recebidas) = servidor_original();
    let saida = executar(&["1111111111", "--porta", &porta], "1\n2\n8,50\n3\n1\n0\n");
    assert_eq!(texto(&saida.stderr), "");
    assert_eq!(saida.status.code(), Some(0));
    let tela = texto(&saida.stdout);
    let relogios: Vec<_> = tela
        .split("Relógio Lógico Atualizado: ")
        .skip(1)
        .filter_map(|resto| resto.lines().next())
        .collect();
    assert_eq!(relogios, ["1", "4", "5", "8", "9", "12", "13", "16"]);
    for frase in ["Saldo: 10349.899999999081", "Saque realizado com sucesso", "Operaçao inválida"]
    {
        assert!(tela.contains(&format!("\n{frase}\n")), "{frase}: {tela}");
    }
    assert_eq!(
        recebidas.join().expect("no panic"),
        [
            "t:1|op:6|rg:1111111111",
            "t:5|op:1|rg:1111111111",
            "t:9|op:2|rg:1111111111|valor:8.5",
            "t:13|op:3|rg:1111111111|valor:1.0",
        ]
    );
}

#[test]
fn no_server_gives_one_sentence_and_code_3() {
    let (porta, _dono) = porta_morta();
    let saida = executar(&["1", "--host", "127.0.0.1", "--porta", &porta], "");
    assert_eq!(texto(&saida.stdout), "Cliente iniciado\n");
    assert_eq!(
        texto(&saida.stderr),
        format!(
            "Erro ao conectar ao servidor 127.0.0.1:{porta}: conexão recusada. Confira --host \
             e --porta, e se o servidor está em execução.\n"
        )
    );
    assert_eq!(saida.status.code(), Some(3));
}

#[test]
fn a_server_that_goes_away_with_nothing_at_stake_gives_code_3() {
    const RESPOSTAS: [&[&[u8]]; 5] =
        [&[], &[b""], &[LOGIN], &[LOGIN, b""], &[LOGIN, b"t:7|s:0|res"]];
    for respostas in RESPOSTAS {
        let porta = servidor_que_diz(respostas);
        let saida = executar(&["1", "--porta", &porta], "1\n0\n");
        assert_eq!(
            texto(&saida.stderr),
            "O servidor encerrou a conexão. Este pedido não movimenta dinheiro.\n",
            "{respostas:?}"
        );
        assert_eq!(saida.status.code(), Some(3), "{respostas:?}");
    }
}

#[test]
fn a_server_that_goes_away_after_money_was_asked_to_move_leaves_it_unknown() {
    const RESPOSTAS: [&[&[u8]]; 3] = [&[LOGIN], &[LOGIN, b""], &[LOGIN, b"t:7|s:0|res"]];
    for respostas in RESPOSTAS {
        for digitado in ["2\n1\n0\n", "3\n1\n0\n", "4\n2\n1\n0\n"] {
            let porta = servidor_que_diz(respostas);
            let saida = executar(&["1", "--porta", &porta], digitado);
            let frase = texto(&saida.stderr);
            assert!(frase.contains("Não se sabe se a operação foi feita"), "{frase}");
            assert!(frase.contains("consulte o saldo antes de repetir"), "{frase}");
            assert_eq!(saida.status.code(), Some(5));
        }
    }
}

#[test]
fn a_server_that_keeps_silent_is_left_when_the_time_is_over() {
    let ultimo = [b"t:3|s:0|res".as_slice(), b"t:3|s:0|resposta:Login realizado"];
    for fragmento in ultimo {
        let porta = servidor_que_emudece(vec![fragmento]);
        let saida = executar(&["1", "--porta", &porta, "--tempo-limite", "0.1"], "1\n");
        assert_eq!(
            texto(&saida.stderr),
            "O servidor não respondeu em 0.1 s. Este pedido não movimenta dinheiro.\n"
        );
        assert_eq!(saida.status.code(), Some(3));
    }
    for digitado in ["2\n1\n0\n", "3\n1\n0\n", "4\n2\n1\n0\n"] {
        let porta = servidor_que_emudece(vec![LOGIN]);
        let saida = executar(&["1", "--porta", &porta, "--tempo-limite", "1"], digitado);
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("O servidor não respondeu em 1 s. Não se sabe "), "{frase}");
        assert!(frase.contains("consulte o saldo antes de repetir"), "{frase}");
        assert_eq!(saida.status.code(), Some(5));
    }
}

#[test]
fn a_bank_that_does_not_know_the_outcome_is_remembered_to_the_end() {
    let porta = servidor_que_diz(&[
        LOGIN,
        b"t:7|s:1|resposta:Servidor indispon\xc3\xadvel\n",
        b"t:11|s:0|resposta:Saldo: 1.0\n",
    ]);
    let saida = executar(&["1", "--porta", &porta], "2\n1\n1\n0\n");
    let tela = texto(&saida.stdout);
    assert!(tela.contains("Servidor indisponível\nNão se sabe se a operação foi feita"), "{tela}");
    assert!(tela.contains("\nSaldo: 1.0\n"), "the session went on: {tela}");
    assert_eq!(saida.status.code(), Some(5));
}

#[test]
fn a_server_that_talks_nonsense_gives_code_4() {
    for bytes in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"t:1|s:7|resposta:oi\n",
        b"t:4611686018427387904|s:0|resposta:oi\n",
        b"t:1|s:0|resposta:\x1b[2J\n",
        b"\n",
        &[b'x'; 1025],
    ] {
        let respostas: &'static [&'static [u8]] = vec![bytes].leak();
        let porta = servidor_que_diz(respostas);
        let saida = executar(&["1", "--porta", &porta], "1\n0\n");
        let frase = texto(&saida.stderr);
        assert!(frase.starts_with("Erro de protocolo: o servidor enviou "), "{frase}");
        assert_eq!(saida.status.code(), Some(4));
        assert!(!texto(&saida.stdout).contains('\u{1b}'), "nothing of it is shown");
    }
}

#[test]
fn a_full_server_is_named_as_such() {
    let porta = servidor_que_diz(&[b"t:1|s:1|resposta:Servidor lotado\n"]);
    let saida = executar(&["1", "--porta", &porta], "");
    assert!(texto(&saida.stdout).ends_with("Servidor lotado\n"));
    assert_eq!(saida.status.code(), Some(1));
}

#[test]
fn what_a_server_says_unasked_cannot_change_how_it_is_read() {
    let porta = servidor_que_diz(&[b"t:3|s:0|resposta:Login realizado com sucesso\n\
          t:5|s:1|resposta:Servidor \xe2\x80\xaelotado\n"]);
    let saida = executar(&["1", "--porta", &porta], "1\n");
    assert_eq!(texto(&saida.stderr), "O servidor encerrou a conexão: Servidor \u{fffd}lotado.\n");
    assert_eq!(saida.status.code(), Some(3));
}

/// A server that says something unasked after the login. Whoever calls what is returned waits until
/// it was said, and then hears everything that came after the login.
fn servidor_que_se_adianta(
    dito: &'static [u8],
) -> (String, impl FnOnce() -> thread::JoinHandle<Vec<u8>>) {
    let (ouvinte, porta) = novo_ouvinte();
    let (avisar, avisado) = mpsc::channel();
    let (falar, vez) = mpsc::channel::<()>();
    let ouvido = thread::spawn(move || {
        let (mut fluxo, _) = ouvinte.accept().expect("a client");
        recv(&mut fluxo);
        fluxo.write_all(LOGIN).expect("the client reads");
        vez.recv().expect("the client is at its prompt");
        fluxo.write_all(dito).expect("the client is there");
        avisar.send(()).expect("the test waits");
        recv(&mut fluxo)
    });
    let adiantar = move || {
        falar.send(()).expect("the server waits");
        // On the loopback what was written has arrived.
        avisado.recv().expect("the server speaks");
        ouvido
    };
    (porta, adiantar)
}

#[test]
fn what_a_server_says_before_it_is_asked_is_no_answer_and_nothing_is_sent() {
    for (dito, frase, codigo) in [
        (
            &b"t:9|s:0|resposta:Saque realizado com sucesso\n"[..],
            "O servidor encerrou a conexão: Saque realizado com sucesso.\n",
            3,
        ),
        (
            b"t:9|s:0|respo",
            "O servidor enviou algo que não foi pedido. O pedido não foi enviado.\n",
            4,
        ),
    ] {
        let (porta, adiantar) = servidor_que_se_adianta(dito);
        let mut ouvido = None;
        let saida = digitar_e(&["1", "--porta", &porta], &["2"], || ouvido = Some(adiantar()), "1");
        assert_eq!(texto(&saida.stderr), frase);
        assert_eq!(saida.status.code(), Some(codigo));
        let tela = texto(&saida.stdout);
        assert!(!tela.contains("Saque realizado"), "{tela}");
        let ouvido = ouvido.expect("it spoke").join().expect("no panic");
        assert_eq!(texto(&ouvido), "", "money was asked to move");
    }
}

#[test]
fn a_quiet_period_that_the_time_limit_cuts_short_ends_no_message() {
    const TENTATIVAS: usize = 20;
    // Without LF, and shorter than what a text of the server's own is waited for.
    let sacar = |_| {
        let porta = servidor_que_emudece(vec![
            b"t:3|s:0|resposta:Login realizado com sucesso",
            "t:7|s:1|resposta:Servidor indispon".as_bytes(),
        ]);
        executar(&["1", "--porta", &porta, "--tempo-limite", "0.15"], "2\n1\n0\n")
    };
    // On a machine that is busy, so short a time may be over before the login.
    let entrou = |saida: &Output| texto(&saida.stdout).contains("Login realizado");
    let saida = (0..TENTATIVAS).map(sacar).find(entrou).expect("a login in time");
    let frase = texto(&saida.stderr);
    assert!(frase.starts_with("O servidor não respondeu em 0.15 s. Não se sabe "), "{frase}");
    assert_eq!(saida.status.code(), Some(5));
}
