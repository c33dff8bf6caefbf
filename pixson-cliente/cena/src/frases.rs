//! The grammar of a line, one nom function for each rule (docs/cenas.md).
//!
//! Each rule eats the spaces behind it. An error keeps how much of the line was left where it came, which
//! is its column, and what should have stood there.

use std::str::FromStr;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{char, digit1, space0};
use nom::combinator::{all_consuming, map, map_opt, opt, value};
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{delimited, preceded, terminated};
use nom::{Err, IResult, Parser};
use pixson_core::rastro::NomeDeProcesso;
use pixson_core::{Carimbo, Rg, Valor};
use pixson_linha::quantia;

use crate::cena::{AtoDaCena, Vicio};
use crate::erro::MotivoDaCena;

/// What a line says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Frase {
    Nada,
    Cena(String),
    Ator { nome: NomeDeProcesso, rg: Rg, relogio: Carimbo, vicio: Option<Vicio> },
    Barreira,
    Diagnostico(String),
    Passo { quem: String, gesto: Gesto },
}

/// What an actor does. A request is not yet one, before it is known who makes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Gesto {
    Envia { pedido: Pedida, carimbo: Option<Carimbo>, atrasado: bool },
    Ato(AtoDaCena),
}

/// What is asked, before it is known on whose behalf.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pedida {
    Login,
    Saldo,
    Saque(Valor),
    Deposito(Valor),
    Transferencia(Valor, Rg),
}

/// Where a line stops being one, and what should stand there.
#[derive(Debug)]
struct Desvio<'a> {
    resto: &'a str,
    esperado: &'static str,
}

impl<'a> ParseError<&'a str> for Desvio<'a> {
    fn from_error_kind(resto: &'a str, _: ErrorKind) -> Self {
        Self { resto, esperado: "" }
    }

    fn append(_: &'a str, _: ErrorKind, outro: Self) -> Self {
        outro
    }

    /// Of two ways to read a line the one that leads further is more likely what is meant.
    fn or(self, outro: Self) -> Self {
        if outro.resto.len() < self.resto.len() { outro } else { self }
    }
}

type RegraLida<'a, T> = IResult<&'a str, T, Desvio<'a>>;

/// Reads one line, without its end. `Err` has the column, from 1.
pub(crate) fn ler(linha: &str) -> Result<Frase, (usize, MotivoDaCena)> {
    let fim = |desvio: Desvio<'_>| {
        let lidos = &linha[..linha.len() - desvio.resto.len()];
        (lidos.chars().count() + 1, MotivoDaCena::Esperava(desvio.esperado))
    };
    match frase(linha) {
        Ok((_, frase)) => Ok(frase),
        Err(Err::Error(desvio) | Err::Failure(desvio)) => Err(fim(desvio)),
        Err(Err::Incomplete(_)) => Err(fim(Desvio { resto: "", esperado: FIM })),
    }
}

const FIM: &str = "o fim da linha";

/// Names what is expected where `regra` begins, unless it failed further on.
fn esperando<'a, T>(
    esperado: &'static str,
    mut regra: impl Parser<&'a str, Output = T, Error = Desvio<'a>>,
) -> impl FnMut(&'a str) -> RegraLida<'a, T> {
    move |entrada| {
        regra.parse(entrada).map_err(|erro| {
            erro.map(|desvio| {
                let aqui = desvio.resto.len() == entrada.len() || desvio.esperado.is_empty();
                if aqui { Desvio { resto: entrada, esperado } } else { desvio }
            })
        })
    }
}

fn frase(linha: &str) -> RegraLida<'_, Frase> {
    let comeco = esperando(
        "cena, ator, barreira, diagnóstico ou o nome de um ator",
        alt((cena, ator, barreira, diagnostico, passo, nada)),
    );
    all_consuming(terminated(preceded(espaco, comeco), fim)).parse(linha)
}

/// The end of the line, or a comment up to it.
fn fim(entrada: &str) -> RegraLida<'_, ()> {
    let (resto, _) = opt(preceded(char('#'), take_till(|_| false))).parse(entrada)?;
    if resto.is_empty() {
        Ok((resto, ()))
    } else {
        Err(Err::Error(Desvio { resto, esperado: FIM }))
    }
}

