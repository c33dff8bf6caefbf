//! A start after a crash, when many files are behind: the bank serves before they are written, and reads the
//! snapshot in place of the journal since the last checkpoint.
#![cfg(feature = "json")]

mod comum;

use std::collections::BTreeMap;

use pixson_core::banco::{Aviso, BancoJson, Cadastro, ErroAbrir, auditar};
use pixson_core::{Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
use pixson_oraculos::juiz::PEQUENA;
use pixson_oraculos::{Corte, DiscoModelo, Sorteio};

use comum::conformidade::fazer;
use comum::sementes::{sementes, so_uma};
use comum::tamanho::tamanho;
use comum::{arquivo_de, deposito, rg, saldo, valor};

const RETRATO: &str = "diario/retrato.jsonl";

const CONTAS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

type Banco = BancoJson<DiscoModelo>;

fn novo() -> DiscoModelo {
    DiscoModelo::com_contas(&CONTAS.map(|conta| (rg(conta), saldo("10.0"))).into())
}

fn abrir(disco: &DiscoModelo) -> (Banco, Vec<Aviso>) {
    BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk")
}

fn saldo_de(banco: &Banco, conta: Rg) -> Result<Sucesso, Recusa> {
    fazer(banco, &Relogio::novo(), Operacao::Saldo { rg: conta }).1
}

fn saldos(banco: &Banco) -> BTreeMap<Rg, Saldo> {
    let de = |conta: &str| match saldo_de(banco, rg(conta)) {
        Ok(Sucesso::Saldo(saldo)) => (rg(conta), saldo),
        outro => panic!("{conta}: {outro:?}"),
    };
    CONTAS.map(de).into()
}

/// So many deposits of 1.0 to each account, acknowledged, with a checkpoint after each round.
fn depositar(banco: &Banco, vezes: usize) {
    let relogio = Relogio::novo();
    for _ in 0..vezes {
        for conta in CONTAS {
            assert_eq!(fazer(banco, &relogio, deposito(conta, "1")).1, Ok(Sucesso::Deposito));
        }
        banco.publicar().expect("a sound disk");
    }
}

fn todas(quanto: &str) -> BTreeMap<Rg, Saldo> {
    CONTAS.map(|conta| (rg(conta), saldo(quanto))).into()
}

fn prender_todos(disco: &DiscoModelo) {
    for conta in CONTAS {
        disco.prender(&format!("{conta}.json"), true);
    }
}

/// The disk of a bank that was killed when no file could be replaced: its checkpoint has never moved, and
/// the snapshot has what the files lack. Each account holds 15.0.
fn morto_com_retrato() -> DiscoModelo {
    let disco = novo();
    prender_todos(&disco);
    let (banco, _) = abrir(&disco);
    depositar(&banco, 5);
    drop(banco);
    let caido = disco.depois_de(&mut Corte::Nada);
    caido.soltar_todos();
    assert!(caido.conteudo(RETRATO).is_some(), "{:?}", caido.nomes());
    caido
}

/// The same disk at rest, with another snapshot or none.
fn com_retrato(disco: &DiscoModelo, retrato: Option<&[u8]>) -> DiscoModelo {
    let outro = disco.depois_de(&mut Corte::Tudo);
    match retrato {
        Some(bytes) => outro.acrescentar(RETRATO, bytes),
        None => outro.remover(RETRATO),
    }
    outro
}

#[test]
fn a_bank_serves_before_the_files_of_its_accounts_are_written() {
    let disco = novo();
    let (banco, _) = abrir(&disco);
    let relogio = Relogio::novo();
    for conta in CONTAS {
        assert_eq!(fazer(&banco, &relogio, deposito(conta, "1")).1, Ok(Sucesso::Deposito));
    }
    drop(banco);
    let caido = disco.depois_de(&mut Corte::Nada);
    let (banco, avisos) = abrir(&caido);
    assert_eq!(avisos, []);
    let arquivo = |conta: &str| {
        let bytes = caido.conteudo(&format!("{conta}.json")).expect("a file");
        String::from_utf8(bytes).expect("UTF-8")
    };
    assert!(CONTAS.iter().all(|conta| arquivo(conta) == arquivo_de(conta, "10.0")));
    assert_eq!(banco.contas_por_recuperar(), 10);
    assert_eq!(saldo_de(&banco, rg("7")), Ok(Sucesso::Saldo(saldo("11.0"))));
    assert_eq!(banco.contas_por_recuperar(), 9, "what is asked for comes first");
    assert_eq!(saldos(&banco), todas("11.0"));
    assert!(banco.registros_atrasados() > 0, "the state says that files are behind");
    while banco.registros_atrasados() > 0 {
        assert_eq!(banco.publicar().expect("a sound disk"), [], "nobody is told otherwise");
    }
    assert!(CONTAS.iter().all(|conta| arquivo(conta) == arquivo_de(conta, "11.0")));
}

#[test]
fn a_start_reads_the_snapshot_in_place_of_the_journal_before_it() {
    let disco = morto_com_retrato();
    let primeiro = "diario/0000000001.jsonl";
    let mut bytes = disco.conteudo(primeiro).expect("the first segment");
    bytes[200] ^= 1;
    disco.editar(primeiro, &bytes);
    let sem = com_retrato(&disco, None);
    let recusado = BancoJson::abrir_em(sem, PEQUENA).map(|_| ());
    assert!(matches!(recusado, Err(ErroAbrir::Corrompido { .. })), "{recusado:?}");
    let cadastro = Cadastro::abrir(&disco).expect("it reads what a start reads");
    let conta = cadastro.conta(rg("3")).expect("readable").expect("there");
    assert_eq!(conta.saldo, saldo("15.0"));
    drop(cadastro);
    let (banco, avisos) = abrir(&disco);
    assert_eq!((saldos(&banco), avisos), (todas("15.0"), Vec::new()));
}

#[test]
fn whatever_bit_of_a_snapshot_is_flipped_and_wherever_it_is_cut_no_balance_changes() {
    let disco = morto_com_retrato();
    let retrato = disco.conteudo(RETRATO).expect("a snapshot");
    let ilegivel = |bytes: &[u8]| {
        let (banco, avisos) = abrir(&com_retrato(&disco, Some(bytes)));
        assert_eq!(saldos(&banco), todas("15.0"));
        assert!(matches!(avisos.as_slice(), [Aviso::RetratoIlegivel { .. }]), "{avisos:?}");
    };
    // A digit of a checksum may be a capital.
    let inofensivo = |bit: usize| bit % 8 == 5 && retrato[bit / 8].is_ascii_hexdigit();
    for bit in (0..retrato.len() * 8).step_by(tamanho(7, 1)).filter(|&bit| !inofensivo(bit)) {
        let mut virado = retrato.clone();
        virado[bit / 8] ^= 1 << (bit % 8);
        ilegivel(&virado);
    }
    for corte in (0..retrato.len()).step_by(tamanho(7, 1)) {
        ilegivel(&retrato[..corte]);
    }
    ilegivel(&[retrato.as_slice(), b"\n"].concat());
    let (banco, avisos) = abrir(&com_retrato(&disco, None));
    assert_eq!((saldos(&banco), avisos), (todas("15.0"), Vec::new()), "it is not needed");
}

#[test]
fn a_checkpoint_that_has_passed_a_snapshot_removes_it() {
    let disco = morto_com_retrato();
    let (banco, _) = abrir(&disco);
    depositar(&banco, 1);
    while banco.registros_atrasados() > 0 {
        banco.publicar().expect("a sound disk");
    }
    assert_eq!(disco.conteudo(RETRATO), None);
    drop(banco);
    let (banco, _) = abrir(&disco.depois_de(&mut Corte::Nada));
    assert_eq!((saldos(&banco), banco.contas_por_recuperar()), (todas("16.0"), 0));
}

#[test]
fn a_bank_that_is_closed_with_files_behind_leaves_only_these_to_the_next_start() {
    let disco = novo();
    disco.prender("3.json", true);
    let (banco, _) = abrir(&disco);
    depositar(&banco, 2);
    banco.fechar().expect("in order");
    drop(banco);
    let (banco, avisos) = abrir(&disco);
    assert!(matches!(avisos.as_slice(), [Aviso::ArquivoPreso(_)]), "{avisos:?}");
    assert_eq!((saldos(&banco), banco.contas_por_recuperar()), (todas("12.0"), 0));
}

#[test]
fn a_file_that_is_edited_while_it_is_behind_is_kept_whether_a_snapshot_has_it_or_not() {
    for com in [true, false] {
        let disco = morto_com_retrato();
        let disco = if com { disco } else { com_retrato(&disco, None) };
        disco.editar("4.json", br#"{"rg": "4", "nome": "Ana", "saldo": 999.0}"#);
        let (banco, mut avisos) = abrir(&disco);
        assert_eq!(saldos(&banco), todas("15.0"));
        while banco.registros_atrasados() > 0 {
            depositar(&banco, 1);
            avisos.extend(banco.publicar().expect("a sound disk"));
        }
        let copias: Vec<String> =
            disco.nomes().into_iter().filter(|nome| nome.contains(".copia-")).collect();
        let [copia] = copias.as_slice() else { panic!("{copias:?}") };
        assert!(copia.starts_with("4.json.copia-"), "{copia}");
        let guardado = disco.conteudo(copia).expect("the copy");
        assert_eq!(guardado, br#"{"rg": "4", "nome": "Ana", "saldo": 999.0}"#);
    }
}

#[test]
fn a_copy_never_uses_the_snapshot_that_was_copied_with_it() {
    // The snapshot was copied later than all else, so that it shows records that the copy lacks.
    let cedo = morto_com_retrato();
    let copia = DiscoModelo::default();
    let (banco, _) = abrir(&cedo);
    cedo.nomes().iter().filter(|nome| *nome != RETRATO).for_each(|nome| cedo.copiar(nome, &copia));
    prender_todos(&cedo);
    depositar(&banco, 5);
    cedo.copiar(RETRATO, &copia);
    assert!(copia.conteudo(RETRATO).is_some());
    let (banco, _) = abrir(&copia);
    assert_eq!(copia.conteudo(RETRATO), None, "the next start does not take this for a copy");
    assert_eq!(saldos(&banco), todas("15.0"));
    depositar(&banco, 1);
    drop(banco);
    let (banco, _) = abrir(&copia.depois_de(&mut Corte::Nada));
    assert_eq!(saldos(&banco), todas("16.0"));
}

/// Random lives with many crashes, in which files cannot be replaced for a while: each start shows what was
/// acknowledged, with the snapshot and without.
#[test]
fn however_often_a_bank_crashes_with_files_behind_its_balances_are_exact() {
    let (mut retratos, mut atrasadas) = (0, 0);
    for semente in sementes(tamanho(150, 1500)) {
        let mut sorteio = Sorteio::novo(semente);
        let mut disco = novo();
        let mut esperados = todas("10.0");
        for _ in 0..6 {
            let (banco, avisos) = abrir(&disco);
            let editado = |aviso: &Aviso| {
                matches!(aviso, Aviso::ArquivoEditado { .. } | Aviso::ArquivoRefeito { .. })
            };
            assert!(!avisos.iter().any(editado), "seed {semente}: {avisos:?}");
            atrasadas += banco.contas_por_recuperar();
            let relogio = Relogio::novo();
            for _ in 0..sorteio.ate(60) {
                let conta = rg(sorteio.escolher(&CONTAS));
                match sorteio.ate(8) {
                    0 => {
                        let avisos = banco.publicar().expect("a sound disk");
                        assert!(!avisos.iter().any(editado), "seed {semente}: {avisos:?}");
                    }
                    1 => disco.prender(&format!("{conta}.json"), sorteio.um_em(2)),
                    2 => assert_eq!(
                        saldo_de(&banco, conta),
                        Ok(Sucesso::Saldo(esperados[&conta])),
                        "seed {semente}"
                    ),
                    _ => {
                        let operacao = Operacao::Deposito { rg: conta, valor: valor("0.25") };
                        assert!(fazer(&banco, &relogio, operacao).1.is_ok(), "seed {semente}");
                        let tem = esperados[&conta].mais(valor("0.25")).expect("in range");
                        esperados.insert(conta, tem);
                    }
                }
            }
            if sorteio.um_em(4) {
                banco.fechar().expect("a sound disk");
            }
            drop(banco);
            let corte = &mut [Corte::Tudo, Corte::Nada][sorteio.ate(2)];
            disco = disco.depois_de(corte);
            retratos += usize::from(disco.conteudo(RETRATO).is_some());
            let divergencias = auditar(&disco).expect("readable").divergencias;
            assert_eq!(divergencias, [], "seed {semente}");
            let sem = com_retrato(&disco, None);
            assert_eq!(saldos(&abrir(&sem).0), esperados, "seed {semente}, without a snapshot");
        }
        disco.soltar_todos();
        let (banco, _) = abrir(&disco);
        assert_eq!(saldos(&banco), esperados, "seed {semente}");
        banco.fechar().expect("a sound disk");
        let estranho = |nome: &&String| nome.contains(".copia-") || nome.contains(".tmp-");
        assert_eq!(disco.nomes().iter().find(estranho), None, "seed {semente}");
    }
    if !so_uma() {
        assert!(retratos > 100 && atrasadas > 100, "{retratos} snapshots, {atrasadas} accounts");
    }
}
