using AiPortal.Tests.Fixtures;
using Npgsql;

namespace AiPortal.Tests.Data.Walls;

/// <summary>A row of each of two organizations in every table that has an organization, whatever its columns are.</summary>
internal static class EveryTable
{
    /// <summary>Rows that make no sense: nothing but the walls is looked at, so checks, keys and triggers are put aside.</summary>
    private const string Fill = """
        DO $$
        DECLARE t record; c record; names text; vals text; org uuid;
        BEGIN
          SET LOCAL session_replication_role = replica;
          FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conparentid = 0 AND coninhcount = 0
          LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP;
          FOR t IN SELECT cl.oid, cl.relname FROM pg_class cl JOIN pg_attribute a ON a.attrelid = cl.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
                   WHERE cl.relnamespace = 'public'::regnamespace AND cl.relkind IN ('r', 'p') AND NOT cl.relispartition
          LOOP
            FOREACH org IN ARRAY ARRAY[$ORGS$]::uuid[]
            LOOP
              SELECT string_agg(quote_ident(a.attname), ', '), string_agg(CASE
                  WHEN a.attname = 'organization_id' OR (t.relname = 'organizations' AND a.attname = 'id') THEN quote_literal(org)
                  ELSE CASE format_type(a.atttypid, NULL)
                    WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'boolean' THEN 'false' WHEN 'date' THEN 'current_date' WHEN 'timestamp with time zone' THEN 'now()'
                    WHEN 'jsonb' THEN '''{}''' WHEN 'bytea' THEN 'decode(md5(random()::text), ''hex'')' WHEN 'inet' THEN '''10.0.0.1''' WHEN 'interval' THEN '''1 s'''
                    WHEN 'smallint' THEN '1' WHEN 'integer' THEN '(random() * 1000000)::int' WHEN 'bigint' THEN '(random() * 1000000)::bigint' WHEN 'numeric' THEN '1'
                    WHEN 'double precision' THEN '1' WHEN 'real' THEN '1' WHEN 'timestamp without time zone' THEN 'now()'
                    ELSE CASE WHEN a.attndims > 0 OR format_type(a.atttypid, NULL) LIKE '%[]' THEN '''{}''' ELSE 'left(md5(random()::text), 3)' END END END, ', ')
                INTO names, vals
              FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
                AND (a.attnotnull AND d.adbin IS NULL OR a.attname = 'organization_id');
              BEGIN
                EXECUTE format('INSERT INTO %I (%s) VALUES (%s)', t.relname, names, vals);
              EXCEPTION WHEN check_violation THEN
                RAISE NOTICE 'no partition of % for now', t.relname;
              END;
            END LOOP;
          END LOOP;
        END $$
        """;

    public static async Task FillAsync(TestDatabase database, params Guid[] organizations)
    {
        await using var connection = new NpgsqlConnection(database.Superuser);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Ids made here.
        await using var command = new NpgsqlCommand(Fill.Replace("$ORGS$", string.Join(", ", organizations.Select(id => $"'{id}'")), StringComparison.Ordinal), connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All tables and views, and whether they have an organization.</summary>
    public static async Task<List<(string Name, bool IsTenant)>> NamesAsync(TestDatabase database)
    {
        var names = new List<(string, bool)>();
        await using var command = database.Portal.Owner.CreateCommand("""
            SELECT c.oid::regclass::text, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%' ORDER BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) names.Add((reader.GetString(0), reader.GetBoolean(1)));
        return names;
    }
}
