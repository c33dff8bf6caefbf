//! Statement and audit by several threads, of random and damaged ledgers: the same as by one, and the
//! statement the same as the whole ledger's.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use pixson_core::banco::disco::Disco;
use pixson_core::banco::{BancoJson, Cadastro, Dano, Divergencia, ErroAbrir, Mutirao, Sozinho};
use pixson_core::banco::{auditar, auditar_com, ler_extrato};
use pixson_core::{Operacao, Relogio, Rg};
use pixson_oraculos::juiz::{PEQUENA, julgar_extratos};
use pixson_oraculos::{Corte, DiscoModelo, Sorteio};

use crate::comum::conformidade::fazer;
use crate::comum::disco::delegar;
use crate::comum::sementes::sementes;
use crate::comum::tamanho::tamanho;
use crate::comum::{rg, saldos, valor};

/// So many threads, which take one piece after the other.
#[derive(Debug)]
struct Fios(usize);

impl Mutirao for Fios {
    fn bracos(&self) -> usize {
        self.0
    }

    fn fazer(&self, quantas: usize, tarefa: &(dyn Fn(usize) + Sync)) {
        let proxima = AtomicUsize::new(0);
        std::thread::scope(|escopo| {
            for _ in 0..self.0 {
                escopo.spawn(|| {
                    loop {
                        let qual = proxima.fetch_add(1, Ordering::Relaxed);
                        if qual >= quantas {
                            break;
                        }
                        tarefa(qual);
                    }
                });
            }
        });
    }
}

/// Nobody: all pieces are left out.
#[derive(Debug)]
struct Ninguem;

impl Mutirao for Ninguem {
    fn bracos(&self) -> usize {
        0
    }

    fn fazer(&self, _: usize, _: &(dyn Fn(usize) + Sync)) {}
}

/// Accounts of which some have few entries and some many.
const CONTAS: [&str; 6] = ["1", "01", "1234567890", "22", "9999999999", "5"];

fn contas() -> impl Iterator<Item = Rg> {
    CONTAS.into_iter().map(rg)
}

/// A bank with a random history over several runs, each of which ended in order or in a power cut.
fn vida(sorteio: &mut Sorteio) -> DiscoModelo {
    let mut disco = DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "100.0"))));
    for _ in 0..=sorteio.ate(4) {
        let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        let relogio = Relogio::novo();
        let estas = 1 + sorteio.ate(CONTAS.len());
        for _ in 0..sorteio.ate(40) {
            let uma = rg(CONTAS[sorteio.ate(estas)]);
            let outra = rg(CONTAS[sorteio.ate(estas)]);
            match sorteio.ate(6) {
                0 => drop(banco.publicar().expect("a sound disk")),
                1 => _ = fazer(&banco, &relogio, Operacao::Saque { rg: uma, valor: valor("1") }),
                2 => {
                    let (rg, valor) = (uma, valor("0.25"));
                    let _ = fazer(&banco, &relogio, Operacao::Deposito { rg, valor });
                }
                _ => {
                    let (rg_origem, rg_destino, valor) = (uma, outra, valor("0.5"));
                    let operacao = Operacao::Transferencia { rg_origem, rg_destino, valor };
                    let _ = fazer(&banco, &relogio, operacao);
                }
            }
        }
        if sorteio.um_em(2) {
            banco.fechar().expect("a sound disk");
        }
        drop(banco);
        disco = disco.depois_de(&mut Corte::Sorteado(sorteio.clone()));
    }
    disco
}

/// The same disk again, with the same instants.
fn copia(disco: &DiscoModelo) -> DiscoModelo {
    disco.depois_de(&mut Corte::Tudo)
}

#[test]
fn statements_with_indices_are_those_of_the_whole_ledger() {
    for semente in sementes(tamanho(150, 1000)) {
        let disco = vida(&mut Sorteio::novo(semente));
        for vez in ["as they were left", "all written"] {
            assert_eq!(julgar_extratos(&disco, contas()), Ok(()), "seed {semente}, {vez}");
        }
    }
}

/// Damages a file of the journal: bits, a cut, bytes of another place.
fn estragar(disco: &DiscoModelo, sorteio: &mut Sorteio) {
    let nomes = disco.nomes();
    let nomes: Vec<&String> = nomes.iter().filter(|nome| nome.contains(".jsonl")).collect();
    if nomes.is_empty() {
        return;
    }
    let nome = nomes[sorteio.ate(nomes.len())];
    let mut bytes = disco.conteudo(nome).expect("it is there");
    if bytes.is_empty() {
        return;
    }
    let onde = sorteio.ate(bytes.len());
    match sorteio.ate(5) {
        0 => bytes.truncate(onde),
        1 => {
            let de = sorteio.ate(bytes.len());
            let quantos = sorteio.ate(400).min(bytes.len() - de.max(onde));
            bytes.copy_within(de..de + quantos, onde);
        }
        2 => return disco.remover(nome),
        3 => {
            // A whole segment comes twice.
            let outro = nomes[sorteio.ate(nomes.len())];
            bytes = disco.conteudo(outro).expect("it is there");
        }
        _ => bytes[onde] ^= 1 << sorteio.ate(8),
    }
    disco.editar(nome, &bytes);
}

