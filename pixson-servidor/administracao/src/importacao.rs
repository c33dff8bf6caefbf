//! The import of accounts from a file, one in each line: all of them, or none.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use pixson_core::banco::{Abertura, Cadastro, Conflito, Conta, ErroAbrirContas};
use pixson_core::{Relogio, Rg};
use pixson_linha::entrada::{LINHA_MAX_BYTES, sem_marca};
use pixson_linha::quantia::Reais;
use serde::Serialize;

use super::alteracao::{abertura, abrir, concluir, dizer, existente, indisponivel, ou_fechar};
use super::linhas::{Lida, MarcaDeExportacao, ler_conta, ler_linha};
use super::nao_feito::NaoFeito;
use super::progresso::{DiscoContado, Passos, Progresso};

/// How many wrong lines end the reading of an import.
const ERRADAS_MAX: usize = 1000;

/// Accounts, and the lines that they come from.
#[derive(Default)]
struct Lidas {
    contas: Vec<Conta>,
    /// The number of the line of each account, sorted by RG at the end.
    linhas: Vec<(Rg, u64)>,
}

#[derive(Serialize)]
struct Importadas {
    contas: usize,
    centavos: u128,
}

/// Opens all accounts of a file, or none.
pub(super) fn importar(contas: &Path, arquivo: &Path, json: bool) -> Result<(), NaoFeito> {
    // A bank that cannot be used is reported before the file is read, whatever the file holds.
    drop(Cadastro::abrir(&DiscoContado::abrir(contas, &Progresso::novo())?)?);
    importar_por(arquivo, json, |abertura, linhas| {
        let (banco, progresso) = abrir(contas)?;
        let quantas = abertura.contas().len();
        // Each account is looked for twice: before the run begins, and again under its lock.
        progresso.comecar("Conferindo", Passos::Leituras, quantas.saturating_mul(2));
        let aberta = banco.abrir_contas(abertura, &Relogio::novo());
        progresso.terminar();
        let aberta = aberta.map_err(|erro| match erro {
            ErroAbrirContas::Existentes(conflitos) => linhas.recusar(&conflitos),
            erro => indisponivel(&erro),
        });
        let gestao = ou_fechar(&banco, aberta)?;
        concluir(&banco, gestao, &progresso, quantas)
    })
}

/// The same with a bank that `abrir` opens them in.
pub(super) fn importar_por(
    arquivo: &Path,
    json: bool,
    abrir: impl FnOnce(&Abertura, &LinhasDasContas) -> Result<(), NaoFeito>,
) -> Result<(), NaoFeito> {
    let do_arquivo = |erro| NaoFeito::Arquivo(arquivo.to_path_buf(), erro);
    let lidas = if arquivo == Path::new("-") {
        ler(io::stdin().lock())
    } else {
        File::open(arquivo).and_then(|arquivo| ler(BufReader::new(arquivo)))
    };
    let Lidas { contas: novas, linhas } = lidas.map_err(do_arquivo)?.map_err(nada_importado)?;
    let quantas = novas.len();
    let centavos: u128 = novas.iter().map(|conta| u128::from(conta.saldo.centavos())).sum();
    if quantas > 0 {
        abrir(&abertura(novas)?, &LinhasDasContas(linhas))?;
    }
    dizer(|saida| {
        if json {
            saida.json(&Importadas { contas: quantas, centavos })?;
        } else {
            let feito = match quantas {
                1 => "1 conta importada".into(),
                quantas => format!("{quantas} contas importadas"),
            };
            saida.linha(&format!("{feito}, com {} ao todo.", Reais::from(centavos)))?;
        }
        Ok(())
    })
}

/// The number of the line of each account, sorted by RG.
pub(super) struct LinhasDasContas(Vec<(Rg, u64)>);

impl LinhasDasContas {
    /// Nothing was imported, since these accounts are there.
    pub(super) fn recusar(&self, conflitos: &[Conflito]) -> NaoFeito {
        nada_importado(conflitos.iter().map(|conflito| na_linha(conflito, &self.0)).collect())
    }
}

/// Reads accounts, one in each line. `Err` has a sentence for each wrong line. Reading is bounded,
/// so that an endless input ends, and no more accounts are kept than one import may have.
fn ler(mut fonte: impl io::BufRead) -> io::Result<Result<Lidas, Vec<String>>> {
    let mut leitura = LeituraDeContas::default();
    let mut bytes = Vec::new();
    let mut fim = None;
    for numero in 1_u64.. {
        let lida = ler_linha(&mut fonte, &mut bytes)?;
        let linha = match numero {
            1 => sem_marca(&bytes),
            _ => &bytes,
        };
        match lida {
            Lida::Fim => {
                leitura.terminar();
                break;
            }
            Lida::Longa => {
                leitura.errar(numero, format!("a linha tem mais de {LINHA_MAX_BYTES} bytes"));
            }
            Lida::Linha if linha.trim_ascii().is_empty() => {}
            Lida::Linha => leitura.linha(numero, linha),
        }
        if leitura.bytes > Abertura::MAX_BYTES {
            fim = Some(format!(
                "São contas demais: até a linha {numero} já passam de {} MiB no diário, o máximo \
                 de uma importação. Divida a entrada.",
                Abertura::MAX_BYTES >> 20
            ));
            break;
        }
        if leitura.erradas.len() >= ERRADAS_MAX {
            fim = Some("São erros demais: as outras linhas não foram lidas.".into());
            break;
        }
    }
    Ok(leitura.concluir(fim))
}

