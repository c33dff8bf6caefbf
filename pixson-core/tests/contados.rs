//! What happens to the clock is told, whatever becomes of the connection afterwards.

use std::cell::RefCell;

use pixson_core::banco::{Banco, BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::{Evento, LOTE_MAX_BYTES, Ligacao};
use pixson_core::{Carimbo, Operacao, Relogio, Saldo, Servico};

/// A bank that is far away.
struct Longe(BancoMemoria);

impl Banco for Longe {
    fn executar(&self, operacao: Operacao, r: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        self.0.executar(operacao, r)
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        self.0.confirmar(recibo)
    }

    fn distante(&self) -> bool {
        true
    }
}

fn banco() -> BancoMemoria {
    BancoMemoria::com_contas([("1".parse().expect("an RG"), Saldo::ZERO)])
}

/// A connection that has asked for so many balances at once.
fn ligada<B: Banco>(servico: &Servico<B>, saldos: usize) -> Ligacao {
    let mut ligacao = servico.ligacao();
    ligacao.receber(b"t:1|op:6|rg:1\n");
    ligacao.receber("t:1|op:1|rg:1\n".repeat(saldos).as_bytes());
    ligacao
}

/// Every value that the clock has changed to, as it was told.
#[derive(Default)]
struct Contados(RefCell<Vec<Carimbo>>);

impl Contados {
    fn ver(&self, evento: Evento) {
        self.0.borrow_mut().extend(evento.relogio());
    }

    /// Holds that nothing is missing up to where the clock stands.
    fn conferir(&self, relogio: &Relogio) {
        let contados: Vec<u64> = self.0.borrow().iter().map(|carimbo| carimbo.valor()).collect();
        // The first request was merged at 2; each change after it is one further.
        assert_eq!(contados, (2..=relogio.agora().valor()).collect::<Vec<_>>());
    }
}

#[test]
fn of_a_batch_that_is_full_the_last_reply_is_told_before_it_is_sent() {
    let servico = Servico::novo(banco());
    let mut ligacao = ligada(&servico, LOTE_MAX_BYTES / 10);
    let contados = Contados::default();
    servico.avancar(&mut ligacao, |evento| contados.ver(evento));
    assert!(ligacao.bytes_retidos() >= LOTE_MAX_BYTES, "the batch is full");
    contados.conferir(servico.relogio());
}

#[test]
fn of_a_bank_that_is_far_away_replies_are_told_when_they_are_written() {
    let servico = Servico::novo(Longe(banco()));
    let mut ligacao = ligada(&servico, 3);
    let contados = Contados::default();
    while let Some(lote) = servico.reunir(&mut ligacao, |evento| contados.ver(evento)) {
        for feito in servico.executar(vec![lote]) {
            servico.responder(&mut ligacao, feito, |evento| contados.ver(evento));
        }
        // The peer may be gone now: nothing more would be told.
        let mut ate_aqui = contados.0.borrow().clone();
        ate_aqui.sort_unstable();
        assert_eq!(ate_aqui.last(), Some(&servico.relogio().agora()));
    }
}
