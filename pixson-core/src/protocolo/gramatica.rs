//! One nom function per rule of the ABNF of protocolo.md, section 1.
//!
//! Every parser works on one complete frame, to which no bytes are added later: no rule returns
//! `Incomplete`.

use nom::branch::alt;
use nom::character::complete::char;
use nom::combinator::{all_consuming, cut, eof, map_res, recognize, rest};
use nom::error::{ErrorKind, FromExternalError, ParseError};
use nom::sequence::{preceded, separated_pair, terminated};
use nom::{IResult, Offset, Parser};

use super::MENSAGEM_MAX_BYTES;
use super::pedido::{ErroPedido, Pedido};
use super::prefixo::prefixo;
use super::resposta::{ErroResposta, Resposta, Situacao};
use crate::relogio::Carimbo;
use crate::tipos::{Operacao, Rg, TipoDeOperacao, Valor, ler_natural, ler_quantia};

/// The result of every rule.
type Resultado<'a, T> = IResult<&'a [u8], T, MotivoDaParada<'a>>;

/// Where a rule failed, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct MotivoDaParada<'a> {
    resto: &'a [u8],
    motivo: Motivo,
}

/// The failures that the caller has to tell apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Motivo {
    /// The bytes do not follow the rule.
    Forma,
    /// A well-formed stamp beyond [`Carimbo::MAX`].
    CarimboAcima,
    /// A request that is well formed except for its amount. Holds the account that asked.
    Valor { titular: Rg },
}

impl<'a> MotivoDaParada<'a> {
    fn nova(resto: &'a [u8], motivo: Motivo) -> Self {
        Self { resto, motivo }
    }
}

impl<'a> ParseError<&'a [u8]> for MotivoDaParada<'a> {
    fn from_error_kind(resto: &'a [u8], _: ErrorKind) -> Self {
        Self::nova(resto, Motivo::Forma)
    }

    fn append(_: &'a [u8], _: ErrorKind, outra: Self) -> Self {
        outra
    }

    /// Of two failed alternatives, keeps the one that read further: it describes the fault best.
    fn or(self, outra: Self) -> Self {
        if self.resto.len() < outra.resto.len() { self } else { outra }
    }
}

impl<'a> FromExternalError<&'a [u8], Motivo> for MotivoDaParada<'a> {
    fn from_external_error(resto: &'a [u8], _: ErrorKind, motivo: Motivo) -> Self {
        Self::nova(resto, motivo)
    }
}

impl Pedido {
    /// Reads one whole message, without its terminator.
    ///
    /// # Errors
    ///
    /// [`ErroPedido`]: what is wrong, where, and as much of the message as could be understood,
    /// since the answer depends on it.
    pub fn decodificar(mensagem: &[u8]) -> Result<Self, ErroPedido> {
        match pedido(mensagem) {
            Ok((_, pedido)) => Ok(pedido),
            Err(nom::Err::Error(falha) | nom::Err::Failure(falha)) => {
                Err(ErroPedido::de_falha(mensagem, falha))
            }
            Err(nom::Err::Incomplete(_)) => Err(ErroPedido::SemCarimbo { posicao: mensagem.len() }),
        }
    }
}

impl ErroPedido {
    fn de_falha(mensagem: &[u8], falha: MotivoDaParada<'_>) -> Self {
        let posicao = posicao(mensagem, falha.resto);
        let carimbo = carimbo_de_quadro(mensagem).map(|(_, carimbo)| carimbo);
        match (carimbo, falha.motivo) {
            (Err(_), Motivo::CarimboAcima) => Self::CarimboForaDoLimite,
            (Err(_), _) => Self::SemCarimbo { posicao },
            (Ok(carimbo), Motivo::Valor { titular }) => {
                Self::ValorInvalido { carimbo, titular, posicao }
            }
            (Ok(carimbo), _) => Self::OperacaoInvalida { carimbo, posicao },
        }
    }
}

