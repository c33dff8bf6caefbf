//! What the administration says to the database in SQL.

/// An epoch for an act, as a server draws one.
pub(super) const EPOCA_NOVA: &str = "SELECT nextval('pixson.epocas')";

/// The lane's row of an act. It is written in the act's own transaction, so that the act was done if and
/// only if the row is there.
pub(super) const VIA_DO_ATO: &str = "\
    INSERT INTO pixson.vias (epoca, instancia, numero) VALUES ($1, $2, 1)";

/// The stamp of an act, for those that open accounts later.
pub(super) const VIA_CARIMBAR: &str = "UPDATE pixson.vias SET carimbo = $2 WHERE epoca = $1";

/// Takes the place of an act whose commit was not answered, so that it can never be done any more, unless
/// it was done, and says whether it was. It waits while the act is under way, and writes in any case, so
/// that its own commit waits for the standby, and with it for the act.
pub(super) const VIA_TOMAR_DO_ATO: &str = "\
    INSERT INTO pixson.vias AS via (epoca, instancia, numero, feito) VALUES ($1, $2, 1, false) \
    ON CONFLICT (epoca) DO UPDATE SET numero = via.numero \
    RETURNING feito AND instancia = $2";

/// No batch of any server is under way from here to the end of the transaction.
pub(super) const VIAS_TRANCAR: &str = "LOCK TABLE pixson.vias IN EXCLUSIVE MODE";

/// The highest stamp of every lane.
pub(super) const VIAS_ULTIMO: &str = "SELECT coalesce(max(carimbo), 0) FROM pixson.vias";

/// Where accounts are put before anything is locked.
pub(super) const NOVAS_PREPARAR: &str = "\
    CREATE TEMPORARY TABLE IF NOT EXISTS pixson_novas \
        (rg text COLLATE \"C\" NOT NULL, nome text NOT NULL, saldo bigint NOT NULL); \
    TRUNCATE pg_temp.pixson_novas";

/// The accounts, in rows of binary.
pub(super) const NOVAS_COPIAR: &str = "\
    COPY pg_temp.pixson_novas (rg, nome, saldo) FROM STDIN (FORMAT binary)";

/// How many there are decides how they are looked for.
pub(super) const NOVAS_ANALISAR: &str = "ANALYZE pg_temp.pixson_novas";

/// Those of them that are there already.
pub(super) const NOVAS_EXISTENTES: &str = "\
    SELECT rg FROM pg_temp.pixson_novas JOIN pixson.contas USING (rg) ORDER BY rg";

/// Opens them.
pub(super) const NOVAS_ABRIR: &str = "\
    INSERT INTO pixson.contas (rg, nome, saldo, carimbo) \
    SELECT rg, nome, saldo, $1 FROM pg_temp.pixson_novas ORDER BY rg";

/// Gives them their stamp.
pub(super) const NOVAS_CARIMBAR: &str = "\
    UPDATE pixson.contas AS conta SET carimbo = $1 FROM pg_temp.pixson_novas AS nova \
    WHERE conta.rg = nova.rg";

/// Enters them in the ledger.
pub(super) const NOVAS_LANCAR: &str = "\
    INSERT INTO pixson.livro (carimbo, epoca, op, rg, depois) \
    SELECT $1, $2, 'abertura', rg, saldo FROM pg_temp.pixson_novas";

/// Locks an account, and reads it.
pub(super) const CONTA_TRANCAR: &str = "\
    SELECT saldo, carimbo FROM pixson.contas WHERE rg = $1::text FOR UPDATE";

/// Sets a balance.
pub(super) const CONTA_AJUSTAR: &str = "\
    UPDATE pixson.contas SET saldo = $2, carimbo = $3 WHERE rg = $1::text";

/// Enters that in the ledger.
pub(super) const AJUSTE_LANCAR: &str = "\
    INSERT INTO pixson.livro (carimbo, epoca, op, rg, antes, depois) \
    VALUES ($1, $2, 'ajuste', $3::text, $4, $5)";

/// One account.
pub(super) const CONTA: &str = "SELECT rg, nome, saldo FROM pixson.contas WHERE rg = $1::text";

/// All accounts.
pub(super) const CONTAS: &str = "SELECT rg, nome, saldo FROM pixson.contas ORDER BY rg";

/// What was done to one account. The condition is that of the index.
pub(super) const EXTRATO: &str = "\
    SELECT carimbo, epoca, op, valor, rg, antes, depois, \
        rg_destino, destino_antes, destino_depois \
    FROM pixson.livro \
    WHERE ARRAY[rg::text, coalesce(rg_destino, rg)::text] @> ARRAY[$1::text] \
    ORDER BY carimbo, epoca";

/// The whole ledger.
pub(super) const LIVRO: &str = "\
    SELECT carimbo, epoca, op, valor, rg, antes, depois, \
        rg_destino, destino_antes, destino_depois \
    FROM pixson.livro ORDER BY carimbo, epoca, rg";

/// All accounts as the audit compares them.
pub(super) const CONTAS_POR_CONFERIR: &str = "\
    SELECT rg, saldo, carimbo FROM pixson.contas ORDER BY rg";

