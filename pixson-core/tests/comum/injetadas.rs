//! Failures that a database is made to have.

/// SQL that makes the next entries of the ledger fail with this code: so many of them.
pub(crate) fn falhas_injetadas(codigo: &str, vezes: u32) -> String {
    // A sequence keeps its value also if the transaction is given up.
    format!(
        "CREATE SEQUENCE IF NOT EXISTS falhas; SELECT setval('falhas', 1, false); \
         CREATE OR REPLACE FUNCTION falhar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('falhas') <= {vezes} THEN \
         RAISE EXCEPTION 'injected' USING ERRCODE = '{codigo}'; END IF; RETURN NEW; END $$; \
         CREATE OR REPLACE TRIGGER falhar BEFORE INSERT ON pixson.livro \
         FOR EACH ROW EXECUTE FUNCTION falhar()"
    )
}
