-- The journal: every input and outcome in order, never changed. Partitions of four million records
-- are made by the writer as it goes on.
CREATE TABLE journal (
    number bigint NOT NULL,
    kind smallint NOT NULL,
    version smallint NOT NULL,
    payload bytea NOT NULL,
    -- SHA-256 over the hash before it and this record, computed by the writer.
    hash bytea NOT NULL,
    PRIMARY KEY (number)
) PARTITION BY RANGE (number);
ALTER TABLE journal ALTER COLUMN hash SET STORAGE PLAIN;

CREATE FUNCTION journal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: no record is changed or removed';
END
$$;
CREATE TRIGGER journal_is_final BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_final();

-- The state at a journal number; the file is the same, byte for byte, as in a folder.
CREATE TABLE snapshot (
    number bigint PRIMARY KEY,
    file bytea NOT NULL
);
ALTER TABLE snapshot ALTER COLUMN file SET STORAGE EXTERNAL;

-- History: rebuilt from the journal when lost.
CREATE TABLE mark (name text PRIMARY KEY, number bigint NOT NULL);
CREATE TABLE chunk (
    jurisdiction integer NOT NULL,
    series bigint NOT NULL,
    day bigint NOT NULL,
    through bigint NOT NULL,
    columns bytea NOT NULL,
    PRIMARY KEY (jurisdiction, series, day, through)
) PARTITION BY RANGE (day);
ALTER TABLE chunk ALTER COLUMN columns SET STORAGE EXTERNAL;
CREATE TABLE chunk_else PARTITION OF chunk DEFAULT;
CREATE TABLE name (
    jurisdiction integer NOT NULL,
    kind smallint NOT NULL,
    number bigint NOT NULL,
    text text NOT NULL,
    slot bigint,
    PRIMARY KEY (jurisdiction, kind, number)
);
CREATE TABLE transition (
    number bigint PRIMARY KEY,
    seq bigint NOT NULL,
    jurisdiction integer NOT NULL,
    at_ms bigint NOT NULL,
    rule integer NOT NULL,
    subject bigint NOT NULL,
    prev smallint NOT NULL,
    level smallint NOT NULL,
    time_ms bigint NOT NULL
);

-- Logins as the site's files have them, and who is signed in.
CREATE TABLE account (
    login text PRIMARY KEY,
    jurisdiction text NOT NULL,
    person text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    login text NOT NULL,
    used_s bigint NOT NULL
);

-- Where stations stand, for questions about ground; follows the configs in force.
CREATE TABLE station (
    jurisdiction text NOT NULL,
    id text NOT NULL,
    lon_e6 integer NOT NULL,
    lat_e6 integer NOT NULL,
    place geometry(Point, 4326) NOT NULL
        GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon_e6 / 1e6, lat_e6 / 1e6), 4326)) STORED,
    PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX station_place ON station USING gist (place);
CREATE INDEX station_ground ON station USING gist ((place::geography));