fn nada(entrada: &str) -> RegraLida<'_, Frase> {
    if entrada.is_empty() || entrada.starts_with('#') {
        Ok((entrada, Frase::Nada))
    } else {
        Err(Err::Error(Desvio::from_error_kind(entrada, ErrorKind::Eof)))
    }
}

fn cena(entrada: &str) -> RegraLida<'_, Frase> {
    let titulo = esperando("o título da cena, entre aspas", texto);
    map(preceded(palavra("cena"), titulo), Frase::Cena).parse(entrada)
}

fn ator(entrada: &str) -> RegraLida<'_, Frase> {
    let (entrada, ()) = palavra("ator")(entrada)?;
    let (entrada, nome) = esperando("o nome do ator", map_opt(nome, lido)).parse(entrada)?;
    let (entrada, rg) = rg(entrada)?;
    let (entrada, vicio) = opt(vicio).parse(entrada)?;
    let relogio = preceded(palavra_de(&RELOGIO), carimbo);
    let (entrada, relogio) = opt_firme(relogio)(entrada)?;
    Ok((entrada, Frase::Ator { nome, rg, relogio: relogio.unwrap_or_default(), vicio }))
}

fn vicio(entrada: &str) -> RegraLida<'_, Vicio> {
    let nao_funde = preceded(palavra_de(&["não", "nao"]), palavra("funde"));
    let esquece = (palavra("esquece"), palavra("o"), palavra("+"), palavra("1"));
    alt((value(Vicio::NaoFunde, nao_funde), value(Vicio::EsqueceMaisUm, esquece))).parse(entrada)
}

fn barreira(entrada: &str) -> RegraLida<'_, Frase> {
    value(Frase::Barreira, palavra("barreira")).parse(entrada)
}

fn diagnostico(entrada: &str) -> RegraLida<'_, Frase> {
    let frase = esperando("uma frase do diagnóstico, entre aspas", texto);
    let palavra = palavra_de(&["diagnóstico", "diagnostico"]);
    map(preceded(palavra, frase), Frase::Diagnostico).parse(entrada)
}

fn passo(entrada: &str) -> RegraLida<'_, Frase> {
    let (entrada, quem) = nome(entrada)?;
    let verbos = "envia, entrega, recebe, espera, põe ou corta";
    let verbo = alt((envia, entrega, recebe, espera, poe, corta));
    let (entrada, gesto) = esperando(verbos, verbo)(entrada)?;
    Ok((entrada, Frase::Passo { quem: quem.to_owned(), gesto }))
}

fn envia(entrada: &str) -> RegraLida<'_, Gesto> {
    let (entrada, ()) = palavra("envia")(entrada)?;
    let pedidos = "login, saldo, saque, depósito ou transferência";
    let (entrada, pedido) = esperando(pedidos, pedida)(entrada)?;
    let com = (palavra("com"), esperando("carimbo N", palavra("carimbo")));
    let (entrada, carimbo) = opt_firme(preceded(com, carimbo))(entrada)?;
    let (entrada, atrasado) = opt(palavra("atrasado")).parse(entrada)?;
    Ok((entrada, Gesto::Envia { pedido, carimbo, atrasado: atrasado.is_some() }))
}

fn pedida(entrada: &str) -> RegraLida<'_, Pedida> {
    let saque = preceded(palavra("saque"), valor);
    let deposito = preceded(palavra_de(&["depósito", "deposito"]), valor);
    let para = esperando("para RG", palavra("para"));
    let transferencia =
        preceded(palavra_de(&["transferência", "transferencia"]), (valor, preceded(para, rg)));
    alt((
        value(Pedida::Login, palavra("login")),
        value(Pedida::Saldo, palavra("saldo")),
        map(saque, Pedida::Saque),
        map(deposito, Pedida::Deposito),
        map(transferencia, |(valor, rg)| Pedida::Transferencia(valor, rg)),
    ))
    .parse(entrada)
}

fn entrega(entrada: &str) -> RegraLida<'_, Gesto> {
    value(Gesto::Ato(AtoDaCena::Entrega), palavra("entrega")).parse(entrada)
}

fn recebe(entrada: &str) -> RegraLida<'_, Gesto> {
    value(Gesto::Ato(AtoDaCena::Recebe), palavra("recebe")).parse(entrada)
}

