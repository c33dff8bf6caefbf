//! Kills, power cuts and broken disks, on a disk in memory that forgets what it may forget.
#![cfg(feature = "json")]

mod comum;

use std::collections::BTreeMap;

use pixson_core::banco::{Abertura, BancoJson, Conta};
use pixson_core::{Operacao, Recusa, Relogio, Rg, Saldo, Sucesso};
use pixson_oraculos::juiz::{Historia, PEQUENA, PassoDaCena, encenar, julgar_vida};
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar, Sorteio};

use comum::conformidade::fazer;
use comum::sementes::sementes;
use comum::tamanho::tamanho;
use comum::{consulta, rg, saldo, saldos, saque, transferencia, valor};

fn iniciais() -> BTreeMap<Rg, Saldo> {
    saldos(&[("1", "10.0"), ("2", "10.0"), ("3", "0.0")])
}

fn disco() -> DiscoModelo {
    DiscoModelo::com_contas(&iniciais())
}

fn transferir(origem: &str, destino: &str, quanto: &str) -> PassoDaCena {
    PassoDaCena::Fazer(transferencia(origem, destino, quanto))
}

/// A dozen operations that meet everything: batches, checkpoints, a refusal, a turn of segment.
fn cenario() -> Vec<PassoDaCena> {
    let sacar = |conta, quanto| PassoDaCena::Fazer(saque(conta, quanto));
    let consultar = |conta| PassoDaCena::Fazer(consulta(conta));
    vec![
        sacar("1", "1.5"),
        PassoDaCena::Confirmar,
        transferir("1", "2", "2.25"),
        consultar("2"),
        PassoDaCena::Confirmar,
        PassoDaCena::Publicar,
        transferir("2", "3", "4"),
        transferir("3", "1", "3.99"),
        sacar("3", "1"),
        PassoDaCena::Confirmar,
        PassoDaCena::Publicar,
        transferir("3", "2", "0.01"),
        consultar("3"),
        PassoDaCena::Confirmar,
        PassoDaCena::Fechar,
    ]
}

fn abertura(contas: &[(&str, &str)]) -> PassoDaCena {
    let conta = |&(conta, quanto): &(&str, &str)| Conta {
        rg: rg(conta),
        nome: format!("Nova {conta}").parse().expect("legal name"),
        saldo: saldo(quanto),
    };
    let contas = contas.iter().map(conta).collect();
    PassoDaCena::Abrir(Abertura::nova(contas).expect("legal accounts"))
}

/// What an administration does beside operations: a creation, an import, adjustments, an opening of
/// what is there already, and money that moves between new accounts and old ones.
fn gestao() -> Vec<PassoDaCena> {
    let ajuste = |conta, quanto| PassoDaCena::Ajustar(rg(conta), saldo(quanto));
    vec![
        abertura(&[("4", "5.0")]),
        PassoDaCena::Confirmar,
        transferir("4", "1", "2.25"),
        abertura(&[("5", "0.0"), ("6", "1.5"), ("7", "0.0")]),
        ajuste("5", "3.0"),
        PassoDaCena::Confirmar,
        abertura(&[("8", "1.0"), ("6", "1.0")]),
        PassoDaCena::Publicar,
        transferir("6", "7", "1.5"),
        ajuste("1", "0.5"),
        PassoDaCena::Confirmar,
        PassoDaCena::Fechar,
    ]
}

/// Runs the scenario on a disk that fails as told; opening may fail, too.
fn encenar_em(disco: &DiscoModelo, passos: &[PassoDaCena], historia: &mut Historia) {
    if let Ok((banco, _)) = BancoJson::abrir_em(disco.clone(), PEQUENA) {
        encenar(&banco, passos, historia);
    }
}

fn chamadas_sem_falha(passos: &[PassoDaCena]) -> usize {
    let disco = disco();
    disco.programar(None);
    encenar_em(&disco, passos, &mut Historia::default());
    disco.chamadas()
}

#[test]
fn without_faults_the_judge_is_content() {
    let disco = disco();
    let mut historia = Historia::default();
    encenar_em(&disco, &cenario(), &mut historia);
    assert_eq!(historia.ouvidas.len(), 8);
    assert!(historia.ouvidas.iter().all(|ouvida| ouvida.confirmada));
    assert_eq!(julgar(&disco, &historia), Ok(()));
}

