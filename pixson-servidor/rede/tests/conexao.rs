//! The connection machine under any instants, without a socket.

use std::time::{Duration, Instant};

use pixson_core::banco::BancoMemoria;
use pixson_core::sessao::Fim;
use pixson_core::{Saldo, Servico};
use pixson_rede::Limites;
use pixson_rede::conexao::{Acao, ConexaoServidor, Encerramento};
use proptest::prelude::*;

const LOGIN: &[u8] = b"t:1|op:6|rg:1\n";
const SEGUNDO: Duration = Duration::from_secs(1);

/// One connection, a clock that only the test moves, and what the peer has heard.
struct Cena {
    servico: Servico<BancoMemoria>,
    conexao: ConexaoServidor,
    agora: Instant,
    ouvido: Vec<u8>,
}

/// What the connection waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Aguardado {
    Entrada(Duration),
    Escrita(Duration),
    Nada(Encerramento),
}

impl Cena {
    fn nova() -> Self {
        let contas = [("1".parse().expect("legal"), Saldo::de_centavos(1000).expect("in range"))];
        let servico = Servico::novo(BancoMemoria::com_contas(contas));
        let conexao = ConexaoServidor::nova(servico.ligacao(), &Limites::default());
        Self { servico, conexao, agora: Instant::now(), ouvido: Vec::new() }
    }

    /// Somebody who is logged in.
    fn dentro() -> Self {
        let mut cena = Self::nova();
        cena.dizer(LOGIN);
        cena.ouvido.clear();
        cena
    }

    /// Does what needs no waiting; the peer takes so many bytes. Returns what is waited for.
    fn seguir(&mut self, mut toma: usize) -> Aguardado {
        loop {
            match self.conexao.acao(self.agora) {
                Acao::Avancar => self.conexao.avancar(&self.servico, |_| {}),
                Acao::Esperar => unreachable!("the bank is at hand"),
                Acao::Confirmar => self.conexao.confirmar(&self.servico),
                Acao::Escrever { bytes, no_maximo } => {
                    assert!(!bytes.is_empty() && !no_maximo.is_zero());
                    assert!(no_maximo <= Limites::default().prazo_escrita);
                    let quantos = toma.min(bytes.len());
                    if quantos == 0 {
                        return Aguardado::Escrita(no_maximo);
                    }
                    self.ouvido.extend_from_slice(&bytes[..quantos]);
                    toma -= quantos;
                    self.conexao.escritos(quantos);
                }
                Acao::Ler { no_maximo } => {
                    assert!(!no_maximo.is_zero());
                    return Aguardado::Entrada(no_maximo);
                }
                Acao::MeioFechar => self.conexao.meio_fechada(),
                Acao::Fechar(fim) => return Aguardado::Nada(fim),
            }
        }
    }

    fn dizer(&mut self, bytes: &[u8]) -> Aguardado {
        self.seguir(usize::MAX);
        self.conexao.receber(bytes);
        self.seguir(usize::MAX)
    }

    fn esperar(&mut self, quanto: Duration) -> Aguardado {
        self.agora += quanto;
        self.seguir(usize::MAX)
    }

    /// From the end of the conversation to the close.
    fn encerrada(&mut self, fim: Fim) {
        assert_eq!(self.conexao.encerramento(), Some(Encerramento::Sessao(fim)));
        self.conexao.fim_de_entrada();
        assert_eq!(self.seguir(0), Aguardado::Nada(Encerramento::Sessao(fim)));
    }

    fn texto(&self) -> &str {
        std::str::from_utf8(&self.ouvido).expect("replies are UTF-8")
    }
}

#[test]
fn the_login_is_waited_for_so_long_and_bytes_do_not_move_its_deadline() {
    let mut calado = Cena::nova();
    assert_eq!(calado.seguir(0), Aguardado::Entrada(60 * SEGUNDO));
    assert_eq!(calado.esperar(59 * SEGUNDO), Aguardado::Entrada(SEGUNDO));
    calado.esperar(SEGUNDO);
    assert_eq!(calado.texto(), "");
    calado.encerrada(Fim::PrazoEsgotado);

    let mut falante = Cena::nova();
    for segundos in (1..6).map(|vez| 60 - vez * 10) {
        // Refused, since nobody is logged in: the deadline stays.
        falante.dizer(b"t:1|op:1|rg:1\n");
        assert_eq!(falante.esperar(10 * SEGUNDO), Aguardado::Entrada(segundos * SEGUNDO));
    }
    falante.esperar(10 * SEGUNDO);
    falante.encerrada(Fim::PrazoEsgotado);
}

