//! What the page says in words and on paper.

use serde_json::json;

use crate::corridas::muitos;
use crate::navegador::Navegador;
use crate::{guardado, pagina, pagina_de, painel};

/// Ana does not merge the stamp 3, and her next request is not received.
const COM_DEFEITO: &str = r#"{"formato":"pixson-rastro","versao":1,"processo":"servidor","epoca":1}
{"seq":1,"processo":"servidor","epoca":1,"us":1,"evento":"recebimento","conexao":1,"porta":9,"carimbo":1,"relogio_antes":0,"relogio":2,"operacao":"login","rg":"1"}
{"seq":2,"processo":"servidor","epoca":1,"us":2,"evento":"envio","conexao":1,"porta":9,"carimbo":3,"relogio_antes":2,"relogio":3,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
{"seq":3,"processo":"servidor","epoca":1,"us":5,"evento":"perda","perdidas":0}
{"formato":"pixson-rastro","versao":1,"processo":"ana"}
{"seq":1,"processo":"ana","us":1,"evento":"envio","conexao":1,"porta":9,"carimbo":1,"relogio_antes":0,"relogio":1,"operacao":"login","rg":"1"}
{"seq":2,"processo":"ana","us":3,"evento":"recebimento","conexao":1,"porta":9,"carimbo":3,"relogio_antes":1,"relogio":2,"responde":1,"rg":"1","desfecho":"feito","texto":"Login realizado com sucesso"}
{"seq":3,"processo":"ana","us":4,"evento":"envio","conexao":1,"porta":9,"carimbo":3,"relogio_antes":2,"relogio":3,"operacao":"saldo","rg":"1"}
{"seq":4,"processo":"ana","us":5,"evento":"perda","perdidas":0}
"#;

#[test]
fn each_complaint_leads_to_its_event_and_a_message_that_was_lost_to_a_cross() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina_de(COM_DEFEITO, 1);
    assert_eq!(navegador.abrir(&arquivo), [""; 0]);
    let queixas = "return document.getElementById('queixas').innerText";
    let queixas = navegador.avaliar(queixas);
    assert!(queixas.as_str().is_some_and(|ditas| ditas.contains("ana, linha 2")), "{queixas}");
    assert_eq!(
        navegador.avaliar("return document.querySelectorAll('.evento .infracao').length"),
        1
    );
    navegador.apontar("#queixas button", true);
    let dito = painel(&navegador);
    assert!(dito.contains("ana, linha 2: recebe Login") && dito.contains("devia ir a 4"), "{dito}");
    let cruzes = "return [...document.querySelectorAll('.cruz')].map((um) => um.textContent)";
    assert_eq!(navegador.avaliar(cruzes), json!(["✕"]));
}

#[test]
fn what_is_chosen_is_in_the_table_on_whatever_page_it_is() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let (_pasta, arquivo) = pagina(&muitos(3, 100));
    navegador.abrir(&arquivo);
    navegador.avaliar("document.querySelector('details').open = true");
    for lugar in [399, 0, 250] {
        navegador.avaliar(&format!("pagina.irPara(pagina.tabela.ordem[{lugar}])"));
        let escolhidos = "return document.querySelectorAll('tbody tr.proprio').length";
        assert_eq!(navegador.avaliar(escolhidos), 1, "{lugar}");
    }
}

#[test]
fn a_run_is_printed_whole_or_the_paper_says_that_it_is_not() {
    let Some(navegador) = Navegador::novo(1280) else { return };
    let no_papel = "addEventListener('beforeprint', () => { window.noPapel = [\
                    document.querySelectorAll('.evento').length, \
                    document.getElementById('impressao').hidden]; })";
    let grande = muitos(3, 500);
    for (rastro, inteira) in [(guardado("ultimo-dinheiro.jsonl"), true), (grande, false)] {
        let (_pasta, arquivo) = pagina(&rastro);
        navegador.abrir(&arquivo);
        navegador.avaliar(no_papel);
        assert!(navegador.imprimir() > 1000, "a document");
        let visto = navegador.avaliar("return [...window.noPapel, pagina.corrida.eventos.length]");
        assert_eq!(visto[1], inteira);
        assert_eq!(visto[0] == visto[2], inteira, "{visto}");
    }
}
