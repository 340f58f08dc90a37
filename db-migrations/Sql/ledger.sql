-- The ledger, its rollups and the call log: partitioned by month, append-only, written by portal_system alone.

CREATE SEQUENCE ledger_position_seq AS bigint CACHE 1;

CREATE TABLE ledger_entries (
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  position bigint NOT NULL DEFAULT nextval('ledger_position_seq'),
  organization_id uuid NOT NULL,
  request_id uuid NOT NULL,
  attempt integer NOT NULL,
  final boolean NOT NULL,
  kind varchar(40) NOT NULL,
  status varchar(40) NOT NULL,
  estimated boolean NOT NULL,
  above_ceiling boolean NOT NULL DEFAULT false,
  department_id uuid, team_id uuid, project_id uuid, cost_center_id uuid, environment_id uuid, user_id uuid, key_id uuid,
  provider_id uuid,
  provider_name text NOT NULL,
  model_name text NOT NULL,
  upstream_model text,
  request_type text NOT NULL,
  cost_type text NOT NULL,
  price_id uuid,
  price_version integer,
  input_units bigint NOT NULL DEFAULT 0,
  cached_input_units bigint NOT NULL DEFAULT 0,
  cache_write_units bigint NOT NULL DEFAULT 0,
  output_units bigint NOT NULL DEFAULT 0,
  reasoning_units bigint NOT NULL DEFAULT 0,
  input_cost numeric(24,12) NOT NULL DEFAULT 0,
  cached_input_cost numeric(24,12) NOT NULL DEFAULT 0,
  cache_write_cost numeric(24,12) NOT NULL DEFAULT 0,
  output_cost numeric(24,12) NOT NULL DEFAULT 0,
  reasoning_cost numeric(24,12) NOT NULL DEFAULT 0,
  base_cost numeric(24,12) NOT NULL DEFAULT 0,
  total_cost numeric(24,12) NOT NULL DEFAULT 0,
  unresolved_cost numeric(24,12) NOT NULL DEFAULT 0,
  corrects_id uuid,
  reason text,
  external_id text,
  session_id text,
  workflow_id text,
  account_id text,
  client_ip text,
  tags jsonb,
  streamed boolean NOT NULL DEFAULT false,
  latency_ms integer,
  ttft_ms integer,
  ended_at timestamptz,
  upstream_request_id text,
  upstream_status integer,
  error_code text,
  service_tier text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (started_at, id),
  CHECK (total_cost = input_cost + cached_input_cost + cache_write_cost + output_cost + reasoning_cost + base_cost)
) PARTITION BY RANGE (started_at);

CREATE INDEX ix_ledger_entries_organization ON ledger_entries (organization_id, started_at DESC, id DESC);
CREATE INDEX ix_ledger_entries_key ON ledger_entries (key_id, started_at DESC);
CREATE INDEX ix_ledger_entries_request ON ledger_entries (request_id);
CREATE INDEX ix_ledger_entries_position ON ledger_entries (organization_id, position);

CREATE TABLE call_log (
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  organization_id uuid NOT NULL,
  status varchar(40) NOT NULL,
  http_status integer NOT NULL,
  error_code text,
  department_id uuid, team_id uuid, project_id uuid, cost_center_id uuid, environment_id uuid, user_id uuid, key_id uuid,
  model_name text,
  provider_id uuid,
  provider_name text,
  request_type text NOT NULL,
  streamed boolean NOT NULL DEFAULT false,
  attempts integer NOT NULL DEFAULT 0,
  input_units bigint NOT NULL DEFAULT 0,
  output_units bigint NOT NULL DEFAULT 0,
  total_cost numeric(24,12) NOT NULL DEFAULT 0,
  estimated boolean NOT NULL DEFAULT false,
  latency_ms integer,
  ttft_ms integer,
  client_ip text,
  session_id text,
  workflow_id text,
  account_id text,
  tags jsonb,
  PRIMARY KEY (started_at, id)
) PARTITION BY RANGE (started_at);

CREATE INDEX ix_call_log_organization ON call_log (organization_id, started_at DESC, id DESC);
CREATE INDEX ix_call_log_key ON call_log (key_id, started_at DESC);
CREATE INDEX ix_call_log_id ON call_log (id);

CREATE TABLE usage_rollups (
  organization_id uuid NOT NULL,
  bucket_at timestamptz NOT NULL,
  department_id uuid, team_id uuid, project_id uuid, cost_center_id uuid, environment_id uuid, user_id uuid, key_id uuid,
  provider_id uuid,
  provider_name text NOT NULL,
  model_name text NOT NULL,
  request_type text NOT NULL,
  cost_type text NOT NULL,
  requests bigint NOT NULL DEFAULT 0,
  entries bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  input_units bigint NOT NULL DEFAULT 0,
  cached_input_units bigint NOT NULL DEFAULT 0,
  cache_write_units bigint NOT NULL DEFAULT 0,
  output_units bigint NOT NULL DEFAULT 0,
  reasoning_units bigint NOT NULL DEFAULT 0,
  total_cost numeric(24,12) NOT NULL DEFAULT 0,
  unresolved_cost numeric(24,12) NOT NULL DEFAULT 0,
  latency_ms_sum bigint NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX ux_usage_rollups ON usage_rollups (
  organization_id, bucket_at, key_id, user_id, team_id, project_id, cost_center_id, department_id, environment_id,
  provider_id, provider_name, model_name, request_type, cost_type) NULLS NOT DISTINCT;

CREATE TABLE journal_positions (
  journal_id uuid PRIMARY KEY,
  node text NOT NULL,
  position bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON price_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON price_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_finalized_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'bills' THEN
    IF OLD.status = 'finalized' THEN
      RAISE EXCEPTION 'a finalized bill never changes' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF EXISTS (SELECT 1 FROM bills b WHERE b.id = OLD.bill_id AND b.status = 'finalized') THEN
    RAISE EXCEPTION 'a finalized bill never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER finalized BEFORE UPDATE OR DELETE ON bills FOR EACH ROW EXECUTE FUNCTION refuse_finalized_bill();
CREATE TRIGGER finalized BEFORE UPDATE OR DELETE ON bill_lines FOR EACH ROW EXECUTE FUNCTION refuse_finalized_bill();

-- Partitions are granted to nobody: read directly they would bypass their parent's policy.
CREATE FUNCTION ensure_month_partitions(at timestamptz) RETURNS void
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
      IF to_regclass(child) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent, first, next);
        IF parent = 'ledger_entries' THEN
          EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', child);
        END IF;
      END IF;
    END IF;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION ensure_month_partitions(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_month_partitions(timestamptz) TO portal_system;
