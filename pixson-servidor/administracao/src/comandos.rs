//! The commands of the administration on the command line.

use std::path::PathBuf;

use clap::Subcommand;
use pixson_core::tipos::Nome;
use pixson_core::{Rg, Saldo};
use pixson_linha::portugues::MODELO;
use pixson_linha::quantia;

const DEPOIS_DE_CRIAR: &str = "\
A conta não pode existir ainda. Um banco em arquivos não pode estar em uso: pare o servidor antes.

Exemplos:
  pixson-servidor conta criar 1234567890 --nome \"Ana Souza\"
  pixson-servidor conta criar 1234567890 --nome \"Ana Souza\" --saldo 10,50";

const DEPOIS_DE_LISTAR: &str = "\
Com --json, uma linha por conta: {\"rg\":\"1234567890\",\"nome\":\"Ana Souza\",\"centavos\":1050}

Exemplos:
  pixson-servidor conta listar
  pixson-servidor conta listar --json --contas /var/lib/pixson";

const DEPOIS_DE_MOSTRAR: &str = "\
Exemplos:
  pixson-servidor conta mostrar 1111111111
  pixson-servidor conta mostrar 1111111111 --json";

const DEPOIS_DE_AJUSTAR: &str = "\
O ajuste fica no livro, e aparece no extrato e na auditoria. Um banco em arquivos não pode estar em
uso: pare o servidor antes.

Exemplos:
  pixson-servidor conta ajustar 1111111111 --saldo 8,50
  pixson-servidor conta ajustar 1111111111 --saldo 0";

const DEPOIS_DE_IMPORTAR: &str = "\
Cada linha é um objeto JSON com rg, nome e o saldo, que vem em centavos, um número inteiro, ou em
saldo, como 10.5 ou \"10,50\":
  {\"rg\":\"1234567890\",\"nome\":\"Ana Souza\",\"centavos\":1050}
Ou todas as contas são criadas, ou nenhuma: cada linha com erro é indicada pelo número. No que
exportar escreve, a última linha diz quantas são as contas; se faltar alguma, nada é importado.

Exemplos:
  pixson-servidor importar novas.jsonl
  pixson-servidor exportar --contas contas | pixson-servidor importar - --contas outras";

const DEPOIS_DE_EXPORTAR: &str = "\
Uma linha por conta, em ordem de RG, no formato que importar lê. A primeira linha é
{\"exportacao\":1}, e a última diz quantas são as contas, como em {\"contas\":10}. O arquivo só
aparece quando está completo.

Exemplos:
  pixson-servidor exportar contas.jsonl
  pixson-servidor exportar | gzip > contas.jsonl.gz";

const DEPOIS_DO_EXTRATO: &str = "\
Com --json, uma linha por lançamento; centavos é a variação do saldo, e saldo_centavos, o saldo
depois dela.

Exemplos:
  pixson-servidor extrato 1111111111
  pixson-servidor extrato 1111111111 --json";

const DEPOIS_DE_AUDITAR: &str = "\
O código de saída é 0 se os saldos conferem, 1 se não, e 3 se o banco não pode ser lido. Com --json,
uma linha por divergência, e por fim uma com os totais.

Exemplos:
  pixson-servidor auditar
  pixson-servidor auditar --json --contas /var/lib/pixson";

#[cfg(feature = "postgres")]
const DEPOIS_DE_PREPARAR: &str = "\
O banco de dados tem de existir (createdb). As tabelas ficam no esquema pixson; as que já existem
não são alteradas, e o comando pode ser repetido.

Exemplos:
  pixson-servidor banco preparar --banco postgres://banco@localhost/pixson";

/// What to do instead of serving, with a bank that nobody has open.
#[derive(Debug, Subcommand)]
pub enum ComandoDaAdministracao {
    /// Cria, ajusta e mostra contas
    #[command(
        override_usage = "pixson-servidor conta COMANDO [OPÇÕES]",
        help_template = MODELO,
        after_help = "Exemplos:\n  pixson-servidor conta listar\n  \
                      pixson-servidor conta criar --help",
        subcommand_help_heading = "Comandos",
        subcommand_value_name = "COMANDO",
        disable_help_subcommand = true,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Conta {
        #[command(subcommand)]
        /// O que fazer com ela
        acao: AcaoSobreContas,
    },
    /// Cria as contas de um arquivo com uma linha de JSON por conta: todas ou nenhuma
    #[command(
        override_usage = "pixson-servidor importar ARQUIVO [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_IMPORTAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Importar {
        /// Arquivo a ler; - é a entrada padrão
        #[arg(help_heading = "Argumentos", value_name = "ARQUIVO")]
        arquivo: PathBuf,
        /// Mostra o resultado como um objeto JSON
        #[arg(long)]
        json: bool,
    },
    /// Escreve todas as contas, uma linha de JSON por conta
    #[command(
        override_usage = "pixson-servidor exportar [ARQUIVO] [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_EXPORTAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Exportar {
        /// Arquivo a escrever [padrão: -, a saída padrão]
        #[arg(help_heading = "Argumentos", value_name = "ARQUIVO")]
        #[arg(default_value = "-", hide_default_value = true)]
        arquivo: PathBuf,
    },
    /// Mostra os lançamentos de uma conta, com o saldo depois de cada um
    #[command(
        override_usage = "pixson-servidor extrato RG [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DO_EXTRATO,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Extrato {
        /// RG da conta, de 1 a 10 dígitos
        #[arg(help_heading = "Argumentos", value_name = "RG")]
        rg: Rg,
        /// Mostra cada lançamento como um objeto JSON
        #[arg(long)]
        json: bool,
    },
    /// Prepara um banco no PostgreSQL
    #[cfg(feature = "postgres")]
    #[command(
        override_usage = "pixson-servidor banco COMANDO --banco URL [OPÇÕES]",
        help_template = MODELO,
        after_help = "Exemplos:\n  pixson-servidor banco preparar --banco postgres://banco@localhost/pixson",
        subcommand_help_heading = "Comandos",
        subcommand_value_name = "COMANDO",
        disable_help_subcommand = true,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Banco {
        #[command(subcommand)]
        /// O que fazer com ele
        acao: AcaoSobreBanco,
    },
    /// Recalcula todos os saldos a partir do diário, e mostra o que não confere
    #[command(
        override_usage = "pixson-servidor auditar [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_AUDITAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Auditar {
        /// Mostra cada divergência e os totais como objetos JSON
        #[arg(long)]
        json: bool,
    },
}

