//! A text becomes a scene: lines first, then who acts in them.

use std::str::FromStr;

use pixson_core::Operacao;

use crate::cena::{AtoDaCena, AtorDaCena, Cena, DiagnosticoEsperado, PassoDoAtor, Posicao};
use crate::erro::{ErroDeCena, MotivoDaCena};
use crate::frases::{Frase, Gesto, Pedida, ler};
use crate::roteiro::Roteiro;

/// The longest scene, in lines.
const LINHAS_MAX: usize = 10_000;

impl FromStr for Cena {
    type Err = ErroDeCena;

    /// # Errors
    ///
    /// [`ErroDeCena`] for the first line that is wrong.
    fn from_str(texto: &str) -> Result<Self, ErroDeCena> {
        let mut leitura = LeituraDaCena::default();
        let texto = texto.strip_prefix('\u{feff}').unwrap_or(texto);
        let mut ultima = 1;
        for (linha, escrita) in (1..).zip(texto.lines()) {
            ultima = linha;
            let recuo = escrita.chars().take_while(|letra| letra.is_whitespace()).count();
            let com = |coluna| move |motivo| erro(linha, coluna, motivo);
            if linha > LINHAS_MAX {
                return Err(com(1)(MotivoDaCena::Longa(LINHAS_MAX)));
            }
            let frase = ler(escrita).map_err(|(coluna, motivo)| com(coluna)(motivo))?;
            let posicao = Posicao { linha, coluna: recuo + 1 };
            leitura.tomar(frase, posicao).map_err(com(recuo + 1))?;
        }
        leitura.cena.ok_or_else(|| erro(ultima, 1, MotivoDaCena::Esperava(TITULO)))
    }
}

const TITULO: &str = "cena e o título dela, entre aspas, antes de tudo";

fn erro(linha: usize, coluna: usize, motivo: MotivoDaCena) -> ErroDeCena {
    ErroDeCena { posicao: Posicao { linha, coluna }, motivo }
}

#[derive(Debug, Default)]
struct LeituraDaCena {
    /// There once its title was read.
    cena: Option<Cena>,
    roteiro: Roteiro,
}

impl LeituraDaCena {
    fn tomar(&mut self, frase: Frase, posicao: Posicao) -> Result<(), MotivoDaCena> {
        let (cena, frase) = match (&mut self.cena, frase) {
            (_, Frase::Nada) => return Ok(()),
            (cena @ None, Frase::Cena(titulo)) => {
                let (atores, passos, diagnostico) = Default::default();
                *cena = Some(Cena { titulo, atores, passos, diagnostico });
                return Ok(());
            }
            (None, _) => return Err(MotivoDaCena::Esperava(TITULO)),
            (Some(_), Frase::Cena(_)) => {
                return Err(MotivoDaCena::Esperava("um passo: a cena já tem título"));
            }
            (Some(cena), frase) => (cena, frase),
        };
        match frase {
            Frase::Nada | Frase::Cena(_) => Ok(()),
            Frase::Ator { nome, rg, relogio, vicio } => {
                self.roteiro.entrar(&nome)?;
                cena.atores.push(AtorDaCena { nome, rg, relogio, vicio });
                Ok(())
            }
            Frase::Barreira => self.roteiro.barreira(),
            Frase::Diagnostico(frase) => {
                cena.diagnostico.push(DiagnosticoEsperado { posicao, frase });
                Ok(())
            }
            Frase::Passo { quem, gesto } => {
                let chamado = |ator: &AtorDaCena| ator.nome.as_str() == quem;
                let Some(ator) = cena.atores.iter().position(chamado) else {
                    return Err(MotivoDaCena::AtorDesconhecido(quem));
                };
                let ato = ato(gesto, &cena.atores[ator]);
                self.roteiro.passo(ator, &ato)?;
                cena.passos.push(PassoDoAtor { posicao, ator, ato });
                Ok(())
            }
        }
    }
}

fn ato(gesto: Gesto, ator: &AtorDaCena) -> AtoDaCena {
    let rg = ator.rg;
    let (pedido, carimbo, atrasado) = match gesto {
        Gesto::Envia { pedido, carimbo, atrasado } => (pedido, carimbo, atrasado),
        Gesto::Ato(ato) => return ato,
    };
    let operacao = match pedido {
        Pedida::Login => Operacao::Login { rg },
        Pedida::Saldo => Operacao::Saldo { rg },
        Pedida::Saque(valor) => Operacao::Saque { rg, valor },
        Pedida::Deposito(valor) => Operacao::Deposito { rg, valor },
        Pedida::Transferencia(valor, rg_destino) => {
            Operacao::Transferencia { rg_origem: rg, rg_destino, valor }
        }
    };
    AtoDaCena::Envia { operacao, carimbo, atrasado }
}
