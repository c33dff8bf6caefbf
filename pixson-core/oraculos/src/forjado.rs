//! The oracle of a journal whose checksums are right but whose numbers may be wrong.

use arbitrary::{Result, Unstructured};

use super::contas::Elenco;
use super::disco::{Corte, DiscoModelo};
use super::juiz::PEQUENA;
use pixson_core::banco::{Banco, BancoJson, Cadastro, auditar, ler_livro};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::Operacao;

/// The most segments of a journal, and records of a segment.
const SEGMENTOS_MAX: usize = 3;
const REGISTROS_MAX: usize = 4;

/// A journal with right checksums and arbitrary numbers is read without a panic.
///
/// Damage alone never makes such a journal, since the checksums would be wrong. `dados` gives the
/// numbers of the checkpoint, the headers and the records, up to the largest possible.
///
/// * The ledger, the audit and the accounts of a stopped bank are read, or refused.
/// * A bank that does not open has changed nothing. A bank that opens does an operation, or refuses
///   it, and can be opened again.
///
/// # Panics
///
/// If a law is broken.
pub fn forjado(dados: &[u8]) {
    let _ = forjar_e_abrir(&mut Unstructured::new(dados));
}

fn forjar_e_abrir(dados: &mut Unstructured<'_>) -> Result<()> {
    let disco = DiscoModelo::com_contas(&Elenco::curto().iniciais());
    for _ in 0..dados.int_in_range(0..=SEGMENTOS_MAX)? {
        let (nome, bytes) = segmento(dados)?;
        disco.acrescentar(&nome, &bytes);
    }
    if dados.ratio(3, 4)? {
        disco.acrescentar("diario/ponto.json", ponto(dados)?.as_bytes());
    }
    let _ = ler_livro(&disco, |_| {});
    let _ = auditar(&disco);
    if let Ok(cadastro) = Cadastro::abrir(&disco) {
        for rg in cadastro.rgs().unwrap_or_default() {
            let _ = cadastro.conta(rg);
        }
    }
    let tudo = |disco: &DiscoModelo| -> Vec<_> {
        disco.nomes().into_iter().map(|nome| disco.conteudo(&nome)).collect()
    };
    let antes = tudo(&disco);
    let Ok((banco, _)) = BancoJson::abrir_em(disco.clone(), PEQUENA) else {
        assert_eq!(tudo(&disco), antes, "a bank that does not open changes nothing");
        return Ok(());
    };
    let saldo = Operacao::Saldo { rg: "1".parse().expect("legal") };
    let saque =
        Operacao::Saque { rg: "1".parse().expect("legal"), valor: "0.01".parse().expect("legal") };
    for operacao in [saldo, saque] {
        let execucao = banco.executar(operacao, &Relogio::novo()).expect("a stamp");
        let _ = banco.confirmar(execucao.recibo);
    }
    let _ = banco.publicar();
    drop(banco);
    let depois = disco.depois_de(&mut Corte::Tudo);
    assert!(BancoJson::abrir_em(depois, PEQUENA).is_ok(), "what it wrote it reads again");
    Ok(())
}

/// A number: a small one, one at an edge, or any.
fn numero(dados: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match dados.int_in_range(0..=11)? {
        pequeno @ 0..=6 => pequeno,
        7 => u64::MAX,
        8 => u64::MAX - 1,
        9 => (1 << 62) - 1,
        10 => 1 << 62,
        _ => dados.arbitrary()?,
    })
}

/// A line with a right checksum.
fn linha(corpo: &str) -> String {
    format!("{corpo},\"crc\":\"{:08x}\"}}\n", crc32fast::hash(corpo.as_bytes()))
}

fn ponto(dados: &mut Unstructured<'_>) -> Result<String> {
    let [seq, epoca, segmento] = [numero(dados)?, numero(dados)?, numero(dados)?];
    let limpo: bool = dados.arbitrary()?;
    let marca = if dados.arbitrary()? {
        format!(r#","marca":[0,{},{}]"#, numero(dados)?, numero(dados)?)
    } else {
        String::new()
    };
    Ok(linha(&format!(
        r#"{{"seq":{seq},"epoca":{epoca},"segmento":{segmento},"limpo":{limpo}{marca}"#
    )))
}

fn segmento(dados: &mut Unstructured<'_>) -> Result<(String, Vec<u8>)> {
    let (segmento, epoca, seq) = (numero(dados)?, numero(dados)?, numero(dados)?);
    let reserva = if dados.arbitrary()? {
        format!(r#","reserva":{}"#, numero(dados)?)
    } else {
        String::new()
    };
    let mut texto = linha(&format!(
        r#"{{"pixson":1,"segmento":{segmento},"epoca":{epoca},"seq":{seq}{reserva}"#
    ));
    for indice in 0..dados.int_in_range(0..=REGISTROS_MAX as u64)? {
        // Most records have the right numbers for their place, so that later ones are read as well.
        let seguinte = seq.wrapping_add(indice);
        let deste = |dados: &mut Unstructured<'_>, certo| {
            if dados.ratio(1, 8)? { numero(dados) } else { Ok(certo) }
        };
        let (seq, epoca) = (deste(dados, seguinte)?, deste(dados, epoca)?);
        let (carimbo, sinc) = (numero(dados)?, numero(dados)?);
        let feito = dados.choose(&[
            r#""op":2,"valor":1.0,"contas":[["1",10.0,9.0]]"#,
            r#""op":3,"valor":9999999999999.99,"contas":[["2",0.0,9999999999999.99]]"#,
            r#""op":4,"valor":0.01,"contas":[["1",10.0,9.99],["2",10.0,10.01]]"#,
            r#""op":"ajuste","contas":[["3",0.0,9999999999999.99]]"#,
            r#""op":"abertura","contas":[["77","Ana",9999999999999.99]]"#,
        ])?;
        texto += &linha(&format!(
            r#"{{"seq":{seq},"epoca":{epoca},"carimbo":{carimbo},{feito},"sinc":{sinc}"#
        ));
    }
    let mut bytes = texto.into_bytes();
    bytes.resize(bytes.len() + dados.int_in_range(0..=300)?, 0);
    let numero = if dados.ratio(7, 8)? { segmento } else { numero(dados)? };
    Ok((format!("diario/{numero:010}.jsonl"), bytes))
}