impl Resposta {
    /// Reads one whole message, without its terminator.
    ///
    /// # Errors
    ///
    /// [`ErroResposta`].
    pub fn decodificar(mensagem: &[u8]) -> Result<Self, ErroResposta> {
        if mensagem.len() > MENSAGEM_MAX_BYTES {
            return Err(ErroResposta::Longa);
        }
        match resposta(mensagem) {
            Ok((_, (carimbo, situacao, texto))) => Ok(Self::reconhecer(carimbo, situacao, texto)),
            Err(nom::Err::Error(falha) | nom::Err::Failure(falha)) => Err(match falha.motivo {
                Motivo::CarimboAcima => ErroResposta::CarimboForaDoLimite,
                _ => ErroResposta::Forma { posicao: posicao(mensagem, falha.resto) },
            }),
            Err(nom::Err::Incomplete(_)) => Err(ErroResposta::Forma { posicao: mensagem.len() }),
        }
    }
}

/// ```abnf
/// pedido = carimbo "|" operacao
/// ```
fn pedido(entrada: &[u8]) -> Resultado<'_, Pedido> {
    all_consuming(separated_pair(carimbo, char('|'), operacao))
        .map(|(carimbo, operacao)| Pedido { carimbo, operacao })
        .parse(entrada)
}

/// ```abnf
/// operacao = login / saldo / saque / deposito / transferencia
/// ```
///
/// The bytes that it begins with, [`prefixo`], identify the operation, so that only one rule is
/// tried, on the bytes behind them.
fn operacao(entrada: &[u8]) -> Resultado<'_, Operacao> {
    let achado = tipo_de(entrada).and_then(|tipo| {
        let resto = entrada.strip_prefix(prefixo(tipo).as_bytes())?;
        Some((tipo, resto))
    });
    let Some((tipo, resto)) = achado else {
        return Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::Forma)));
    };
    match tipo {
        TipoDeOperacao::Login => login(resto),
        TipoDeOperacao::Saldo => saldo(resto),
        TipoDeOperacao::Saque => saque(resto),
        TipoDeOperacao::Deposito => deposito(resto),
        TipoDeOperacao::Transferencia => transferencia(resto),
    }
}

/// The only kind of operation whose [`prefixo`] these bytes may begin with: the number decides.
fn tipo_de(entrada: &[u8]) -> Option<TipoDeOperacao> {
    let &[b'o', b'p', b':', digito, ..] = entrada else { return None };
    TipoDeOperacao::de_numero(digito.wrapping_sub(b'0'))
}

/// A text that is always the same. nom's `tag` compares byte by byte.
fn texto_fixo<'a>(
    texto: &'static str,
) -> impl Parser<&'a [u8], Output = (), Error = MotivoDaParada<'a>> {
    move |entrada: &'a [u8]| match entrada.strip_prefix(texto.as_bytes()) {
        Some(resto) => Ok((resto, ())),
        None => Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::Forma))),
    }
}

/// The stamp of a frame that is no request: `carimbo`, then `|` or nothing.
fn carimbo_de_quadro(entrada: &[u8]) -> Resultado<'_, Carimbo> {
    terminated(carimbo, alt((recognize(char('|')), eof))).parse(entrada)
}

/// ```abnf
/// login = "op:6|rg:" rg
/// ```
fn login(entrada: &[u8]) -> Resultado<'_, Operacao> {
    rg.map(|rg| Operacao::Login { rg }).parse(entrada)
}

/// ```abnf
/// saldo = "op:1|rg:" rg
/// ```
fn saldo(entrada: &[u8]) -> Resultado<'_, Operacao> {
    rg.map(|rg| Operacao::Saldo { rg }).parse(entrada)
}

/// ```abnf
/// saque = "op:2|rg:" rg "|valor:" valor
/// ```
fn saque(entrada: &[u8]) -> Resultado<'_, Operacao> {
    let (entrada, rg) = terminated(rg, texto_fixo("|valor:")).parse(entrada)?;
    valor_final(rg).map(|valor| Operacao::Saque { rg, valor }).parse(entrada)
}

/// ```abnf
/// deposito = "op:3|rg:" rg "|valor:" valor
/// ```
fn deposito(entrada: &[u8]) -> Resultado<'_, Operacao> {
    let (entrada, rg) = terminated(rg, texto_fixo("|valor:")).parse(entrada)?;
    valor_final(rg).map(|valor| Operacao::Deposito { rg, valor }).parse(entrada)
}

