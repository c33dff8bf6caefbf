//! Traces: their lines, how they are joined, what happened before what, and who broke the rules.

mod comum;
mod rastro {
    pub(crate) mod causas;
    pub(crate) mod corrida;
    pub(crate) mod diagnostico;
    pub(crate) mod figuras;
    pub(crate) mod juncao;
    pub(crate) mod linhas;
    pub(crate) mod perguntas;
    pub(crate) mod sessoes;
}
