//! Opening accounts and setting balances: what is refused, what a person finds, what the audit says.
#![cfg(feature = "json")]

mod comum;

use pixson_core::banco::{
    Abertura, Aviso, Balanco, BancoJson, Cadastro, Conflito, Conta, Divergencia, Efeito,
    ErroAbertura, ErroAbrir, ErroAbrirContas, ErroAjuste, auditar, ler_livro,
};
use pixson_core::tipos::Nome;
use pixson_core::{Banco, Operacao, Recusa, Relogio, Sucesso};
use pixson_oraculos::juiz::PEQUENA;
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};

use comum::conformidade::fazer;
use comum::{rg, saldo, valor};

/// A disk with one account, of 10.0.
fn disco() -> DiscoModelo {
    let conta = r#"{"rg": "1", "nome": "Um", "saldo": 10.0}"#;
    DiscoModelo::com_arquivos([("1.json".to_owned(), conta.to_owned())])
}

fn abrir(disco: &DiscoModelo) -> BancoJson<DiscoModelo> {
    let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    assert_eq!(avisos, []);
    banco
}

fn conta(numero: &str, quanto: &str) -> Conta {
    let nome = format!("Nova {numero}").parse().expect("legal name");
    Conta { rg: rg(numero), nome, saldo: saldo(quanto) }
}

fn abertura(contas: &[(&str, &str)]) -> Abertura {
    let contas = contas.iter().map(|&(numero, quanto)| conta(numero, quanto)).collect();
    Abertura::nova(contas).expect("legal accounts")
}

/// Opens accounts, durably.
fn criar(banco: &BancoJson<DiscoModelo>, contas: &[(&str, &str)]) {
    let gestao = banco.abrir_contas(&abertura(contas), &Relogio::novo()).expect("new accounts");
    banco.confirmar(gestao.recibo).expect("a sound disk");
}

fn saldo_de(banco: &BancoJson<DiscoModelo>, numero: &str) -> Result<Sucesso, Recusa> {
    fazer(banco, &Relogio::novo(), Operacao::Saldo { rg: rg(numero) }).1
}