fn corta(entrada: &str) -> RegraLida<'_, Gesto> {
    value(Gesto::Ato(AtoDaCena::Corta), palavra("corta")).parse(entrada)
}

fn espera(entrada: &str) -> RegraLida<'_, Gesto> {
    let relogio = preceded(palavra_de(&RELOGIO), carimbo);
    let esperado =
        alt((map(texto, AtoDaCena::EsperaTexto), map(relogio, AtoDaCena::EsperaRelogio)));
    let esperado = esperando("um texto entre aspas, ou relógio N", esperado);
    map(preceded(palavra("espera"), esperado), Gesto::Ato).parse(entrada)
}

fn poe(entrada: &str) -> RegraLida<'_, Gesto> {
    let em = (palavra("o"), palavra_de(&RELOGIO), palavra("em"));
    let em = esperando("o relógio em N", em);
    let relogio = preceded(palavra_de(&["põe", "poe"]), preceded(em, carimbo));
    map(relogio, |relogio| Gesto::Ato(AtoDaCena::PoeRelogio(relogio))).parse(entrada)
}

/// As nom's `opt`, but what has begun must be right to its end.
fn opt_firme<'a, T>(
    mut regra: impl Parser<&'a str, Output = T, Error = Desvio<'a>>,
) -> impl FnMut(&'a str) -> RegraLida<'a, Option<T>> {
    move |entrada| match regra.parse(entrada) {
        Ok((resto, lida)) => Ok((resto, Some(lida))),
        Err(Err::Error(desvio)) if desvio.resto.len() == entrada.len() => Ok((entrada, None)),
        Err(erro) => Err(erro),
    }
}

const RELOGIO: [&str; 2] = ["relógio", "relogio"];

fn palavra<'a>(qual: &'static str) -> impl FnMut(&'a str) -> RegraLida<'a, ()> {
    move |entrada| {
        let (resto, _) = tag(qual).parse(entrada)?;
        if resto.starts_with(|letra: char| letra.is_alphanumeric() || letra == '_') {
            return Err(Err::Error(Desvio::from_error_kind(entrada, ErrorKind::Tag)));
        }
        espaco(resto)
    }
}

/// One word that may be written in several ways.
fn palavra_de<'a>(grafias: &'static [&'static str]) -> impl FnMut(&'a str) -> RegraLida<'a, ()> {
    move |entrada| {
        let lida = grafias.iter().find_map(|grafia| palavra(grafia)(entrada).ok());
        lida.ok_or_else(|| Err::Error(Desvio::from_error_kind(entrada, ErrorKind::Tag)))
    }
}

fn espaco(entrada: &str) -> RegraLida<'_, ()> {
    value((), space0).parse(entrada)
}

fn nome(entrada: &str) -> RegraLida<'_, &str> {
    let letra = |letra: char| letra.is_alphanumeric() || letra == '_' || letra == '-';
    terminated(take_while1(letra), espaco).parse(entrada)
}

fn texto(entrada: &str) -> RegraLida<'_, String> {
    let dentro = take_till(|letra| letra == '"');
    let fechado = delimited(char('"'), dentro, esperando("aspas que fecham o texto", char('"')));
    map(terminated(fechado, espaco), str::to_owned).parse(entrada)
}

fn rg(entrada: &str) -> RegraLida<'_, Rg> {
    let rg = map_opt(digit1, lido);
    esperando("um RG, de 1 a 10 dígitos", terminated(rg, espaco))(entrada)
}

fn valor(entrada: &str) -> RegraLida<'_, Valor> {
    let numero = take_while1(|letra: char| letra.is_ascii_digit() || letra == '.' || letra == ',');
    let valor = map_opt(numero, |numero| quantia::ler(numero).ok());
    esperando("um valor, como 8.50 ou 8,50", terminated(valor, espaco))(entrada)
}

fn carimbo(entrada: &str) -> RegraLida<'_, Carimbo> {
    let carimbo = map_opt(map_opt(digit1, lido), Carimbo::novo);
    let carimbo = terminated(carimbo, espaco);
    esperando("um número de 0 a 4611686018427387903", carimbo)(entrada)
}

fn lido<T: FromStr>(texto: &str) -> Option<T> {
    texto.parse().ok()
}
