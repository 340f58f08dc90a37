using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace AiPortal.Benchmarks.Pages;

/// <summary>Two hundred thousand calls of ninety days, priced by the catalogue, by the ledger's own way: entries, log, rollups, days, budgets and alerts agree.</summary>
internal sealed class CompanyCalls(Company company, PortalDatabase database, LedgerBook book, TimeProvider clock)
{
    private const int Days = 90;
    private const int Batch = 20_000;
    private static readonly (string Kind, string Model)[] Models = [("openai", "gpt-5.4"), ("anthropic", "claude-sonnet-4-6"), ("openai", "gpt-5.4-mini"), ("anthropic", "claude-haiku-4-5")];
    private readonly Random _dice = new(42);
    private readonly byte[] _idBits = new byte[10];

    public async Task MakeAsync(int calls)
    {
        var prices = await PricesAsync();
        var end = clock.GetUtcNow().AddMinutes(-5);
        var step = TimeSpan.FromDays(Days) / calls;
        await using (var connection = await database.System.OpenConnectionAsync())
            await book.PrepareAsync(connection, Enumerable.Range(0, Days + 1).Select(day => end.AddDays(-day)), CancellationToken.None);
        for (var done = 0; done < calls; done += Batch)
        {
            var made = Enumerable.Range(done, Math.Min(Batch, calls - done)).Select(i => Call(end - (step * (calls - i)), prices)).ToList();
            await using var db = database.OpenSystem();
            using var turn = await book.TakeTurnAsync(CancellationToken.None);
            await using var transaction = await db.Database.BeginTransactionAsync();
            var connection = (NpgsqlConnection)db.Database.GetDbConnection();
            var result = await book.AddAsync(connection, [.. made.Select(call => call.Entry).OfType<LedgerEntry>()], [], CancellationToken.None);
            await LedgerBook.AddCallsAsync(connection, [.. made.Select(call => call.Log)], CancellationToken.None);
            await transaction.CommitAsync();
            result.Committed();
        }
    }

    private async Task<PriceBook> PricesAsync()
    {
        await using var db = database.OpenSystem();
        return PriceBook.Create((await db.Set<PriceRow>().AsNoTracking().Where(p => p.OrganizationId == null).ToListAsync()).Select(PriceOfRow.Of));
    }

    private (CallLogRow Log, LedgerEntry? Entry) Call(DateTimeOffset at, PriceBook prices)
    {
        // A fifth of the keys calls at all, few of them much.
        var key = company.Keys[(int)(company.Keys.Count / 5 * Math.Pow(_dice.NextDouble(), 2)) * 5];
        var who = company.AttributionOf(key);
        var (kind, model) = Models[_dice.Next(Models.Length)];
        var account = company.Accounts.First(a => a.Kind == kind);
        var price = prices.Find(company.OrganizationId, account.Id, kind, model, at) ?? throw new InvalidOperationException($"The catalogue has no price for {model}.");
        var usage = Usage.FromTotals(_dice.Next(50, 6_000), 0, 0, _dice.Next(5, 900), 0);
        var cost = price.CostOf(usage, new CallFacts(at));
        var (failed, refused) = (_dice.Next(50) == 0, _dice.Next(100) == 0);
        var latency = 300 + (int)usage.Output * 9;
        var log = new CallLogRow
        {
            Id = NewId(at),
            StartedAt = at,
            OrganizationId = who.OrganizationId,
            Status = refused ? CallStatus.Refused : failed ? CallStatus.Failed : CallStatus.Ok,
            HttpStatus = refused ? 429 : failed ? 502 : 200,
            ErrorCode = refused ? "budget_exceeded" : failed ? "upstream_error" : null,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ModelName = model,
            ProviderId = refused ? null : account.Id,
            ProviderName = refused ? null : account.Name,
            RequestType = "chat",
            Attempts = refused ? 0 : 1,
            LatencyMs = refused ? 2 : latency,
            ClientIp = $"192.0.2.{1 + (_dice.Next(4) * 50)}",
            SessionId = $"session-{_dice.Next(20_000)}",
        };
        if (refused) return (log, null);
        var entry = new LedgerEntry
        {
            Id = NewId(at),
            StartedAt = at,
            OrganizationId = who.OrganizationId,
            RequestId = log.Id,
            Attempt = 1,
            Final = true,
            Kind = EntryKind.Usage,
            Status = failed ? EntryStatus.Failed : EntryStatus.Ok,
            DepartmentId = who.DepartmentId,
            TeamId = who.TeamId,
            ProjectId = who.ProjectId,
            CostCenterId = who.CostCenterId,
            EnvironmentId = who.EnvironmentId,
            UserId = who.UserId,
            KeyId = who.KeyId,
            ProviderId = account.Id,
            ProviderName = account.Name,
            ModelName = model,
            UpstreamModel = model,
            RequestType = "chat",
            CostType = price.CostType,
            PriceId = price.Id,
            PriceVersion = price.Version,
            ClientIp = log.ClientIp,
            SessionId = log.SessionId,
            LatencyMs = latency,
            UpstreamStatus = failed ? 502 : 200,
            EndedAt = at.AddMilliseconds(latency),
        };
        if (!failed)
        {
            (entry.InputUnits, entry.OutputUnits, entry.InputCost, entry.OutputCost, entry.TotalCost) = (usage.Input, usage.Output, cost.Input, cost.Output, cost.Total);
            (log.InputUnits, log.OutputUnits, log.TotalCost) = (usage.Input, usage.Output, cost.Total);
        }

        return (log, entry);
    }

    /// <summary>A version 7 id of a past instant.</summary>
    private Guid NewId(DateTimeOffset at)
    {
        _dice.NextBytes(_idBits);
        var id = new byte[16];
        var millis = at.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++) id[i] = (byte)(millis >> (40 - (8 * i)));
        _idBits.CopyTo(id, 6);
        (id[6], id[8]) = ((byte)(0x70 | (id[6] & 0x0F)), (byte)(0x80 | (id[8] & 0x3F)));
        return new Guid(id, bigEndian: true);
    }
}
