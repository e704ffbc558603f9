-- The parts of the journal's table: from which record up to before which, and since when it is written to.
CREATE TABLE part (
    first bigint PRIMARY KEY,
    behind bigint NOT NULL,
    begun timestamptz NOT NULL DEFAULT now()
);
INSERT INTO part (first, behind)
    SELECT substr(one.relname, 9)::bigint, substr(one.relname, 9)::bigint + 4194304
    FROM pg_inherits JOIN pg_class one ON one.oid = inhrelid
    WHERE inhparent = 'journal'::regclass;

-- Old parts, packed: each row is a block of an archive, byte for byte as it would stand in a file of the
-- embedded store, with the chain hash before its first record.
CREATE TABLE packed (
    first bigint PRIMARY KEY,
    last bigint NOT NULL,
    before bytea NOT NULL,
    frame bytea NOT NULL
);
ALTER TABLE packed ALTER COLUMN before SET STORAGE PLAIN;
ALTER TABLE packed ALTER COLUMN frame SET STORAGE EXTERNAL;
CREATE TRIGGER packed_is_final BEFORE UPDATE OR DELETE ON packed
    FOR EACH ROW EXECUTE FUNCTION journal_is_final();
CREATE TRIGGER packed_is_final_whole BEFORE TRUNCATE ON packed
    EXECUTE FUNCTION journal_is_final();
