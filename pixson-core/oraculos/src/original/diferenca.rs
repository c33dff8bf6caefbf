//! Where the core and the original program differ on purpose, and why.

use std::sync::LazyLock;

use regex::Regex;

use super::padroes::{NumeroLido, compilar, ler_pedido, ler_resposta};

/// Why the core refuses a message that the original program accepts. If there are several reasons,
/// the first one counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Diferenca {
    /// A stamp with superfluous zeros, such as `t:007`. No program writes them, and without them
    /// each message has one spelling, but for its amount.
    CarimboComZeros,
    /// A stamp above 2^62 − 1. The original counts without a limit; the clock of the core must
    /// never wrap.
    CarimboAlem,
    /// An amount that is infinite or not a number.
    ValorNaoFinito,
    /// An amount of zero or less. In the original a negative amount moves money in the opposite
    /// direction.
    ValorNaoPositivo,
    /// An amount above 9 999 999 999 999.99, beyond which a float no longer represents each
    /// centavo.
    ValorAlem,
    /// An amount finer than a centavo.
    ValorFino,
    /// An amount that the core would accept in another spelling: with a sign, an exponent, spaces,
    /// underscores, superfluous zeros, a bare point, or the digits of another script. Python reads
    /// all of these and writes none of them.
    ValorComOutraGrafia,
    /// A control character in the text of a reply. The original shows it on the screen.
    TextoComControle,
}

impl Diferenca {
    /// Every class.
    pub const TODAS: &'static [Self] = &[
        Self::CarimboComZeros,
        Self::CarimboAlem,
        Self::ValorNaoFinito,
        Self::ValorNaoPositivo,
        Self::ValorAlem,
        Self::ValorFino,
        Self::ValorComOutraGrafia,
        Self::TextoComControle,
    ];

    /// The class of a request that the original accepts and the core refuses. `None` if both accept
    /// it, or if the original refuses it.
    ///
    /// ```
    /// use pixson_oraculos::Diferenca;
    ///
    /// let classe = Diferenca::de_pedido(b"t:1|op:2|rg:1|valor:-5.0");
    /// assert_eq!(classe, Some(Diferenca::ValorNaoPositivo));
    /// assert_eq!(Diferenca::de_pedido(b"t:1|op:2|rg:1|valor:5.0"), None);
    /// ```
    pub fn de_pedido(bytes: &[u8]) -> Option<Self> {
        let pedido = ler_pedido(bytes)?;
        de_tempo(pedido.tempo).or_else(|| de_valor(&pedido.valor?))
    }

    /// The same for a reply.
    pub fn de_resposta(bytes: &[u8]) -> Option<Self> {
        let resposta = ler_resposta(bytes)?;
        let controle = || resposta.texto.contains(char::is_control);
        de_tempo(resposta.tempo).or_else(|| controle().then_some(Self::TextoComControle))
    }
}

fn de_tempo(tempo: &str) -> Option<Diferenca> {
    const ALEM: u128 = 1 << 62;
    if tempo.len() > 1 && tempo.starts_with('0') {
        return Some(Diferenca::CarimboComZeros);
    }
    let alem = tempo.parse().is_ok_and(|tempo: u128| tempo < ALEM);
    (!alem).then_some(Diferenca::CarimboAlem)
}

fn de_valor(valor: &NumeroLido<'_>) -> Option<Diferenca> {
    const LIMITE: f64 = 9_999_999_999_999.99;
    static GRAFIA: LazyLock<Regex> =
        LazyLock::new(|| compilar(r"^(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?$"));
    static CENTAVOS: LazyLock<Regex> = LazyLock::new(|| compilar(r"^[0-9]+\.[0-9]{1,2}$"));

    let Some(numero) = valor.numero else { return Some(Diferenca::ValorComOutraGrafia) };
    if !numero.is_finite() {
        Some(Diferenca::ValorNaoFinito)
    } else if numero <= 0.0 {
        Some(Diferenca::ValorNaoPositivo)
    } else if numero > LIMITE {
        Some(Diferenca::ValorAlem)
    } else if !CENTAVOS.is_match(&valor.impressa()) {
        Some(Diferenca::ValorFino)
    } else if !GRAFIA.is_match(valor.texto) {
        Some(Diferenca::ValorComOutraGrafia)
    } else {
        None
    }
}
