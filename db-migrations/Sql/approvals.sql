-- Requests for more budget that are open become approvals, so that they wait in the same place; what was decided stays as it is.
-- Migrations see no rows of a table under forced row-level security.
ALTER TABLE budget_requests NO FORCE ROW LEVEL SECURITY;
ALTER TABLE budgets NO FORCE ROW LEVEL SECURITY;
ALTER TABLE service_tokens NO FORCE ROW LEVEL SECURITY;

INSERT INTO approvals (id, organization_id, created_at, updated_at, kind, action, subject_type, subject_id, subject_name, before, after, payload, amount,
  requested_by, requested_by_name, is_by_service, requester_id, reason, status, steps, steps_done, expires_at)
SELECT gen_random_uuid(), r.organization_id, r.created_at, r.updated_at, 'budget.raise', 'budget.request', 'budget', b.id, b.name,
  format('{"period_type":"%s","limit":%s,"unit":"%s"}', r.period_type, trim_scale(l.amount), b.unit),
  format('{"period_type":"%s","limit":%s,"unit":"%s"}', r.period_type, trim_scale(r.amount), r.unit),
  to_json(r.id)::text, CASE WHEN b.unit = 'usd' THEN r.amount - l.amount END,
  r.user_id, r.user_name, t.id IS NOT NULL, coalesce(t.created_by, r.user_id), r.reason, 'pending', ARRAY['manager_or_finance'], 0, now() + interval '7 days'
FROM budget_requests r
JOIN budgets b ON b.id = r.budget_id
LEFT JOIN service_tokens t ON t.id = r.user_id
CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN r.period_type = b.period_type THEN b.total_quota WHEN r.period_type = 'daily' THEN b.daily_limit
  WHEN r.period_type = 'hourly' THEN b.hourly_limit END, 0) AS amount) l
WHERE r.status = 'open';

UPDATE budget_requests r SET approval_id = a.id FROM approvals a WHERE a.action = 'budget.request' AND a.payload = to_json(r.id)::text;

INSERT INTO approval_events (id, organization_id, created_at, updated_at, approval_id, kind, actor_id, actor_name, comment)
SELECT gen_random_uuid(), organization_id, created_at, updated_at, id, 'requested', requested_by, requested_by_name, reason FROM approvals;

ALTER TABLE budget_requests FORCE ROW LEVEL SECURITY;
ALTER TABLE budgets FORCE ROW LEVEL SECURITY;
ALTER TABLE service_tokens FORCE ROW LEVEL SECURITY;
