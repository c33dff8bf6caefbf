//! Accounts and statements.

use super::*;

#[test]
fn a_statement_is_in_order_whatever_its_length_and_names_what_no_operation_does() {
    let Some(bancada) = Bancada::nova() else { return };
    let mut administracao = bancada.administracao();
    administracao.abrir_contas(&abertura(&[("1", 0), ("2", 9_000)])).expect("no conflict");
    // One after the other from 2 to 1, in wrong order, longer than a page, and one that is none.
    bancada.sql(
        "INSERT INTO pixson.livro \
         SELECT 1 + n, 100, 'transferencia', 1, '2', 9001 - n, 9000 - n, '1', n - 1, n \
         FROM generate_series(9000, 1, -1) AS n; \
         INSERT INTO pixson.livro VALUES (20000, 1, 'furto', 1, '1', 9000, 8999)",
    );
    for numero in ["1", "2"] {
        let mut lancamentos = extrato(&mut administracao, numero);
        if numero == "1" {
            let furto = lancamentos.pop().expect("the last");
            assert_eq!((furto.carimbo, furto.epoca, furto.ato), (20_000, 1, None));
        }
        assert_eq!(lancamentos.len(), 9001);
        assert!(matches!(lancamentos[0].ato, Some(AtoNoLivro::Abertura { .. })));
        let mut proximo = 1;
        for lancamento in &lancamentos[1..] {
            proximo += 1;
            assert_eq!(lancamento.carimbo, proximo);
            let Some(AtoNoLivro::Movimentacao(Movimentacao::Transferencia { destino, .. })) =
                lancamento.ato
            else {
                panic!("{lancamento:?}");
            };
            assert_eq!(destino.depois.centavos(), proximo.unsigned_abs() - 1);
        }
    }
    assert_eq!(extrato(&mut administracao, "3"), []);
    let parado = administracao.extrato(rg("1"), |_| {
        Err(ErroPostgres::Recusado { configuracao: "x".into(), frase: "basta".into() })
    });
    assert!(parado.is_err_and(|erro| erro.to_string() == "x: basta"), "a visitor may stop");
    assert_eq!(extrato(&mut administracao, "1").len(), 9002, "and the connection is of use");
}

#[test]
fn names_of_all_kinds_come_back_letter_by_letter() {
    let Some(bancada) = Bancada::nova() else { return };
    let nomes = ["José \"Zé\" \\ 名前", " \\N ", "'; DROP TABLE pixson.contas; --", "\u{1f600}"];
    let contas = nomes.iter().zip(0..).map(|(nome, numero): (_, u64)| Conta {
        nome: nome.parse().expect("a legal name"),
        ..conta(&numero.to_string(), numero)
    });
    let mut administracao = bancada.administracao();
    let abertura = Abertura::nova(contas.collect()).expect("each once");
    administracao.abrir_contas(&abertura).expect("no conflict");
    let voltaram = todas(&mut administracao);
    assert_eq!(voltaram.iter().map(|(_, nome, _)| nome.as_str()).collect::<Vec<_>>(), nomes);
    let uma = administracao.conta(rg("2")).expect("readable").expect("there");
    assert_eq!((uma.nome.as_str(), uma.saldo), (nomes[2], saldo(2)));
    assert_eq!(administracao.conta(rg("02")).expect("readable"), None);
}
