use std::fmt::Display;
use std::io::{self, Write};

/// Standard output, as the seed uses it: one line for each thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tela {
    silenciosa: bool,
}

impl Tela {
    pub(crate) fn nova(silenciosa: bool) -> Self {
        Self { silenciosa }
    }

    /// Shows one line. Lines of several threads never mix. A reader that has gone away takes
    /// nothing from the clients.
    pub(crate) fn mostrar(self, linha: impl Display) {
        if !self.silenciosa {
            let _ = writeln!(io::stdout().lock(), "{linha}");
        }
    }
}