/// The audit once more, by the database itself: what `Somas` has, in its order.
pub(super) const AUDITORIA: &str = r"
WITH lancamento AS NOT MATERIALIZED (
    SELECT *,
        translate(rg, '0123456789', '') = '' AND length(rg) BETWEEN 1 AND 10 AS rg_legal,
        coalesce(translate(rg_destino, '0123456789', '') = ''
            AND length(rg_destino) BETWEEN 1 AND 10, false) AS destino_legal
    FROM pixson.livro
), julgado AS (
    SELECT *, CASE
        WHEN NOT rg_legal OR carimbo NOT BETWEEN 0 AND 4611686018427387903 OR epoca < 0
            OR coalesce(valor, 1) NOT BETWEEN 1 AND 999999999999999
            OR coalesce(antes, 0) NOT BETWEEN 0 AND 999999999999999
            OR depois NOT BETWEEN 0 AND 999999999999999
            OR coalesce(destino_antes, 0) NOT BETWEEN 0 AND 999999999999999
            OR coalesce(destino_depois, 0) NOT BETWEEN 0 AND 999999999999999
        THEN false
        WHEN op = 'transferencia' THEN destino_legal AND rg <> rg_destino
            AND coalesce(depois = antes - valor AND destino_depois = destino_antes + valor, false)
        WHEN rg_destino IS NOT NULL OR destino_antes IS NOT NULL OR destino_depois IS NOT NULL
        THEN false
        WHEN op = 'saque' THEN coalesce(depois = antes - valor, false)
        WHEN op = 'deposito' THEN coalesce(depois = antes + valor, false)
        WHEN op = 'abertura' THEN antes IS NULL AND valor IS NULL
        WHEN op = 'ajuste' THEN antes IS NOT NULL AND valor IS NULL
        ELSE false
    END AS certo
    FROM lancamento
), efeito AS (
    SELECT rg, carimbo, epoca, rg AS titular, 1 AS papel, antes, depois
    FROM lancamento WHERE rg_legal
    UNION ALL
    SELECT rg_destino, carimbo, epoca, rg, 2, destino_antes, destino_depois
    FROM lancamento WHERE destino_legal AND destino_depois IS NOT NULL
), cadeia AS (
    SELECT rg, carimbo, antes, depois,
        lag(depois) OVER ordem AS anterior,
        lead(depois) OVER ordem IS NULL AS ultimo
    FROM efeito
    WINDOW ordem AS (PARTITION BY rg ORDER BY carimbo, epoca, titular, papel)
), por_especie AS (
    SELECT certo, op, count(*) AS quantos,
        sum(valor) AS valor, sum(antes) AS antes, sum(depois) AS depois
    FROM julgado GROUP BY certo, op
), do_livro AS (
    SELECT coalesce(sum(quantos), 0) AS lancamentos,
        sum(quantos) FILTER (WHERE NOT certo) AS erradas,
        sum(depois) FILTER (WHERE certo AND op = 'abertura') AS aberturas,
        sum(depois - antes) FILTER (WHERE certo AND op = 'ajuste') AS ajustes,
        sum(valor) FILTER (WHERE certo AND op = 'deposito') AS depositos,
        sum(valor) FILTER (WHERE certo AND op = 'saque') AS saques
    FROM por_especie
), da_cadeia AS (
    SELECT count(*) FILTER (WHERE antes <> anterior) AS alteradas,
        count(*) FILTER (WHERE antes IS NULL AND anterior IS NOT NULL) AS reabertas,
        sum(antes) FILTER (WHERE anterior IS NULL) AS inicial
    FROM cadeia
), das_contas AS (
    SELECT count(conta.rg) AS contas,
        sum(conta.saldo) AS total,
        count(*) FILTER (WHERE conta.saldo <> ultimo.depois) AS diferentes,
        count(*) FILTER (WHERE conta.rg IS NULL) AS ausentes,
        count(*) FILTER (WHERE conta.carimbo < ultimo.carimbo) AS atrasadas,
        sum(conta.saldo) FILTER (WHERE ultimo.rg IS NULL) AS inicial
    FROM (SELECT rg, carimbo, depois FROM cadeia WHERE ultimo) AS ultimo
    FULL JOIN pixson.contas AS conta ON conta.rg = ultimo.rg
)
SELECT ARRAY[do_livro.lancamentos, contas, coalesce(total, 0),
    coalesce(da_cadeia.inicial, 0) + coalesce(das_contas.inicial, 0),
    coalesce(aberturas, 0), coalesce(ajustes, 0), coalesce(depositos, 0), coalesce(saques, 0),
    coalesce(erradas, 0), alteradas, reabertas, diferentes, ausentes, atrasadas]::text[]
FROM do_livro, da_cadeia, das_contas";

/// What a reading is set to, until it ends: a reader may pause as long as a person looks at a page.
pub(super) const PREPARAR_LEITURA: &str = "\
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL work_mem = '64MB'; \
    SET LOCAL jit = off";
