-- Weeks begin on the organization's day: a node that asks for a slice by another calendar is told so.

ALTER TABLE organizations ADD CONSTRAINT ck_organizations_week_start CHECK (week_start IN ('monday', 'sunday', 'saturday'));

DROP FUNCTION budget_take(uuid, interval, uuid[], text[], timestamptz[], timestamptz[], text[], int[], bigint[], numeric[], numeric[], boolean[]);

-- Grants slices. Of each cell at least the need is granted, or nothing; a node alone may have all that is free.
-- outcome: granted, refused, unlimited (no such limit any more), epoch (the caller's number is old), written_off, calendar
-- (its periods are old).
CREATE FUNCTION budget_take(
  me uuid, live interval, ids uuid[], types text[], starts timestamptz[], ends timestamptz[], zones text[], months int[], weeks text[],
  epochs bigint[], needs numeric[], sums numeric[], exact boolean[])
RETURNS TABLE (outcome text, epoch bigint, taken numeric, drained numeric, cap numeric, spent numeric, unknown numeric, leased numeric, version bigint, holders uuid[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  alive int;
  gone boolean;
  b budgets;
  a budget_amounts;
  l budget_leases;
  free numeric;
  part numeric;
BEGIN
  SELECT greatest(1, count(*)) INTO alive FROM nodes n WHERE n.written_off_at IS NULL AND n.seen_at > clock_timestamp() - live;
  gone := EXISTS (SELECT 1 FROM nodes n WHERE n.id = me AND n.written_off_at IS NOT NULL);
  FOR i IN 1 .. cardinality(ids) LOOP
    SELECT * INTO b FROM budgets WHERE id = ids[i];
    cap := CASE WHEN FOUND THEN budget_limit(b, types[i]) END;
    epoch := NULL; taken := NULL; drained := NULL; spent := NULL; unknown := NULL; leased := NULL; version := NULL; holders := NULL;
    IF cap IS NULL THEN
      outcome := 'unlimited';
      RETURN NEXT;
      CONTINUE;
    END IF;
    PERFORM 1 FROM organizations o WHERE o.id = b.organization_id AND o.time_zone = zones[i] AND o.fiscal_year_start = months[i]
      AND o.week_start = weeks[i];
    IF NOT FOUND THEN
      outcome := 'calendar';
      RETURN NEXT;
      CONTINUE;
    END IF;
    LOOP
      SELECT * INTO a FROM budget_amounts x WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] FOR UPDATE;
      EXIT WHEN FOUND;
      INSERT INTO budget_amounts (budget_id, period_type, period_start, period_end, organization_id, spent, unknown)
      VALUES (ids[i], types[i], starts[i], ends[i], b.organization_id, 0, 0) ON CONFLICT DO NOTHING;
    END LOOP;
    -- Again, now that nobody else takes from it: the limit may have been lowered while we waited.
    SELECT budget_limit(x, types[i]) INTO cap FROM budgets x WHERE x.id = ids[i];
    SELECT * INTO l FROM budget_leases x
      WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] AND x.node_id = me FOR UPDATE;
    epoch := coalesce(l.epoch, 0);
    taken := coalesce(l.granted + l.drained, 0);
    drained := coalesce(l.drained, 0);
    IF gone OR epoch <> epochs[i] OR l.written_off_at IS NOT NULL THEN
      outcome := CASE WHEN gone OR l.written_off_at IS NOT NULL THEN 'written_off' ELSE 'epoch' END;
      RETURN NEXT;
      CONTINUE;
    END IF;
    free := cap - a.spent - a.unknown - a.leased;
    outcome := 'refused';
    IF cap IS NULL THEN
      outcome := 'unlimited';
    ELSIF free >= needs[i] THEN
      outcome := 'granted';
      part := least(free, CASE WHEN exact[i] THEN sums[i] WHEN alive = 1 THEN free ELSE greatest(sums[i], trunc(free / (2 * alive), 12)) END);
      INSERT INTO budget_leases AS x (budget_id, period_type, period_start, node_id, organization_id, granted, drained, epoch, updated_at)
      VALUES (ids[i], types[i], starts[i], me, b.organization_id, part, 0, epoch + 1, clock_timestamp())
      ON CONFLICT (budget_id, period_type, period_start, node_id)
      DO UPDATE SET granted = x.granted + part, epoch = x.epoch + 1, updated_at = clock_timestamp();
      UPDATE budget_amounts x SET leased = x.leased + part
      WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i];
      a.leased := a.leased + part;
      epoch := epoch + 1;
      taken := taken + part;
    ELSE
      SELECT array_agg(x.node_id) INTO holders FROM budget_leases x JOIN nodes n ON n.id = x.node_id
      WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] AND x.node_id <> me AND x.granted > 0
        AND n.written_off_at IS NULL AND n.seen_at > clock_timestamp() - live;
    END IF;
    spent := a.spent; unknown := a.unknown; leased := a.leased; version := a.version;
    RETURN NEXT;
  END LOOP;
END $$;
