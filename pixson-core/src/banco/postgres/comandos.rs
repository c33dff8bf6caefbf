//! The tables, and what a lane says to the database in SQL.

/// The version of the tables that [`ESQUEMA`] makes.
pub(super) const VERSAO_DO_ESQUEMA: i32 = 1;

/// The tables, all at once, if there are none.
pub(super) const ESQUEMA: &str = r#"
CREATE SCHEMA IF NOT EXISTS pixson;

CREATE TABLE pixson.esquema (versao integer NOT NULL);

-- A domain is checked where a value is given, and the check of a column at each update of its row.
CREATE DOMAIN pixson.rg AS text COLLATE "C" CHECK (VALUE ~ '^[0-9]{1,10}$');

-- Room in each page for a new version of a row beside the old one (HOT), so that an update seldom
-- needs more disk.
CREATE TABLE pixson.contas (
    rg      pixson.rg PRIMARY KEY,
    nome    text NOT NULL,
    saldo   bigint NOT NULL CHECK (saldo BETWEEN 0 AND 999999999999999),
    carimbo bigint NOT NULL DEFAULT 0 CHECK (carimbo BETWEEN 0 AND 4611686018427387903)
) WITH (fillfactor = 70);

CREATE SEQUENCE pixson.epocas;

CREATE TABLE pixson.vias (
    epoca     bigint PRIMARY KEY,
    instancia text NOT NULL,
    numero    bigint NOT NULL DEFAULT 0,
    feito     boolean NOT NULL DEFAULT true,
    carimbo   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE pixson.livro (
    carimbo        bigint NOT NULL,
    epoca          bigint NOT NULL,
    op             text NOT NULL,
    valor          bigint,
    rg             pixson.rg NOT NULL,
    antes          bigint,
    depois         bigint NOT NULL,
    rg_destino     pixson.rg,
    destino_antes  bigint,
    destino_depois bigint,
    PRIMARY KEY (carimbo, epoca, rg)
);
-- By both accounts of an entry. New ones wait in a list of the index, and are sorted in together, which takes
-- less time than two indices that keep the entries of each account in order (docs/desempenho.md).
CREATE INDEX livro_por_conta ON pixson.livro
    USING gin ((ARRAY[rg::text, coalesce(rg_destino, rg)::text]));

INSERT INTO pixson.esquema (versao) VALUES (1);
"#;

/// The version of the tables that are there.
pub(super) const VERSAO: &str = "SELECT versao FROM pixson.esquema";

/// The settings that are off and without which a power cut loses what was acknowledged.
pub(super) const DESLIGADAS: &str = "\
    SELECT string_agg(name, ', ' ORDER BY name) FROM pg_settings \
    WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";

/// A new lane. Its epoch is drawn from the sequence.
pub(super) const VIA_NOVA: &str = "\
    INSERT INTO pixson.vias (epoca, instancia) \
    VALUES (nextval('pixson.epocas'), $1) RETURNING epoca";

/// How far a lane has come.
pub(super) const VIA_LER: &str = "\
    SELECT numero FROM pixson.vias WHERE epoca = $1 AND instancia = $2";

/// Takes a number, unless a batch has it, and says whether one has.
///
/// It writes the row in any case: its own commit then waits for the standby, and with it for the batch, of
/// which the primary alone may have known so far.
pub(super) const VIA_TOMAR: &str = "\
    UPDATE pixson.vias SET numero = $3::bigint, feito = feito AND numero = $3::bigint \
    WHERE epoca = $1 AND instancia = $2 AND numero IN ($3::bigint - 1, $3::bigint) \
    RETURNING feito";

/// Locks the lane's row, if no batch after this number was made.
pub(super) const VIA_TRANCAR: &str = "\
    SELECT 1 FROM pixson.vias \
    WHERE epoca = $1 AND instancia = $2 AND numero = $3 FOR UPDATE";

/// Locks accounts in the order of their RGs, and reads them.
pub(super) const CONTAS_TRANCAR: &str = "\
    SELECT rg, saldo, carimbo FROM pixson.contas \
    WHERE rg = ANY ($1) ORDER BY rg FOR UPDATE";

/// Enters a batch in the ledger, as a part of the statements below.
macro_rules! lancar {
    () => {
        "INSERT INTO pixson.livro (epoca, carimbo, op, valor, rg, antes, depois, \
            rg_destino, destino_antes, destino_depois) \
        SELECT $1, nova.* FROM unnest($8::bigint[], $9::text[], $10::bigint[], \
            $11::text[], $12::bigint[], $13::bigint[], \
            $14::text[], $15::bigint[], $16::bigint[]) AS nova"
    };
}

/// Writes a batch: its lane's row, the rows of its accounts, and the ledger. One statement, so that it is
/// one message.
pub(super) const GRAVAR: &str = concat!(
    "\
    WITH da_via AS ( \
        UPDATE pixson.vias SET numero = $3, feito = true, carimbo = greatest(carimbo, $4) \
        WHERE epoca = $1 AND instancia = $2 \
    ), das_contas AS ( \
        UPDATE pixson.contas AS conta SET saldo = nova.saldo, carimbo = nova.carimbo \
        FROM unnest($5::text[], $6::bigint[], $7::bigint[]) AS nova (rg, saldo, carimbo) \
        WHERE conta.rg = nova.rg \
    ) ",
    lancar!()
);

/// Does in one transaction, and one message, what otherwise takes two: writes a batch that was decided on rows as
/// they are remembered. It fails, and nothing is written, unless the lane is at the number before, and every row
/// is as it is remembered. No row changes without a new stamp, so that one with the same stamp and
/// balance is as good as one that was locked and read.
///
/// The text that is no number says in the log of the database why it failed.
pub(super) const GRAVAR_DE_MEMORIA: &str = concat!(
    "\
    WITH da_via AS ( \
        UPDATE pixson.vias SET numero = $3, feito = true, carimbo = greatest(carimbo, $4) \
        WHERE epoca = $1 AND instancia = $2 AND numero = $3::bigint - 1 RETURNING 1 \
    ), das_contas AS ( \
        UPDATE pixson.contas AS conta SET saldo = nova.saldo, carimbo = nova.carimbo \
        FROM unnest($5::text[], $6::bigint[], $7::bigint[], $17::bigint[], $18::bigint[]) \
            AS nova (rg, saldo, carimbo, saldo_lido, carimbo_lido) \
        WHERE conta.rg = nova.rg \
            AND conta.saldo = nova.saldo_lido AND conta.carimbo = nova.carimbo_lido \
        RETURNING 1 \
    ), no_livro AS (",
    lancar!(),
    ") \
    SELECT CASE \
        WHEN (SELECT count(*) FROM da_via) = 1 \
            AND (SELECT count(*) FROM das_contas) = cardinality($5::text[]) THEN 0 \
        ELSE ('pixson: uma conta mudou em outro servidor; o lote será refeito. Mudaram ' \
            || cardinality($5::text[]) - (SELECT count(*) FROM das_contas))::integer END"
);

/// What the session of a lane is set to: it finds its few rows by their keys, and locks those of accounts in the
/// order in which it names them. Its statements are planned once: to plan the longest for each batch took
/// a third of the time of a batch of one operation.
///
/// What another engine does not have is left out.
pub(super) const PREPARAR_VIA: &str = "\
    SELECT set_config(nome, valor, false) FROM (VALUES \
        ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), \
        ('plan_cache_mode', 'force_generic_plan')) AS dela (nome, valor) \
    WHERE nome IN (SELECT name FROM pg_settings)";

/// What a session is set to.
///
/// A transaction whose server has stopped in the middle ends by itself, so that others wait for its rows
/// no longer than that. A commit is durable wherever the operator wants it to be, but never less than on
/// the disk of the primary. No time-out of the database may cut the wait for a standby short: that would
/// acknowledge what is on one machine only.
pub(super) const PREPARAR_SESSAO: &str = "\
    SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
    SET statement_timeout = 0; \
    SET lock_timeout = 0; \
    SET idle_in_transaction_session_timeout = '5s'; \
    SELECT set_config('synchronous_commit', 'on', false) \
    WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')";
