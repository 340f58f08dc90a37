-- Audit events that an organization keeps no longer may go, behind a cut that stands for them; nothing else ever takes one away.

CREATE TABLE audit_names (
  organization_id uuid NOT NULL,
  name varchar(300) NOT NULL,
  PRIMARY KEY (organization_id, name)
);

SELECT portal_raise_walls();
REVOKE UPDATE, DELETE ON audit_cuts, audit_names FROM portal_system, portal_app;
REVOKE INSERT ON audit_cuts FROM portal_app;

-- The owner sees, within the function below alone, the events of one organization.
CREATE POLICY retention ON audit_events TO portal_owner USING (organization_id = nullif(current_setting('portal.audit_cut', true), '')::uuid);
CREATE POLICY retention ON audit_cuts FOR SELECT TO portal_owner USING (organization_id = nullif(current_setting('portal.audit_cut', true), '')::uuid);

CREATE POLICY retention ON audit_names TO portal_owner USING (organization_id = nullif(current_setting('portal.audit_cut', true), '')::uuid);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'portal_owner' AND OLD.organization_id::text = current_setting('portal.audit_cut', true) THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER append_only ON audit_events;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

CREATE FUNCTION audit_forget(org uuid, through bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  gone bigint;
BEGIN
  PERFORM set_config('portal.audit_cut', org::text, true);
  IF NOT EXISTS (SELECT 1 FROM audit_cuts c WHERE c.organization_id = org AND c.sequence = through) THEN
    RAISE EXCEPTION 'no cut stands for these audit events' USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM audit_events a WHERE a.organization_id = org AND a.sequence <= through AND a.created_at > now() - interval '365 days') THEN
    RAISE EXCEPTION 'audit events of the last year are kept' USING ERRCODE = 'restrict_violation';
  END IF;
  DELETE FROM audit_events a WHERE a.organization_id = org AND a.sequence <= through;
  GET DIAGNOSTICS gone = ROW_COUNT;
  -- Names that stood in nothing else go with them.
  DELETE FROM audit_names n WHERE n.organization_id = org
    AND NOT EXISTS (SELECT 1 FROM audit_events a WHERE a.organization_id = org AND a.actor_name = n.name)
    AND NOT EXISTS (SELECT 1 FROM audit_events a WHERE a.organization_id = org AND a.subject_name = n.name);
  PERFORM set_config('portal.audit_cut', '', true);
  RETURN gone;
END $$;
REVOKE ALL ON FUNCTION audit_forget(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_forget(uuid, bigint) TO portal_system;

-- Names that stand in the trail: few beside its events, so that a search looks among them. Migrations see no rows under forced row-level security.
ALTER TABLE audit_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_names NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_names SELECT organization_id, actor_name FROM audit_events UNION SELECT organization_id, subject_name FROM audit_events WHERE subject_name IS NOT NULL;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_names FORCE ROW LEVEL SECURITY;
