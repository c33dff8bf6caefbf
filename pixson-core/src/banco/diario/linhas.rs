//! The good lines of a segment, read piece by piece.

use memchr::{memchr, memmem};

use super::registro::{Cabecalho, Linha, Registro, ler_linha, linha_inteira};
use crate::relogio::Carimbo;

/// How a record begins.
pub(super) const INICIO_DE_REGISTRO: &[u8] = b"{\"seq\":";

/// The good lines at the beginning of a segment, as far as they were read.
#[derive(Debug, Default)]
pub(super) struct LinhasBoas {
    pub(super) numero: u64,
    pub(super) cabecalho: Option<Cabecalho>,
    pub(super) fim_do_cabecalho: usize,
    /// The records that were asked for.
    pub(super) registros: Vec<Registro>,
    /// The stamp of the first of all.
    pub(super) primeiro: Option<Carimbo>,
    /// Where each of all ends, in bytes from the beginning of the segment.
    pub(super) fins: Vec<usize>,
    /// The greatest `sinc` of all.
    pub(super) sinc: u64,
    /// How many bytes these lines have.
    pub(super) validos: usize,
    /// The line behind them is whole, and not the one that has to come: nothing after it is read.
    pub(super) parou: bool,
}

impl LinhasBoas {
    pub(super) fn do_segmento(numero: u64) -> Self {
        Self { numero, ..Self::default() }
    }

    /// Reads the lines that `bytes`, which follow those that were read before, begin with, and keeps the records
    /// that `fica` asks for. Gives the length of these lines; what is left is to come again, with more behind
    /// it. Of lines without the text `so_com` the checksum alone is looked at, but for the first ones.
    pub(super) fn ler(
        &mut self,
        bytes: &[u8],
        so_com: Option<&[u8]>,
        fica: &mut impl FnMut(&Registro) -> bool,
    ) -> usize {
        let mut busca = so_com.map(|texto| Busca { texto, bytes, achado: None });
        let mut lidos = 0;
        while let Some(tamanho) = self.linha(bytes, lidos, busca.as_mut(), fica) {
            lidos += tamanho;
            self.validos += tamanho;
            if self.fim_do_cabecalho == 0 {
                self.fim_do_cabecalho = tamanho;
            } else {
                self.fins.push(self.validos);
            }
        }
        self.parou = memchr(b'\n', &bytes[lidos..]).is_some();
        lidos
    }

    /// The length of the line that begins at `inicio`, if it is whole and the one that has to come.
    fn linha(
        &mut self,
        bytes: &[u8],
        inicio: usize,
        busca: Option<&mut Busca<'_>>,
        fica: &mut impl FnMut(&Registro) -> bool,
    ) -> Option<usize> {
        let sem = busca.filter(|_| self.primeiro.is_some());
        if let Some(tamanho) = sem.and_then(|busca| busca.linha_sem(inicio)) {
            return Some(tamanho);
        }
        let (linha, tamanho) = ler_linha(&bytes[inicio..])?;
        match (linha, self.cabecalho) {
            (Linha::Cabecalho(cabecalho), None) if cabecalho.segmento == self.numero => {
                self.cabecalho = Some(cabecalho);
            }
            (Linha::Registro(registro), Some(Cabecalho { seq, epoca, .. }))
                if (registro.seq, registro.epoca) == (seq + self.fins.len() as u64, epoca) =>
            {
                self.primeiro.get_or_insert(registro.carimbo);
                self.sinc = self.sinc.max(registro.sinc);
                if fica(&registro) {
                    self.registros.push(registro);
                }
            }
            _ => return None,
        }
        Some(tamanho)
    }
}

/// The search for the lines of a segment that have a text in them.
struct Busca<'b> {
    texto: &'b [u8],
    bytes: &'b [u8],
    /// Where the text comes next, or the end of the bytes.
    achado: Option<usize>,
}

impl Busca<'_> {
    /// The length of the line that begins here, if it is a record with a right checksum and without the
    /// text.
    fn linha_sem(&mut self, inicio: usize) -> Option<usize> {
        let achado = match self.achado {
            Some(achado) if achado >= inicio => achado,
            _ => {
                let resto = &self.bytes[inicio..];
                let achado =
                    memmem::find(resto, self.texto).map_or(self.bytes.len(), |n| inicio + n);
                *self.achado.insert(achado)
            }
        };
        let linha = self.bytes[inicio..].strip_prefix(INICIO_DE_REGISTRO)?;
        let tamanho = INICIO_DE_REGISTRO.len() + memchr(b'\n', linha)? + 1;
        (inicio + tamanho <= achado && linha_inteira(&self.bytes[inicio..])).then_some(tamanho)
    }
}
