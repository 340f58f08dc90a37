-- Slices of budgets that nodes hold. Rows are locked in one order everywhere: the amounts of a cell, then its lease, then the next
-- cell by key. A cell is one budget limit in one period.

CREATE SEQUENCE budget_amount_version;
ALTER TABLE budget_amounts
  ADD COLUMN leased numeric(24,12) NOT NULL DEFAULT 0,
  ADD COLUMN version bigint NOT NULL DEFAULT nextval('budget_amount_version');

CREATE TABLE nodes (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  written_off_at timestamptz
);

CREATE TABLE budget_leases (
  budget_id uuid NOT NULL,
  period_type varchar(40) NOT NULL,
  period_start timestamptz NOT NULL,
  node_id uuid NOT NULL,
  organization_id uuid NOT NULL,
  granted numeric(24,12) NOT NULL CHECK (granted >= 0),
  drained numeric(24,12) NOT NULL,
  epoch bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  written_off_at timestamptz,
  PRIMARY KEY (budget_id, period_type, period_start, node_id)
);
CREATE INDEX ix_budget_leases_node_id ON budget_leases (node_id);
CREATE INDEX ix_budget_leases_organization_id ON budget_leases (organization_id);

SELECT portal_raise_walls();
GRANT SELECT, INSERT, UPDATE, DELETE ON nodes TO portal_system;
GRANT SELECT, UPDATE (written_off_at) ON nodes TO portal_app;
GRANT USAGE ON SEQUENCE budget_amount_version TO portal_system, portal_app;
-- A changed calendar makes other periods of the same entries; the old ones go.
GRANT DELETE ON budget_amounts TO portal_app;

-- The limit in force; null where the budget has none for this period, or one that refuses nothing.
CREATE FUNCTION budget_limit(b budgets, type text) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT min(v.amount) FROM (VALUES (b.period_type, b.total_quota), ('daily', b.daily_limit), ('hourly', b.hourly_limit)) v(type, amount)
  WHERE v.type = $2 AND b.action <> 'alert'
$$;

-- Grants slices. Of each cell at least the need is granted, or nothing; a node alone may have all that is free.
-- outcome: granted, refused, unlimited (no such limit any more), epoch (the caller's number is old), written_off, calendar
-- (its periods are old).
CREATE FUNCTION budget_take(
  me uuid, live interval, ids uuid[], types text[], starts timestamptz[], ends timestamptz[], zones text[], months int[],
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
    PERFORM 1 FROM organizations o WHERE o.id = b.organization_id AND o.time_zone = zones[i] AND o.fiscal_year_start = months[i];
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

-- Gives back parts of slices, and, with an amount of zero, makes sure that nothing older comes through any more.
CREATE FUNCTION budget_return(me uuid, ids uuid[], types text[], starts timestamptz[], epochs bigint[], amounts numeric[])
RETURNS TABLE (epoch bigint, taken numeric, drained numeric)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  l budget_leases;
  part numeric;
BEGIN
  FOR i IN 1 .. cardinality(ids) LOOP
    PERFORM 1 FROM budget_amounts x WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] FOR UPDATE;
    INSERT INTO budget_leases (budget_id, period_type, period_start, node_id, organization_id, granted, drained, epoch, updated_at)
    SELECT ids[i], types[i], starts[i], me, b.organization_id, 0, 0, 0, clock_timestamp() FROM budgets b WHERE b.id = ids[i]
    ON CONFLICT DO NOTHING;
    SELECT * INTO l FROM budget_leases x
      WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] AND x.node_id = me FOR UPDATE;
    IF NOT FOUND THEN
      epoch := epochs[i] + 1;
      taken := 0;
      drained := 0;
      RETURN NEXT;
      CONTINUE;
    END IF;
    part := CASE WHEN l.epoch = epochs[i] AND l.written_off_at IS NULL THEN least(l.granted, amounts[i]) ELSE 0 END;
    UPDATE budget_leases x SET granted = x.granted - part, epoch = x.epoch + 1, updated_at = clock_timestamp()
    WHERE x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i] AND x.node_id = me;
    UPDATE budget_amounts x SET leased = x.leased - part
    WHERE part > 0 AND x.budget_id = ids[i] AND x.period_type = types[i] AND x.period_start = starts[i];
    epoch := l.epoch + 1;
    taken := l.granted + l.drained - part;
    drained := l.drained;
    RETURN NEXT;
  END LOOP;
END $$;

-- Adds what entries cost, and moves what calls of a node's journal used of its slices from leased to spent.
CREATE FUNCTION budget_post(
  node uuid, ids uuid[], types text[], starts timestamptz[], ends timestamptz[], orgs uuid[],
  costs numeric[], unknowns numeric[], counted boolean[], used numeric[])
