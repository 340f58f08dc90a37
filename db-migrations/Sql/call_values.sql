-- One index for all values that calls are filtered by: of each stretch of the table it keeps which values are not in it, so that what is rare
-- is found without the rest being read. It costs nothing while rows are added: stretches are summarized afterwards, by a job.

CREATE INDEX ix_call_log_values ON call_log USING brin (
  session_id text_bloom_ops (n_distinct_per_range = 500),
  workflow_id text_bloom_ops (n_distinct_per_range = 250),
  account_id text_bloom_ops (n_distinct_per_range = 250),
  user_id uuid_bloom_ops (n_distinct_per_range = 250),
  model_name text_bloom_ops (n_distinct_per_range = 64),
  team_id uuid_bloom_ops (n_distinct_per_range = 64),
  project_id uuid_bloom_ops (n_distinct_per_range = 64),
  department_id uuid_bloom_ops (n_distinct_per_range = 32),
  cost_center_id uuid_bloom_ops (n_distinct_per_range = 32),
  environment_id uuid_bloom_ops (n_distinct_per_range = 16),
  provider_id uuid_bloom_ops (n_distinct_per_range = 16),
  provider_name text_bloom_ops (n_distinct_per_range = 16)
) WITH (pages_per_range = 16);

-- Answers how many stretches it summarized. Only an index's owner may.
CREATE FUNCTION summarize_calls() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part regclass;
  summarized integer := 0;
BEGIN
  FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'ix_call_log_values'::regclass LOOP
    summarized := summarized + brin_summarize_new_values(part);
  END LOOP;
  RETURN summarized;
END $$;
REVOKE ALL ON FUNCTION summarize_calls() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarize_calls() TO portal_system;
