-- Who manages a part of the organization sees that part: a second wall inside the organization's. It stands where portal_confine was
-- called in the transaction, and lets everything through where it was not.

CREATE FUNCTION portal_confined() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('portal.places', true), '') = 'on' $$;

CREATE FUNCTION portal_place_ids(kind text) RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('portal.' || kind, true), ''), '{}')::uuid[] $$;

CREATE FUNCTION portal_reader() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('portal.reader', true), '')::uuid $$;

CREATE FUNCTION portal_see_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('portal.places', '', true), set_config('search_path', 'public', true);
END $$;

-- What lies in the parts named, until the transaction ends. Deleted parts count: what was spent in them stays theirs.
CREATE FUNCTION portal_confine(reader uuid, departments uuid[], teams uuid[], projects uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  d uuid[]; t uuid[]; p uuid[]; u uuid[];
BEGIN
  WITH RECURSIVE below AS (
    SELECT x.id FROM public.departments x WHERE x.id = ANY (portal_confine.departments)
    UNION SELECT x.id FROM public.departments x JOIN below b ON x.parent_id = b.id)
  SELECT coalesce(array_agg(id), '{}') INTO d FROM below;
  SELECT coalesce(array_agg(x.id), '{}') INTO t FROM public.teams x WHERE x.id = ANY (portal_confine.teams) OR x.department_id = ANY (d);
  SELECT coalesce(array_agg(x.id), '{}') INTO p FROM public.projects x WHERE x.id = ANY (portal_confine.projects) OR x.team_id = ANY (t);
  SELECT coalesce(array_agg(x.user_id), '{}') INTO u FROM public.memberships x WHERE x.team_id = ANY (t);
  PERFORM set_config('portal.reader', reader::text, true), set_config('portal.roots', (departments || teams || projects)::text, true),
    set_config('portal.departments', d::text, true), set_config('portal.teams', t::text, true), set_config('portal.projects', p::text, true),
    set_config('portal.people', u::text, true), set_config('portal.places', 'on', true), set_config('search_path', 'placed, public', true);
END $$;

ALTER TABLE memberships ADD CONSTRAINT ck_memberships_scope CHECK ((scope_type IS NULL) = (scope_id IS NULL) AND (scope_id IS NULL OR role = 'manager'));
ALTER TABLE access_grants ADD CONSTRAINT ck_access_grants_scope CHECK ((scope_type IS NULL) = (scope_id IS NULL) AND (scope_id IS NULL OR role = 'manager'));

-- What confined readers see of each table that has an organization, and of each that has none to tell: a table that is not here is wholly
-- seen (the list of those is in a test).
CREATE FUNCTION portal_raise_places() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  wall record;
  attributed text := 'department_id = ANY ((SELECT portal_place_ids(''departments''))::uuid[]) OR team_id = ANY ((SELECT portal_place_ids(''teams''))::uuid[])'
    ' OR project_id = ANY ((SELECT portal_place_ids(''projects''))::uuid[])';
BEGIN
  FOR wall IN SELECT * FROM (VALUES
    ('departments', 'id = ANY ((SELECT portal_place_ids(''departments''))::uuid[])'),
    ('teams', 'id = ANY ((SELECT portal_place_ids(''teams''))::uuid[])'),
    ('projects', 'id = ANY ((SELECT portal_place_ids(''projects''))::uuid[])'),
    ('memberships', 'user_id = (SELECT portal_reader()) OR team_id = ANY ((SELECT portal_place_ids(''teams''))::uuid[])'),
    ('access_grants', 'user_id = (SELECT portal_reader()) OR user_id = ANY ((SELECT portal_place_ids(''people''))::uuid[])'),
    ('api_keys', 'team_id = ANY ((SELECT portal_place_ids(''teams''))::uuid[]) OR project_id = ANY ((SELECT portal_place_ids(''projects''))::uuid[])'
      ' OR (team_id IS NULL AND project_id IS NULL AND owner_user_id = ANY ((SELECT portal_place_ids(''people''))::uuid[]))'),
    ('ledger_entries', attributed),
    ('call_log', attributed),
    ('usage_rollups', attributed),
    ('usage_days', 'false'),
    ('budgets', '(quota_type = ''department'' AND scope_id = ANY ((SELECT portal_place_ids(''departments''))::uuid[]))'
      ' OR (quota_type = ''team'' AND scope_id = ANY ((SELECT portal_place_ids(''teams''))::uuid[]))'
      ' OR (quota_type = ''project'' AND scope_id = ANY ((SELECT portal_place_ids(''projects''))::uuid[]))'
      ' OR (quota_type = ''user'' AND scope_id = ANY ((SELECT portal_place_ids(''people''))::uuid[]))'
      ' OR (quota_type = ''key'' AND EXISTS (SELECT 1 FROM api_keys k WHERE k.id = scope_id))'),
    ('budget_amounts', 'EXISTS (SELECT 1 FROM budgets b WHERE b.id = budget_id)'),
    ('budget_leases', 'EXISTS (SELECT 1 FROM budgets b WHERE b.id = budget_id)'),
    ('budget_requests', 'EXISTS (SELECT 1 FROM budgets b WHERE b.id = budget_id)'),
    ('alerts', 'EXISTS (SELECT 1 FROM budgets b WHERE b.id = budget_id)'),
    ('alert_deliveries', 'EXISTS (SELECT 1 FROM alerts a WHERE a.id = alert_id)'),
    ('alert_channels', 'false'),
    ('approvals', 'requested_by = (SELECT portal_reader()) OR requester_id = (SELECT portal_reader()) OR places && (SELECT portal_place_ids(''roots''))'),
    ('approval_events', 'EXISTS (SELECT 1 FROM approvals a WHERE a.id = approval_id)'),
    ('approval_delegations', 'from_user_id = (SELECT portal_reader()) OR to_user_id = (SELECT portal_reader())'),
    ('bills', 'false'),
    ('bill_lines', 'false'),
    ('call_bodies', 'false'),
    ('call_replays', 'false'),
    ('identity_providers', 'false'),
    ('imported_records', 'false'),
    ('invitations', 'false'),
    ('ldap_directories', 'false'),
    ('service_tokens', 'false')) w(name, shown)
  LOOP
    IF EXISTS (SELECT 1 FROM pg_policies x WHERE x.schemaname = 'public' AND x.tablename = wall.name AND x.policyname = 'place') THEN CONTINUE; END IF;
    EXECUTE format('CREATE POLICY place ON %I AS RESTRICTIVE TO portal_app USING (NOT (SELECT portal_confined()) OR (%s))', wall.name, wall.shown);
  END LOOP;
END $$;

SELECT portal_raise_places();

-- The sums of days are the whole organization's. Who sees a part reads days that are summed of what he sees, under the same name.
CREATE VIEW placed.usage_days WITH (security_invoker = true) AS
SELECT r.organization_id, v.dimension::varchar(40) AS dimension, v.day, v.value_id, v.value_name,
  sum(requests)::bigint AS requests, sum(entries)::bigint AS entries, sum(failed)::bigint AS failed,
  sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units)::bigint AS tokens,
  coalesce(sum(requests) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint AS ai_requests,
  coalesce(sum(input_units + cached_input_units + cache_write_units + output_units + reasoning_units) FILTER (WHERE cost_type = 'ai_api'), 0)::bigint AS ai_tokens,
  sum(total_cost) AS total_cost, sum(unresolved_cost) AS unresolved_cost
FROM public.usage_rollups r JOIN public.organizations o ON o.id = r.organization_id
CROSS JOIN LATERAL (SELECT public.usage_day(r.bucket_at, o.time_zone) AS day) local
CROSS JOIN LATERAL (VALUES
  ('organization', day, r.organization_id, NULL::text),
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
GRANT SELECT ON placed.usage_days TO portal_app;
