//! The formats of a diagram.

use std::str::FromStr;

/// How a run is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FormatoDoDiagrama {
    /// A page for a browser.
    Html,
    /// The graph, for programs.
    Json,
    /// A log for ShiViz.
    Shiviz,
    /// A sequence diagram for Mermaid.
    Mermaid,
    /// A picture.
    Svg,
}

impl FormatoDoDiagrama {
    /// Every format.
    pub const TODOS: [Self; 5] = [Self::Html, Self::Svg, Self::Shiviz, Self::Mermaid, Self::Json];

    /// The word that stands for it.
    pub const fn palavra(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Shiviz => "shiviz",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
        }
    }
}

impl FromStr for FormatoDoDiagrama {
    type Err = &'static str;

    fn from_str(texto: &str) -> Result<Self, Self::Err> {
        let mut todos = Self::TODOS.into_iter();
        todos.find(|formato| formato.palavra() == texto).ok_or("formato desconhecido")
    }
}
