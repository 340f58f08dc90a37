-- The days of who sees a part of the organization, summed of its quarters: found by an index, each only for the dimension asked for, in a zone
-- that is looked up once.

CREATE INDEX ix_usage_rollups_department ON usage_rollups (organization_id, department_id, bucket_at) WHERE department_id IS NOT NULL;
CREATE INDEX ix_usage_rollups_team ON usage_rollups (organization_id, team_id, bucket_at) WHERE team_id IS NOT NULL;
CREATE INDEX ix_usage_rollups_project ON usage_rollups (organization_id, project_id, bucket_at) WHERE project_id IS NOT NULL;

-- The zone of the organization's days, as usage_day takes it.
CREATE FUNCTION portal_zone() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  zone text := (SELECT o.time_zone FROM public.organizations o WHERE o.id = public.portal_org());
BEGIN
  PERFORM now() AT TIME ZONE coalesce(zone, 'UTC');
  RETURN coalesce(zone, 'UTC');
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN 'UTC';
END $$;

CREATE VIEW placed.quarters WITH (security_invoker = true) AS
SELECT r.*, (r.bucket_at AT TIME ZONE (SELECT public.portal_zone()))::date AS day,
  input_units + cached_input_units + cache_write_units + output_units + reasoning_units AS tokens
FROM public.usage_rollups r
-- What the wall says once more, in words that an index understands.
WHERE r.department_id = ANY ((SELECT public.portal_place_ids('departments'))::uuid[]) OR r.team_id = ANY ((SELECT public.portal_place_ids('teams'))::uuid[])
  OR r.project_id = ANY ((SELECT public.portal_place_ids('projects'))::uuid[]);

DROP VIEW placed.usage_days;
CREATE VIEW placed.usage_days WITH (security_invoker = true) AS
SELECT organization_id, 'organization'::varchar(40) AS dimension, day AS day, organization_id::uuid AS value_id, (NULL)::text AS value_name,
  sum(requests)::bigint AS requests, sum(entries)::bigint AS entries, sum(failed)::bigint AS failed, sum(tokens)::bigint AS tokens,
  coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint AS ai_requests, coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint AS ai_tokens,
  sum(total_cost) AS total_cost, sum(unresolved_cost) AS unresolved_cost
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'department', day, department_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'team', day, team_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'project', day, project_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'cost_center', day, cost_center_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'environment', day, environment_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'user', day, user_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'key', day, key_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'provider', day, provider_id::uuid, (CASE WHEN provider_id IS NULL THEN provider_name END)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'model', day, NULL::uuid, (model_name)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'request_type', day, NULL::uuid, (request_type)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'cost_type', day, NULL::uuid, (cost_type)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'user_month', date_trunc('month', day::timestamp)::date, user_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5
UNION ALL
SELECT organization_id, 'key_month', date_trunc('month', day::timestamp)::date, key_id::uuid, (NULL)::text,
  sum(requests)::bigint, sum(entries)::bigint, sum(failed)::bigint, sum(tokens)::bigint, coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint,
  coalesce(sum(tokens) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint, sum(total_cost), sum(unresolved_cost)
FROM placed.quarters GROUP BY 1, 3, 4, 5;
GRANT SELECT ON placed.quarters, placed.usage_days TO portal_app;