fn texto(disco: &DiscoModelo, nome: &str) -> Option<String> {
    disco.conteudo(nome).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

#[test]
fn an_account_that_was_opened_is_there_at_once_and_its_file_after_the_checkpoint() {
    let disco = disco();
    let banco = abrir(&disco);
    criar(&banco, &[("2", "5.5")]);
    assert_eq!(saldo_de(&banco, "2"), Ok(Sucesso::Saldo(saldo("5.5"))));
    assert_eq!(texto(&disco, "2.json"), None);
    assert_eq!(banco.publicar().expect("a sound disk"), [], "a new file is nothing to warn of");
    let esperado = r#"{"rg": "2", "nome": "Nova 2", "saldo": 5.5}"#;
    assert_eq!(texto(&disco, "2.json").as_deref(), Some(esperado));
}

#[test]
fn an_opening_names_every_account_that_is_there_and_opens_none() {
    let disco = DiscoModelo::com_arquivos([
        ("1.json".to_owned(), r#"{"rg": "1", "nome": "Um", "saldo": 10.0}"#.to_owned()),
        ("3.json".to_owned(), "{".to_owned()),
    ]);
    let banco = abrir(&disco);
    let relogio = Relogio::novo();
    let todas = abertura(&[("4", "1.0"), ("3", "1.0"), ("2", "1.0"), ("1", "1.0")]);
    let conflitos =
        vec![Conflito { rg: rg("1"), ilegivel: false }, Conflito { rg: rg("3"), ilegivel: true }];
    let recusa = banco.abrir_contas(&todas, &relogio);
    assert_eq!(recusa, Err(ErroAbrirContas::Existentes(conflitos)));
    assert_eq!(relogio.agora().valor(), 0, "a refusal draws no stamp");
    for ausente in ["2", "4"] {
        assert_eq!(saldo_de(&banco, ausente), Err(Recusa::ClienteNaoEncontrado));
    }
    // One that has no file yet is there as well.
    criar(&banco, &[("2", "1.0")]);
    let de_novo = banco.abrir_contas(&abertura(&[("2", "9.0")]), &relogio);
    let conflito = Conflito { rg: rg("2"), ilegivel: false };
    assert_eq!(de_novo, Err(ErroAbrirContas::Existentes(vec![conflito])));
    banco.fechar().expect("a sound disk");
    assert_eq!(texto(&disco, "3.json").as_deref(), Some("{"));
    assert_eq!(texto(&disco, "4.json"), None);
}

#[test]
fn an_opening_that_cannot_be_one_record_cannot_be_made() {
    assert_eq!(Abertura::nova(vec![]), Err(ErroAbertura::Vazia));
    let tres_vezes =
        vec![conta("2", "1.0"), conta("1", "1.0"), conta("2", "2.0"), conta("2", "1.0")];
    assert_eq!(Abertura::nova(tres_vezes), Err(ErroAbertura::Repetidas(vec![rg("2")])));
    // Read once: of these accounts there are hundreds of thousands.
    let nome: Nome = "\u{1f600}".repeat(100).parse().expect("legal name");
    let saldo = saldo("9999999999999.99");
    let longa = |numero: u32| Conta { rg: rg(&numero.to_string()), nome: nome.clone(), saldo };
    // Each has 400 bytes of name, 8 of RG, 16 of balance and 9 around them.
    let cabem = u32::try_from(Abertura::MAX_BYTES / 433).expect("few");
    let muitas = |quantas| (0..quantas).map(|numero| longa(10_000_000 + numero)).collect();
    assert!(Abertura::nova(muitas(cabem)).is_ok());
    let bytes = (Abertura::MAX_BYTES / 433 + 1) * 433;
    assert_eq!(Abertura::nova(muitas(cabem + 1)), Err(ErroAbertura::Grande { bytes }));
}

#[test]
fn an_adjustment_sets_the_balance_and_says_what_it_was() {
    let disco = disco();
    let banco = abrir(&disco);
    let relogio = Relogio::novo();
    let (movimento, gestao) = banco.ajustar(rg("1"), saldo("2.5"), &relogio).expect("an account");
    banco.confirmar(gestao.recibo).expect("a sound disk");
    assert_eq!((movimento.antes, movimento.depois), (saldo("10.0"), saldo("2.5")));
    assert_eq!(saldo_de(&banco, "1"), Ok(Sucesso::Saldo(saldo("2.5"))));
    let (mesmo, _) = banco.ajustar(rg("1"), saldo("2.5"), &relogio).expect("an account");
    assert_eq!(mesmo.antes, mesmo.depois);
    assert_eq!(banco.ajustar(rg("2"), saldo("1.0"), &relogio), Err(ErroAjuste::NaoEncontrada));
    banco.fechar().expect("a sound disk");
    drop(banco);
    assert_eq!(auditar(&disco).expect("a sound disk").lancamentos, 1, "one record");
}

#[test]
fn the_ledger_has_each_act_and_the_audit_finds_nothing_amiss() {
    let disco = disco();
    let banco = abrir(&disco);
    let relogio = Relogio::novo();
    criar(&banco, &[("2", "5.0"), ("3", "0.0")]);
    let _ = banco.ajustar(rg("3"), saldo("4.0"), &relogio).expect("an account");
    let _ = banco.ajustar(rg("1"), saldo("9.0"), &relogio).expect("an account");
    let transferencia =
        Operacao::Transferencia { rg_origem: rg("1"), rg_destino: rg("2"), valor: valor("2") };
    assert_eq!(fazer(&banco, &relogio, transferencia).1, Ok(Sucesso::Transferencia));
    let saque = Operacao::Saque { rg: rg("2"), valor: valor("6.5") };
    assert_eq!(fazer(&banco, &relogio, saque).1, Ok(Sucesso::Saque));
    banco.fechar().expect("a sound disk");
    drop(banco);

    let mut de_2 = Vec::new();
    ler_livro(&disco, |lancamento| {
        let efeitos = lancamento.feito.efeitos().filter(|efeito| efeito.rg() == rg("2"));
        de_2.extend(efeitos.map(|efeito| (efeito.antes(), efeito.depois())));
        if let Some(Efeito::Abriu(conta)) = lancamento.feito.efeitos().next() {
            assert_eq!(conta.nome.as_str(), "Nova 2");
        }
    })
    .expect("a sound disk");
    let [cinco, sete, meio] = ["5.0", "7.0", "0.5"].map(saldo);
    assert_eq!(de_2, [(None, cinco), (Some(cinco), sete), (Some(sete), meio)]);

    let auditoria = auditar(&disco).expect("a sound disk");
    assert_eq!(auditoria.divergencias, []);
    let balanco =
        Balanco { inicial: 1000, aberturas: 500, ajustes: 300, depositos: 0, saques: 650 };
    assert_eq!((auditoria.balanco, auditoria.total_em_centavos), (balanco, 1150));
    assert_eq!((balanco.total(), auditoria.contas, auditoria.lancamentos), (1150, 3, 5));
}

#[test]
fn an_audit_after_a_kill_counts_accounts_whose_files_recovery_will_write() {
    let disco = disco();
    let banco = abrir(&disco);
    criar(&banco, &[("2", "5.0"), ("3", "0.0")]);
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Nada);
    assert_eq!(texto(&disco, "2.json"), None);
    let auditoria = auditar(&disco).expect("a sound disk");
    assert_eq!(auditoria.divergencias, []);
    assert_eq!((auditoria.contas, auditoria.total_em_centavos), (3, 1500));
    drop(abrir(&disco));
    assert!(texto(&disco, "2.json").is_some_and(|texto| texto.contains("Nova 2")));
}

#[test]
fn a_hand_that_edits_or_removes_an_opened_account_is_seen_by_the_audit() {
    let disco = disco();
    let banco = abrir(&disco);
    criar(&banco, &[("2", "5.0"), ("3", "7.0")]);
    banco.fechar().expect("a sound disk");
    drop(banco);
    disco.editar("2.json", br#"{"rg": "2", "nome": "Nova 2", "saldo": 50.0}"#);
    disco.remover("3.json");
    let banco = abrir(&disco);
    let _ = banco.ajustar(rg("2"), saldo("1.0"), &Relogio::novo()).expect("an account");
    criar(&banco, &[("3", "7.0")]);
    banco.fechar().expect("a sound disk");
    drop(banco);
    let ajuste =
        Divergencia::Ajuste { rg: rg("2"), seq: 2, livro: saldo("5.0"), encontrado: saldo("50.0") };
    let reaberta = Divergencia::Reaberta { rg: rg("3"), seq: 3, livro: saldo("7.0") };
    assert_eq!(auditar(&disco).expect("a sound disk").divergencias, [ajuste, reaberta]);
}

/// Somebody puts a file in the place of an account that was just opened: it is kept.
#[test]
fn a_file_that_appears_before_the_checkpoint_is_kept_and_said() {
    for queda in [false, true] {
        let disco = disco();
        let banco = abrir(&disco);
        criar(&banco, &[("2", "5.0")]);
        let alheio = r#"{"rg": "2", "nome": "Outra", "saldo": 77.0}"#;
        let (disco, avisos) = if queda {
            drop(banco);
            let disco = com_arquivo(&disco.depois_de(&mut Corte::Nada), "2.json", alheio);
            let aberto = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
            (disco, aberto.1)
        } else {
            let disco = com_arquivo(&disco, "2.json", alheio);
            (disco, banco.publicar().expect("a sound disk"))
        };
        let [Aviso::ArquivoEditado { rg: conta, copia }] = &avisos[..] else {
            panic!("{avisos:?}")
        };
        assert_eq!(*conta, rg("2"));
        assert_eq!(texto(&disco, copia).as_deref(), Some(alheio));
        assert!(texto(&disco, "2.json").is_some_and(|texto| texto.ends_with("5.0}")));
    }
}

/// The same disk, on which somebody puts a file.
fn com_arquivo(disco: &DiscoModelo, nome: &str, conteudo: &str) -> DiscoModelo {
    use pixson_core::banco::disco::Disco;

    let arquivo = disco.criar(nome, None).expect("a sound disk");
    disco.escrever(&arquivo, 0, conteudo.as_bytes()).expect("a sound disk");
    disco.sincronizar(&arquivo).expect("a sound disk");
    disco.sincronizar_pasta("").expect("a sound disk");
    disco.clone()
}

#[test]
fn an_opening_without_space_opens_nothing_and_succeeds_when_there_is_space() {
    let disco = disco();
    let banco = abrir(&disco);
    banco.iniciar().expect("a sound disk");
    let relogio = Relogio::novo();
    let cheio = FalhaDoDisco { chamada: 0, especie: ModoDeFalhar::SemEspaco, para_sempre: true };
    disco.programar(Some(cheio));
    let contas: Vec<(String, &str)> = (100..140).map(|n: u32| (n.to_string(), "1.0")).collect();
    let contas: Vec<(&str, &str)> =
        contas.iter().map(|(rg, saldo)| (rg.as_str(), *saldo)).collect();
    let recusa = banco.abrir_contas(&abertura(&contas), &relogio);
    assert_eq!(recusa, Err(ErroAbrirContas::Indisponivel));
    assert_eq!(saldo_de(&banco, "100"), Err(Recusa::ClienteNaoEncontrado));
    disco.programar(None);
    assert_eq!(banco.publicar().expect("space again"), []);
    assert_eq!(texto(&disco, "100.json"), None, "a file of what never was");
    criar(&banco, &contas);
    assert_eq!(banco.publicar().expect("space again"), []);
    assert!(contas.iter().all(|(rg, _)| texto(&disco, &format!("{rg}.json")).is_some()));
    assert_eq!(auditar_depois(&disco, banco), []);
}

fn auditar_depois(disco: &DiscoModelo, banco: BancoJson<DiscoModelo>) -> Vec<Divergencia> {
    banco.fechar().expect("a sound disk");
    drop(banco);
    auditar(disco).expect("a sound disk").divergencias
}

/// Every bit of a journal with an opening, an adjustment and a transfer; each record is known by
/// its successor to have been synced.
#[test]
fn a_flipped_bit_of_a_synced_opening_is_damage_and_never_a_part_of_it() {
    let disco = disco();
    let banco = abrir(&disco);
    let relogio = Relogio::novo();
    criar(&banco, &[("2", "5.0"), ("3", "7.0")]);
    let (_, gestao) = banco.ajustar(rg("2"), saldo("1.0"), &relogio).expect("an account");
    banco.confirmar(gestao.recibo).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("2"), valor: valor("1") };
    assert_eq!(fazer(&banco, &relogio, saque).1, Ok(Sucesso::Saque));
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Tudo);
    let segmento = "diario/0000000001.jsonl";
    let inteiro = disco.conteudo(segmento).expect("the first segment");
    let linhas: Vec<usize> =
        inteiro.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::len).collect();
    let (cabecalho, registros) = (linhas[0], linhas[1] + linhas[2]);
    for byte in cabecalho..cabecalho + registros {
        for bit in 0..8 {
            let mut virado = inteiro.clone();
            virado[byte] ^= 1 << bit;
            let copia = disco.depois_de(&mut Corte::Tudo);
            copia.editar(segmento, &virado);
            match BancoJson::abrir_em(copia.clone(), PEQUENA) {
                Err(ErroAbrir::Corrompido { arquivo, .. }) => assert_eq!(arquivo, segmento),
                // The case of a hexadecimal digit of a checksum says nothing.
                Ok((banco, _)) if bit == 5 && inteiro[byte].is_ascii_alphabetic() => {
                    assert_eq!(saldo_de(&banco, "3"), Ok(Sucesso::Saldo(saldo("7.0"))));
                }
                outro => panic!("bit {bit} of byte {byte}: {:?}", outro.map(|(_, avisos)| avisos)),
            }
        }
    }
}

