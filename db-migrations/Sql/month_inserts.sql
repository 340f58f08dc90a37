-- The ledger writer adds new rows to the months' tables themselves: COPY cannot write a table under row-level security. It may add and
-- nothing else, and sees every organization anyway; whom a policy binds is granted nothing here.

CREATE OR REPLACE FUNCTION ensure_month_partitions(at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first timestamptz := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  next timestamptz := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
  parent text;
  child text;
BEGIN
  FOREACH parent IN ARRAY ARRAY['ledger_entries', 'call_log'] LOOP
    child := parent || to_char(first AT TIME ZONE 'UTC', '_YYYY_MM');
    IF to_regclass(child) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('ensure_month_partitions'));
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent, first, next);
        EXECUTE format('GRANT INSERT ON %I TO portal_system', child);
        IF parent = 'ledger_entries' THEN
          EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', child);
        END IF;
      EXCEPTION WHEN duplicate_table THEN
        NULL;
      END;
    END IF;
  END LOOP;
END $$;

DO $$
DECLARE
  child regclass;
BEGIN
  FOR child IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent IN ('ledger_entries'::regclass, 'call_log'::regclass) LOOP
    EXECUTE format('GRANT INSERT ON %s TO portal_system', child);
  END LOOP;
END $$;