RETURNS TABLE (place int, spent numeric, unknown numeric, version bigint, drained numeric)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  slot record;
BEGIN
  PERFORM 1 FROM budget_amounts a
  JOIN unnest(ids, types, starts) k(budget_id, period_type, period_start) USING (budget_id, period_type, period_start)
  ORDER BY budget_id, period_type, period_start FOR UPDATE OF a;

  INSERT INTO budget_amounts AS a (budget_id, period_type, period_start, period_end, organization_id, spent, unknown)
  SELECT k.id, k.type, k.start_at, k.end_at, k.org, k.cost, k.unresolved
  FROM unnest(ids, types, starts, ends, orgs, costs, unknowns, counted) k(id, type, start_at, end_at, org, cost, unresolved, counts)
  WHERE k.counts ORDER BY 1, 2, 3
  ON CONFLICT (budget_id, period_type, period_start)
  DO UPDATE SET spent = a.spent + excluded.spent, unknown = a.unknown + excluded.unknown, version = nextval('budget_amount_version');

  FOR slot IN
    SELECT l.budget_id, l.period_type, l.period_start, l.written_off_at, least(l.granted, k.amount) AS part
    FROM budget_leases l JOIN unnest(ids, types, starts, used) k(budget_id, period_type, period_start, amount)
    USING (budget_id, period_type, period_start) WHERE l.node_id = node AND k.amount > 0 AND l.granted > 0
    ORDER BY 1, 2, 3 FOR UPDATE OF l
  LOOP
    UPDATE budget_leases l SET granted = l.granted - slot.part, drained = l.drained + slot.part, updated_at = clock_timestamp()
    WHERE l.budget_id = slot.budget_id AND l.period_type = slot.period_type AND l.period_start = slot.period_start AND l.node_id = node;
    IF slot.written_off_at IS NULL THEN
      UPDATE budget_amounts a SET leased = a.leased - slot.part
      WHERE a.budget_id = slot.budget_id AND a.period_type = slot.period_type AND a.period_start = slot.period_start;
    ELSE
      UPDATE budget_amounts a SET unknown = a.unknown - slot.part, version = nextval('budget_amount_version')
      WHERE a.budget_id = slot.budget_id AND a.period_type = slot.period_type AND a.period_start = slot.period_start;
    END IF;
  END LOOP;

  -- Usage that no slice covered: what nodes still have leased may be too much now.
  PERFORM pg_notify('portal_leases', concat_ws(' ', 'over', a.budget_id, a.period_type, (extract(epoch FROM a.period_start) * 1000000)::bigint))
  FROM unnest(ids, types, starts, counted) k(id, type, start_at, counts)
  JOIN budget_amounts a ON a.budget_id = k.id AND a.period_type = k.type AND a.period_start = k.start_at
  JOIN budgets b ON b.id = k.id
  WHERE k.counts AND a.leased > 0 AND a.spent + a.unknown + a.leased > budget_limit(b, k.type);

  RETURN QUERY
    SELECT k.place::int, a.spent, a.unknown, a.version, l.drained
    FROM unnest(ids, types, starts) WITH ORDINALITY k(id, type, start_at, place)
    LEFT JOIN budget_amounts a ON a.budget_id = k.id AND a.period_type = k.type AND a.period_start = k.start_at
    LEFT JOIN budget_leases l ON l.budget_id = k.id AND l.period_type = k.type AND l.period_start = k.start_at AND l.node_id = node
    ORDER BY k.place;
END $$;

-- Ends all slices of a node whose journal is drained: what was not used is free again.
CREATE FUNCTION budget_release(node uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  slot budget_leases;
BEGIN
  PERFORM 1 FROM budget_amounts a JOIN budget_leases l USING (budget_id, period_type, period_start)
  WHERE l.node_id = node ORDER BY a.budget_id, a.period_type, a.period_start FOR UPDATE OF a;
  FOR slot IN DELETE FROM budget_leases l WHERE l.node_id = node RETURNING l.* LOOP
    CONTINUE WHEN slot.granted = 0;
    UPDATE budget_amounts a SET
      leased = CASE WHEN slot.written_off_at IS NULL THEN a.leased - slot.granted ELSE a.leased END,
      unknown = CASE WHEN slot.written_off_at IS NULL THEN a.unknown ELSE a.unknown - slot.granted END,
      version = CASE WHEN slot.written_off_at IS NULL THEN a.version ELSE nextval('budget_amount_version') END
    WHERE a.budget_id = slot.budget_id AND a.period_type = slot.period_type AND a.period_start = slot.period_start;
  END LOOP;
  DELETE FROM nodes WHERE id = node;
END $$;

-- A person gives a node up: what it had leased in an organization, and nobody knows how much of it was spent, counts as unknown.
CREATE FUNCTION budget_write_off(node uuid, org uuid) RETURNS numeric LANGUAGE plpgsql AS $$
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
    total := total + (SELECT l.granted FROM budget_leases l
      WHERE l.budget_id = slot.budget_id AND l.period_type = slot.period_type AND l.period_start = slot.period_start AND l.node_id = node);
  END LOOP;
  UPDATE budget_leases l SET written_off_at = clock_timestamp() WHERE l.node_id = node AND l.organization_id = org AND l.written_off_at IS NULL;
  RETURN total;
END $$;
