//! From the arguments to a running server: what is refused, and in which words.

use std::io::ErrorKind;
use std::net::TcpListener;

use pixson_administracao::frases::de_abertura;
use pixson_core::Servico;
#[cfg(feature = "postgres")]
use pixson_core::banco::BancoPostgres;
use pixson_core::banco::disco::DiscoReal;
use pixson_core::banco::{BancoJson, ConfiguracaoJson, ErroAbrir};
use pixson_linha::portugues::causa;
use pixson_metricas::Painel;

use crate::argumentos::Argumentos;
use crate::frases;
use crate::rastro;
use crate::servida::BancoServido;
use crate::servidor::{ServidorDeContas, Vistas};

/// The backlog of the listener, in connections: as many as Linux allows by default.
const FILA_MAX: i32 = 4096;

/// Serves until the end. An error is a sentence for the person who started the program.
pub(crate) fn servir(argumentos: &Argumentos) -> Result<(), String> {
    // Errors that do not need the bank are found before the bank is opened.
    let ouvinte = escutar(&argumentos.host, argumentos.porta)?;
    let painel = argumentos.metricas.as_deref().map(painel).transpose()?;
    if argumentos.painel_tempo
        && let Some(painel) = &painel
    {
        frases::avisar_do_tempo(painel.endereco());
    }
    #[cfg(feature = "postgres")]
    if let Some((configuracao, aviso)) = argumentos.postgres() {
        if let Some(aviso) = aviso {
            tracing::warn!("{aviso}");
        }
        let banco = BancoPostgres::abrir(configuracao)
            .map_err(|erro| format!("O banco não pôde ser aberto em {erro}."))?;
        return servir_banco(argumentos, banco, ouvinte, painel);
    }
    let contas = &argumentos.contas;
    let segmentos_retidos = argumentos.segmentos;
    let configuracao = ConfiguracaoJson { segmentos_retidos, ..ConfiguracaoJson::default() };
    let (banco, avisos) = DiscoReal::abrir(contas)
        .map_err(ErroAbrir::from)
        .and_then(|disco| BancoJson::abrir_em(disco, configuracao))
        .map_err(|erro| de_abertura(contas, &erro))?;
    frases::avisar(avisos);
    servir_banco(argumentos, banco, ouvinte, painel)
}

fn servir_banco<B: BancoServido>(
    argumentos: &Argumentos,
    banco: B,
    ouvinte: TcpListener,
    painel: Option<Painel>,
) -> Result<(), String> {
    let conducao = argumentos.conducao(banco.distante());
    let limites = argumentos.limites.valores();
    let limites = limites.ajustados(conducao, frases::avisar_de_escassez);
    let mut rastro = rastro::comecar(argumentos, banco.epoca())?;
    let banco = match &mut rastro {
        Some(rastro) => banco.rastreado(&mut rastro.rastreio),
        None => banco,
    };
    let servico = Servico::novo(banco).com_configuracao(limites.configuracao());
    let vistas = Vistas { painel, rastro, silencioso: argumentos.silencioso };
    let servidor = ServidorDeContas::novo(servico, ouvinte, limites, vistas)
        .map_err(|erro| format!("Não foi possível iniciar ({}).", causa(&erro)))?
        .com_conducao(conducao);
    servidor.servir().map_err(|queda| frases::de_queda(&queda))
}

fn escutar(host: &str, porta: u16) -> Result<TcpListener, String> {
    let ouvinte = TcpListener::bind((host, porta)).map_err(|erro| match erro.kind() {
        ErrorKind::AddrInUse => format!(
            "A porta {porta} de {host} já está em uso. Escolha outra com --porta, \
             ou pare o servidor que a usa."
        ),
        ErrorKind::PermissionDenied => {
            format!(
                "Sem permissão para a porta {porta}. Escolha outra, acima de 1023, com --porta."
            )
        }
        _ => format!("Não foi possível escutar em {host}, porta {porta} ({}).", causa(&erro)),
    })?;
    // A crowd that arrives at once waits in the backlog; what does not fit connects seconds late. A
    // failure is ignored: the backlog then only stays short.
    let _ = rustix::net::listen(&ouvinte, FILA_MAX);
    if ouvinte.local_addr().is_ok_and(|endereco| !endereco.ip().to_canonical().is_loopback()) {
        tracing::warn!(
            host,
            "o servidor pode ser alcançado pela rede: o protocolo não tem criptografia nem senha"
        );
    }
    Ok(ouvinte)
}

fn painel(endereco: &str) -> Result<Painel, String> {
    let painel = Painel::abrir(endereco).map_err(|erro| match erro.kind() {
        ErrorKind::AddrInUse => format!(
            "O endereço {endereco} das métricas já está em uso. Escolha outra porta em --metricas, \
             ou pare o programa que a usa."
        ),
        ErrorKind::PermissionDenied => format!(
            "Sem permissão para servir as métricas em {endereco}. Escolha uma porta acima de 1023 \
             em --metricas."
        ),
        _ => format!(
            "Não foi possível servir as métricas em {endereco} ({}). Confira o endereço em \
             --metricas.",
            causa(&erro)
        ),
    })?;
    tracing::info!(endereco = %painel.endereco(), "métricas em /metrics e /saude");
    Ok(painel)
}
