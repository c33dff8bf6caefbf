//! Damage that no crash explains: found, named, never guessed over.
#![cfg(feature = "json")]

mod comum;
#[path = "corrupcao/contas.rs"]
mod contas;

use pixson_core::banco::{Aviso, BancoJson, ConfiguracaoJson, Dano, ErroAbrir, auditar};
use pixson_core::{Banco, Operacao, Recusa, Relogio, Sucesso};
use pixson_oraculos::juiz::PEQUENA;
use pixson_oraculos::{Corte, DiscoModelo, FalhaDoDisco, ModoDeFalhar};

use comum::conformidade::fazer;
use comum::{rg, saldo, valor};

const SEGMENTO: &str = "diario/0000000001.jsonl";
const REGISTROS: usize = 5;

/// A bank that was killed: its one segment has a header and five records, each acknowledged by
/// itself, so that each but the last is known by its successor to have been synced.
fn morto() -> DiscoModelo {
    morto_com(PEQUENA)
}

fn morto_com(configuracao: ConfiguracaoJson) -> DiscoModelo {
    let conta = r#"{"rg": "1", "nome": "Um", "saldo": 10.0}"#;
    let disco = DiscoModelo::com_arquivos([("1.json".to_owned(), conta.to_owned())]);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), configuracao).expect("a sound disk");
    let relogio = Relogio::novo();
    for _ in 0..REGISTROS {
        let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
        assert_eq!(fazer(&banco, &relogio, saque).1, Ok(Sucesso::Saque));
    }
    drop(banco);
    disco.depois_de(&mut Corte::Tudo)
}

/// Where each line of the segment begins, and where its space begins.
fn linhas(segmento: &[u8]) -> Vec<usize> {
    let fins = segmento.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let inicios: Vec<usize> = std::iter::once(0).chain(fins.map(|(fim, _)| fim + 1)).collect();
    assert_eq!(inicios.len(), REGISTROS + 2);
    inicios
}

fn saldo_de(disco: &DiscoModelo) -> Result<String, ErroAbrir> {
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA)?;
    match fazer(&banco, &Relogio::novo(), Operacao::Saldo { rg: rg("1") }).1 {
        Ok(Sucesso::Saldo(saldo)) => Ok(saldo.to_string()),
        outro => panic!("{outro:?}"),
    }
}

#[test]
fn any_flipped_bit_of_a_synced_record_is_named_with_its_file_and_place() {
    let inteiro = morto().conteudo(SEGMENTO).expect("the first segment");
    let linhas = linhas(&inteiro);
    for byte in 0..linhas[REGISTROS + 1] {
        for bit in 0..8 {
            let mut virado = inteiro.clone();
            virado[byte] ^= 1 << bit;
            let disco = morto();
            disco.editar(SEGMENTO, &virado);
            let linha = linhas.iter().rposition(|&inicio| inicio <= byte).expect("a line");
            let caso = format!("bit {bit} of byte {byte}, line {linha}");
            match saldo_de(&disco) {
                Err(ErroAbrir::Corrompido { arquivo, posicao }) => {
                    assert!(linha < REGISTROS, "{caso}: the last record may be a torn one");
                    assert_eq!((arquivo.as_str(), posicao), (SEGMENTO, linhas[linha]), "{caso}");
                }
                // The last record cannot be told from a tear.
                Ok(saldo) if linha == REGISTROS => {
                    assert!(saldo == "6.0" || saldo == "5.0", "{caso}: {saldo}");
                }
                // The case of a hexadecimal digit of a checksum says nothing.
                Ok(saldo) => {
                    assert!(bit == 5 && inteiro[byte].is_ascii_alphabetic(), "{caso}");
                    assert_eq!(saldo, "5.0", "{caso}");
                }
                Err(erro) => panic!("{caso}: {erro}"),
            }
        }
    }
}

