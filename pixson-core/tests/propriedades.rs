//! The laws of the wire format, of money and of the clock, as properties.

mod comum;

use std::num::NonZeroUsize;

use pixson_core::banco::BancoMemoria;
use pixson_core::protocolo::{Enquadrador, ErroPedido, ErroResposta, MENSAGEM_MAX_BYTES, Situacao};
use pixson_core::servico::Passo;
use pixson_core::sessao::{ConfiguracaoCliente, ErroSessao, SaidaCliente};
use pixson_core::tipos::ErroQuantia;
use pixson_core::{
    Banco, Carimbo, Operacao, Pedido, Relogio, Resposta, Rg, Saldo, SessaoCliente, Valor,
};
use proptest::prelude::*;

use comum::conformidade::{CONTAS, operacao_qualquer};
use comum::estrategias::{quase_mensagem, um_carimbo, um_pedido, um_saldo, um_valor, uma_resposta};
use comum::tamanho::tamanho;
use comum::{alimentar, avancar, rg, saldo, servico_com_duas};

fn codificado(pedido: &Pedido) -> Vec<u8> {
    let mut bytes = Vec::new();
    pedido.codificar(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tamanho(500, 2000), ..ProptestConfig::default() })]

    #[test]
    fn every_request_that_can_be_built_is_read_back(pedido in um_pedido()) {
        let bytes = codificado(&pedido);
        prop_assert!(bytes.len() <= MENSAGEM_MAX_BYTES);
        prop_assert!(!bytes.iter().any(u8::is_ascii_control));
        prop_assert_eq!(Pedido::decodificar(&bytes), Ok(pedido));
    }

    #[test]
    fn every_reply_that_can_be_built_is_read_back(resposta in uma_resposta()) {
        let mut bytes = Vec::new();
        resposta.codificar(&mut bytes);
        prop_assert!(bytes.len() <= MENSAGEM_MAX_BYTES);
        prop_assert!(!resposta.to_string().contains(char::is_control));
        prop_assert_eq!(Resposta::decodificar(&bytes), Ok(resposta));
    }

    #[test]
    fn what_a_constructor_accepts_the_parser_accepts(
        tempo in prop_oneof![any::<u64>(), 0..=1_u64 << 62],
        rg in "[0-9]{0,11}|\\PC{0,3}|[0-9]{1,4}\\PC",
        centavos in prop_oneof![any::<u64>(), 0..=u64::from(u16::MAX)],
    ) {
        let (Some(carimbo), Ok(rg), Ok(valor)) =
            (Carimbo::novo(tempo), Rg::try_from(rg.as_str()), Valor::de_centavos(centavos))
        else {
            return Ok(());
        };
        let operacao = Operacao::Transferencia { rg_origem: rg, rg_destino: rg, valor };
        for operacao in [operacao, Operacao::Saque { rg, valor }, Operacao::Login { rg }] {
            let pedido = Pedido { carimbo, operacao };
            prop_assert_eq!(Pedido::decodificar(&codificado(&pedido)), Ok(pedido));
        }
    }

    #[test]
    fn any_text_makes_a_reply_that_is_read_or_none_at_all(
        carimbo in um_carimbo(),
        texto in prop_oneof![any::<String>(), "[ -~é|:]{0,60}", "x{960,1020}"],
    ) {
        for situacao in [Situacao::Sucesso, Situacao::Erro] {
            let s = u8::from(situacao == Situacao::Erro);
            let bytes = format!("t:{carimbo}|s:{s}|resposta:{texto}");
            let lida = Resposta::decodificar(bytes.as_bytes());
            let feita = Resposta::com_texto(carimbo, situacao, &texto);
            prop_assert_eq!(lida.ok(), feita.ok());
        }
    }

    #[test]
    fn what_is_accepted_re_encodes_to_itself_but_for_the_spelling_of_an_amount(
        bytes in quase_mensagem()
    ) {
        if let Ok(pedido) = Pedido::decodificar(&bytes) {
            let canonico = codificado(&pedido);
            let texto = String::from_utf8(bytes).expect("a request is ASCII");
            let sem_valor = |texto: &str| texto.split("|valor:").next().map(str::to_owned);
            let canonico = String::from_utf8(canonico).expect("a request is ASCII");
            prop_assert_eq!(sem_valor(&texto), sem_valor(&canonico));
            prop_assert_eq!(Pedido::decodificar(canonico.as_bytes()), Ok(pedido));
        } else if let Ok(resposta) = Resposta::decodificar(&bytes) {
            prop_assert_eq!(resposta.to_string().into_bytes(), bytes);
        }
    }

    #[test]
    fn the_decoder_answers_any_bytes_and_points_inside_them(bytes in quase_mensagem()) {
        if let Err(
            ErroPedido::SemCarimbo { posicao }
            | ErroPedido::OperacaoInvalida { posicao, .. }
            | ErroPedido::ValorInvalido { posicao, .. },
        ) = Pedido::decodificar(&bytes) {
            prop_assert!(posicao <= bytes.len());
        }
        if let Err(ErroResposta::Forma { posicao }) = Resposta::decodificar(&bytes) {
            prop_assert!(posicao <= bytes.len());
        }
    }

    #[test]
    fn any_chunking_gives_the_same_frames(
        mensagens in proptest::collection::vec(quase_mensagem(), 0..6),
        cortes in proptest::collection::vec(1..40_usize, 1..20),
    ) {
        let tudo = mensagens.join(&b'\n');
        let quadros_de = |pedacos: Vec<&[u8]>| {
            let mut enquadrador = Enquadrador::default();
            let mut quadros = Vec::new();
            for pedaco in pedacos {
                enquadrador.receber(pedaco);
                loop {
                    match enquadrador.proximo() {
                        Ok(Some(quadro)) => quadros.push(quadro.0.to_vec()),
                        Ok(None) => break,
                        Err(erro) => return (quadros, Some(erro), vec![]),
                    }
                }
            }
            let resto = enquadrador.restantes().to_vec();
            (quadros, None, resto)
        };
        prop_assert_eq!(quadros_de(pedacos(&tudo, &cortes)), quadros_de(vec![&tudo]));
    }

    #[test]
    fn any_chunking_gives_the_same_replies(
        legado in any::<bool>(),
        mensagens in proptest::collection::vec(quase_mensagem(), 0..6),
        cortes in proptest::collection::vec(1..40_usize, 1..20),
    ) {
        let tudo = mensagens.join(&b'\n');
        let conversa_de = |pedacos: Vec<&[u8]>| {
            let servico = servico_com_duas();
            let mut sessao = servico.ligacao();
            let _ = alimentar(&servico, &mut sessao, b"t:1|op:6|rg:1111111111");
            // What ends the first message says how the others may end.
            if legado { sessao.silencio() } else { sessao.receber(b"\n") }
            let mut saida = avancar(&servico, &mut sessao).0;
            let mut fim = None;
            for pedaco in pedacos {
                let (bytes, passo) = alimentar(&servico, &mut sessao, pedaco);
                saida.extend(bytes);
                fim = matches!(passo, Passo::Encerrar(_)).then_some(passo);
            }
            sessao.silencio();
            saida.extend(avancar(&servico, &mut sessao).0);
            (saida, fim, servico.relogio().agora(), servico.banco().saldos())
        };
        let inteira = conversa_de(vec![&tudo]);
        prop_assert_eq!(&conversa_de(pedacos(&tudo, &cortes)), &inteira);
        let linhas = String::from_utf8(inteira.0).expect("replies are UTF-8");
        prop_assert!(!linhas.replace('\n', "").contains(char::is_control));
        let total: u64 = inteira.3.values().map(|saldo| saldo.centavos()).sum();
        prop_assert!(total <= 2 * Saldo::MAX.centavos());
    }

    #[test]
    fn any_chunking_gives_a_client_the_same(
        pendentes_max in 1..4_usize,
        respostas in proptest::collection::vec(
            prop_oneof![uma_resposta().prop_map(|resposta| resposta.to_string().into_bytes()),
                quase_mensagem()],
            0..4,
        ),
        cortes in proptest::collection::vec(1..40_usize, 1..20),
    ) {
        let tudo = respostas.join(&b'\n');
        let ouvido_de = |pedacos: Vec<&[u8]>| {
            let pendentes_max = NonZeroUsize::new(pendentes_max).expect("at least one");
            let mut sessao = SessaoCliente::nova(ConfiguracaoCliente {
                pendentes_max,
                ..ConfiguracaoCliente::default()
            });
            for _ in 0..pendentes_max.get() {
                sessao.enviar(Operacao::Login { rg: rg("1") }).expect("not too many are pending");
            }
            let mut ouvido = Vec::new();
            for pedaco in pedacos {
                sessao.receber(pedaco);
                let _ = ouvir(&mut sessao, &mut ouvido);
            }
            sessao.silencio();
            let _ = ouvir(&mut sessao, &mut ouvido);
            sessao.fim_de_entrada();
            (ouvir(&mut sessao, &mut ouvido), ouvido, sessao.pendentes(), sessao.relogio())
        };
        prop_assert_eq!(ouvido_de(pedacos(&tudo, &cortes)), ouvido_de(vec![&tudo]));
    }

    #[test]
    fn an_amount_reads_back_from_its_text(valor in um_valor(), saldo in um_saldo()) {
        prop_assert_eq!(valor.to_string().parse(), Ok(valor));
        prop_assert_eq!(saldo.to_string().parse(), Ok(saldo));
        prop_assert!(!valor.to_string().ends_with("00"));
    }

    #[test]
    fn a_text_is_an_amount_exactly_if_it_follows_the_grammar(
        inteiro in "(0|[1-9][0-9]{0,14}|0[0-9]{1,3})", decimais in "(|\\.|\\.[0-9]{1,4})"
    ) {
        let texto = format!("{inteiro}{decimais}");
        let bem_formado = (inteiro == "0" || !inteiro.starts_with('0'))
            && inteiro.len() <= 13
            && (decimais.is_empty() || (2..=3).contains(&decimais.len()));
        let centavos: u64 = format!("{inteiro}{:0<2}", decimais.trim_start_matches('.'))
            .parse()
            .unwrap_or(u64::MAX);
        match texto.parse::<Saldo>() {
            Ok(saldo) => prop_assert!(bem_formado && saldo.centavos() == centavos),
            Err(ErroQuantia::AcimaDoLimite) => prop_assert!(inteiro.len() > 13),
            Err(erro) => prop_assert!(!bem_formado, "{texto}: {erro}"),
        }
    }

    #[test]
    fn a_credit_and_the_same_debit_undo_each_other(saldo in um_saldo(), valor in um_valor()) {
        if let Some(maior) = saldo.mais(valor) {
            prop_assert!(maior > saldo && maior <= Saldo::MAX);
            prop_assert_eq!(maior.menos(valor), Some(saldo));
        } else {
            prop_assert!(saldo.centavos() + valor.centavos() > Saldo::MAX.centavos());
        }
        if let Some(menor) = saldo.menos(valor) {
            prop_assert_eq!(menor.mais(valor), Some(saldo));
        } else {
            prop_assert!(valor.centavos() > saldo.centavos());
        }
    }

    #[test]
    fn only_deposits_and_withdrawals_change_how_much_money_there_is(
        operacoes in proptest::collection::vec(operacao_qualquer(), 1..40)
    ) {
        let contas = CONTAS.map(|(conta, quanto)| (rg(conta), saldo(quanto)));
        let banco = BancoMemoria::com_contas(contas);
        let relogio = Relogio::novo();
        for operacao in operacoes {
            let antes = banco.total_em_centavos();
            let execucao = banco.executar(operacao, &relogio).expect("stamps are left");
            let feita = execucao.desfecho.is_ok();
            let depois = match operacao {
                Operacao::Deposito { valor, .. } if feita => antes + u128::from(valor.centavos()),
                Operacao::Saque { valor, .. } if feita => antes - u128::from(valor.centavos()),
                _ => antes,
            };
            prop_assert_eq!(banco.total_em_centavos(), depois, "{:?}", operacao);
        }
    }

    #[test]
    fn the_clock_only_goes_forward_and_never_jumps_far(
        inicio in um_carimbo(),
        recebidos in proptest::collection::vec(um_carimbo(), 1..50),
    ) {
        let relogio = Relogio::desde(inicio);
        for recebido in recebidos {
            let antes = relogio.agora();
            if let Ok(agora) = relogio.observar(recebido) {
                prop_assert_eq!(agora.valor(), antes.max(recebido).valor() + 1);
                prop_assert!(agora.valor() - antes.valor() <= Relogio::SALTO_MAXIMO + 1);
            } else {
                prop_assert_eq!(relogio.agora(), antes);
            }
            let antes = relogio.agora();
            if let Ok(agora) = relogio.tique() {
                prop_assert_eq!(agora.valor(), antes.valor() + 1);
            } else {
                prop_assert_eq!(antes, Carimbo::MAX);
            }
            prop_assert!(relogio.agora() <= Carimbo::MAX);
        }
    }
}

/// Takes what comes out until the session rests, and says where it does.
fn ouvir(
    sessao: &mut SessaoCliente,
    ouvido: &mut Vec<SaidaCliente>,
) -> Result<SaidaCliente, ErroSessao> {
    loop {
        match sessao.proxima_saida() {
            Ok(
                saida @ (SaidaCliente::PedidoEnviado(_)
                | SaidaCliente::MensagemRecebida(_)
                | SaidaCliente::RespostaRecebida(_)),
            ) => {
                ouvido.push(saida);
            }
            repouso => return repouso,
        }
    }
}

/// Cuts `bytes` into pieces of these sizes, over and over.
fn pedacos<'b>(bytes: &'b [u8], tamanhos: &[usize]) -> Vec<&'b [u8]> {
    let mut pedacos = Vec::new();
    let mut resto = bytes;
    for tamanho in tamanhos.iter().cycle() {
        if resto.is_empty() {
            break;
        }
        let (pedaco, depois) = resto.split_at((*tamanho).min(resto.len()));
        pedacos.push(pedaco);
        resto = depois;
    }
    pedacos
}
