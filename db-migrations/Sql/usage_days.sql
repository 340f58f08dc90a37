-- Sums of the organization's local days by one dimension at a time, for reads over weeks; written with the rollups, by the same.

CREATE TABLE usage_days (
  organization_id uuid NOT NULL,
  dimension varchar(40) NOT NULL,
  day date NOT NULL,
  value_id uuid,
  value_name text,
  requests bigint NOT NULL DEFAULT 0,
  entries bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  tokens bigint NOT NULL DEFAULT 0,
  ai_requests bigint NOT NULL DEFAULT 0,
  ai_tokens bigint NOT NULL DEFAULT 0,
  total_cost numeric(24,12) NOT NULL DEFAULT 0,
  unresolved_cost numeric(24,12) NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- The local date. A zone that this server does not know must not hold up the ledger: its days are those of UTC.
CREATE FUNCTION usage_day(at timestamptz, zone text) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (at AT TIME ZONE coalesce(zone, 'UTC'))::date;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN (at AT TIME ZONE 'UTC')::date;
END $$;

-- The owner of the tables sees no rows while their walls stand for it, too.
ALTER TABLE usage_rollups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE organizations NO FORCE ROW LEVEL SECURITY;

INSERT INTO usage_days (organization_id, dimension, day, value_id, value_name, requests, entries, failed, tokens, ai_requests, ai_tokens, total_cost, unresolved_cost)
WITH quarters AS MATERIALIZED (
  SELECT q.organization_id, q.bucket_at, usage_day(q.bucket_at, o.time_zone) AS day
  FROM (SELECT DISTINCT organization_id, bucket_at FROM usage_rollups) q LEFT JOIN organizations o ON o.id = q.organization_id),
dated AS (
  SELECT r.organization_id, q.day, department_id, team_id, project_id, cost_center_id, environment_id, user_id, key_id, provider_id, provider_name, model_name,
    request_type, cost_type, sum(requests)::bigint AS requests, sum(entries)::bigint AS entries, sum(failed)::bigint AS failed,
    sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units)::bigint AS tokens,
    sum(total_cost) AS total_cost, sum(unresolved_cost) AS unresolved_cost
  FROM usage_rollups r JOIN quarters q ON q.organization_id = r.organization_id AND q.bucket_at = r.bucket_at
  GROUP BY r.organization_id, q.day, department_id, team_id, project_id, cost_center_id, environment_id, user_id, key_id, provider_id, provider_name, model_name,
    request_type, cost_type)
SELECT d.organization_id, v.dimension, v.day, v.value_id, v.value_name, sum(requests), sum(entries), sum(failed), sum(tokens),
  coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0), coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0), sum(total_cost), sum(unresolved_cost)
FROM dated d CROSS JOIN LATERAL (VALUES
  ('organization', day, organization_id, NULL::text),
  ('department', day, department_id, NULL),
  ('team', day, team_id, NULL),
  ('project', day, project_id, NULL),
  ('cost_center', day, cost_center_id, NULL),
  ('environment', day, environment_id, NULL),
  ('user', day, user_id, NULL),
  ('key', day, key_id, NULL),
  ('provider', day, provider_id, CASE WHEN provider_id IS NULL THEN provider_name END),
  ('model', day, NULL, model_name),
  ('request_type', day, NULL, request_type),
  ('cost_type', day, NULL, cost_type),
  ('user_month', date_trunc('month', day::timestamp)::date, user_id, NULL),
  ('key_month', date_trunc('month', day::timestamp)::date, key_id, NULL)
) v(dimension, day, value_id, value_name)
GROUP BY 1, 2, 3, 4, 5;

ALTER TABLE usage_rollups FORCE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;

CREATE UNIQUE INDEX ux_usage_days ON usage_days (organization_id, dimension, day, value_id, value_name) NULLS NOT DISTINCT;

SELECT portal_raise_walls();
-- A changed time zone makes other days of the same rollups: the old ones go, and nobody alters one.
REVOKE UPDATE ON usage_days FROM portal_app;
