//! Indices of closed segments: they spare a reading, and never change what a statement or an audit
//! says.
#![cfg(feature = "json")]

mod comum;
#[path = "indice/lotes.rs"]
mod lotes;

use std::collections::BTreeMap;

use pixson_core::banco::{Alcance, BancoJson, ConfiguracaoJson, Dano, Divergencia, Lancamento};
use pixson_core::banco::{Sozinho, auditar, ler_extrato, ler_livro};
use pixson_core::{Relogio, Rg, Saldo};
use pixson_oraculos::juiz::{PEQUENA, julgar_extratos};
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};

use comum::conformidade::fazer;
use comum::{deposito, rg, saldos};

const INDICE: &str = "diario/0000000001.indice";
const PRIMEIRO: &str = "diario/0000000001.jsonl";

fn iniciais() -> BTreeMap<Rg, Saldo> {
    saldos(&[("1", "10.0"), ("2", "10.0"), ("3", "10.0"), ("4", "10.0")])
}

/// A bank that was closed in order. Each of its first three segments names one account, and the last
/// one another; none has an index.
fn banco() -> DiscoModelo {
    let disco = DiscoModelo::com_contas(&iniciais());
    for conta in ["1", "2", "3", "4"] {
        let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        for _ in 0..2 {
            fazer(&banco, &Relogio::novo(), deposito(conta, "1")).1.expect("it is done");
        }
        banco.fechar().expect("a sound disk");
    }
    assert_eq!(indices(&disco), [""; 0]);
    disco
}

/// The same with indices.
fn indexado() -> DiscoModelo {
    let disco = banco();
    extrato(&disco, "1");
    disco
}

fn indices(disco: &DiscoModelo) -> Vec<String> {
    disco.nomes().into_iter().filter(|nome| nome.ends_with(".indice")).collect()
}

/// The numbers of the entries of a statement, and how far it reaches.
fn extrato(disco: &DiscoModelo, conta: &str) -> (Vec<u64>, Alcance) {
    let mut numeros = Vec::new();
    let ler = ler_extrato(disco, rg(conta), &Sozinho, |lancamento| numeros.push(lancamento.seq));
    (numeros, ler.expect("it can be read"))
}

fn certo(disco: &DiscoModelo) {
    assert_eq!(julgar_extratos(disco, iniciais().into_keys()), Ok(()));
}

/// Another content of the same length, at the end of a segment's last record but one.
fn virado(disco: &DiscoModelo, nome: &str) -> Vec<u8> {
    let mut bytes = disco.conteudo(nome).expect("it is there");
    let meio = bytes.len() / 2;
    bytes[meio] ^= 1;
    bytes
}

#[test]
fn the_first_statement_writes_an_index_for_each_closed_segment() {
    let disco = banco();
    let (numeros, alcance) = extrato(&disco, "2");
    assert_eq!((numeros, &alcance.danos), (vec![3, 4], &vec![]));
    assert_eq!(alcance.desde.map(|desde| desde.seq), Some(1));
    assert_eq!(indices(&disco), [1, 2, 3].map(|n| format!("diario/000000000{n}.indice")));
    certo(&disco);
    assert_eq!(extrato(&disco, "2"), (vec![3, 4], alcance));
}

#[test]
fn a_segment_that_does_not_name_the_account_is_not_read() {
    let disco = indexado();
    // Were it read, this would be seen. Only the audit reads it.
    disco.apodrecer(PRIMEIRO, &virado(&disco, PRIMEIRO));
    let (numeros, alcance) = extrato(&disco, "2");
    assert_eq!((numeros, alcance.danos), (vec![3, 4], vec![]));
    assert!(!extrato(&disco, "1").1.danos.is_empty(), "its own segment");
}