#[test]
fn damage_changes_nothing_on_the_disk() {
    let disco = morto();
    let mut virado = disco.conteudo(SEGMENTO).expect("the first segment");
    let terceira = linhas(&virado)[2];
    virado[terceira] ^= 1;
    disco.editar(SEGMENTO, &virado);
    let antes: Vec<_> = disco.nomes().into_iter().map(|nome| disco.conteudo(&nome)).collect();
    assert!(matches!(saldo_de(&disco), Err(ErroAbrir::Corrompido { .. })));
    let depois: Vec<_> = disco.nomes().into_iter().map(|nome| disco.conteudo(&nome)).collect();
    assert_eq!(antes, depois);
    let trecho = Dano::Trecho { arquivo: SEGMENTO.into(), posicao: terceira };
    assert_eq!(danos(&disco), [trecho, Dano::Falta { de: 2, ate: 2 }]);
}

/// What an audit cannot read of the ledger.
fn danos(disco: &DiscoModelo) -> Vec<Dano> {
    auditar(disco).expect("it goes on behind damage").alcance.danos
}

#[test]
fn a_torn_tail_is_cut_at_any_byte_and_said() {
    let inteiro = morto().conteudo(SEGMENTO).expect("the first segment");
    let linhas = linhas(&inteiro);
    for cortado in linhas[REGISTROS] + 1..linhas[REGISTROS + 1] {
        let disco = morto();
        // The space behind the records was taken before they were written.
        let mut rasgado = inteiro.clone();
        rasgado[cortado..].fill(0);
        disco.editar(SEGMENTO, &rasgado);
        let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a torn tail");
        let bytes = inteiro.len() - linhas[REGISTROS];
        assert_eq!(avisos, [Aviso::CaudaCortada { arquivo: SEGMENTO.into(), bytes }]);
        drop(banco);
        assert_eq!(saldo_de(&disco).expect("a sound disk"), "6.0");
    }
}

#[test]
fn a_segment_that_was_cut_short_is_not_taken_for_one_with_a_torn_tail() {
    // All records stand in the space that was taken first.
    let morto = || morto_com(ConfiguracaoJson { reserva_bytes: 4096, ..PEQUENA });
    let inteiro = morto().conteudo(SEGMENTO).expect("the first segment");
    let linhas = linhas(&inteiro);
    // Somewhere behind the first record that another one knows to have been synced.
    for tamanho in linhas[3]..=linhas[REGISTROS + 1] {
        let disco = morto();
        disco.editar(SEGMENTO, &inteiro[..tamanho]);
        let Err(ErroAbrir::Corrompido { arquivo, posicao }) = saldo_de(&disco) else {
            panic!("{tamanho} bytes were taken for all there was");
        };
        let bons = linhas.iter().rposition(|&inicio| inicio <= tamanho).expect("a line");
        assert_eq!((arquivo.as_str(), posicao), (SEGMENTO, linhas[bons]), "{tamanho} bytes");
    }
    // Space alone is missing.
    let disco = morto();
    disco.editar(SEGMENTO, &inteiro[..=linhas[REGISTROS + 1]]);
    assert_eq!(saldo_de(&disco).expect("all of it"), "5.0");
}

#[test]
fn recovery_that_is_killed_and_begun_again_finds_no_segment_too_short() {
    let disco = morto_com(ConfiguracaoJson { reserva_bytes: 4096, ..PEQUENA });
    for _ in 0..3 {
        // It is opened, and nothing is done: its segment was written anew, the checkpoint was not.
        let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        assert_eq!(avisos, []);
        drop(banco);
    }
    assert_eq!(saldo_de(&disco).expect("a sound disk"), "5.0");
}

/// A line of a journal with a right checksum, whatever it says.
fn linha_inteira(corpo: &str) -> String {
    format!("{corpo},\"crc\":\"{:08x}\"}}\n", crc32fast::hash(corpo.as_bytes()))
}

