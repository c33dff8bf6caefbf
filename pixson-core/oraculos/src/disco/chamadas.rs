//! The calls of a program to the disk: each is counted, and fails if a fault is planned for it.

use std::io::{self, ErrorKind};
use std::sync::MutexGuard;

use super::arquivo::{ArquivoModelo, Mudanca, MudancaDeNome, pasta_de};
use super::falha::{Chamada, ModoDeFalhar};
use super::{DiscoModelo, EstadoDoDisco};
use pixson_core::banco::disco::{Aspecto, Disco, Marca};

/// A file that is open for writing; or a lock, which is released when this is dropped.
#[derive(Debug)]
pub struct Aberto {
    disco: DiscoModelo,
    arquivo: usize,
    trava: Option<String>,
}

impl Drop for Aberto {
    fn drop(&mut self) {
        if let Some(trava) = &self.trava {
            self.disco.trancar().travados.retain(|nome| nome != trava);
        }
    }
}

impl DiscoModelo {
    /// Counts a call. `Err` if a fault is planned for it.
    fn chamar(&self, qual: Chamada) -> Result<MutexGuard<'_, EstadoDoDisco>, ModoDeFalhar> {
        let mut estado = self.trancar();
        let chamada = estado.chamadas;
        estado.chamadas += 1;
        let Some(falha) = estado.falha else { return Ok(estado) };
        let chegou = chamada == falha.chamada || falha.para_sempre && chamada > falha.chamada;
        if chegou && falha.especie.atinge(qual) {
            return Err(falha.especie);
        }
        Ok(estado)
    }

    fn aberto(&self, arquivo: usize, trava: Option<&str>) -> Aberto {
        Aberto { disco: self.clone(), arquivo, trava: trava.map(str::to_owned) }
    }
}

impl Disco for DiscoModelo {
    type Arquivo = Aberto;

    fn travar(&self, nome: &str) -> io::Result<Aberto> {
        let mut estado = self.chamar(Chamada::Outra)?;
        if estado.travados.iter().any(|travado| travado == nome) {
            return Err(ErrorKind::WouldBlock.into());
        }
        estado.travados.push(nome.to_owned());
        drop(estado);
        Ok(self.aberto(usize::MAX, Some(nome)))
    }

    fn criar_pasta(&self, _: &str) -> io::Result<()> {
        drop(self.chamar(Chamada::PrecisaDeEspaco)?);
        Ok(())
    }

    fn listar(&self, pasta: &str) -> io::Result<Vec<String>> {
        let estado = self.chamar(Chamada::Outra)?;
        let nomes = estado.nomes.keys().filter(|nome| pasta_de(nome) == pasta);
        Ok(nomes.map(|nome| nome.rsplit('/').next().unwrap_or(nome).to_owned()).collect())
    }

    fn ler(&self, nome: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let estado = self.chamar(Chamada::Outra)?;
        let conteudo = estado.nomes.get(nome).map(|&arquivo| estado.arquivos[arquivo].conteudo());
        match conteudo {
            Some(conteudo) if conteudo.len() as u64 > max_bytes => {
                Err(ErrorKind::FileTooLarge.into())
            }
            conteudo => Ok(conteudo),
        }
    }

    fn criar(&self, nome: &str, _: Option<&str>) -> io::Result<Aberto> {
        let mut estado = self.chamar(Chamada::PrecisaDeEspaco)?;
        let (arquivo, escrito) = (estado.arquivos.len(), estado.avancar());
        estado.arquivos.push(ArquivoModelo { escrito, ..ArquivoModelo::default() });
        estado.nomes.insert(nome.to_owned(), arquivo);
        estado.nomes_pendentes.push(MudancaDeNome::Criar(nome.to_owned(), arquivo));
        drop(estado);
        Ok(self.aberto(arquivo, None))
    }

    fn escrever(&self, arquivo: &Aberto, posicao: u64, bytes: &[u8]) -> io::Result<()> {
        let posicao = usize::try_from(posicao).expect("a small disk");
        let escrita = Mudanca::Escrita { posicao, bytes: bytes.to_vec() };
        // Space that the file has already can be overwritten on a full disk.
        let tem = self.trancar().arquivos[arquivo.arquivo].conteudo().len();
        let novo = posicao + bytes.len() > tem;
        match self.chamar(if novo { Chamada::PrecisaDeEspaco } else { Chamada::Outra }) {
            Ok(mut estado) => {
                estado.mudar(arquivo.arquivo, escrita);
                Ok(())
            }
            Err(especie) => {
                if especie != ModoDeFalhar::Eio {
                    let metade = escrita.rasgada(bytes.len() / 2);
                    self.trancar().mudar(arquivo.arquivo, metade);
                }
                Err(especie.into())
            }
        }
    }

