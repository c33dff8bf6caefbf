//! Answers that are put apart, so that they become durable while later requests are answered.

use std::sync::atomic::{AtomicU64, Ordering};

use pixson_core::banco::{BancoMemoria, Execucao, Recibo, ResultadoDesconhecido};
use pixson_core::relogio::RelogioEsgotado;
use pixson_core::servico::Passo;
use pixson_core::{Banco, Operacao, Relogio, Servico};

use super::comum::{rg, saldo};
use super::{LER, texto};

/// A bank that numbers its operations, and whose storage has failed from one of them on.
struct ComFalhaEm {
    banco: BancoMemoria,
    feitas: AtomicU64,
    falha: u64,
}

impl Banco for ComFalhaEm {
    fn executar(&self, operacao: Operacao, relogio: &Relogio) -> Result<Execucao, RelogioEsgotado> {
        let execucao = self.banco.executar(operacao, relogio)?;
        let recibo = Recibo(1 + self.feitas.fetch_add(1, Ordering::Relaxed));
        Ok(Execucao { recibo, ..execucao })
    }

    fn confirmar(&self, recibo: Recibo) -> Result<(), ResultadoDesconhecido> {
        if recibo.0 < self.falha { Ok(()) } else { Err(ResultadoDesconhecido) }
    }
}

fn servico(falha: u64) -> Servico<ComFalhaEm> {
    let banco = BancoMemoria::com_contas([(rg("1"), saldo("10"))]);
    Servico::novo(ComFalhaEm { banco, feitas: AtomicU64::new(0), falha })
}

const ENTRAR: &[u8] = b"t:0|op:6|rg:1\n";
const CONSULTAR: &[u8] = b"t:0|op:1|rg:1\n";

#[test]
fn answers_put_apart_wait_for_their_own_receipt_and_come_out_alone() {
    let servico = servico(3);
    let mut ligacao = servico.ligacao();
    assert_eq!(servico.separar(&mut ligacao), None, "there is nothing to wait for");
    ligacao.receber(ENTRAR);
    servico.avancar(&mut ligacao, |_| {});
    assert_eq!(servico.separar(&mut ligacao), Some(Recibo(1)));
    assert!(ligacao.pode_adiantar());
    ligacao.receber(CONSULTAR);
    servico.avancar(&mut ligacao, |_| {});
    assert_eq!(servico.separar(&mut ligacao), None, "the login is still apart");
    ligacao.receber(CONSULTAR);
    servico.avancar(&mut ligacao, |_| {});

    let mut saida = Vec::new();
    assert_eq!(servico.confirmar(&mut ligacao, &mut saida), Passo::Continuar);
    assert_eq!(texto(saida), "t:2|s:0|resposta:Login realizado com sucesso\n");
    // The third operation is the one that cannot be made durable.
    let mut saida = Vec::new();
    assert_eq!(servico.confirmar(&mut ligacao, &mut saida), Passo::Continuar);
    assert_eq!(saida, b"");
    servico.avancar(&mut ligacao, |_| {});
    assert!(matches!(servico.confirmar(&mut ligacao, &mut saida), Passo::Encerrar(_)));
    assert_eq!(texto(saida).matches("Servidor indisponível").count(), 2);
}

#[test]
fn a_storage_that_fails_takes_back_the_answers_put_apart_and_those_behind_them() {
    let servico = servico(1);
    let mut ligacao = servico.ligacao();
    ligacao.receber(ENTRAR);
    servico.avancar(&mut ligacao, |_| {});
    assert_eq!(servico.separar(&mut ligacao), Some(Recibo(1)));
    ligacao.receber(&[CONSULTAR, CONSULTAR].concat());
    servico.avancar(&mut ligacao, |_| {});
    let mut saida = Vec::new();
    assert_eq!(servico.confirmar(&mut ligacao, &mut saida), Passo::Continuar);
    assert_eq!(saida, b"");
    servico.avancar(&mut ligacao, |_| {});
    assert!(matches!(servico.confirmar(&mut ligacao, &mut saida), Passo::Encerrar(_)));
    let saida = texto(saida);
    assert_eq!(saida.matches("Servidor indisponível").count(), 3, "{saida}");
    assert_eq!(saida.lines().count(), 3, "{saida}");
}

#[test]
fn without_later_answers_the_step_is_the_one_that_was_to_come() {
    let servico = servico(u64::MAX);
    let mut ligacao = servico.ligacao();
    ligacao.receber(ENTRAR);
    servico.avancar(&mut ligacao, |_| {});
    assert_eq!(servico.separar(&mut ligacao), Some(Recibo(1)));
    let mut saida = Vec::new();
    assert_eq!(servico.confirmar(&mut ligacao, &mut saida), LER);
    assert_eq!(ligacao.bytes_retidos(), 0);
}