#[test]
fn a_whole_line_that_is_not_understood_is_never_taken_for_a_torn_one() {
    let inteiro = morto().conteudo(SEGMENTO).expect("the first segment");
    let linhas = linhas(&inteiro);
    let registros = &inteiro[..linhas[REGISTROS + 1]];
    for corpo in [
        r#"{"seq":6,"epoca":1,"carimbo":6,"op":"fusao","contas":[["1","2"]],"sinc":5"#,
        r#"{"seq":6,"epoca":1,"carimbo":6,"op":2,"valor":0.001,"contas":[],"sinc":5"#,
        r#"{"fecho":6"#,
    ] {
        let disco = morto();
        let com_outra = [registros, linha_inteira(corpo).as_bytes()].concat();
        disco.editar(SEGMENTO, &com_outra);
        let Err(ErroAbrir::Corrompido { arquivo, posicao }) = saldo_de(&disco) else {
            panic!("{corpo} was cut off");
        };
        assert_eq!((arquivo.as_str(), posicao), (SEGMENTO, registros.len()), "{corpo}");
        assert_eq!(disco.conteudo(SEGMENTO), Some(com_outra));
        let arquivo = SEGMENTO.into();
        assert_eq!(danos(&disco), [Dano::Trecho { arquivo, posicao: registros.len() }], "{corpo}");
    }
    let disco = morto();
    let cabecalho = linha_inteira(r#"{"pixson":2,"segmento":1,"epoca":1,"seq":1"#);
    disco.editar(SEGMENTO, cabecalho.as_bytes());
    assert!(matches!(saldo_de(&disco), Err(ErroAbrir::Corrompido { posicao: 0, .. })));
    assert_eq!(disco.conteudo(SEGMENTO), Some(cabecalho.into_bytes()));
}

#[test]
fn a_lost_or_damaged_checkpoint_never_gives_wrong_balances() {
    let inteiro = morto().conteudo("diario/ponto.json").expect("a checkpoint");
    for byte in 0..inteiro.len() {
        for bit in 0..8 {
            let disco = morto();
            let mut virado = inteiro.clone();
            virado[byte] ^= 1 << bit;
            disco.editar("diario/ponto.json", &virado);
            match saldo_de(&disco) {
                Ok(saldo) => assert_eq!(saldo, "5.0", "bit {bit} of byte {byte}"),
                Err(erro) => assert!(matches!(erro, ErroAbrir::Corrompido { .. }), "{erro}"),
            }
        }
    }
}

#[test]
fn a_segment_that_is_missing_is_damage() {
    let disco = morto();
    for _ in 0..3 {
        let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        let saque = Operacao::Saque { rg: rg("1"), valor: valor("0.01") };
        assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
        banco.publicar().expect("a sound disk");
        drop(banco);
    }
    let ultimo = "diario/0000000004.jsonl";
    disco.remover(ultimo);
    assert!(matches!(saldo_de(&disco), Err(ErroAbrir::Falta { arquivo }) if arquivo == ultimo));
}

#[test]
fn a_second_bank_on_the_same_directory_is_refused() {
    let disco = morto();
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let segundo = BancoJson::abrir_em(disco.clone(), PEQUENA);
    assert!(matches!(segundo, Err(ErroAbrir::EmUso)));
    assert!(matches!(auditar(&disco), Err(ErroAbrir::EmUso)));
    assert!(banco.confirmar(pixson_core::banco::Recibo::IMEDIATO).is_ok());
    drop(banco);
    assert!(BancoJson::abrir_em(disco, PEQUENA).is_ok());
}

#[test]
fn the_ledger_keeps_as_many_closed_segments_as_it_is_told() {
    let configuracao = ConfiguracaoJson { segmentos_retidos: Some(2), ..PEQUENA };
    let disco = morto();
    for _ in 0..6 {
        let (banco, _) = BancoJson::abrir_em(disco.clone(), configuracao).expect("a sound disk");
        let saque = Operacao::Saque { rg: rg("1"), valor: valor("0.01") };
        assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
        banco.fechar().expect("a sound disk");
    }
    let segmentos = disco.nomes().into_iter().filter(|nome| nome.contains(".jsonl"));
    assert_eq!(
        segmentos.collect::<Vec<_>>(),
        ["diario/0000000005.jsonl", "diario/0000000006.jsonl", "diario/0000000007.jsonl"]
    );
    assert_eq!(auditar(&disco).expect("a sound disk").divergencias, []);
}

/// A bank that was killed after a checkpoint in the middle of its records.
fn morto_depois_de_um_ponto() -> DiscoModelo {
    let contas = ["1", "2"].map(|conta| {
        (format!("{conta}.json"), format!(r#"{{"rg": "{conta}", "nome": "N", "saldo": 10.0}}"#))
    });
    let disco = DiscoModelo::com_arquivos(contas);
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let relogio = Relogio::novo();
    for (numero, conta) in ["1", "1", "2", "1"].into_iter().enumerate() {
        let deposito = Operacao::Deposito { rg: rg(conta), valor: valor("1") };
        assert_eq!(fazer(&banco, &relogio, deposito).1, Ok(Sucesso::Deposito));
        if numero == 1 {
            banco.publicar().expect("a sound disk");
        }
    }
    drop(banco);
    disco.depois_de(&mut Corte::Tudo)
}

#[test]
fn no_flipped_bit_of_the_checkpoint_skips_a_record() {
    const PONTO: &str = "diario/ponto.json";
    let inteiro = morto_depois_de_um_ponto().conteudo(PONTO).expect("a checkpoint");
    for byte in 0..inteiro.len() {
        for bit in 0..8 {
            let disco = morto_depois_de_um_ponto();
            let mut virado = inteiro.clone();
            virado[byte] ^= 1 << bit;
            disco.editar(PONTO, &virado);
            let aberto = BancoJson::abrir_em(disco, PEQUENA);
            assert!(matches!(aberto, Err(ErroAbrir::Corrompido { .. })), "bit {bit} of {byte}");
        }
    }
}

#[test]
fn a_segment_with_records_is_never_taken_for_one_that_was_just_begun() {
    const SEGUNDO: &str = "diario/0000000002.jsonl";
    let disco = morto();
    let ponto = disco.conteudo("diario/ponto.json").expect("a checkpoint");
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
    drop(banco);
    // As if the checkpoint that names the second segment had not come through.
    disco.editar("diario/ponto.json", &ponto);
    let mut virado = disco.conteudo(SEGUNDO).expect("the second segment");
    virado[20] ^= 1;
    disco.editar(SEGUNDO, &virado);
    for _ in 0..2 {
        let aberto = BancoJson::abrir_em(disco.clone(), PEQUENA);
        // An older checkpoint that was put back is no longer the file that the bank wrote.
        let Err(ErroAbrir::NaoPertencem { arquivo: Some(arquivo), .. }) = &aberto else {
            panic!("{aberto:?}");
        };
        assert_eq!(arquivo, SEGUNDO);
        let arquivo = SEGUNDO.into();
        assert_eq!(danos(&disco), [Dano::Trecho { arquivo, posicao: 0 }]);
    }
}

#[test]
fn what_stands_behind_an_orderly_end_is_cut_and_the_ledger_stays_whole() {
    let disco = morto();
    fechar_depois_de_um_saque(&disco);
    let ultimo = "diario/0000000002.jsonl";
    let mut conteudo = disco.conteudo(ultimo).expect("the last segment");
    conteudo.push(b'\n');
    disco.editar(ultimo, &conteudo);
    let (banco, avisos) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("nothing is lost");
    assert_eq!(avisos, [Aviso::CaudaCortada { arquivo: ultimo.into(), bytes: 1 }]);
    banco.fechar().expect("a sound disk");
    drop(banco);
    assert_eq!(auditar(&disco).expect("a whole ledger").divergencias, []);
}

#[test]
fn an_audit_misses_the_end_of_a_ledger_that_was_cut_off() {
    let disco = morto();
    fechar_depois_de_um_saque(&disco);
    disco.remover("diario/0000000002.jsonl");
    let seguinte = REGISTROS as u64 + 1;
    let segmento = Dano::Segmento { arquivo: "diario/0000000002.jsonl".into() };
    assert_eq!(danos(&disco), [segmento, Dano::Falta { de: seguinte, ate: seguinte }]);
}

fn fechar_depois_de_um_saque(disco: &DiscoModelo) {
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    let saque = Operacao::Saque { rg: rg("1"), valor: valor("1") };
    assert_eq!(fazer(&banco, &Relogio::novo(), saque).1, Ok(Sucesso::Saque));
    banco.fechar().expect("a sound disk");
}
