using AiPortal.Core.Data;
using Npgsql;

namespace AiPortal.Core.Jobs;

/// <summary>Runs of jobs as rows: the key, a job and its due time, lets one node have each of them.</summary>
public sealed class JobRuns(PortalDatabase database, TimeProvider clock)
{
    private const string Claim = "INSERT INTO job_runs (name, due_at, node, started_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    private const string End = "UPDATE job_runs SET ended_at = $3, outcome = $4, message = $5 WHERE name = $1 AND due_at = $2";

    /// <summary>Who has not said how it ended by the next due time died over it; old rows go.</summary>
    private const string Tidy = """
        UPDATE job_runs SET outcome = 'abandoned' WHERE name = $1 AND due_at < $2 AND outcome IS NULL AND $2 - due_at > interval '1 day';
        DELETE FROM job_runs WHERE name = $1 AND due_at < $2 - interval '30 days'
        """;

    /// <summary>True for one node of all.</summary>
    public async Task<bool> ClaimAsync(string name, DateTimeOffset dueAt, string node, CancellationToken token)
    {
        if (await ExecuteAsync(Claim, token, name, dueAt, node, clock.GetUtcNow()) == 0) return false;
        await using var connection = await database.System.OpenConnectionAsync(token);
        foreach (var statement in Tidy.Split(';'))
        {
#pragma warning disable CA2100 // Texts of this file.
            await using var command = new NpgsqlCommand(statement, connection);
#pragma warning restore CA2100
            command.Parameters.Add(new NpgsqlParameter { Value = name });
            command.Parameters.Add(new NpgsqlParameter { Value = dueAt });
            await command.ExecuteNonQueryAsync(token);
        }

        return true;
    }

    /// <param name="name">The job.</param>
    /// <param name="dueAt">The run's due time.</param>
    /// <param name="outcome"><c>ok</c> or <c>failed</c>.</param>
    /// <param name="message">What it has to say.</param>
    /// <param name="token">Ends the write.</param>
    public Task EndAsync(string name, DateTimeOffset dueAt, string outcome, string message, CancellationToken token) =>
        ExecuteAsync(End, token, name, dueAt, clock.GetUtcNow(), outcome, message);

    private async Task<int> ExecuteAsync(string sql, CancellationToken token, params object[] values)
    {
        await using var command = database.System.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(token);
    }
}
