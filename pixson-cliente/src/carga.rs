//! `pixson-cliente carga`: the options of a load, and what is shown of it.

use std::io::{self, ErrorKind, IsTerminal};
use std::num::{NonZeroU32, NonZeroU64};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pixson_carga::{
    Andamento, CONEXOES_MAX, ConfiguracaoDaCarga, DURACAO_MAX, ErroPlano, ListaDeContas, Medicao,
    PIPELINE_MAX, Plano, TAXA_MAX, Tipo, medir,
};
use pixson_conexao::{Interrupcao, ServidorDistante};
use pixson_linha::fala::{dizer, mostrar, sem_saida};
use pixson_linha::lacos;
use pixson_linha::objeto::em_linha;

use crate::falha::{
    DESCONHECIDO_CODIGO, Falha, INTERROMPIDO_CODIGO, PROTOCOLO_CODIGO, SEM_CONEXAO_CODIGO,
    codigo_de_carga, fechar_linha, se_a_saida_falha,
};

/// The exit code if balances differ from what the replies explain.
const NAO_CONSERVADO_CODIGO: u8 = 1;

/// What `carga` reads from the command line.
#[derive(Args, Debug)]
pub(crate) struct OpcoesDeCarga {
    /// O que pedir: saldo, deposito, transferencia ou misto, que é metade saldos, um quarto
    /// depósitos e um quarto transferências [padrão: saldo]
    #[arg(long, value_name = "TIPO", value_parser = tipos(), default_value = "saldo")]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    operacao: Tipo,

    /// Quantas conexões ao mesmo tempo [padrão: 10]
    #[arg(long, value_name = "N", default_value = "10", hide_default_value = true)]
    #[arg(value_parser = ate(CONEXOES_MAX))]
    conexoes: NonZeroU32,

    /// Quantos pedidos cada conexão mantém sem resposta [padrão: 1]
    #[arg(long, value_name = "K", default_value = "1", hide_default_value = true)]
    #[arg(value_parser = ate(PIPELINE_MAX))]
    pipeline: NonZeroU32,

    /// Quantos laços de eventos conduzem as conexões; com 0, cada uma tem sua thread [padrão: 0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = lacos::ler)]
    lacos: usize,

    /// Por quanto tempo enviar pedidos [padrão: 10]
    #[arg(long, value_name = "SEGUNDOS", default_value_t = 10, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=DURACAO_MAX.as_secs()))]
    duracao: u64,

    /// Agenda este número de envios por segundo, ao todo, qualquer que seja o ritmo do servidor, e
    /// conta a latência a partir do instante agendado [padrão: envia quando chegam respostas]
    #[arg(long, value_name = "POR_SEGUNDO")]
    #[arg(value_parser = taxas())]
    taxa: Option<NonZeroU64>,

    /// As contas, separadas por vírgulas, ou um intervalo de RGs com o mesmo número de dígitos, como
    /// 1000000000-1000000999 [padrão: as dez contas de exemplo]
    #[arg(long, value_name = "LISTA", default_value_t, hide_default_value = true)]
    rgs: ListaDeContas,

    /// Usa só as N primeiras contas; com 1, toda transferência sai da primeira ou entra nela
    #[arg(long, value_name = "N")]
    #[arg(value_parser = ate(u32::MAX))]
    contas_quentes: Option<NonZeroU32>,

    /// Semente dos sorteios: com a mesma, as escolhas se repetem [padrão: 1]
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    semente: u64,

    /// Fala com um eco em vez de um banco, sem login e sem conferir dinheiro: mede a rede e o
    /// próprio cliente
    #[arg(long)]
    pub(crate) eco: bool,

    /// Mostra o andamento a cada segundo, mesmo que a saída de erros não seja um terminal
    #[arg(long)]
    progresso: bool,
}

fn tipos() -> impl TypedValueParser<Value = Tipo> {
    PossibleValuesParser::new(Tipo::TODOS.map(Tipo::palavra)).try_map(|palavra| palavra.parse())
}

/// A number from 1 to `maior`.
fn ate(maior: u32) -> impl TypedValueParser<Value = NonZeroU32> {
    clap::value_parser!(u32).range(1..=maior.into()).try_map(NonZeroU32::try_from)
}