#[test]
fn damage_in_any_line_of_a_segment_that_names_the_account_is_named() {
    let disco = DiscoModelo::com_contas(&iniciais());
    for contas in [["1", "2", "1"], ["3", "4", "3"]] {
        let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        for conta in contas {
            fazer(&banco, &Relogio::novo(), deposito(conta, "1")).1.expect("it is done");
        }
        banco.fechar().expect("a sound disk");
    }
    assert_eq!(extrato(&disco, "1"), (vec![1, 3], extrato(&disco, "3").1));
    let inteiro = disco.conteudo(PRIMEIRO).expect("a segment");
    for byte in 0..inteiro.len() {
        let mut virado = inteiro.clone();
        virado[byte] ^= 1;
        disco.apodrecer(PRIMEIRO, &virado);
        assert!(!extrato(&disco, "1").1.danos.is_empty(), "byte {byte}");
        assert_eq!(extrato(&disco, "3").1.danos, [], "byte {byte}");
    }
}

#[test]
fn damage_that_an_audit_has_found_is_named_by_every_statement_from_then_on() {
    let disco = indexado();
    disco.apodrecer(PRIMEIRO, &virado(&disco, PRIMEIRO));
    let auditoria = auditar(&disco).expect("it goes on behind damage");
    assert!(!auditoria.alcance.danos.is_empty());
    assert_eq!(auditoria.divergencias, [], "the index was right when it was made");
    assert!(!indices(&disco).contains(&INDICE.to_owned()));
    assert_eq!(extrato(&disco, "2").1.danos, auditoria.alcance.danos);
    assert!(!indices(&disco).contains(&INDICE.to_owned()), "a damaged segment gets none");
}

#[test]
fn whatever_bit_of_an_index_is_flipped_and_wherever_it_is_cut_nothing_changes() {
    let disco = indexado();
    let inteiro = disco.conteudo(INDICE).expect("an index");
    let cortes = (0..inteiro.len()).map(|bytes| inteiro[..bytes].to_vec());
    let viradas = (0..8 * inteiro.len()).map(|bit| {
        let mut virado = inteiro.clone();
        virado[bit / 8] ^= 1 << (bit % 8);
        virado
    });
    for (caso, estragado) in cortes.chain(viradas).enumerate() {
        disco.editar(INDICE, &estragado);
        for (conta, numeros) in [("1", [1, 2]), ("2", [3, 4])] {
            assert_eq!(extrato(&disco, conta).0, numeros, "case {caso}");
        }
        assert_eq!(disco.conteudo(INDICE).as_ref(), Some(&inteiro), "case {caso}: written anew");
        assert_eq!(auditar(&disco).expect("sound").divergencias, [], "case {caso}");
    }
}

#[test]
fn an_index_of_another_segment_or_bank_or_version_does_not_count() {
    let disco = indexado();
    let outro = disco.conteudo("diario/0000000002.indice").expect("an index");
    let alheio = {
        let banco = banco();
        // The same accounts in another order: its first segment does not name account 1.
        let segundo = banco.conteudo("diario/0000000002.jsonl").expect("a segment");
        banco.acrescentar(PRIMEIRO, &segundo);
        extrato(&banco, "1");
        banco.conteudo("diario/0000000003.indice").expect("an index")
    };
    let certo_dele = disco.conteudo(INDICE).expect("an index");
    // As if both segments were of one size and instant, which stand behind the number.
    let mut gemeo = outro.clone();
    gemeo[16..32].copy_from_slice(&certo_dele[16..32]);
    let mut futuro = certo_dele;
    futuro[7] += 1;
    for estranho in [&mut gemeo, &mut futuro] {
        selar(estranho);
    }
    for estranho in [outro, gemeo, alheio, futuro] {
        disco.editar(INDICE, &estranho);
        assert_eq!(extrato(&disco, "1").0, [1, 2]);
        certo(&disco);
    }
}

/// Puts the right checksum at the end of an index.
fn selar(indice: &mut [u8]) {
    let (corpo, crc) = indice.split_last_chunk_mut::<4>().expect("longer than its checksum");
    *crc = crc32fast::hash(corpo).to_le_bytes();
}

