-- Tenant isolation: row-level security on every table with an organization, forced, so that a forgotten filter leaks nothing.
-- Later migrations that add a tenant table call portal_raise_walls() again.

CREATE FUNCTION portal_org() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('portal.org', true), '')::uuid $$;

CREATE FUNCTION portal_raise_walls() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
  visible text := 'organization_id = (SELECT portal_org())';
BEGIN
  FOR t IN
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  LOOP
    IF EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = t) THEN CONTINUE; END IF;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY system ON %I TO portal_system USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO portal_app USING (%s) WITH CHECK (%s)', t, visible, visible);
    IF t IN ('prices', 'price_versions') THEN
      EXECUTE format('CREATE POLICY built_in ON %I FOR SELECT TO portal_app USING (organization_id IS NULL)', t);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO portal_system', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO portal_app', t);
  END LOOP;
END $$;

SELECT portal_raise_walls();

-- Tables without an organization: people, sign-ins and the portal's own facts.
GRANT SELECT, INSERT, UPDATE, DELETE ON users, user_claims, user_logins, user_tokens, sessions, portal_settings,
  data_protection_keys, journal_positions TO portal_system;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON users TO portal_system USING (true) WITH CHECK (true);
CREATE POLICY colleagues ON users FOR SELECT TO portal_app USING (EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = users.id));
CREATE POLICY newcomers ON users FOR INSERT TO portal_app WITH CHECK (true);
GRANT SELECT, INSERT ON users TO portal_app;

-- Written once.
REVOKE UPDATE, DELETE ON ledger_entries, call_log, audit_events, price_versions FROM portal_system, portal_app;
REVOKE INSERT, UPDATE, DELETE ON ledger_entries, call_log, usage_rollups FROM portal_app;
REVOKE DELETE ON budget_amounts FROM portal_app;
GRANT USAGE ON SEQUENCE ledger_position_seq TO portal_system;
