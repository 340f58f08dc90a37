using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Access;

/// <summary>What the rights of open sessions rest on, so that a page can tell that something of it is not as it was.</summary>
public sealed class SessionRights(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// The topic of <see cref="LiveSignals"/> that the database itself raises when a membership, a lent role, a session, a person's debt,
    /// what an organization demands, or the tree of its parts was changed: whoever changed it.
    /// </summary>
    public const string Topic = "access";

    /// <summary>Compared and never read. One query however many are asked for; a session that has ended is missing.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> ReadAsync(IReadOnlyCollection<Guid> sessions, CancellationToken token = default)
    {
        await using var command = database.System.CreateCommand(Query);
        command.Parameters.Add(new NpgsqlParameter { Value = sessions.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = clock.GetUtcNow() });
        var rights = new Dictionary<Guid, string>(sessions.Count);
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) rights.Add(reader.GetGuid(0), reader.GetString(1));
        return rights;
    }

    private const string Query = """
        WITH RECURSIVE open AS (
          SELECT s.id, s.user_id, s.confined_to, s.second_factor_trusted, u.must_change_password, u.two_factor_enabled, u.home_organization_id
          FROM sessions s JOIN users u ON u.id = s.user_id
          WHERE s.id = ANY ($1) AND s.revoked_at IS NULL AND s.expires_at > $2),
        people AS (SELECT DISTINCT user_id FROM open),
        roles AS (
          SELECT m.user_id, m.organization_id, m.role, m.scope_id, NULL::timestamptz AS ends_at FROM memberships m JOIN people USING (user_id)
          UNION ALL
          SELECT g.user_id, g.organization_id, g.role, g.scope_id, g.ends_at FROM access_grants g JOIN people USING (user_id)
          WHERE g.ended_at IS NULL AND g.ends_at > $2),
        parts AS (
          SELECT id, parent_id AS above FROM departments UNION ALL SELECT id, department_id FROM teams UNION ALL SELECT id, team_id FROM projects),
        below AS (
          SELECT DISTINCT scope_id AS root, scope_id AS id FROM roles WHERE scope_id IS NOT NULL
          UNION SELECT b.root, p.id FROM parts p JOIN below b ON p.above = b.id),
        shapes AS (SELECT root, md5(string_agg(id::text, ',' ORDER BY id)) AS shape FROM below GROUP BY root),
        rights AS (
          SELECT r.user_id, string_agg(concat_ws(' ', r.organization_id, r.role, r.scope_id, s.shape, r.ends_at, r.role = ANY (o.two_factor_roles)), ','
            ORDER BY r.organization_id, r.role, r.scope_id, r.ends_at) AS held
          FROM roles r JOIN organizations o ON o.id = r.organization_id LEFT JOIN shapes s ON s.root = r.scope_id
          GROUP BY r.user_id)
        SELECT o.id, concat_ws('|', o.confined_to, o.second_factor_trusted, o.must_change_password, o.two_factor_enabled, o.home_organization_id, r.held)
        FROM open o LEFT JOIN rights r USING (user_id)
        """;
}