/// What has been read so far.
#[derive(Default)]
struct LeituraDeContas {
    lidas: Lidas,
    /// How many bytes the accounts will take in the journal.
    bytes: usize,
    erradas: Vec<(u64, String)>,
    contagem: Contagem,
}

/// The check of the lines of an export that begin it and that give the number of its accounts.
#[derive(Default)]
struct Contagem {
    /// How many lines that should be accounts came since the last such line.
    linhas: u64,
    /// The line that begins an export whose end has not come yet.
    aberta: Option<u64>,
    /// The line of the last count, if neither an account nor another export came after it.
    feita: Option<u64>,
    houve: bool,
}

impl LeituraDeContas {
    fn errar(&mut self, numero: u64, motivo: impl Into<String>) {
        self.erradas.push((numero, motivo.into()));
    }

    fn linha(&mut self, numero: u64, linha: &[u8]) {
        match MarcaDeExportacao::ler(linha) {
            Some(MarcaDeExportacao::Exportacao(forma)) => self.abrir(numero, forma),
            Some(MarcaDeExportacao::Contas(quantas)) => self.contar(numero, quantas),
            None => self.conta(numero, linha),
        }
    }

    fn conta(&mut self, numero: u64, linha: &[u8]) {
        self.contagem.linhas += 1;
        if let Some(feita) = self.contagem.feita.take() {
            self.errar(
                numero,
                format!("vem depois da linha {feita}, que diz quantas contas são: corrija-a"),
            );
        }
        match ler_conta(linha) {
            Ok(conta) => {
                self.bytes += conta.bytes_no_diario();
                self.lidas.linhas.push((conta.rg, numero));
                self.lidas.contas.push(conta);
            }
            Err(motivo) => self.errar(numero, motivo),
        }
    }

    fn abrir(&mut self, numero: u64, forma: u64) {
        self.terminar();
        if forma != MarcaDeExportacao::FORMA {
            self.errar(numero, "a exportação é de uma versão que este programa não conhece");
        } else if self.contagem.linhas > 0 {
            self.errar(numero, "uma exportação começa depois de contas que não são dela");
        }
        self.contagem = Contagem { aberta: Some(numero), houve: true, ..Contagem::default() };
    }

    fn contar(&mut self, numero: u64, quantas: u64) {
        let vieram = self.contagem.linhas;
        if vieram != quantas {
            self.errar(
                numero,
                format!(
                    "diz que são {quantas} contas, e antes dela há {vieram}: a entrada pode ter \
                         sido cortada ou alterada"
                ),
            );
        }
        self.contagem = Contagem { feita: Some(numero), houve: true, ..Contagem::default() };
    }

    /// Called when the input ends or another export begins: the one before must have had its end.
    fn terminar(&mut self) {
        if let Some(inicio) = self.contagem.aberta.take() {
            self.errar(
                inicio,
                "a exportação que começa aqui não chega à linha que diz quantas contas são: a \
                 entrada pode ter sido cortada",
            );
        }
    }

    fn concluir(mut self, fim: Option<String>) -> Result<Lidas, Vec<String>> {
        self.lidas.linhas.sort_unstable();
        for [(rg, antes), (outro, numero)] in self.lidas.linhas.array_windows() {
            if rg == outro {
                self.erradas.push((*numero, format!("o RG {rg} já está na linha {antes}")));
            }
        }
        let certa = self.erradas.is_empty() && fim.is_none();
        if certa && self.lidas.contas.is_empty() && !self.contagem.houve {
            return Err(vec!["A entrada não tem nenhuma conta.".into()]);
        } else if certa {
            return Ok(self.lidas);
        }
        self.erradas.sort_unstable();
        let demais = self.erradas.len() > ERRADAS_MAX;
        self.erradas.truncate(ERRADAS_MAX);
        let fim =
            fim.or_else(|| demais.then(|| "São erros demais: os outros não são ditos.".into()));
        let erradas = self.erradas.into_iter();
        let frases = erradas.map(|(numero, motivo)| format!("Linha {numero}: {motivo}."));
        Err(frases.chain(fim).collect())
    }
}

fn nada_importado(mut frases: Vec<String>) -> NaoFeito {
    frases.push("Nada foi importado.".into());
    NaoFeito::Recusada(frases)
}

fn na_linha(conflito: &Conflito, linhas: &[(Rg, u64)]) -> String {
    let indice = linhas.partition_point(|(rg, _)| *rg < conflito.rg);
    let numero = linhas.get(indice).map_or(0, |(_, numero)| *numero);
    existente(conflito, &format!("Linha {numero}: a conta"))
}
