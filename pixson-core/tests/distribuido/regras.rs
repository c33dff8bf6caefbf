//! Step 3: outcomes and stamps of a batch, decided in memory.

use super::cena::{CenaDistribuida, DefeitoDistribuido as D, OperacaoModelada as Op};
use super::mundo::{
    Assento, BancoModelado, CONTAS, ContaModelada, DesfechoModelado, NINGUEM, ServidorModelado,
};

impl ServidorModelado {
    /// Decides the batch by what was read, and draws its stamps. The balances afterwards are left in
    /// `contas`.
    pub(crate) fn decidir(
        &mut self,
        cena: &CenaDistribuida,
        banco: &BancoModelado,
        contas: &mut [ContaModelada; CONTAS],
    ) {
        let (epoca, instancia) = (self.epoca, self.instancia);
        for &operacao in self.lote.operacoes() {
            let pedida = cena.operacao(operacao);
            let toca = || pedida.contas().map(usize::from);
            let linhas = toca().map(|conta| contas[conta].carimbo).max().unwrap_or(0);
            let vias = banco.vias.iter().map(|via| via.carimbo).max().unwrap_or(0);
            let acima = match pedida {
                _ if cena.tem(D::CarimboSemLinhas) => 0,
                Op::Abertura(_) if !cena.tem(D::AberturaBaixa) => vias,
                _ => linhas,
            };
            let guardado = self.assentos[usize::from(operacao)].map(|assento| assento.carimbo);
            let carimbo = match guardado.filter(|_| cena.tem(D::CarimbosGuardados)) {
                Some(guardado) => guardado,
                None => self.relogio.max(acima) + 1,
            };
            self.relogio = self.relogio.max(carimbo);
            let desfecho = aplicar(pedida, contas);
            let sem_marca = match desfecho {
                DesfechoModelado::Lido(_) => cena.tem(D::LeituraSemMarca),
                DesfechoModelado::SemSaldo => cena.tem(D::RecusaSemMarca),
                _ => false,
            };
            for conta in toca().filter(|_| !sem_marca) {
                if contas[conta].existe {
                    contas[conta].carimbo = contas[conta].carimbo.max(carimbo);
                }
            }
            let depois = depois_de(pedida, *contas);
            self.assentos[usize::from(operacao)] =
                Some(Assento { carimbo, epoca, instancia, desfecho, depois });
        }
    }
}

/// The rule of the bank, the same that the serial replay uses.
pub(crate) fn aplicar(pedida: Op, contas: &mut [ContaModelada; CONTAS]) -> DesfechoModelado {
    if let Op::Abertura(conta) = pedida {
        contas[usize::from(conta)].existe = true;
        return DesfechoModelado::Feito;
    }
    if !pedida.contas().all(|conta| contas[usize::from(conta)].existe) {
        return DesfechoModelado::NaoExiste;
    }
    match pedida {
        Op::Leitura(conta) => return DesfechoModelado::Lido(contas[usize::from(conta)].saldo),
        Op::Transferencia(de, _) if contas[usize::from(de)].saldo == 0 => {
            return DesfechoModelado::SemSaldo;
        }
        Op::Transferencia(de, para) => {
            contas[usize::from(de)].saldo -= 1;
            contas[usize::from(para)].saldo += 1;
        }
        Op::Deposito(conta) => contas[usize::from(conta)].saldo += 1,
        Op::Abertura(_) => {}
    }
    DesfechoModelado::Feito
}

/// The balances of the accounts that an operation touches.
pub(crate) fn depois_de(pedida: Op, contas: [ContaModelada; CONTAS]) -> [u8; CONTAS] {
    let mut depois = [NINGUEM; CONTAS];
    for conta in pedida.contas().map(usize::from).filter(|&conta| contas[conta].existe) {
        depois[conta] = contas[conta].saldo;
    }
    depois
}
