//! What one message costs in time: `cargo bench --package pixson-core`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use pixson_core::banco::BancoMemoria;
use pixson_core::{Banco, Carimbo, Pedido, Relogio, Resposta, Saldo, Servico, Sucesso};

const TRANSFERENCIA: &[u8] = b"t:123456|op:4|rg_origem:1111111111|rg_destino:2222222222|valor:10.5";
const SALDO: &[u8] = b"t:123456|op:1|rg:1111111111";

fn mensagem(qual: &str) -> &'static [u8] {
    if qual == "saldo" { SALDO } else { TRANSFERENCIA }
}

/// How many messages a session gets at once.
const FILA: usize = 32;

fn main() {
    divan::main();
}

#[divan::bench(args = ["saldo", "transferencia"])]
fn decode_request(bencher: Bencher<'_, '_>, qual: &str) {
    let mensagem = mensagem(qual);
    bencher.bench_local(|| Pedido::decodificar(black_box(mensagem)).expect("a legal request"));
}

#[divan::bench(args = ["saldo", "transferencia"])]
fn encode_request(bencher: Bencher<'_, '_>, qual: &str) {
    let pedido = Pedido::decodificar(mensagem(qual)).expect("a legal request");
    let mut bytes = Vec::with_capacity(256);
    bencher.bench_local(|| {
        bytes.clear();
        black_box(&pedido).codificar(&mut bytes);
        bytes.len()
    });
}

#[divan::bench(sample_size = 1000)]
fn decode_and_encode_transfer(bencher: Bencher<'_, '_>) {
    let mut bytes = Vec::with_capacity(256);
    bencher.bench_local(|| {
        bytes.clear();
        Pedido::decodificar(black_box(TRANSFERENCIA)).expect("legal").codificar(&mut bytes);
        bytes.len()
    });
}

#[divan::bench]
fn encode_reply(bencher: Bencher<'_, '_>) {
    let saldo = Saldo::de_centavos(123_456).expect("in range");
    let resposta =
        Resposta::nova(Carimbo::novo(123_456).expect("legal"), Ok(Sucesso::Saldo(saldo)));
    let mut bytes = Vec::with_capacity(256);
    bencher.bench_local(|| {
        bytes.clear();
        black_box(&resposta).codificar(&mut bytes);
        bytes.len()
    });
}

#[divan::bench]
fn session_step_of_32_balances(bencher: Bencher<'_, '_>) {
    let contas = [("1111111111".parse().expect("legal"), Saldo::ZERO)];
    let servico = Servico::novo(BancoMemoria::com_contas(contas));
    let mut ligacao = servico.ligacao();
    let mut saida = Vec::new();
    let mut dizer = |bytes: &[u8]| {
        ligacao.receber(bytes);
        servico.avancar(&mut ligacao, |_| {});
        let _ = servico.confirmar(&mut ligacao, &mut saida);
        saida.len()
    };
    dizer(b"t:1|op:6|rg:1111111111\n");
    let fila = b"t:1|op:1|rg:1111111111\n".repeat(FILA);
    bencher.counter(ItemsCount::new(FILA)).bench_local(|| dizer(black_box(&fila)));
}

#[divan::bench]
fn transfer_in_memory(bencher: Bencher<'_, '_>) {
    let muito = Saldo::de_centavos(1_000_000_000_000).expect("in range");
    let contas = ["1111111111", "2222222222"].map(|rg| (rg.parse().expect("legal"), muito));
    let banco = BancoMemoria::com_contas(contas);
    let relogio = Relogio::novo();
    let pedido = Pedido::decodificar(TRANSFERENCIA).expect("a legal request");
    bencher.bench_local(|| banco.executar(black_box(pedido.operacao), &relogio));
}

#[cfg(feature = "json")]
mod arquivos {
    use divan::Bencher;
    use divan::counter::ItemsCount;
    use pixson_core::banco::BancoJson;
    use pixson_core::{Banco, Operacao, Relogio, Servico};

    /// How many records wait for one sync.
    const LOTE: usize = 1024;

    /// A session over the bank in files: transfers read, done, recorded and answered, and synced once,
    /// as for a peer that pipelines.
    #[divan::bench]
    #[expect(clippy::disallowed_methods, reason = "the accounts have to come from somewhere")]
    fn serve_1024_transfers_and_sync(bencher: Bencher<'_, '_>) {
        let pasta = tempfile::TempDir::new().expect("a temporary directory");
        for rg in ["1111111111", "2222222222"] {
            let conta = format!(r#"{{"rg": "{rg}", "nome": "x", "saldo": 1000000000.0}}"#);
            std::fs::write(pasta.path().join(format!("{rg}.json")), conta).expect("writable");
        }
        let (banco, _) = BancoJson::abrir(pasta.path()).expect("a sound directory");
        let servico = Servico::novo(banco);
        let mut ligacao = servico.ligacao();
        let mut saida = Vec::new();
        let mut dizer = |bytes: &[u8]| {
            ligacao.receber(bytes);
            servico.avancar(&mut ligacao, |_| {});
            let _ = servico.confirmar(&mut ligacao, &mut saida);
            saida.len()
        };
        dizer(b"t:1|op:6|rg:1111111111\n");
        let fila = [super::TRANSFERENCIA, b"\n"].concat().repeat(LOTE);
        bencher.counter(ItemsCount::new(LOTE)).bench_local(|| dizer(&fila));
    }

    /// Records appended in batches, each batch synced once; the time of the disk is included.
    #[divan::bench]
    #[expect(clippy::disallowed_methods, reason = "the account has to come from somewhere")]
    fn append_1024_and_sync(bencher: Bencher<'_, '_>) {
        let pasta = tempfile::TempDir::new().expect("a temporary directory");
        let conta = r#"{"rg": "1", "nome": "x", "saldo": 0.0}"#;
        std::fs::write(pasta.path().join("1.json"), conta).expect("writable");
        let (banco, _) = BancoJson::abrir(pasta.path()).expect("a sound directory");
        let relogio = Relogio::novo();
        let (rg, valor) = ("1".parse().expect("legal"), "0.01".parse().expect("legal"));
        bencher.counter(ItemsCount::new(LOTE)).bench_local(|| {
            let ultimo = (0..LOTE)
                .filter_map(|_| banco.executar(Operacao::Deposito { rg, valor }, &relogio).ok())
                .map(|execucao| execucao.recibo)
                .max();
            banco.confirmar(ultimo.expect("stamps are left")).expect("a sound disk");
        });
    }
}