#[test]
fn a_segment_that_was_edited_or_replaced_is_read_again() {
    let disco = indexado();
    let segundo = disco.conteudo("diario/0000000002.jsonl").expect("a segment");
    // The same bytes at another instant, and others of the same length.
    disco.editar(PRIMEIRO, &disco.conteudo(PRIMEIRO).expect("a segment"));
    certo(&disco);
    disco.editar(PRIMEIRO, &virado(&disco, PRIMEIRO));
    assert!(!extrato(&disco, "4").1.danos.is_empty());
    disco.editar(PRIMEIRO, &segundo);
    assert!(!extrato(&disco, "4").1.danos.is_empty(), "another segment has its name");
}

#[test]
fn a_segment_that_is_gone_is_missed_although_its_neighbours_are_passed_over() {
    let disco = indexado();
    disco.remover("diario/0000000002.jsonl");
    let (numeros, alcance) = extrato(&disco, "4");
    assert_eq!((numeros, alcance.danos), (vec![7, 8], vec![Dano::Falta { de: 3, ate: 4 }]));
    assert_eq!(indices(&disco).len(), 2, "an index without a segment goes");
}

#[test]
fn a_directory_that_cannot_be_written_gives_the_same_statements_and_no_index() {
    let disco = banco();
    let esperado = extrato(&indexado(), "2");
    for especie in ModoDeFalhar::TODAS {
        if especie == ModoDeFalhar::Eio || especie == ModoDeFalhar::EscritaCurta {
            continue;
        }
        disco.programar(Some(FalhaDoDisco { chamada: 0, especie, para_sempre: true }));
        assert_eq!(extrato(&disco, "2"), esperado, "{especie:?}");
        assert_eq!(auditar(&disco).expect("readable").divergencias, []);
        assert_eq!(indices(&disco.depois_de(&mut Corte::Nada)), [""; 0], "{especie:?}");
        disco.programar(None);
        for nome in indices(&disco) {
            disco.remover(&nome);
        }
    }
}

/// An index with a right checksum, of the very segment, that lists an account less. Neither a crash
/// nor damage makes one; a statement believes it, and the audit finds it and says so.
#[test]
fn an_index_that_was_forged_is_found_by_the_audit_and_written_anew() {
    let disco = indexado();
    let certo = disco.conteudo(INDICE).expect("an index");
    let mut forjado = certo.clone();
    // The least account of the list: 11 stands for account 1.
    let menor = 8 + 7 * 8 + 8;
    assert_eq!(forjado[menor], 11);
    forjado[menor] = 19;
    selar(&mut forjado);
    disco.editar(INDICE, &forjado);
    assert_eq!(extrato(&disco, "1").0, [0; 0], "nothing else looks at it");
    let auditoria = auditar(&disco).expect("sound");
    assert_eq!(auditoria.divergencias, [Divergencia::IndiceErrado { arquivo: INDICE.into() }]);
    assert_eq!(disco.conteudo(INDICE), Some(certo));
    assert_eq!(extrato(&disco, "1").0, [1, 2]);
    assert_eq!(auditar(&disco).expect("sound").divergencias, []);
}

#[test]
fn indices_that_were_left_over_or_never_finished_go_and_nothing_else_does() {
    let disco = indexado();
    let meus = ["diario/0000000009.indice", "diario/.tmp-0000000001.indice"];
    let alheios = ["diario/9.indice", "diario/nota.indice", "diario/00000000012.indice"];
    for nome in meus.iter().chain(&alheios) {
        disco.acrescentar(nome, b"x");
    }
    extrato(&disco, "1");
    let nomes = disco.nomes();
    assert!(meus.iter().all(|nome| !nomes.contains(&(*nome).to_owned())), "{nomes:?}");
    assert!(alheios.iter().all(|nome| nomes.contains(&(*nome).to_owned())), "{nomes:?}");
}

