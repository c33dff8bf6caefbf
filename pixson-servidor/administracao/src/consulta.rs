//! The commands that change nothing: they show accounts.

use std::fmt::Display;
use std::path::Path;

use pixson_core::Rg;
use pixson_core::banco::{Cadastro, Conta, ErroConta};
use pixson_core::tipos::Nome;
use pixson_linha::fala;
use pixson_linha::portugues::causa;
use pixson_linha::visivel::visivel;

use super::linhas::{LinhaDeConta, MarcaDeExportacao};
use super::nao_feito::NaoFeito;
use super::progresso::{DiscoContado, Progresso};
use super::saida::{ArquivoInteiro, SaidaPadrao};

/// Shows every account.
pub(super) fn listar(contas: &Path, json: bool) -> Result<(), NaoFeito> {
    listar_de(|visitar| percorrer(contas, "Lendo", visitar), &contas.display(), json)
}

/// The same for the accounts that `percorrer` visits, which are there.
pub(super) fn listar_de(
    percorrer: impl FnOnce(&mut VisitanteDeContas<'_>) -> Result<Vec<String>, NaoFeito>,
    onde: &dyn Display,
    json: bool,
) -> Result<(), NaoFeito> {
    let mut saida = SaidaPadrao::nova();
    let mut cabecalho = !json;
    percorrer(&mut |visita| {
        let Visita::Conta(conta) = visita else { return Ok(()) };
        if std::mem::take(&mut cabecalho) {
            saida.linha(&format!("{:>10}  {:>18}  nome", "RG", "saldo"))?;
        }
        if json {
            return saida.json(&LinhaDeConta::de(conta));
        }
        let Conta { rg, nome, saldo } = conta;
        saida.linha(&format!("{rg:>10}  {saldo:>18}  {}", visivel(nome)))
    })
    .and_then(|ilegiveis| {
        saida.fechar()?;
        if cabecalho && ilegiveis.is_empty() {
            dizer(vec![format!("Nenhuma conta em {onde}.")]);
        }
        recusar(ilegiveis)
    })
}

/// Shows one account.
pub(super) fn mostrar(contas: &Path, rg: Rg, json: bool) -> Result<(), NaoFeito> {
    let disco = DiscoContado::abrir(contas, &Progresso::novo())?;
    let cadastro = Cadastro::abrir_para(&disco, rg)?;
    let conta = cadastro.conta(rg).map_err(|erro| NaoFeito::recusada(frase(rg, &erro)))?;
    dizer_conta(rg, conta.as_ref(), json)
}

/// Shows an account, if there is one.
pub(super) fn dizer_conta(
    rg: Rg,
    conta: Option<&Conta<String>>,
    json: bool,
) -> Result<(), NaoFeito> {
    let conta = conta.ok_or_else(|| NaoFeito::recusada(format!("A conta {rg} não existe.")))?;
    let mut saida = SaidaPadrao::nova();
    if json {
        saida.json(&LinhaDeConta::de(conta))?;
    } else {
        let Conta { rg, nome, saldo } = conta;
        saida.linha(&format!("RG: {rg}\nNome: {}\nSaldo: {saldo}", visivel(nome)))?;
    }
    saida.fechar()
}

/// Writes every account in a line that can be imported.
pub(super) fn exportar(contas: &Path, arquivo: &Path) -> Result<(), NaoFeito> {
    if arquivo != Path::new("-") && e_do_banco(contas, arquivo) {
        let nome = arquivo.display();
        return Err(NaoFeito::recusada(format!(
            "{nome} pertence ao banco: exporte para outro arquivo."
        )));
    }
    exportar_de(|visitar| percorrer(contas, "Exportando", visitar), arquivo)
}

/// The same for the accounts that `percorrer` visits.
pub(super) fn exportar_de(
    percorrer: impl FnOnce(&mut VisitanteDeContas<'_>) -> Result<Vec<String>, NaoFeito>,
    arquivo: &Path,
) -> Result<(), NaoFeito> {
    let mut quantas = 0_u64;
    let mut avisos = Vec::new();
    let mut anotar = |conta: &Conta<String>| {
        quantas += 1;
        if let Err(erro) = conta.nome.parse::<Nome>() {
            avisos.push(format!("Aviso: a conta {} não pode ser importada: {erro}.", conta.rg));
        }
    };
    if arquivo == Path::new("-") {
        let mut saida = SaidaPadrao::nova();
        let ilegiveis = percorrer(&mut |visita| match visita {
            Visita::Comeco => saida.json(&MarcaDeExportacao::Exportacao(MarcaDeExportacao::FORMA)),
            Visita::Conta(conta) => {
                anotar(conta);
                saida.json(&LinhaDeConta::de(conta))
            }
        })?;
        // Accounts that could not be read are counted too, so that an import of this output sees
        // that some are missing.
        saida.json(&MarcaDeExportacao::Contas(quantas + ilegiveis.len() as u64))?;
        saida.fechar()?;
        dizer(avisos);
        return recusar(ilegiveis);
    }
    let do_arquivo = |erro| NaoFeito::Arquivo(arquivo.to_path_buf(), erro);
    let mut saida = ArquivoInteiro::criar(arquivo).map_err(do_arquivo)?;
    let mut ilegiveis = percorrer(&mut |visita| {
        let escrita = match visita {
            Visita::Comeco => saida.json(&MarcaDeExportacao::Exportacao(MarcaDeExportacao::FORMA)),
            Visita::Conta(conta) => {
                anotar(conta);
                saida.json(&LinhaDeConta::de(conta))
            }
        };
        escrita.map_err(do_arquivo)
    })?;
    if !ilegiveis.is_empty() {
        ilegiveis.push("Nada foi exportado.".into());
        return recusar(ilegiveis);
    }
    saida.json(&MarcaDeExportacao::Contas(quantas)).map_err(do_arquivo)?;
    saida.terminar().map_err(do_arquivo)?;
    let feito = match quantas {
        1 => "1 conta exportada".into(),
        quantas => format!("{quantas} contas exportadas"),
    };
    avisos.push(format!("{feito} para {}.", arquivo.display()));
    dizer(avisos);
    Ok(())
}

/// Whether a file is, or would be, an account or a part of the journal of the bank itself.
fn e_do_banco(contas: &Path, arquivo: &Path) -> bool {
    let na_pasta = || {
        let pasta = arquivo.parent().filter(|pasta| !pasta.as_os_str().is_empty());
        Some(pasta.unwrap_or(Path::new(".")).canonicalize().ok()?.join(arquivo.file_name()?))
    };
    let inteiro = arquivo.canonicalize().ok().or_else(na_pasta);
    let (Some(inteiro), Ok(contas)) = (inteiro, contas.canonicalize()) else { return false };
    match inteiro.strip_prefix(contas).ok().and_then(Path::to_str) {
        Some(nome) => {
            nome.starts_with("diario/")
                || nome.strip_suffix(".json").is_some_and(|rg| rg.parse::<Rg>().is_ok())
        }
        None => false,
    }
}

/// A refusal with one sentence for each account that cannot be read, if there are any.
fn recusar(ilegiveis: Vec<String>) -> Result<(), NaoFeito> {
    if ilegiveis.is_empty() { Ok(()) } else { Err(NaoFeito::Recusada(ilegiveis)) }
}

/// Takes what a visit to all accounts brings.
pub(super) type VisitanteDeContas<'v> = dyn FnMut(Visita<'_>) -> Result<(), NaoFeito> + 'v;

/// What [`percorrer`] brings to its visitor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Visita<'c> {
    /// The bank can be read. This comes once, before all accounts.
    Comeco,
    Conta(&'c Conta<String>),
}

/// Visits every account that can be read, and returns a sentence for each one that cannot.
fn percorrer(
    contas: &Path,
    oque: &'static str,
    visitar: &mut VisitanteDeContas<'_>,
) -> Result<Vec<String>, NaoFeito> {
    let progresso = Progresso::novo();
    let disco = DiscoContado::abrir(contas, &progresso)?;
    let cadastro = Cadastro::abrir(&disco)?;
    progresso.comecar_leitura(oque, contas);
    let mut ilegiveis = Vec::new();
    let rgs = cadastro.rgs().map_err(|erro| NaoFeito::Banco(erro.into()))?;
    visitar(Visita::Comeco)?;
    for rg in rgs {
        match cadastro.conta(rg) {
            Ok(Some(conta)) => visitar(Visita::Conta(&conta))?,
            // The file has just been removed.
            Ok(None) => {}
            Err(erro) => ilegiveis.push(frase(rg, &erro)),
        }
    }
    progresso.terminar();
    Ok(ilegiveis)
}

fn frase(rg: Rg, erro: &ErroConta) -> String {
    match erro {
        ErroConta::Disco(causado) => format!("Conta {rg}: {erro} ({}).", causa(causado)),
        ErroConta::Ilegivel => format!("Conta {rg}: {erro}."),
    }
}

/// Writes sentences that are not data to standard error. If that fails, they are dropped.
fn dizer(frases: Vec<String>) {
    let _ = fala::dizer(frases);
}
