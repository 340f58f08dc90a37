-- Whatever changes what somebody may: open pages hear of it when it is committed. Said here, so that no use case can forget to.

CREATE FUNCTION signal_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('portal_signals', 'access');
  RETURN NULL;
END $$;

CREATE TRIGGER signal_access AFTER INSERT OR DELETE OR UPDATE OF role, scope_type, scope_id, user_id ON memberships
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER INSERT OR DELETE OR UPDATE OF role, scope_type, scope_id, ends_at, ended_at ON access_grants
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER DELETE OR UPDATE OF revoked_at, expires_at, confined_to, second_factor_trusted ON sessions
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER DELETE OR UPDATE OF must_change_password, two_factor_enabled, home_organization_id ON users
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER UPDATE OF two_factor_roles ON organizations
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER DELETE OR UPDATE OF parent_id ON departments
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER DELETE OR UPDATE OF department_id ON teams
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
CREATE TRIGGER signal_access AFTER DELETE OR UPDATE OF team_id ON projects
  FOR EACH STATEMENT EXECUTE FUNCTION signal_access();
