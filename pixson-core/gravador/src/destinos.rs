//! Where the events of a trace go, and how many may be on their way.

use std::sync::Arc;

use crate::anel::{ANEL_MAX, AnelDoRastro};
use crate::arquivo::ArquivoDoRastro;

/// How many events may wait to be written to a file before further ones are lost: 128 Ki, about 20 MiB.
const ESPERAM_MAX: usize = 128 * 1024;

/// Where the events of a trace go.
#[derive(Debug, Default)]
pub struct DestinosDoRastro {
    /// All of them, to a file.
    pub arquivo: Option<ArquivoDoRastro>,
    /// The last ones, to a ring. Without a file so many at most may wait as the ring holds: of those that come
    /// faster than that nobody would see more, and they cost whoever records next to nothing.
    pub anel: Option<Arc<AnelDoRastro>>,
}

impl From<ArquivoDoRastro> for DestinosDoRastro {
    fn from(arquivo: ArquivoDoRastro) -> Self {
        Self { arquivo: Some(arquivo), anel: None }
    }
}

impl DestinosDoRastro {
    /// How many events may wait before further ones are lost.
    pub(crate) fn esperam_max(&self) -> usize {
        if self.arquivo.is_some() { ESPERAM_MAX } else { ANEL_MAX }
    }
}