#[test]
fn without_faults_an_administration_does_all_but_open_an_account_again() {
    let disco = disco();
    let mut historia = Historia::default();
    encenar_em(&disco, &gestao(), &mut historia);
    assert_eq!((historia.ouvidas.len(), historia.geridas.len()), (2, 4));
    assert!(historia.geridas.iter().all(|gerida| gerida.confirmada));
    assert_eq!(julgar(&disco, &historia), Ok(()));
    let conta = disco.conteudo("7.json").expect("a file of its own");
    let conta = String::from_utf8(conta).expect("UTF-8");
    assert_eq!(conta, r#"{"rg": "7", "nome": "Nova 7", "saldo": 1.5}"#);
    assert_eq!(disco.conteudo("8.json"), None, "half of a refused opening");
}

/// The judge, and whether each file still has its holder's name, whatever became of the file.
fn julgar(disco: &DiscoModelo, historia: &Historia) -> Result<(), String> {
    julgar_vida(disco, &iniciais(), historia)?;
    for conta in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let arquivo = disco.conteudo(&format!("{conta}.json"));
        let texto = arquivo.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let nome = if conta < "4" { format!("\"N{conta}\"") } else { format!("\"Nova {conta}\"") };
        if texto.as_ref().is_some_and(|texto| !texto.contains(&nome)) {
            return Err(format!("the file of {conta} is {texto:?}"));
        }
    }
    Ok(())
}

/// The power goes at every call to the disk, and every byte of what was not synced may be the
/// last that is kept.
fn derrubar_em_toda_parte(passos: &[PassoDaCena]) {
    let mut quedas = 0;
    for chamada in 0..=chamadas_sem_falha(passos) {
        let disco = disco();
        disco.programar(Some(FalhaDoDisco {
            chamada,
            especie: ModoDeFalhar::Eio,
            para_sempre: true,
        }));
        let mut historia = Historia::default();
        encenar_em(&disco, passos, &mut historia);
        let mut cortes = vec![Corte::Nada, Corte::Tudo];
        cortes.extend((0..disco.bytes_pendentes()).map(Corte::Bytes));
        cortes.extend((0..20).map(|semente| Corte::Sorteado(Sorteio::novo(semente))));
        for mut corte in cortes {
            let caso = format!("call {chamada}, {corte:?}");
            let caido = disco.depois_de(&mut corte);
            assert_eq!(julgar(&caido, &historia), Ok(()), "{caso}");
            quedas += 1;
        }
    }
    assert!(quedas > 2000, "only {quedas} crashes");
}

#[test]
fn a_power_cut_at_any_call_and_at_any_byte_loses_nothing_acknowledged() {
    derrubar_em_toda_parte(&cenario());
}

#[test]
fn a_power_cut_leaves_of_an_administration_what_was_acknowledged_and_no_half_import() {
    derrubar_em_toda_parte(&gestao());
}

/// One call fails, once or for ever, in each way; the disk heals; the bank opens again. At full size it
/// is each call, and otherwise each third.
fn falhar_em_toda_parte(passos: &[PassoDaCena], preso: Option<&str>) {
    for chamada in (0..=chamadas_sem_falha(passos)).step_by(tamanho(3, 1)) {
        for especie in ModoDeFalhar::TODAS {
            for para_sempre in [false, true] {
                let falha = FalhaDoDisco { chamada, especie, para_sempre };
                let disco = disco();
                preso.inspect(|preso| disco.prender(preso, true));
                disco.programar(Some(falha));
                let mut historia = Historia::default();
                encenar_em(&disco, passos, &mut historia);
                disco.programar(None);
                disco.soltar_todos();
                for mut corte in [Corte::Tudo, Corte::Nada, Corte::Sorteado(Sorteio::novo(7))] {
                    let caido = disco.depois_de(&mut corte);
                    let veredito = julgar(&caido, &historia);
                    assert_eq!(veredito, Ok(()), "{falha:?}, {corte:?}");
                }
            }
        }
    }
}

#[test]
fn a_fault_at_any_call_is_survived_and_never_acknowledged_over() {
    falhar_em_toda_parte(&cenario(), None);
}

#[test]
fn a_fault_at_any_call_of_an_administration_is_survived_and_never_acknowledged_over() {
    falhar_em_toda_parte(&gestao(), None);
}

#[test]
fn a_fault_at_any_call_beside_a_file_that_cannot_be_replaced_is_survived() {
    falhar_em_toda_parte(&cenario(), Some("2.json"));
    falhar_em_toda_parte(&gestao(), Some("6.json"));
}

fn feito(
    banco: &BancoJson<DiscoModelo>,
    relogio: &Relogio,
    operacao: Operacao,
) -> Result<Sucesso, Recusa> {
    fazer(banco, relogio, operacao).1
}

