//! Account files that are lost, damaged or edited.

use super::*;

#[test]
fn an_account_file_that_is_lost_is_made_again_from_the_journal() {
    let disco = morto();
    disco.remover("1.json");
    let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound journal");
    assert_eq!(avisos, [Aviso::ArquivoRefeito { rg: rg("1") }]);
    let consulta = Operacao::Saldo { rg: rg("1") };
    let desfecho = fazer(&banco, &Relogio::novo(), consulta).1;
    assert_eq!(desfecho, Ok(Sucesso::Saldo(saldo("5.0"))));
}

#[test]
fn an_account_file_that_is_damaged_is_kept_and_made_again_if_the_journal_has_its_balance() {
    let disco = morto();
    disco.editar("1.json", b"{\"rg\": \"1\", ");
    let (_, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound journal");
    let [Aviso::ArquivoEditado { copia, .. }] = avisos.as_slice() else {
        panic!("{avisos:?}");
    };
    assert_eq!(disco.conteudo(copia).as_deref(), Some(&b"{\"rg\": \"1\", "[..]));
    assert_eq!(saldo_de(&disco).expect("a sound disk"), "5.0");
}

#[test]
fn a_balance_that_the_journal_does_not_know_is_kept_aside_and_set_right() {
    let disco = morto();
    let editado = br#"{"rg": "1", "nome": "Um", "saldo": 999.0}"#;
    disco.editar("1.json", editado);
    let (_, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound journal");
    let [Aviso::ArquivoEditado { copia, .. }] = avisos.as_slice() else {
        panic!("{avisos:?}");
    };
    assert_eq!(disco.conteudo(copia).as_deref(), Some(&editado[..]));
    assert_eq!(
        disco.conteudo("1.json").as_deref(),
        Some(&br#"{"rg": "1", "nome": "Um", "saldo": 5.0}"#[..])
    );
}

#[test]
fn a_file_that_is_edited_under_the_bank_is_kept_and_written_again() {
    let disco = morto();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
    let editado = br#"{"rg": "1", "nome": "Outro", "saldo": 999.0}"#;
    disco.editar("1.json", editado);
    let avisos = banco.publicar().expect("a sound disk");
    let [Aviso::ArquivoEditado { copia, .. }] = avisos.as_slice() else {
        panic!("{avisos:?}");
    };
    assert_eq!(disco.conteudo(copia).as_deref(), Some(&editado[..]));
    // And once more, between the last checkpoint and the orderly end.
    disco.editar("1.json", editado);
    assert_eq!(banco.fechar().expect("a sound disk").len(), 1);
    assert_eq!(
        disco.conteudo("1.json").as_deref(),
        Some(&br#"{"rg": "1", "nome": "Um", "saldo": 4.0}"#[..])
    );
}

#[test]
fn a_damaged_file_without_records_is_left_alone() {
    let disco = DiscoModelo::com_arquivos([("1.json".to_owned(), "{".to_owned())]);
    let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    assert_eq!(avisos, []);
    let deposito = Operacao::Deposito { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), deposito).1, Err(Recusa::ContaIlegivel));
    banco.fechar().expect("a sound disk");
    assert_eq!(disco.conteudo("1.json").as_deref(), Some(&b"{"[..]));
}

#[test]
fn no_copy_of_an_edited_file_replaces_another() {
    let disco = morto();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
    let edicoes =
        ["A", "B"].map(|nome| format!(r#"{{"rg": "1", "nome": "{nome}", "saldo": 1.0}}"#));
    disco.editar("1.json", edicoes[0].as_bytes());
    assert_eq!(banco.publicar().expect("a sound disk").len(), 1);
    disco.editar("1.json", edicoes[1].as_bytes());
    assert_eq!(banco.fechar().expect("a sound disk").len(), 1);
    let copias: Vec<_> =
        disco.nomes().into_iter().filter(|nome| nome.contains(".copia-")).collect();
    let guardadas = copias.iter().map(|copia| disco.conteudo(copia).expect("a copy"));
    assert_eq!(guardadas.collect::<Vec<_>>(), edicoes.map(String::into_bytes));
}

#[test]
fn a_checkpoint_that_is_tried_again_keeps_an_edited_file_once() {
    let disco = morto();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
    disco.editar("1.json", br#"{"rg": "1", "nome": "A", "saldo": 1.0}"#);
    // Space is short for all but the first calls: the copy is kept, the account is not written.
    for chamada in 0..12 {
        let especie = ModoDeFalhar::SemEspaco;
        disco.programar(Some(FalhaDoDisco { chamada, especie, para_sempre: true }));
        let publicado = banco.publicar();
        assert!(publicado.is_ok() || !banco.falhou(), "call {chamada}");
    }
    disco.programar(None);
    banco.publicar().expect("space again");
    let copias = disco.nomes().into_iter().filter(|nome| nome.contains(".copia-"));
    assert_eq!(copias.count(), 1, "{:?}", disco.nomes());
}
