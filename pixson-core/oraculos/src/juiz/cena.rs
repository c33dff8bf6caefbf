//! Scenarios: the steps of a run of a bank, and the history that they lead to.

use super::{Gerida, Historia, Ouvida};
use pixson_core::banco::disco::Disco;
use pixson_core::banco::{Abertura, Banco, BancoJson, Execucao, Feito, Gestao, Recibo};
use pixson_core::relogio::Relogio;
use pixson_core::tipos::{Operacao, Recusa, Rg, Saldo};

/// A step of a scenario.
#[derive(Clone, Debug)]
pub enum PassoDaCena {
    /// Do this operation.
    Fazer(Operacao),
    /// Open these accounts.
    Abrir(Abertura),
    /// Set the balance of an account.
    Ajustar(Rg, Saldo),
    /// Wait for everything done so far, as a batch.
    Confirmar,
    /// Make a checkpoint.
    Publicar,
    /// End in order.
    Fechar,
}

/// Runs steps on an open bank. A step that the bank refuses is skipped.
pub fn encenar<D: Disco>(banco: &BancoJson<D>, passos: &[PassoDaCena], historia: &mut Historia) {
    let relogio = Relogio::novo();
    // From these indices on, the history waits for the next confirmation.
    let (mut ouvidas, mut geridas) = (historia.ouvidas.len(), historia.geridas.len());
    let mut ultimo = None;
    for passo in passos {
        match passo {
            PassoDaCena::Confirmar => {
                if ultimo.take_if(|recibo| banco.confirmar(*recibo).is_ok()).is_some() {
                    for ouvida in &mut historia.ouvidas[ouvidas..] {
                        ouvida.confirmada = true;
                    }
                    for gerida in &mut historia.geridas[geridas..] {
                        gerida.confirmada = true;
                    }
                    (ouvidas, geridas) = (historia.ouvidas.len(), historia.geridas.len());
                }
            }
            PassoDaCena::Publicar => drop(banco.publicar()),
            PassoDaCena::Fechar => drop(banco.fechar()),
            pedido => ultimo = ultimo.max(pedir(banco, pedido, &relogio, historia)),
        }
    }
}

/// Takes one step, and returns its receipt if it was done.
fn pedir<D: Disco>(
    banco: &BancoJson<D>,
    passo: &PassoDaCena,
    relogio: &Relogio,
    historia: &mut Historia,
) -> Option<Recibo> {
    let epoca = banco.epoca();
    let (feito, gestao) = match passo {
        &PassoDaCena::Fazer(operacao) => {
            let Execucao { carimbo, desfecho, recibo } = banco.executar(operacao, relogio).ok()?;
            // `Servidor indisponível` tells the judge nothing, and nor does an account file that
            // the broken disk could not read.
            let calada = [Err(Recusa::ServidorIndisponivel), Err(Recusa::ContaIlegivel)];
            if calada.contains(&desfecho) {
                return None;
            }
            let ouvida = Ouvida { epoca, carimbo, operacao, desfecho, confirmada: false };
            historia.ouvidas.push(ouvida);
            return Some(recibo);
        }
        PassoDaCena::Abrir(abertura) => {
            (Feito::Abertura(abertura.clone()), banco.abrir_contas(abertura, relogio).ok()?)
        }
        &PassoDaCena::Ajustar(rg, saldo) => {
            let (movimento, gestao) = banco.ajustar(rg, saldo, relogio).ok()?;
            if movimento.antes == movimento.depois {
                return None;
            }
            (Feito::Ajuste(movimento), gestao)
        }
        PassoDaCena::Confirmar | PassoDaCena::Publicar | PassoDaCena::Fechar => return None,
    };
    let Gestao { carimbo, recibo } = gestao;
    historia.geridas.push(Gerida { epoca, carimbo, feito, confirmada: false });
    Some(recibo)
}
