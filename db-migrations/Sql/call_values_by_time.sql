-- The values of calls, by time as well. Calls lie in the order of their time, and by that column the planner knows how few stretches a rare
-- value is in; of a column that nobody filled it knows nothing, and took the index for one that leads everywhere.

DROP INDEX ix_call_log_values;
CREATE INDEX ix_call_log_values ON call_log USING brin (
  started_at,
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