#[test]
fn however_many_threads_audit_a_damaged_ledger_they_find_the_same() {
    let mut danificados = 0;
    for semente in sementes(tamanho(300, 2000)) {
        let mut sorteio = Sorteio::novo(semente);
        let disco = vida(&mut sorteio);
        for _ in 0..sorteio.ate(4) {
            estragar(&disco, &mut sorteio);
        }
        let uma = format!("{:?}", auditar(&copia(&disco)));
        danificados += usize::from(uma.contains("Trecho") || uma.contains("Falta"));
        let equipes: [&dyn Mutirao; 4] = [&Fios(2), &Fios(3), &Fios(9), &Ninguem];
        for equipe in equipes {
            let outra = format!("{:?}", auditar_com(&copia(&disco), equipe));
            assert_eq!(uma, outra, "seed {semente}, {equipe:?}");
        }
        for conta in contas() {
            let extrato = |mutirao: &dyn Mutirao, disco: &DiscoModelo| {
                let mut lancamentos = Vec::new();
                let alcance = ler_extrato(disco, conta, mutirao, |um| lancamentos.push(um));
                format!("{lancamentos:?} {alcance:?}")
            };
            let um = extrato(&Sozinho, &copia(&disco));
            assert_eq!(um, extrato(&Fios(3), &copia(&disco)), "seed {semente}");
            assert_eq!(um, extrato(&Sozinho, &disco), "seed {semente}");
        }
        // Damage that was there when the indices were made is in every statement.
        assert_eq!(julgar_extratos(&disco, contas()), Ok(()), "seed {semente}");
        assert!(disco.listar("diario").is_ok());
    }
    assert!(danificados > 20, "only {danificados} ledgers were damaged");
}

/// A run of a bank that gives each of these accounts a deposit and ends in order: a segment.
fn depositar(disco: &DiscoModelo, contas: &[&str]) {
    let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
    for conta in contas {
        let (rg, valor) = (rg(conta), valor("1"));
        let deposito = Operacao::Deposito { rg, valor };
        fazer(&banco, &Relogio::novo(), deposito).1.expect("it is done");
    }
    banco.fechar().expect("a sound disk");
}

#[test]
fn what_several_threads_find_comes_in_the_order_of_the_ledger() {
    let disco = DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "100.0"))));
    let ordem = ["5", "1", "22", "01", "9999999999", "1234567890"];
    depositar(&disco, &ordem);
    for conta in ordem {
        let editado = format!(r#"{{"rg": "{conta}", "nome": "x", "saldo": 7.0}}"#);
        disco.editar(&format!("{conta}.json"), editado.as_bytes());
    }
    depositar(&disco, &ordem);
    for equipe in [&Sozinho as &dyn Mutirao, &Fios(2), &Fios(5)] {
        let achadas = auditar_com(&copia(&disco), equipe).expect("sound").divergencias;
        let contas = achadas.iter().map(|achada| match achada {
            Divergencia::Ajuste { rg, .. } => rg.to_string(),
            outra => panic!("{outra:?}"),
        });
        assert_eq!(contas.collect::<Vec<_>>(), ordem, "{equipe:?}");
    }
}

#[test]
fn a_balance_that_differs_behind_a_gap_is_no_divergence_in_any_slice() {
    let disco = DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "100.0"))));
    for _ in 0..4 {
        depositar(&disco, &CONTAS[..4]);
    }
    disco.remover("diario/0000000002.jsonl");
    for equipe in [&Sozinho as &dyn Mutirao, &Fios(3)] {
        let auditoria = auditar_com(&copia(&disco), equipe).expect("readable");
        assert_eq!(auditoria.alcance.danos, [Dano::Falta { de: 5, ate: 8 }], "{equipe:?}");
        assert_eq!(auditoria.divergencias, [], "{equipe:?}");
    }
}

#[test]
fn records_that_came_in_an_earlier_segment_count_once() {
    let disco = DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "100.0"))));
    for _ in 0..3 {
        depositar(&disco, &CONTAS[..4]);
    }
    let segundo = disco.conteudo("diario/0000000002.jsonl").expect("it is there");
    disco.editar("diario/0000000003.jsonl", &segundo);
    for equipe in [&Sozinho as &dyn Mutirao, &Fios(3)] {
        let auditoria = auditar_com(&copia(&disco), equipe).expect("readable");
        let depositados = auditoria.balanco.depositos;
        assert_eq!((auditoria.lancamentos, depositados), (8, 800), "{equipe:?}");
        assert_eq!(auditoria.divergencias, [], "{equipe:?}");
    }
}

