//! The server's sentences: why it ended, and what the system denies it.

use std::net::SocketAddr;

use pixson_administracao::frases::{NOMEADAS_MAX, de_aviso, de_presa, do_disco};
use pixson_core::banco::Aviso;
use pixson_core::banco::disco::Causa;
use pixson_linha::portugues::causa;
use pixson_rede::{Escassez, Limites};

use crate::queda::Queda;

/// Why the server ended without being asked to, or not as it should.
pub(crate) fn de_queda(queda: &Queda) -> String {
    match queda {
        Queda::Inicio(erro) => {
            format!("O banco não pôde ser iniciado ({}). Nada se perdeu.", do_disco(erro))
        }
        // The folder or the segment is no longer under its name: it was moved or removed.
        Queda::Armazenamento(erro) if Causa::de(erro).fora_do_lugar() => format!(
            "O servidor parou porque perdeu o diário ({}). O que foi confirmado até então está lá: \
             devolva-o ao seu lugar antes de reiniciar.",
            do_disco(erro)
        ),
        Queda::Armazenamento(erro) => format!(
            "O armazenamento falhou ({}): o resultado dos últimos pedidos é desconhecido. \
             Reinicie o servidor para recuperar o banco.",
            do_disco(erro)
        ),
        Queda::ArquivosAtrasados(erro) => format!(
            "Os arquivos das contas não puderam ser atualizados ({}). Nada do que foi \
             confirmado se perdeu: eles são atualizados quando o servidor inicia de novo.",
            do_disco(erro)
        ),
        Queda::ArquivosPresos(presas) => {
            let nomes: Vec<String> = presas.iter().take(NOMEADAS_MAX).map(de_presa).collect();
            let outras = match presas.len().saturating_sub(NOMEADAS_MAX) {
                0 => String::new(),
                outras => format!("; e outros {outras}"),
            };
            format!(
                "Servidor encerrado com arquivos de contas que não puderam ser regravados ({}{outras}). \
                 Nada do que foi confirmado se perdeu: os saldos estão no diário, e o próximo início \
                 tenta de novo.",
                nomes.join("; ")
            )
        }
        Queda::SemThread(erro) => {
            format!(
                "O sistema não permite criar as threads de que o servidor precisa ({}).",
                causa(erro)
            )
        }
        Queda::RelogioEsgotado => {
            "O relógio lógico se esgotou. Reinicie o servidor: o relógio volta a zero.".into()
        }
    }
}

/// Logs that fewer connections will be served than were asked for, and why.
pub(crate) fn avisar_de_escassez(escassez: Escassez, pedidas: usize, limites: &Limites) {
    let max_conexoes = limites.max_conexoes;
    match escassez {
        Escassez::Descritores(descritores) => tracing::warn!(
            pedidas,
            max_conexoes,
            descritores,
            "o sistema permite poucos descritores: menos conexões serão atendidas"
        ),
        Escassez::AreasDeMemoria => tracing::warn!(
            pedidas,
            max_conexoes,
            "o sistema permite poucas áreas de memória (vm.max_map_count): menos conexões serão atendidas"
        ),
        Escassez::EspacoDeEnderecos => tracing::warn!(
            pedidas,
            max_conexoes,
            "o sistema dá pouca memória virtual (ulimit -v ou -d): menos conexões serão atendidas"
        ),
    }
}

/// Logs who sees the live page.
pub(crate) fn avisar_do_tempo(endereco: SocketAddr) {
    tracing::warn!(%endereco, "/tempo mostra RGs e saldos a quem alcançar este endereço");
}

/// Logs what the operator of the server should know.
pub(crate) fn avisar(avisos: Vec<Aviso>) {
    for aviso in avisos {
        tracing::warn!("{}", de_aviso(&aviso));
    }
}