/// An import of which the last byte is missing is no import.
#[test]
fn an_opening_that_is_cut_anywhere_opens_nothing() {
    let disco = disco();
    let banco = abrir(&disco);
    criar(&banco, &[("2", "5.0"), ("3", "7.0"), ("4", "0.0")]);
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Tudo);
    let segmento = "diario/0000000001.jsonl";
    let inteiro = disco.conteudo(segmento).expect("the first segment");
    let fim = inteiro.iter().rposition(|&byte| byte == b'\n').expect("lines") + 1;
    let inicio = inteiro.iter().position(|&byte| byte == b'\n').expect("lines") + 1;
    for cortado in inicio + 1..fim {
        let copia = disco.depois_de(&mut Corte::Tudo);
        copia.editar(segmento, &inteiro[..cortado]);
        let (banco, avisos) = BancoJson::abrir_em(copia.clone(), PEQUENA).expect("a torn tail");
        assert!(matches!(avisos[..], [Aviso::CaudaCortada { .. }]), "{avisos:?}");
        for numero in ["2", "3", "4"] {
            assert_eq!(saldo_de(&banco, numero), Err(Recusa::ClienteNaoEncontrado));
        }
        criar(&banco, &[("2", "1.0")]);
        assert_eq!(auditar_depois(&copia, banco), []);
    }
}

