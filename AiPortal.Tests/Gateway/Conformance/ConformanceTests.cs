using System.Text.Json;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Gateway.Http;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Tests.Gateway.Conformance;

/// <summary>
/// The matrix: each way in × each dialect out × plain and stream × each scenario. The caller's own client gets what it expects, the
/// provider is asked what was meant and finds no fault in it, and the ledger has the cost to the last digit.
/// </summary>
[Collection(ConformanceCollection.Name)]
public sealed class ConformanceTests(ConformanceHost host)
{
    public static TheoryData<string, string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string, string>();
        foreach (var cell in ConformanceHost.Cells()) cells.Add(cell.WayIn, cell.DialectOut, cell.How, cell.Scenario);
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Cell_ClientProviderAndLedger_AgreeOnEverything(string wayIn, string dialectOut, string how, string scenario)
    {
        var (way, dialect) = (ConformanceHost.WaysIn.Single(each => each.Name == wayIn), host.DialectsOut.Single(each => each.Name == dialectOut));
        var (steps, stream, model) = (Scenarios.All.Single(each => each.Name == scenario).Steps, how == "stream", new Cell(wayIn, dialectOut, how, scenario).Model);
        var faults = dialect.Faults.Count;
        using var conversation = way.Begin(host.Gateway.Portal.BaseUrl, host.Secret, model);
        var said = new List<Heard>();
        foreach (var (ask, reply) in steps)
        {
            dialect.Script(reply, stream);
            said.Add(await conversation.AskAsync(ask, stream));
            Assert.Equal([], dialect.Faults.Skip(faults));
            Hear(way, dialect, reply, said[^1], stream);
        }

        var entries = await EntriesAsync(model, steps.Length);
        for (var i = 0; i < steps.Length; i++)
        {
            Assert.Equal(Transcript.Of(steps[..(i + 1)], way.KnowsFailedResults && dialect.KnowsFailedResults, stream).Lines, dialect.Read(entries[i].Id).Lines);
            if (steps[i].Reply.Trouble is { } trouble) AssertFailed(entries[i], trouble);
            else AssertBooked(entries[i], dialect.Tell(steps[i].Reply.Tokens), said[i]);
        }
    }

    private static void Hear(IWayIn way, IDialectOut dialect, Reply reply, Heard heard, bool stream)
    {
        if (reply.Trouble is { } trouble)
        {
            // What had come before the break is the client's; there is no end to it, and nothing looks whole.
            if (trouble == Trouble.BrokenOff && stream)
            {
                Assert.StartsWith(heard.Text, string.Concat(reply.Text), StringComparison.Ordinal);
                Assert.Null(heard.Finish);
                if (!way.SeesBrokenStreams)
                {
                    Assert.Null(heard.Failure);
                    return;
                }
            }

            var isFailure = trouble == Trouble.Overloaded && !dialect.TellsOverload;
            Assert.Equal(isFailure ? way.Word(Trouble.BrokenOff) with { RetryAfter = 17 } : way.Word(trouble), heard.Failure);
            Assert.DoesNotContain(GatewayHost.UpstreamSecret[..7], heard.Failure!.Message, StringComparison.Ordinal);
            Assert.NotEqual("", heard.Failure.Message);
            return;
        }

        Assert.Null(heard.Failure);
        Assert.Equal(string.Concat(reply.Text), heard.Text);
        Assert.Equal(reply.Calls.Select(call => call.Name + " " + Transcript.Canonical(call.Arguments)), heard.Calls.Select(call => call.Name + " " + Transcript.Canonical(call.Arguments)));
        AssertIds(way, dialect, heard.Calls);
        Assert.Equal(way.Word(reply.Ending), heard.Finish);
        Assert.Equal(way.Count(dialect.Tell(reply.Tokens)), heard.Usage);
    }

    /// <summary>A provider's ids are the client's; where it gives none, the client gets some that differ, but for one of the same dialect.</summary>
    private static void AssertIds(IWayIn way, IDialectOut dialect, IReadOnlyList<HeardCall> calls)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            if (dialect.CallId(i) is { } id) Assert.Equal(id, calls[i].Id);
            else if (way.Name == dialect.Name) Assert.Null(calls[i].Id);
            else Assert.False(string.IsNullOrEmpty(calls[i].Id));
        }

        if (calls.Any(call => call.Id is not null)) Assert.Equal(calls.Count, calls.Select(call => call.Id).Distinct().Count());
    }

    private static void AssertBooked(LedgerEntry entry, Tokens tokens, Heard heard)
    {
        Assert.Equal((EntryStatus.Ok, false), (entry.Status, entry.Estimated));
        Assert.Equal(tokens, new Tokens(entry.InputUnits, entry.CachedInputUnits, entry.CacheWriteUnits, entry.OutputUnits, entry.ReasoningUnits));
        Assert.Equal(ConformanceHost.CostOf(tokens), entry.TotalCost);
        Assert.Equal(entry.TotalCost, entry.InputCost + entry.CachedInputCost + entry.CacheWriteCost + entry.OutputCost + entry.ReasoningCost);
        if (heard.Cost is { } told) Assert.Equal(ConformanceHost.Text(entry.TotalCost), told);
    }

    /// <summary>A refused call costs nothing; of one that broke off, what is known and what came is charged, and marked as an estimate.</summary>
    private static void AssertFailed(LedgerEntry entry, Trouble trouble)
    {
        var expected = trouble == Trouble.BrokenOff ? (EntryStatus.Partial, true, true) : (EntryStatus.Failed, false, false);
        Assert.Equal(expected, (entry.Status, entry.Estimated, entry.TotalCost > 0));
    }

    private async Task<List<LedgerEntry>> EntriesAsync(string model, int count)
    {
        List<LedgerEntry> entries = [];
        await GatewayHost.UntilAsync(async () =>
        {
            await using var db = host.Gateway.Portal.Database.Portal.OpenSystem();
            entries = await db.Set<LedgerEntry>().AsNoTracking().Where(entry => entry.ModelName == model && entry.KeyId == host.KeyId).OrderBy(entry => entry.StartedAt).ToListAsync();
            return entries.Count >= count;
        }, () => $"{entries.Count} of {count} entries came");
        Assert.Equal(count, entries.Count);
        return entries;
    }
}
