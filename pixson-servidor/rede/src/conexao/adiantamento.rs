//! What is done ahead while replies wait for the bank.

use pixson_core::banco::Recibo;
use pixson_core::{Banco, Servico};

use super::ConexaoServidor;
use super::fase::Fase;

/// From how many bytes of replies on these are sent before more input of a pipelining peer is read:
/// 192 KiB. Up to there a sync serves many requests: with transfers in pipelines of 8192 one sync for
/// 128 KiB raised 990,000 a second to 1,400,000. Between 128 and 256 KiB there was no difference.
const ADIANTADOS_MAX_BYTES: usize = 192 * 1024;

/// From how many bytes of replies on these are put apart, so that another thread waits for the
/// storage while later requests are served: 64 KiB. With transfers in pipelines of 8192 that raised
/// 470,000 a second to 600,000, and 32 or 128 KiB brought about the same.
const SEPARADOS_MIN_BYTES: usize = 64 * 1024;

/// How much input is taken in while earlier requests are at a bank that is far away: 64 KiB, about a
/// thousand requests, which are the next to be done.
const ENTRADA_ADIANTADA_MAX_BYTES: usize = 64 * 1024;

impl ConexaoServidor {
    /// Whether to read input that is at hand although replies wait for the bank: one wait serves it,
    /// too, or the next one begins sooner.
    pub fn pode_adiantar(&self) -> bool {
        self.restam.is_none()
            && match self.fase {
                Fase::Executando { recebidos } => recebidos < ENTRADA_ADIANTADA_MAX_BYTES,
                Fase::Confirmando => {
                    self.ligacao.pode_adiantar()
                        && self.ligacao.bytes_retidos() < ADIANTADOS_MAX_BYTES
                }
                _ => false,
            }
    }

    /// Puts the replies so far apart, if there are many, and later ones are to follow: while another thread
    /// waits for their receipt, the connection goes on with input that is at hand.
    pub fn separar<B: Banco>(&mut self, servico: &Servico<B>) -> Option<Recibo> {
        let muitos = self.ligacao.bytes_retidos() >= SEPARADOS_MIN_BYTES;
        if muitos && self.pode_adiantar() { servico.separar(&mut self.ligacao) } else { None }
    }
}