/// What a cadastre says of each account: its name and balance, or that it cannot be read.
fn cadastradas(disco: &DiscoModelo) -> Vec<(String, Option<(String, String)>)> {
    let cadastro = Cadastro::abrir(disco).expect("a sound disk");
    let rgs = cadastro.rgs().expect("a sound disk").into_iter();
    rgs.map(|rg| {
        let conta = cadastro.conta(rg).ok().map(|conta| conta.expect("it was in the list"));
        (rg.to_string(), conta.map(|conta| (conta.nome, conta.saldo.to_string())))
    })
    .collect()
}

#[test]
fn a_cadastre_shows_after_a_kill_what_recovery_will_leave_and_changes_nothing() {
    let disco = disco();
    let banco = abrir(&disco);
    let relogio = Relogio::novo();
    criar(&banco, &[("2", "5.0"), ("3", "7.0")]);
    banco.publicar().expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("2"), valor: valor("1") };
    assert_eq!(fazer(&banco, &relogio, saque).1, Ok(Sucesso::Saque));
    criar(&banco, &[("4", "0.5")]);
    assert!(matches!(Cadastro::abrir(&disco), Err(ErroAbrir::EmUso)));
    drop(banco);
    let disco = disco.depois_de(&mut Corte::Tudo);
    let disco = com_arquivo(&disco, "5.json", "{");
    let tudo = |disco: &DiscoModelo| -> Vec<_> {
        disco.nomes().into_iter().map(|nome| (disco.conteudo(&nome), nome)).collect()
    };
    let antes = tudo(&disco);
    let conta = |numero: &str, nome: &str, saldo: &str| {
        (numero.to_owned(), Some((nome.to_owned(), saldo.to_owned())))
    };
    let esperadas = [
        conta("1", "Um", "10.0"),
        conta("2", "Nova 2", "4.0"),
        conta("3", "Nova 3", "7.0"),
        conta("4", "Nova 4", "0.5"),
        ("5".to_owned(), None),
    ];
    assert_eq!(cadastradas(&disco), esperadas);
    assert_eq!(tudo(&disco), antes, "reading changes nothing");
    abrir(&disco).fechar().expect("a sound disk");
    assert_eq!(cadastradas(&disco), esperadas);
}
