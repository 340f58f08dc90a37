-- Texts of calls, where an organization keeps them: apart from the ledger, sealed, and gone by partition, never by DELETE.
-- A partition is a day of expiry, whatever the retention of its rows was.

CREATE TABLE call_bodies (
  id uuid NOT NULL,
  organization_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  streamed boolean NOT NULL,
  redactions text[] NOT NULL,
  request bytea NOT NULL,
  request_bytes bigint NOT NULL,
  request_truncated boolean NOT NULL,
  response bytea,
  response_bytes bigint NOT NULL,
  response_truncated boolean NOT NULL,
  PRIMARY KEY (id, expires_at)
) PARTITION BY RANGE (expires_at);

-- Sealed bytes do not get smaller.
ALTER TABLE call_bodies ALTER request SET STORAGE EXTERNAL, ALTER response SET STORAGE EXTERNAL;

CREATE FUNCTION ensure_body_partition(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  child text := 'call_bodies' || to_char(day, '_YYYY_MM_DD');
BEGIN
  IF to_regclass(child) IS NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('ensure_body_partition'));
    IF to_regclass(child) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF call_bodies FOR VALUES FROM (%L) TO (%L)', child,
        day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
  END IF;
END $$;

-- Days before this one, whose rows have all expired.
CREATE FUNCTION drop_body_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  child text;
  dropped integer := 0;
BEGIN
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'call_bodies'::regclass AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < before
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', child);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION ensure_body_partition(date), drop_body_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_body_partition(date), drop_body_partitions(date) TO portal_system;

SELECT portal_raise_walls();
REVOKE UPDATE, DELETE ON call_bodies FROM portal_system, portal_app;
REVOKE INSERT ON call_bodies FROM portal_app;
