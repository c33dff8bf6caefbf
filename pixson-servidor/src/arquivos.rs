//! The bank in files as a server has it: its checkpoints, and what goes wrong with files.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use pixson_administracao::frases::{de_presa, do_disco};
use pixson_core::banco::BancoJson;
use pixson_core::{Rg, Saldo};
use pixson_metricas::{InstantaneoDeArquivos, InstantaneoDoBanco};
use pixson_observacao::{Observacao, Queixa};

use crate::frases::avisar;
use crate::queda::Queda;
use crate::servida::BancoServido;

/// How often, at most, the log says that the storage refuses requests: every 10 s.
const SEM_ESPACO: Duration = Duration::from_secs(10);

/// When the log has last said that the storage refuses requests.
#[derive(Debug)]
pub(crate) struct QueixaDeRecusas(Queixa);

impl Default for QueixaDeRecusas {
    fn default() -> Self {
        Self(Queixa::a_cada(SEM_ESPACO))
    }
}

impl BancoServido for BancoJson {
    type Cuidado = QueixaDeRecusas;

    fn iniciar(&self) -> Result<(), Queda> {
        Self::iniciar(self).map_err(Queda::Inicio)
    }

    fn anunciar(&self, endereco: SocketAddr, lacos: usize) {
        let (epoca, por_recuperar) = (self.epoca(), self.contas_por_recuperar());
        tracing::info!(%endereco, epoca, lacos, por_recuperar, "servidor iniciado");
    }

    /// Makes a checkpoint, which brings the account files up to the journal.
    fn cuidar(&self, QueixaDeRecusas(queixa): &mut QueixaDeRecusas, observacao: &Observacao) {
        let publicado = self.publicar();
        // If the disk has failed, the server ends and gives that reason itself.
        let recusou = observacao.recusou() && !self.falhou();
        if recusou && queixa.cabe() {
            tracing::warn!(
                "pedidos recusados: falta espaço em disco, ou faltam descritores; \
                 o servidor volta a aceitá-los quando houver"
            );
        }
        match publicado {
            Ok(avisos) => avisar(avisos),
            Err(_) if self.falhou() => observacao.parar(),
            // Space or file descriptors are short: the next checkpoint tries again.
            Err(erro) => {
                let erro = do_disco(&erro);
                tracing::debug!(erro, "arquivos das contas atrasados");
            }
        }
    }

    fn fechar(&self) -> Result<(), Queda> {
        let queda = |erro| {
            if self.falhou() { Queda::Armazenamento(erro) } else { Queda::ArquivosAtrasados(erro) }
        };
        Self::fechar(self).map(avisar).map_err(queda)
    }

    fn conferir_fim(&self) -> Result<(), Queda> {
        let presas = self.presas();
        if presas.is_empty() { Ok(()) } else { Err(Queda::ArquivosPresos(presas)) }
    }

    fn epoca(&self) -> u64 {
        Self::epoca(self)
    }

    fn instantaneo(&self) -> InstantaneoDoBanco {
        InstantaneoDoBanco::Arquivos(InstantaneoDeArquivos {
            diario: self.medidas(),
            atrasados: self.registros_atrasados(),
            por_recuperar: self.contas_por_recuperar(),
            presas: self.presas(),
            falhas: self.falhas_do_disco(),
        })
    }

    fn saldos(&self, contas: &BTreeSet<Rg>) -> BTreeMap<Rg, Saldo> {
        self.saldos_sem_esperar(contas.iter().copied())
    }

    fn queixas(&self) -> Vec<String> {
        self.presas().iter().map(de_presa).collect()
    }

    fn saudavel(&self) -> bool {
        !self.falhou()
    }
}