fn taxas() -> impl TypedValueParser<Value = NonZeroU64> {
    clap::value_parser!(u64).range(1..=TAXA_MAX).try_map(NonZeroU64::try_from)
}

impl OpcoesDeCarga {
    /// Checks the options. `Err` is a sentence about options that do not go together.
    pub(crate) fn plano(
        &self,
        servidor: &ServidorDistante,
        interrupcao: &Interrupcao,
    ) -> Result<Plano, String> {
        let mut configuracao = ConfiguracaoDaCarga::default();
        configuracao.operacao = self.operacao;
        configuracao.conexoes = self.conexoes;
        configuracao.pipeline = self.pipeline;
        configuracao.lacos = self.lacos;
        configuracao.duracao = Duration::from_secs(self.duracao);
        configuracao.taxa = self.taxa;
        configuracao.contas = self.rgs.clone();
        configuracao.quentes = self.contas_quentes;
        configuracao.semente = self.semente;
        configuracao.eco = self.eco;
        configuracao.parar = interrupcao.marca();
        Plano::novo(servidor.clone(), configuracao).map_err(|erro| match erro {
            ErroPlano::QuentesDemais { quentes } => {
                format!("--contas-quentes {quentes} é mais do que o número de contas.")
            }
            ErroPlano::UmaContaSo => "Transferências precisam de duas contas em --rgs.".into(),
            // The others are out of a range, which clap has checked already.
            outro => format!("Carga inválida: {outro}."),
        })
    }
}

/// Does the whole command.
pub(crate) fn executar(plano: &Plano, argumentos: &OpcoesDeCarga, json: bool) -> ExitCode {
    let com_progresso = argumentos.progresso || io::stderr().is_terminal();
    let contar = |andamento| {
        if com_progresso {
            dizer_andamento(andamento);
        }
    };
    match medir(plano, contar) {
        Ok(medicao) => {
            if medicao.interrompida() {
                fechar_linha();
            }
            ExitCode::from(relatar(plano, &medicao, json))
        }
        Err(erro) => ExitCode::from(Falha::Carga(erro).encerrar()),
    }
}

fn dizer_andamento(andamento: Andamento) {
    let Andamento { segundo, feitas, recusadas, perdidas, .. } = andamento;
    // A line of progress may be lost, since the report says what was done.
    let _ = dizer([format!(
        "{segundo} s: {feitas} op/s, recusas: {recusadas}, conexões perdidas: {perdidas}"
    )]);
}

/// Writes the report, and returns the exit code. If the report cannot be written to standard
/// output, it goes to standard error; but not if the reader has gone away and the load moved no
/// money.
fn relatar(plano: &Plano, medicao: &Medicao, json: bool) -> u8 {
    let (relatorio, codigo) = (medicao.relatorio(), codigo(medicao));
    let texto = if json { em_linha(relatorio) } else { format!("{relatorio}\n") };
    let Err(erro) = mostrar(&texto) else { return codigo };
    if erro.kind() != ErrorKind::BrokenPipe || plano.move_dinheiro() {
        let relatorio = relatorio.to_string();
        let frase = sem_saida(&erro) + " O relatório é este:";
        // If even this cannot be written, the exit code still reports it.
        let _ = dizer(std::iter::once(frase.as_str()).chain(relatorio.lines()));
    }
    match codigo {
        NAO_CONSERVADO_CODIGO | PROTOCOLO_CODIGO => codigo,
        _ => se_a_saida_falha(codigo),
    }
}

/// The exit code for the gravest finding: money that is wrong, then a server that breaks the
/// protocol, an unknown outcome, a lost connection, and an interruption.
fn codigo(medicao: &Medicao) -> u8 {
    let perdas = medicao.perdas();
    if medicao.conservado() == Some(false) {
        NAO_CONSERVADO_CODIGO
    } else if perdas.iter().any(|perda| codigo_de_carga(perda) == PROTOCOLO_CODIGO) {
        PROTOCOLO_CODIGO
    } else if medicao.desconhecidas() > 0 {
        DESCONHECIDO_CODIGO
    } else if !perdas.is_empty() {
        SEM_CONEXAO_CODIGO
    } else if medicao.interrompida() {
        INTERROMPIDO_CODIGO
    } else {
        0
    }
}