#[test]
fn a_message_has_to_end_in_time_however_its_bytes_come() {
    let mut cena = Cena::dentro();
    for (vez, byte) in b"t:5|op:1|".iter().enumerate() {
        let resta = 10 - u32::try_from(vez).expect("few");
        assert_eq!(cena.dizer(&[*byte]), Aguardado::Entrada(resta * SEGUNDO), "byte {vez}");
        cena.esperar(SEGUNDO);
    }
    cena.esperar(SEGUNDO);
    assert_eq!(cena.texto(), "t:4|s:1|resposta:Mensagem inválida\n");
    cena.encerrada(Fim::PrazoEsgotado);
}

#[test]
fn the_next_message_has_a_deadline_of_its_own() {
    let mut cena = Cena::dentro();
    cena.dizer(b"t:5|op:1|rg");
    cena.esperar(9 * SEGUNDO);
    assert_eq!(cena.dizer(b":1\nt:6|"), Aguardado::Entrada(10 * SEGUNDO));
}

#[test]
fn the_idle_deadline_begins_anew_with_every_request() {
    let mut cena = Cena::dentro();
    for _ in 0..3 {
        assert_eq!(cena.dizer(b"t:5|op:1|rg:1\n"), Aguardado::Entrada(900 * SEGUNDO));
        assert_eq!(cena.esperar(899 * SEGUNDO), Aguardado::Entrada(SEGUNDO));
    }
    cena.esperar(SEGUNDO);
    cena.encerrada(Fim::PrazoEsgotado);
}

#[test]
fn a_read_of_nothing_moves_no_deadline() {
    let mut cena = Cena::dentro();
    cena.seguir(usize::MAX);
    cena.esperar(899 * SEGUNDO);
    assert_eq!(cena.dizer(b""), Aguardado::Entrada(SEGUNDO));
    cena.conexao.escritos(usize::MAX);
    assert_eq!(cena.seguir(0), Aguardado::Entrada(SEGUNDO), "nothing was to be written");
}

#[test]
fn a_driver_that_says_it_wrote_more_than_there_was_ends_no_other_way() {
    let mut cena = Cena::dentro();
    cena.conexao.receber(b"t:5|op:1|rg:1\n");
    assert!(matches!(cena.seguir(3), Aguardado::Escrita(_)));
    cena.conexao.escritos(usize::MAX);
    assert_eq!(cena.seguir(0), Aguardado::Entrada(900 * SEGUNDO));
}

#[test]
fn a_legacy_message_is_taken_after_its_pause() {
    let mut cena = Cena::nova();
    let Aguardado::Entrada(pausa) = cena.dizer(b"t:1|op:6|rg:1") else { panic!("it waits") };
    assert!(pausa < SEGUNDO, "{pausa:?}");
    cena.esperar(pausa);
    assert_eq!(cena.texto(), "t:3|s:0|resposta:Login realizado com sucesso");
}

#[test]
fn replies_have_to_be_taken_in_time_however_they_are_taken() {
    let mut cena = Cena::dentro();
    cena.conexao.receber(b"t:5|op:1|rg:1\n");
    for segundos in (1..6).rev() {
        assert_eq!(cena.seguir(1), Aguardado::Escrita(segundos * SEGUNDO));
        cena.agora += SEGUNDO;
    }
    assert_eq!(cena.seguir(1), Aguardado::Nada(Encerramento::EscritaEsgotada));
    assert_eq!(cena.texto(), "t:7|s");
}

#[test]
fn input_that_comes_while_replies_are_written_is_served_after_them() {
    let mut cena = Cena::dentro();
    cena.conexao.receber(b"t:5|op:1|rg:1\n");
    assert!(matches!(cena.seguir(3), Aguardado::Escrita(_)));
    cena.conexao.receber(b"t:9|op:1|rg:1\n");
    assert!(matches!(cena.seguir(usize::MAX), Aguardado::Entrada(_)));
    assert_eq!(cena.texto(), "t:7|s:0|resposta:Saldo: 10.0\nt:11|s:0|resposta:Saldo: 10.0\n");
}

#[test]
fn after_the_last_word_it_reads_for_a_while_or_so_many_bytes_and_serves_none() {
    for (vezes, pausa, fecha) in [(15, 0, false), (16, 0, true), (0, 999, false), (0, 1000, true)] {
        let mut cena = Cena::dentro();
        cena.conexao.fim_de_entrada();
        assert_eq!(cena.seguir(usize::MAX), Aguardado::Entrada(SEGUNDO));
        for _ in 0..vezes {
            cena.conexao.receber(&LOGIN.repeat(4096 / LOGIN.len() + 1)[..4096]);
        }
        let espera = cena.esperar(Duration::from_millis(pausa));
        assert_eq!(matches!(espera, Aguardado::Nada(_)), fecha, "{vezes} {pausa}");
        assert_eq!(cena.texto(), "");
    }
}

