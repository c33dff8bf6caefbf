//! A disk in memory that keeps through a power cut only what was synced, and fails when it is told
//! to.
//!
//! Between two syncs it remembers every write and every change of a name singly. A power cut lets
//! any of them come true, wholly, in part or not at all.
//!
//! Its lock is that of std even under the schedule explorer: no thread waits for anything while it
//! holds the lock, so that there is nothing to explore.

mod arquivo;
mod chamadas;
mod falha;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::arquivo::{ArquivoModelo, Mudanca, MudancaDeNome, Nomes};
pub use self::chamadas::Aberto;
pub use self::falha::{Corte, FalhaDoDisco, ModoDeFalhar};
use pixson_core::tipos::{Rg, Saldo};

/// A disk in memory that keeps through a power cut only what was synced, and fails when it is told
/// to. Clones are the same disk. Needs the feature `json`.
///
/// Between two syncs it remembers every write and every change of a name singly. A power cut
/// ([`DiscoModelo::depois_de`]) lets any of them come true, wholly, in part or not at all.
///
/// ```
/// use pixson_core::banco::{Banco, BancoJson, ConfiguracaoJson};
/// use pixson_oraculos::{Corte, DiscoModelo};
/// use pixson_core::{Operacao, Relogio};
///
/// let conta = r#"{"rg": "1", "nome": "Ana", "saldo": 10.0}"#;
/// let disco = DiscoModelo::com_arquivos([("1.json".to_owned(), conta.to_owned())]);
/// let (banco, _) = BancoJson::abrir_em(disco.clone(), ConfiguracaoJson::default())?;
/// let saque = Operacao::Saque { rg: "1".parse()?, valor: "2.5".parse()? };
/// let execucao = banco.executar(saque, &Relogio::novo())?;
/// banco.confirmar(execucao.recibo)?;
/// drop(banco);
///
/// // The power goes: what was confirmed is there, though no checkpoint was made.
/// let disco = disco.depois_de(&mut Corte::Nada);
/// let (banco, _) = BancoJson::abrir_em(disco.clone(), ConfiguracaoJson::default())?;
/// banco.fechar()?;
/// let conta = disco.conteudo("1.json").unwrap_or_default();
/// assert_eq!(String::from_utf8(conta)?, r#"{"rg": "1", "nome": "Ana", "saldo": 7.5}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DiscoModelo(Arc<Mutex<EstadoDoDisco>>);

#[derive(Debug, Default)]
struct EstadoDoDisco {
    arquivos: Vec<ArquivoModelo>,
    /// Names as a running program sees them, and as a power cut leaves them.
    nomes: Nomes,
    nomes_duraveis: Nomes,
    nomes_pendentes: Vec<MudancaDeNome>,
    travados: Vec<String>,
    /// Names of files that cannot be replaced.
    presos: Vec<String>,
    chamadas: usize,
    /// How many times a file was written: the instants of this disk.
    instante: u64,
    falha: Option<FalhaDoDisco>,
}

impl DiscoModelo {
    /// A disk with these files, all durable.
    pub fn com_arquivos(arquivos: impl IntoIterator<Item = (String, String)>) -> Self {
        let disco = Self::default();
        {
            let mut estado = disco.trancar();
            for (nome, conteudo) in arquivos {
                let numero = estado.arquivos.len();
                let duravel = conteudo.into_bytes();
                estado.arquivos.push(ArquivoModelo { duravel, ..ArquivoModelo::default() });
                estado.nomes.insert(nome.clone(), numero);
                estado.nomes_duraveis.insert(nome, numero);
            }
        }
        disco
    }

