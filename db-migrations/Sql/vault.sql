-- Master keys by version (their fingerprints, never the keys), who holds them, and the data keys that they wrap.
CREATE TABLE master_keys (
  version integer PRIMARY KEY CHECK (version > 0),
  fingerprint varchar(64) NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  activated_at timestamptz,
  destroyed_at timestamptz
);

CREATE TABLE master_key_holders (
  node varchar(300) PRIMARY KEY,
  versions integer[] NOT NULL,
  active integer NOT NULL,
  seen_at timestamptz NOT NULL
);

CREATE TABLE data_keys (
  name varchar(100) PRIMARY KEY,
  box bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON master_keys, data_keys TO portal_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON master_key_holders TO portal_system;

-- The one key that there was until now.
INSERT INTO master_keys (version, fingerprint, created_at, activated_at)
SELECT 1, value, now(), now() FROM portal_settings WHERE name = 'master_key_fingerprint';
DELETE FROM portal_settings WHERE name = 'master_key_fingerprint';
