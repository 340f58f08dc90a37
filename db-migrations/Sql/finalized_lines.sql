-- A line can no more be added to a finalized bill than taken from it.
CREATE FUNCTION refuse_line_of_finalized_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM bills b WHERE b.id = NEW.bill_id AND b.status = 'finalized') THEN
    RAISE EXCEPTION 'a finalized bill never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER finalized_insert BEFORE INSERT ON bill_lines FOR EACH ROW EXECUTE FUNCTION refuse_line_of_finalized_bill();