/// A full disk refuses what would change something, answers balances, leaves nothing half-written,
/// and goes on by itself when there is space.
#[test]
fn a_full_disk_is_waited_out_without_a_restart() {
    let disco = disco();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let relogio = Relogio::novo();
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("0.01") };
    let saldo_de = Operacao::Saldo { rg: rg("1") };
    assert_eq!(feito(&banco, &relogio, saque), Ok(Sucesso::Saque));
    let cheio = FalhaDoDisco { chamada: 0, especie: ModoDeFalhar::SemEspaco, para_sempre: true };
    disco.programar(Some(cheio));
    let mut feitos: u64 = 1;
    while feito(&banco, &relogio, saque) == Ok(Sucesso::Saque) {
        feitos += 1;
    }
    let tem =
        |feitos: u64| Ok(Sucesso::Saldo(Saldo::de_centavos(1000 - feitos).expect("in range")));
    assert_eq!(feito(&banco, &relogio, saque), Err(Recusa::ServidorIndisponivel));
    assert_eq!(feito(&banco, &relogio, saldo_de), tem(feitos));
    assert!(banco.publicar().is_err() && !banco.falhou());
    assert!(disco.nomes().iter().all(|nome| !nome.contains(".tmp-")), "{:?}", disco.nomes());
    disco.programar(None);
    assert_eq!(feito(&banco, &relogio, saque), Ok(Sucesso::Saque));
    assert_eq!(banco.publicar().expect("space again"), []);
    assert_eq!(feito(&banco, &relogio, saldo_de), tem(feitos + 1));
}

/// Any operations, several runs, a crash in each, also in the middle of recovery.
#[test]
fn random_histories_with_many_crashes_replay_on_the_model() {
    for semente in sementes(tamanho(500, 3000)) {
        let mut sorteio = Sorteio::novo(semente);
        let mut disco = disco();
        let mut historia = Historia::default();
        for _ in 0..=sorteio.ate(5) {
            let chamada = sorteio.ate(120);
            let especie = sorteio.escolher(&ModoDeFalhar::TODAS);
            let para_sempre = !sorteio.um_em(3);
            disco.programar(Some(FalhaDoDisco { chamada, especie, para_sempre }));
            // In some runs a file cannot be replaced, in others it can again.
            let arquivo = format!("{}.json", sorteio.escolher(&["1", "2", "3", "4", "5"]));
            disco.prender(&arquivo, sorteio.um_em(3));
            let passos: Vec<PassoDaCena> =
                (0..sorteio.ate(40)).map(|_| passo(&mut sorteio)).collect();
            encenar_em(&disco, &passos, &mut historia);
            let mut corte = match sorteio.ate(4) {
                0 => Corte::Tudo,
                1 => Corte::Nada,
                2 => Corte::Bytes(sorteio.ate(disco.bytes_pendentes() + 1)),
                _ => Corte::Sorteado(sorteio.clone()),
            };
            disco = disco.depois_de(&mut corte);
        }
        disco.soltar_todos();
        let veredito = julgar(&disco, &historia);
        assert_eq!(veredito, Ok(()), "seed {semente}");
    }
}

fn passo(sorteio: &mut Sorteio) -> PassoDaCena {
    let conta = |sorteio: &mut Sorteio| rg(sorteio.escolher(&["1", "2", "3", "4"]));
    let valor = |sorteio: &mut Sorteio| valor(sorteio.escolher(&["0.01", "0.5", "1", "2.75", "9"]));
    let nova = |sorteio: &mut Sorteio| sorteio.escolher(&["4", "5", "6", "7"]);
    match sorteio.ate(18) {
        14 => abertura(&[(nova(sorteio), "0.5")]),
        15 => abertura(&[("4", "2.0"), ("5", "0.0"), ("6", "0.01")]),
        16 => {
            PassoDaCena::Ajustar(conta(sorteio), saldo(sorteio.escolher(&["0.0", "1.5", "20.0"])))
        }
        17 => PassoDaCena::Ajustar(rg(nova(sorteio)), saldo("3.0")),
        0..4 => PassoDaCena::Confirmar,
        4 => PassoDaCena::Publicar,
        5 => PassoDaCena::Fazer(Operacao::Saldo { rg: conta(sorteio) }),
        6 => PassoDaCena::Fazer(Operacao::Saque { rg: conta(sorteio), valor: valor(sorteio) }),
        7 => PassoDaCena::Fazer(Operacao::Deposito { rg: conta(sorteio), valor: valor(sorteio) }),
        8 => PassoDaCena::Fazer(Operacao::Login { rg: conta(sorteio) }),
        _ => PassoDaCena::Fazer(Operacao::Transferencia {
            rg_origem: conta(sorteio),
            rg_destino: conta(sorteio),
            valor: valor(sorteio),
        }),
    }
}