/// What to do with a bank on PostgreSQL.
#[cfg(feature = "postgres")]
#[derive(Debug, Subcommand)]
pub enum AcaoSobreBanco {
    /// Cria as tabelas, se ainda não existem
    #[command(
        override_usage = "pixson-servidor banco preparar --banco URL [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_PREPARAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Preparar,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AcaoSobreContas {
    /// Cria uma conta
    #[command(
        override_usage = "pixson-servidor conta criar RG --nome NOME [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_CRIAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Criar {
        /// RG da conta, de 1 a 10 dígitos
        #[arg(help_heading = "Argumentos", value_name = "RG")]
        rg: Rg,
        /// Nome do titular, de até 100 caracteres
        #[arg(long, value_name = "NOME")]
        nome: Nome,
        /// Saldo inicial, com ponto ou vírgula [padrão: 0]
        #[arg(long, value_name = "QUANTIA", value_parser = quantia::ler::<Saldo>, default_value = "0")]
        #[arg(hide_default_value = true, allow_negative_numbers = true)]
        saldo: Saldo,
        /// Mostra o resultado como um objeto JSON
        #[arg(long)]
        json: bool,
    },
    /// Mostra todas as contas, em ordem de RG
    #[command(
        override_usage = "pixson-servidor conta listar [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_LISTAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Listar {
        /// Mostra cada conta como um objeto JSON
        #[arg(long)]
        json: bool,
    },
    /// Mostra uma conta
    #[command(
        override_usage = "pixson-servidor conta mostrar RG [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_MOSTRAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Mostrar {
        /// RG da conta, de 1 a 10 dígitos
        #[arg(help_heading = "Argumentos", value_name = "RG")]
        rg: Rg,
        /// Mostra a conta como um objeto JSON
        #[arg(long)]
        json: bool,
    },
    /// Muda o saldo de uma conta
    #[command(
        override_usage = "pixson-servidor conta ajustar RG --saldo QUANTIA [OPÇÕES]",
        help_template = MODELO,
        after_help = DEPOIS_DE_AJUSTAR,
        next_help_heading = "Opções",
        disable_help_flag = true
    )]
    Ajustar {
        /// RG da conta, de 1 a 10 dígitos
        #[arg(help_heading = "Argumentos", value_name = "RG")]
        rg: Rg,
        /// Saldo que a conta passa a ter, com ponto ou vírgula
        #[arg(long, value_name = "QUANTIA", value_parser = quantia::ler::<Saldo>)]
        #[arg(allow_negative_numbers = true)]
        saldo: Saldo,
        /// Mostra o resultado como um objeto JSON
        #[arg(long)]
        json: bool,
    },
}