/// The model disk, which reads the segments by pieces, but none of them whole.
#[derive(Debug)]
struct DiscoAosPedacos {
    modelo: DiscoModelo,
}

impl Disco for DiscoAosPedacos {
    type Arquivo = <DiscoModelo as Disco>::Arquivo;

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        if nome.contains(".jsonl") {
            return Err(io::Error::other("I/O error"));
        }
        self.modelo.ler(nome, max_bytes)
    }

    delegar!(modelo: travar, criar_pasta, listar, criar, escrever, cortar, sincronizar, renomear);
    delegar!(modelo: ler_parte, sincronizar_pasta, apagar, marca, aspecto);
}

#[test]
fn no_record_counts_of_a_segment_whose_reading_ends_with_an_error() {
    let modelo = DiscoModelo::com_contas(&saldos(&CONTAS.map(|conta| (conta, "100.0"))));
    for _ in 0..3 {
        depositar(&modelo, &CONTAS[..4]);
    }
    let nome = "diario/0000000002.jsonl";
    let mut bytes = modelo.conteudo(nome).expect("it is there");
    let ultimo = bytes.iter().rposition(|&byte| byte == b'\n').expect("a line");
    // The last record is damaged, so that the whole segment is asked for after three are read.
    bytes[ultimo - 4] ^= 1;
    modelo.editar(nome, &bytes);
    for equipe in [&Sozinho as &dyn Mutirao, &Fios(3)] {
        let disco = DiscoAosPedacos { modelo: copia(&modelo) };
        let auditoria = auditar_com(&disco, equipe).expect("readable");
        let [Dano::Arquivo { arquivo, .. }, Dano::Falta { de: 5, ate: 8 }] =
            auditoria.alcance.danos.as_slice()
        else {
            panic!("{:?}", auditoria.alcance)
        };
        assert_eq!(arquivo, nome);
        let depositados = auditoria.balanco.depositos;
        assert_eq!((auditoria.lancamentos, depositados), (8, 800), "{equipe:?}");
        assert_eq!(auditoria.divergencias, [], "{equipe:?}");
    }
}

/// The accounts of a copy that was closed in order, some of whose files are older than its journal or
/// were edited, are the same one by one as all together, with indices and without.
#[test]
fn one_account_of_a_copy_is_what_it_is_among_all() {
    let mut outras = 0;
    for semente in sementes(tamanho(300, 2000)) {
        let mut sorteio = Sorteio::novo(semente);
        let disco = vida(&mut sorteio);
        let fechar = |banco: &BancoJson<DiscoModelo>| banco.fechar().expect("a sound disk");
        fechar(&BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk").0);
        let antes = copia(&disco);
        let (banco, _) = BancoJson::abrir_em(disco.clone(), PEQUENA).expect("a sound disk");
        for _ in 0..sorteio.ate(12) {
            let (rg, valor) = (rg(CONTAS[sorteio.ate(3)]), valor("0.75"));
            let _ = fazer(&banco, &Relogio::novo(), Operacao::Deposito { rg, valor });
            if sorteio.um_em(4) {
                banco.publicar().expect("a sound disk");
            }
        }
        fechar(&banco);
        drop(banco);
        let outro = DiscoModelo::default();
        for nome in disco.nomes() {
            let cedo = !nome.starts_with("diario/") && sorteio.um_em(3);
            if cedo { &antes } else { &disco }.copiar(&nome, &outro);
        }
        if sorteio.um_em(4) {
            outro.editar("22.json", br#"{"rg": "22", "nome": "x", "saldo": 12345.0}"#);
        }
        let danificada = sorteio.um_em(4);
        if danificada {
            estragar(&outro, &mut sorteio);
        }
        for vez in ["as copied", "with all indices"] {
            let copiada = copia(&outro);
            if danificada && vez == "as copied" {
                // Damage in a segment that an index lets one account pass over is not noticed.
                let nomes = copiada.nomes().into_iter();
                nomes.filter(|nome| nome.ends_with(".indice")).for_each(|n| copiada.remover(&n));
            }
            let todas: Result<Vec<_>, ErroAbrir> = Cadastro::abrir(&copiada)
                .map(|todas| contas().map(|rg| todas.conta(rg).ok()).collect());
            let uma = |rg| Ok(Cadastro::abrir_para(&copiada, rg)?.conta(rg).ok());
            let cada: Result<Vec<_>, ErroAbrir> = contas().map(uma).collect();
            assert_eq!(format!("{todas:?}"), format!("{cada:?}"), "seed {semente}, {vez}");
            auditar(&outro).expect("readable");
        }
        let atrasada = |rg: Rg| {
            let nome = format!("{rg}.json");
            outro.conteudo(&nome) != disco.conteudo(&nome)
        };
        outras += usize::from(contas().any(atrasada));
    }
    assert!(outras > 20, "only {outras} copies had other files");
}