#[test]
fn a_running_bank_indexes_what_it_has_closed_when_it_has_not_just_turned() {
    let disco = DiscoModelo::com_contas(&iniciais());
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let relogio = Relogio::novo();
    banco.publicar().expect("a sound disk");
    let mut virados = 0;
    while virados < 3 {
        fazer(&banco, &relogio, deposito("1", "0.01")).1.expect("it is done");
        let antes = disco.nomes().iter().filter(|nome| nome.contains(".jsonl")).count();
        banco.publicar().expect("a sound disk");
        let depois = disco.nomes().iter().filter(|nome| nome.contains(".jsonl")).count();
        if depois > antes && antes > 0 {
            virados += 1;
            assert_eq!(indices(&disco).len(), virados - 1, "not in the call that turns");
            banco.publicar().expect("a sound disk");
            assert_eq!(indices(&disco).len(), virados, "in the next one");
        }
    }
    banco.fechar().expect("a sound disk");
    drop(banco);
    let antes = indices(&disco);
    certo(&disco);
    assert_eq!(indices(&disco), antes, "nothing was left to do");
}

#[test]
fn a_bank_that_keeps_turning_indexes_nothing_until_it_has_been_calm_for_as_long_as_it_is_told() {
    let disco = DiscoModelo::com_contas(&iniciais());
    let configuracao = ConfiguracaoJson { indexar_depois_de: 3, ..PEQUENA };
    let (banco, _) = BancoJson::abrir_em(disco.clone(), configuracao).expect("a sound disk");
    let relogio = Relogio::novo();
    for _ in 0..5 {
        for _ in 0..6 {
            fazer(&banco, &relogio, deposito("1", "0.01")).1.expect("it is done");
        }
        banco.publicar().expect("a sound disk");
    }
    let mut quantos = Vec::new();
    for _ in 0..5 {
        banco.publicar().expect("a sound disk");
        quantos.push(indices(&disco).len());
    }
    assert_eq!(quantos, [0, 0, 1, 2, 3]);
}

#[test]
fn a_segment_that_is_trimmed_takes_its_index_with_it() {
    let disco = indexado();
    let configuracao = ConfiguracaoJson { segmentos_retidos: Some(1), ..PEQUENA };
    let (banco, _) = BancoJson::abrir_em(disco.clone(), configuracao).expect("a sound disk");
    fazer(&banco, &Relogio::novo(), deposito("1", "1")).1.expect("it is done");
    banco.fechar().expect("a sound disk");
    drop(banco);
    let nomes = disco.nomes();
    assert!(!nomes.iter().any(|nome| nome.starts_with("diario/0000000001")), "{nomes:?}");
    certo(&disco);
}

#[test]
fn a_copy_that_keeps_the_instants_keeps_the_indices_and_one_that_does_not_makes_new_ones() {
    let disco = indexado();
    let (fiel, infiel) = (DiscoModelo::default(), DiscoModelo::default());
    for nome in disco.nomes() {
        disco.copiar(&nome, &fiel);
        infiel.acrescentar(&nome, &disco.conteudo(&nome).expect("it is there"));
    }
    fiel.apodrecer(PRIMEIRO, &virado(&fiel, PRIMEIRO));
    assert_eq!(extrato(&fiel, "2"), extrato(&disco, "2"), "the first one was passed over");
    infiel.apodrecer(PRIMEIRO, &virado(&infiel, PRIMEIRO));
    assert!(!extrato(&infiel, "2").1.danos.is_empty(), "the first one was read");
}

#[test]
fn a_reading_of_the_whole_ledger_writes_nothing() {
    let disco = banco();
    let mut lancamentos: Vec<Lancamento> = Vec::new();
    ler_livro(&disco, |lancamento| lancamentos.push(lancamento)).expect("sound");
    assert_eq!((lancamentos.len(), indices(&disco).len()), (8, 0));
}
