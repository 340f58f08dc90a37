-- Budgets over tokens and requests: sixteen digits before the decimals, and the tokens that an unknown outcome counts for.

ALTER TABLE ledger_entries ADD COLUMN unresolved_tokens bigint NOT NULL DEFAULT 0;
ALTER TABLE budget_leases ALTER COLUMN granted TYPE numeric(28,12), ALTER COLUMN drained TYPE numeric(28,12);

-- A person gives a node up: what it had leased in an organization, and nobody knows how much of it was spent, counts as unknown.
-- Answers how many dollars; of tokens and requests each budget tells.
CREATE OR REPLACE FUNCTION budget_write_off(node uuid, org uuid) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  slot record;
  total numeric := 0;
BEGIN
  FOR slot IN
    SELECT a.budget_id, a.period_type, a.period_start FROM budget_amounts a JOIN budget_leases l USING (budget_id, period_type, period_start)
    WHERE l.node_id = node AND l.organization_id = org AND l.written_off_at IS NULL
    ORDER BY 1, 2, 3 FOR UPDATE OF a
  LOOP
    UPDATE budget_amounts a SET leased = a.leased - l.granted, unknown = a.unknown + l.granted, version = nextval('budget_amount_version')
    FROM budget_leases l
    WHERE a.budget_id = slot.budget_id AND a.period_type = slot.period_type AND a.period_start = slot.period_start AND l.node_id = node
      AND l.budget_id = a.budget_id AND l.period_type = a.period_type AND l.period_start = a.period_start;
    total := total + (SELECT coalesce(sum(l.granted), 0) FROM budget_leases l JOIN budgets b ON b.id = l.budget_id AND b.unit = 'usd'
      WHERE l.budget_id = slot.budget_id AND l.period_type = slot.period_type AND l.period_start = slot.period_start AND l.node_id = node);
  END LOOP;
  UPDATE budget_leases l SET written_off_at = clock_timestamp() WHERE l.node_id = node AND l.organization_id = org AND l.written_off_at IS NULL;
  RETURN total;
END $$;
