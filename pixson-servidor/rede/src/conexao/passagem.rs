//! From one state of a connection to the next: when something is done, and when time has passed.

use std::time::{Duration, Instant};

use pixson_core::servico::Passo;

use super::acao::Encerramento;
use super::fase::Fase;
use super::prazos::passou;
use super::{ConexaoServidor, ESCOAMENTO_MAX, SAIDA_MANTIDA_BYTES};

impl ConexaoServidor {
    /// Moves on to the phase in which the connection is at the instant `agora`.
    pub(super) fn deixar_passar(&mut self, agora: Instant) {
        match &mut self.fase {
            Fase::Escrevendo { escritos, depois, .. } if *escritos == self.saida.len() => {
                let depois = *depois;
                self.saida.clear();
                self.saida.shrink_to(SAIDA_MANTIDA_BYTES);
                match depois {
                    Passo::Continuar => self.fase = Fase::Avancando,
                    Passo::Encerrar(fim) => self.fase = Fase::MeioFechando(fim),
                    Passo::Ler { acordar_apos } => self.comecar_a_ler(acordar_apos, agora),
                }
            }
            Fase::Escrevendo { desde, .. } => {
                let desde = *desde.get_or_insert(agora);
                if passou(self.prazos.limites.prazo_escrita, desde, agora) {
                    self.fase = Fase::Fechada(Encerramento::EscritaEsgotada);
                }
            }
            Fase::Lendo { desde, espera, em_silencio } if passou(*espera, *desde, agora) => {
                if *em_silencio {
                    self.ligacao.silencio();
                } else {
                    self.ligacao.prazo_esgotado();
                }
                self.fase = Fase::Avancando;
            }
            Fase::Escoando { fim, desde, .. } => {
                let desde = *desde.get_or_insert(agora);
                if passou(ESCOAMENTO_MAX, desde, agora) {
                    self.fase = Fase::Fechada(Encerramento::Sessao(*fim));
                }
            }
            _ => {}
        }
    }

    fn comecar_a_ler(&mut self, acordar_apos: Option<Duration>, agora: Instant) {
        if self.restam == Some(0) {
            self.ligacao.fim_de_entrada();
            self.fase = Fase::Avancando;
            return;
        }
        let Some(ate_o_prazo) = self.prazos.falta(&self.ligacao, agora) else {
            self.ligacao.prazo_esgotado();
            self.fase = Fase::Avancando;
            return;
        };
        let pausa = acordar_apos.filter(|&pausa| pausa < ate_o_prazo);
        let espera = pausa.unwrap_or(ate_o_prazo);
        self.fase = Fase::Lendo { desde: agora, espera, em_silencio: pausa.is_some() };
    }
}
