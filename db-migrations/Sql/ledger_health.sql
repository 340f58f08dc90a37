-- Jobs that one node does for all, and what the hourly verification found.

CREATE TABLE job_runs (
  name text NOT NULL,
  due_at timestamptz NOT NULL,
  node text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('ok', 'failed', 'abandoned')),
  message text,
  PRIMARY KEY (name, due_at)
);

CREATE TABLE ledger_verifications (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  entries bigint NOT NULL,
  differences integer NOT NULL,
  unexplained numeric(24,12) NOT NULL,
  lines text[] NOT NULL
);
CREATE INDEX ix_ledger_verifications_started ON ledger_verifications (started_at DESC);

CREATE TABLE ledger_differences (
  verification_id uuid NOT NULL REFERENCES ledger_verifications ON DELETE CASCADE,
  organization_id uuid NOT NULL,
  unexplained numeric(24,12) NOT NULL,
  PRIMARY KEY (verification_id, organization_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON job_runs, ledger_verifications TO portal_system;
SELECT portal_raise_walls();
REVOKE INSERT, UPDATE, DELETE ON ledger_differences FROM portal_app;