    /// A disk with these accounts. The holder's name is `N` and the RG.
    pub fn com_contas(contas: &BTreeMap<Rg, Saldo>) -> Self {
        Self::com_arquivos(contas.iter().map(|(rg, saldo)| {
            let texto = format!(r#"{{"rg": "{rg}", "nome": "N{rg}", "saldo": {saldo}}}"#);
            (format!("{rg}.json"), texto)
        }))
    }

    /// From now on calls are counted from 0, and fail as `falha` says.
    pub fn programar(&self, falha: Option<FalhaDoDisco>) {
        let mut estado = self.trancar();
        estado.chamadas = 0;
        estado.falha = falha;
    }

    /// How many calls there were since [`DiscoModelo::programar`].
    pub fn chamadas(&self) -> usize {
        self.trancar().chamadas
    }

    /// How many bytes have been written and not synced.
    pub fn bytes_pendentes(&self) -> usize {
        let estado = self.trancar();
        estado.arquivos.iter().flat_map(|arquivo| &arquivo.pendentes).map(Mudanca::bytes).sum()
    }

    /// The disk after a power cut or a kill at this moment: another disk, which works.
    #[must_use]
    pub fn depois_de(&self, corte: &mut Corte) -> Self {
        let estado = self.trancar();
        let mut novo = EstadoDoDisco {
            nomes: estado.nomes_duraveis.clone(),
            presos: estado.presos.clone(),
            instante: estado.instante,
            ..EstadoDoDisco::default()
        };
        for arquivo in &estado.arquivos {
            let mut duravel = arquivo.duravel.clone();
            for mudanca in &arquivo.pendentes {
                if let Some(mudanca) = corte.sobra(mudanca) {
                    mudanca.aplicar(&mut duravel);
                }
            }
            novo.arquivos.push(ArquivoModelo {
                duravel,
                copiado: arquivo.copiado,
                escrito: arquivo.escrito,
                ..ArquivoModelo::default()
            });
        }
        for mudanca in &estado.nomes_pendentes {
            if corte.sobra_nome() {
                mudanca.aplicar(&mut novo.nomes);
            }
        }
        novo.nomes_duraveis = novo.nomes.clone();
        Self(Arc::new(Mutex::new(novo)))
    }

    /// The content of a file as a program would read it.
    pub fn conteudo(&self, nome: &str) -> Option<Vec<u8>> {
        let estado = self.trancar();
        estado.nomes.get(nome).map(|&arquivo| estado.arquivos[arquivo].conteudo())
    }

    /// Changes a file as another program would, durably.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn editar(&self, nome: &str, conteudo: &[u8]) {
        let mut estado = self.trancar();
        let arquivo = estado.nomes[nome];
        let (duravel, escrito) = (conteudo.to_vec(), estado.avancar());
        estado.arquivos[arquivo] = ArquivoModelo { duravel, escrito, ..ArquivoModelo::default() };
    }

    /// Changes the bytes of a file as a failing medium does: the disk says that it was written when it
    /// was. Nothing is changed if there is no such file.
    pub fn apodrecer(&self, nome: &str, conteudo: &[u8]) {
        let mut estado = self.trancar();
        let Some(&arquivo) = estado.nomes.get(nome) else { return };
        let (duravel, escrito) = (conteudo.to_vec(), estado.arquivos[arquivo].escrito);
        estado.arquivos[arquivo] = ArquivoModelo { duravel, escrito, ..ArquivoModelo::default() };
    }

    /// From now on a file cannot be replaced, as if something were mounted on it; or it can again.
    pub fn prender(&self, nome: &str, preso: bool) {
        let mut estado = self.trancar();
        estado.presos.retain(|outro| outro != nome);
        estado.presos.extend(preso.then(|| nome.to_owned()));
    }

    /// From now on every file can be replaced.
    pub fn soltar_todos(&self) {
        self.trancar().presos.clear();
    }

    /// Removes a file as another program would, durably.
    pub fn remover(&self, nome: &str) {
        let mut estado = self.trancar();
        estado.nomes.remove(nome);
        estado.nomes_duraveis.remove(nome);
    }

    /// Adds a file as another program would, durably, in place of one that has the name.
    pub fn acrescentar(&self, nome: &str, conteudo: &[u8]) {
        let mut estado = self.trancar();
        let numero = estado.arquivos.len();
        let (duravel, escrito) = (conteudo.to_vec(), estado.avancar());
        estado.arquivos.push(ArquivoModelo { duravel, escrito, ..ArquivoModelo::default() });
        estado.nomes.insert(nome.to_owned(), numero);
        estado.nomes_duraveis.insert(nome.to_owned(), numero);
    }

    /// Copies a file, as a running program would read it, to another disk, durably. The copy keeps the
    /// instant at which it was written.
    pub fn copiar(&self, nome: &str, para: &Self) {
        let Some(conteudo) = self.conteudo(nome) else { return };
        let (copiado, escrito, instante) = {
            let estado = self.trancar();
            let arquivo = estado.nomes.get(nome).map(|&arquivo| &estado.arquivos[arquivo]);
            let (copiado, escrito) = arquivo.map_or((0, 0), |um| (um.copiado, um.escrito));
            (copiado, escrito, estado.instante)
        };
        let mut estado = para.trancar();
        estado.instante = estado.instante.max(instante);
        let numero = estado.arquivos.len();
        let copiado = copiado + 1;
        estado.arquivos.push(ArquivoModelo {
            duravel: conteudo,
            copiado,
            escrito,
            ..ArquivoModelo::default()
        });
        estado.nomes.insert(nome.to_owned(), numero);
        estado.nomes_duraveis.insert(nome.to_owned(), numero);
    }

    /// The names of all files, with their folders, in order.
    pub fn nomes(&self) -> Vec<String> {
        self.trancar().nomes.keys().cloned().collect()
    }

    fn trancar(&self) -> MutexGuard<'_, EstadoDoDisco> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