#[test]
fn a_full_server_says_so_and_ends() {
    let mut cena = Cena::nova();
    cena.conexao = ConexaoServidor::lotada(&cena.servico, &Limites::default());
    assert_eq!(cena.seguir(usize::MAX), Aguardado::Entrada(SEGUNDO));
    assert_eq!(cena.texto(), "t:1|s:1|resposta:Servidor lotado\n");
    cena.encerrada(Fim::ServidorLotado);
}

#[test]
fn a_server_that_stops_serves_what_is_there_and_not_for_ever() {
    let pedido = b"t:5|op:1|rg:1\n";
    let mut cena = Cena::dentro();
    let mut ditos = 0;
    cena.conexao.parar();
    while !matches!(cena.conexao.encerramento(), Some(Encerramento::Sessao(_))) {
        cena.dizer(pedido);
        ditos += pedido.len();
        assert!(ditos < 65 * 1024, "it serves for ever");
    }
    assert!(ditos >= 64 * 1024);
    let linhas = cena.texto().lines().count();
    assert_eq!(linhas, ditos / pedido.len(), "each that was taken is answered");
    cena.encerrada(Fim::FimDeEntrada);
}

#[test]
fn input_is_taken_before_the_wait_only_while_little_is_held_and_nobody_stops() {
    let mut cena = Cena::dentro();
    let adiantar = |cena: &mut Cena, vezes: usize| {
        cena.conexao.receber(&b"t:5|op:1|rg:1\n".repeat(vezes));
        assert_eq!(cena.conexao.acao(cena.agora), Acao::Avancar);
        cena.conexao.avancar(&cena.servico, |_| {});
        cena.conexao.pode_adiantar()
    };
    assert!(!cena.conexao.pode_adiantar(), "nothing waits");
    assert!(adiantar(&mut cena, 1));
    assert_eq!(cena.conexao.separar(&cena.servico), None, "there are few");
    assert!(adiantar(&mut cena, 3000));
    assert!(cena.conexao.separar(&cena.servico).is_some(), "64 KiB of replies are held");
    assert_eq!(cena.conexao.separar(&cena.servico), None, "those still wait");
    assert!(!adiantar(&mut cena, 4000), "192 KiB of replies are held");
    cena.seguir(usize::MAX);
    cena.conexao.parar();
    assert!(!adiantar(&mut cena, 1), "the server stops");
}

#[derive(Clone, Debug)]
enum Acaso {
    Dizer(Vec<u8>),
    Tomar(usize),
    Passar(Duration),
    Fim,
    Parar,
}

fn acaso() -> impl Strategy<Value = Acaso> {
    let palavras = prop_oneof![
        Just(LOGIN.to_vec()),
        Just(b"t:1|op:1|rg:1\n".repeat(3)),
        Just(b"t:1|op:2|rg:1|valor:1\n".to_vec()),
        Just(b"t:1|op:9|".to_vec()),
        Just(b"\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..2000),
    ];
    let tempos = prop_oneof![0..3_u64, 900..1100_u64, 4900..5100_u64, 0..2_000_000_u64];
    prop_oneof![
        4 => palavras.prop_map(Acaso::Dizer),
        3 => (0..200_usize).prop_map(Acaso::Tomar),
        3 => tempos.prop_map(|ms| Acaso::Passar(Duration::from_millis(ms))),
        1 => Just(Acaso::Fim),
        1 => Just(Acaso::Parar),
    ]
}

proptest! {
    /// No action is for no time or for more than its deadline ([`Cena::seguir`] asserts it), and whoever
    /// is left alone is left.
    #[test]
    fn at_any_instants_actions_are_sound_and_a_peer_that_goes_silent_is_left(
        acasos in proptest::collection::vec(acaso(), 0..60),
    ) {
        let mut cena = Cena::nova();
        for acaso in acasos {
            match acaso {
                Acaso::Dizer(bytes) => cena.conexao.receber(&bytes),
                Acaso::Tomar(quantos) => drop(cena.seguir(quantos)),
                Acaso::Passar(quanto) => cena.agora += quanto,
                Acaso::Fim => cena.conexao.fim_de_entrada(),
                Acaso::Parar => cena.conexao.parar(),
            }
            let _ = cena.seguir(0);
        }
        let limite = 900 * SEGUNDO;
        let mut fim = false;
        for _ in 0..8 {
            let espera = cena.seguir(usize::MAX);
            fim = matches!(espera, Aguardado::Nada(_));
            prop_assert!(!matches!(espera, Aguardado::Escrita(_)), "the peer takes everything");
            cena.agora += limite;
        }
        prop_assert!(fim);
        // A legacy peer is answered without LF.
        prop_assert!(cena.ouvido.is_empty() || cena.ouvido.starts_with(b"t"));
    }
}