    fn cortar(&self, arquivo: &Aberto, bytes: u64) -> io::Result<()> {
        let tamanho = usize::try_from(bytes).expect("a small disk");
        let mut estado = self.chamar(Chamada::Outra)?;
        estado.mudar(arquivo.arquivo, Mudanca::Corte(tamanho));
        Ok(())
    }

    fn sincronizar(&self, arquivo: &Aberto) -> io::Result<()> {
        match self.chamar(Chamada::Sincroniza) {
            Ok(mut estado) => {
                let ArquivoModelo { duravel, pendentes, .. } =
                    &mut estado.arquivos[arquivo.arquivo];
                pendentes.drain(..).for_each(|mudanca| mudanca.aplicar(duravel));
                Ok(())
            }
            Err(especie) => {
                let ArquivoModelo { pendentes, perdidas, .. } =
                    &mut self.trancar().arquivos[arquivo.arquivo];
                perdidas.append(pendentes);
                Err(especie.into())
            }
        }
    }

    fn renomear(&self, de: &str, para: &str) -> io::Result<()> {
        let mut estado = self.chamar(Chamada::Outra)?;
        if estado.presos.iter().any(|preso| preso == para) {
            return Err(ErrorKind::ResourceBusy.into());
        }
        let arquivo = *estado.nomes.get(de).ok_or(ErrorKind::NotFound)?;
        let mudanca = MudancaDeNome::Renomear(de.to_owned(), para.to_owned(), arquivo);
        mudanca.aplicar(&mut estado.nomes);
        estado.nomes_pendentes.push(mudanca);
        Ok(())
    }

    fn sincronizar_pasta(&self, pasta: &str) -> io::Result<()> {
        let mut estado = self.chamar(Chamada::Sincroniza)?;
        let EstadoDoDisco { nomes_pendentes, nomes_duraveis, .. } = &mut *estado;
        nomes_pendentes.retain(|mudanca| {
            let desta = mudanca.pasta() == pasta;
            if desta {
                mudanca.aplicar(nomes_duraveis);
            }
            !desta
        });
        Ok(())
    }

    fn apagar(&self, nome: &str) -> io::Result<()> {
        let mut estado = self.chamar(Chamada::Outra)?;
        estado.nomes.get(nome).ok_or(ErrorKind::NotFound)?;
        let mudanca = MudancaDeNome::Apagar(nome.to_owned());
        mudanca.aplicar(&mut estado.nomes);
        estado.nomes_pendentes.push(mudanca);
        Ok(())
    }

    fn marca(&self, arquivo: &Aberto) -> io::Result<Marca> {
        Ok(self.trancar().marca(arquivo.arquivo))
    }

    fn marca_de_nome(&self, nome: &str) -> io::Result<Option<Marca>> {
        let estado = self.chamar(Chamada::Outra)?;
        Ok(estado.nomes.get(nome).map(|&arquivo| estado.marca(arquivo)))
    }

    fn aspecto(&self, nome: &str) -> io::Result<Option<Aspecto>> {
        let estado = self.chamar(Chamada::Outra)?;
        let arquivo = estado.nomes.get(nome).map(|&arquivo| &estado.arquivos[arquivo]);
        Ok(arquivo.map(|arquivo| Aspecto {
            bytes: arquivo.conteudo().len() as u64,
            escrito: arquivo.escrito,
        }))
    }
}

impl EstadoDoDisco {
    /// The next instant.
    pub(super) fn avancar(&mut self) -> u64 {
        self.instante += 1;
        self.instante
    }

    fn mudar(&mut self, arquivo: usize, mudanca: Mudanca) {
        let escrito = self.avancar();
        let mudado = &mut self.arquivos[arquivo];
        mudado.pendentes.push(mudanca);
        mudado.escrito = escrito;
    }

    fn marca(&self, arquivo: usize) -> Marca {
        Marca { diretorio: 0, numero: arquivo as u64, nascido: self.arquivos[arquivo].copiado }
    }
}
