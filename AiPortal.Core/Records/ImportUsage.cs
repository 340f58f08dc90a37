using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Core.Records;

/// <summary>What an import did: the records in the order given, and which of them are new.</summary>
public sealed record ImportResult(IReadOnlyList<LedgerEntry> Records, int Created);

/// <summary>
/// Books usage that did not pass the gateway: all of a request or none of it. A record is named by its reporter's external id; given
/// again with the same content it is the same record, with other content it is refused.
/// </summary>
public sealed class ImportUsage(LedgerChange ledger, TimeProvider clock)
{
    public const int MaxRecords = 1_000;

    /// <summary>In one order, so that two imports cannot wait for each other; a rival's row is waited for.</summary>
    private const string Claim = """
        INSERT INTO imported_records (id, organization_id, external_id, started_at, content_hash, created_at, updated_at)
        SELECT id, $1, external_id, started_at, content_hash, $6, $6
        FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::bytea[]) AS t(id, external_id, started_at, content_hash) ORDER BY external_id
        ON CONFLICT (organization_id, external_id) DO NOTHING RETURNING id
        """;

    /// <param name="actor">Who reports.</param>
    /// <param name="organizationId">Whose usage.</param>
    /// <param name="drafts">At most 1,000.</param>
    /// <param name="at">What the name of a field begins with, by the place of its record.</param>
    /// <param name="token">Ends it.</param>
    public Task<Outcome<ImportResult>> RunAsync(Actor actor, Guid organizationId, IReadOnlyList<UsageDraft> drafts, Func<int, string> at, CancellationToken token = default)
    {
        var now = Microseconds(clock.GetUtcNow());
        var instants = drafts.Select(d => d.StartedAt ?? now).Where(instant => instant <= now + UsageDraft.MaxAhead && instant >= now - UsageDraft.MaxAge);
        return ledger.RunAsync<ImportResult>(actor, organizationId, "record.import", instants, async scope =>
        {
            var faults = new FieldFaults();
            Check(drafts, at, faults, now);
            if (faults.Any) return faults.ToRefusal();

            var attribution = await ImportAttribution.LoadAsync(scope.Db, drafts, token);
            var prices = await ImportPrices.LoadAsync(scope.Db, organizationId, drafts, token);
            var entries = new List<LedgerEntry>(drafts.Count);
            for (var i = 0; i < drafts.Count; i++)
            {
                attribution.Check(drafts[i], faults, at(i));
                if (faults.Any) continue;
                var entry = EntryOf(drafts[i], attribution.Of(organizationId, drafts[i]), now);
                prices.Apply(drafts[i], entry, faults, at(i));
                entries.Add(entry);
            }

            // What is known already needs no price today: its record stands as it was priced.
            var known = await KnownAsync(scope.Db, drafts, token);
            if (faults.Any && known.Count < drafts.Count) return faults.ToRefusal();
            return await BookAsync(scope, organizationId, drafts, entries, known, at, now, token);
        }, token);
    }

    private async Task<Outcome<ImportResult>> BookAsync(ChangeScope scope, Guid organizationId, IReadOnlyList<UsageDraft> drafts,
        List<LedgerEntry> entries, Dictionary<string, ImportedRecord> known, Func<int, string> at, DateTimeOffset now, CancellationToken token)
    {
        if (known.Count < drafts.Count)
        {
            var claimed = await ClaimAsync(scope.Db, organizationId, drafts, entries, now, token);
            var added = await ledger.AddAsync(scope, [.. entries.Where(e => claimed.Contains(e.Id))], token);
            if (claimed.Count == drafts.Count) return Done(scope, [.. added], added.Count);
            known = await KnownAsync(scope.Db, drafts, token);
        }

        var other = Enumerable.Range(0, drafts.Count).Where(i => !known[drafts[i].ExternalId].ContentHash.AsSpan().SequenceEqual(drafts[i].ContentHash())).ToList();
        if (other.Count > 0)
        {
            const string Message = "This id was imported before, with other content.";
            return new Refusal(RefusalKind.Conflict, "external_id_used", Message, other.ToDictionary(i => at(i) + "external_id", _ => new[] { Message }));
        }

        var (ids, first, last) = (known.Values.Select(r => r.Id).ToArray(), known.Values.Min(r => r.StartedAt), known.Values.Max(r => r.StartedAt));
        var records = await scope.Db.Set<LedgerEntry>().AsNoTracking()
            .Where(e => e.StartedAt >= first && e.StartedAt <= last && ids.Contains(e.Id)).ToDictionaryAsync(e => e.Id, token);
        return Done(scope, [.. drafts.Select(d => records[known[d.ExternalId].Id])], entries.Count(e => ids.Contains(e.Id)));
    }