/// ```abnf
/// transferencia = "op:4|rg_origem:" rg "|rg_destino:" rg "|valor:" valor
/// ```
fn transferencia(entrada: &[u8]) -> Resultado<'_, Operacao> {
    let contas = separated_pair(rg, texto_fixo("|rg_destino:"), rg);
    let (entrada, (rg_origem, rg_destino)) =
        terminated(contas, texto_fixo("|valor:")).parse(entrada)?;
    valor_final(rg_origem)
        .map(|valor| Operacao::Transferencia { rg_origem, rg_destino, valor })
        .parse(entrada)
}

/// The amount that ends a request. If the rest of the request is well formed, bytes that are no
/// [`Valor`] and hold no further field give [`Motivo::Valor`], so that the person who typed them is
/// told `Valor inválido`: clients of the original send `-5.0`, `nan` and `0.0`.
fn valor_final<'a>(
    titular: Rg,
) -> impl Parser<&'a [u8], Output = Valor, Error = MotivoDaParada<'a>> {
    move |entrada: &'a [u8]| {
        let positivo =
            map_res(valor, |centavos| Valor::de_centavos(centavos).map_err(|_| Motivo::Forma));
        cut(all_consuming(positivo)).parse(entrada).map_err(|erro| {
            erro.map(|falha| MotivoDaParada {
                motivo: if entrada.contains(&b'|') {
                    Motivo::Forma
                } else {
                    Motivo::Valor { titular }
                },
                ..falha
            })
        })
    }
}

/// ```abnf
/// carimbo = "t:" tempo
/// ```
fn carimbo(entrada: &[u8]) -> Resultado<'_, Carimbo> {
    preceded(texto_fixo("t:"), cut(tempo)).parse(entrada)
}

/// ```abnf
/// tempo = "0" / ( %x31-39 *DIGIT )
/// ```
fn tempo(entrada: &[u8]) -> Resultado<'_, Carimbo> {
    let (numero, digitos) = ler_natural(entrada);
    if digitos == 0 {
        return Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::Forma)));
    }
    match numero.and_then(Carimbo::novo) {
        Some(carimbo) => Ok((&entrada[digitos..], carimbo)),
        None => Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::CarimboAcima))),
    }
}

/// ```abnf
/// rg = 1*10DIGIT
/// ```
fn rg(entrada: &[u8]) -> Resultado<'_, Rg> {
    match Rg::ler(entrada) {
        Some(lido) => Ok((&entrada[lido.as_bytes().len()..], lido)),
        None => Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::Forma))),
    }
}

/// A sum of money, in centavos. Its spelling is defined in [`crate::tipos`]:
///
/// ```abnf
/// valor = inteiro [ "." 1*2DIGIT ]
/// ```
fn valor(entrada: &[u8]) -> Resultado<'_, u64> {
    match ler_quantia(entrada) {
        Ok((centavos, tamanho)) => Ok((&entrada[tamanho..], centavos)),
        Err(_) => Err(nom::Err::Error(MotivoDaParada::nova(entrada, Motivo::Forma))),
    }
}

/// ```abnf
/// resposta = carimbo "|s:" ( "0" / "1" ) "|resposta:" texto
/// ```
fn resposta(entrada: &[u8]) -> Resultado<'_, (Carimbo, Situacao, &str)> {
    let situacao = alt((char('0').map(|_| Situacao::Sucesso), char('1').map(|_| Situacao::Erro)));
    let corpo = separated_pair(situacao, texto_fixo("|resposta:"), texto);
    all_consuming(separated_pair(carimbo, texto_fixo("|s:"), corpo))
        .map(|(carimbo, (situacao, texto))| (carimbo, situacao, texto))
        .parse(entrada)
}

/// ```abnf
/// texto = *( any UTF-8 character but control characters )
/// ```
fn texto(entrada: &[u8]) -> Resultado<'_, &str> {
    map_res(rest, |bytes: &[u8]| {
        std::str::from_utf8(bytes)
            .ok()
            .filter(|texto| !texto.contains(char::is_control))
            .ok_or(Motivo::Forma)
    })
    .parse(entrada)
}

/// Index in `inteira` at which `resto`, a tail of it, begins.
fn posicao(inteira: &[u8], resto: &[u8]) -> usize {
    inteira.offset(resto)
}