    private static ImportResult Done(ChangeScope scope, IReadOnlyList<LedgerEntry> records, int created)
    {
        scope.Audit(new AuditNote("record.import", "record", records[0].Id, records[0].ExternalId, null,
            new { Records = records.Count, Created = created, TotalCost = records.Sum(e => e.TotalCost), From = records.Min(e => e.StartedAt), To = records.Max(e => e.StartedAt) }));
        return new ImportResult(records, created);
    }

    private static void Check(IReadOnlyList<UsageDraft> drafts, Func<int, string> at, FieldFaults faults, DateTimeOffset now)
    {
        faults.Require(drafts.Count is >= 1 and <= MaxRecords, "records", $"From 1 to {MaxRecords} records.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < drafts.Count; i++)
        {
            drafts[i].Check(faults, at(i), now);
            if (!string.IsNullOrEmpty(drafts[i].ExternalId)) faults.Require(seen.Add(drafts[i].ExternalId), at(i) + "external_id", "The request names this id twice.");
        }
    }

    private LedgerEntry EntryOf(UsageDraft draft, Attribution who, DateTimeOffset now)
    {
        var id = Ids.New(clock);
        return new LedgerEntry
        {
            Id = id,
            StartedAt = Microseconds(draft.StartedAt ?? now),
            OrganizationId = who.OrganizationId,
            RequestId = id,
            Attempt = 1,
            Final = true,
            Kind = EntryKind.Usage,
            Status = EntryStatus.Ok,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ProviderName = "",
            ModelName = draft.Model,
            RequestType = draft.RequestType,
            CostType = "",
            ExternalId = draft.ExternalId,
            SessionId = draft.SessionId,
            WorkflowId = draft.WorkflowId,
            AccountId = draft.AccountId,
            Tags = draft.Tags?.ToDictionary(),
            EndedAt = draft.EndedAt,
        };
    }

    private static async Task<HashSet<Guid>> ClaimAsync(PortalDb db, Guid organizationId, IReadOnlyList<UsageDraft> drafts, List<LedgerEntry> entries, DateTimeOffset now, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(Claim, (NpgsqlConnection)db.Database.GetDbConnection());
        command.Parameters.Add(new NpgsqlParameter { Value = organizationId });
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(e => e.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = drafts.Select(d => d.ExternalId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = entries.Select(e => e.StartedAt).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = drafts.Select(d => d.ContentHash()).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        var claimed = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) claimed.Add(reader.GetGuid(0));
        return claimed;
    }

    private static Task<Dictionary<string, ImportedRecord>> KnownAsync(PortalDb db, IReadOnlyList<UsageDraft> drafts, CancellationToken token)
    {
        var ids = drafts.Select(d => d.ExternalId).ToArray();
        return db.Set<ImportedRecord>().AsNoTracking().Where(r => ids.Contains(r.ExternalId)).ToDictionaryAsync(r => r.ExternalId, token);
    }

    private static DateTimeOffset Microseconds(DateTimeOffset at) => at.ToUniversalTime().AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
}
