using System.Globalization;
using System.Text;
using AiPortal.Core.Keys;
using AiPortal.Core.Ledger;
using AiPortal.Core.Money;
using Xunit.Abstractions;

namespace AiPortal.Tests.Gateway.Http;

/// <summary>
/// M08: many callers leave at each moment, and answers come compressed or in splinters. Each has one entry, none at $0, exact where the
/// provider said its figures, else within a tenth of what was produced. With AIPORTAL_LONG=1 a thousand of each.
/// </summary>
public sealed class ManyCallersLeaveTests(GatewayHost gateway, ITestOutputHelper output) : IClassFixture<GatewayHost>
{
    private static readonly int Callers = Environment.GetEnvironmentVariable("AIPORTAL_LONG") == "1" ? 1_000 : 12;

    [Theory]
    [InlineData(Leaving.BeforeTheFirstByte)]
    [InlineData(Leaving.AfterOnePiece)]
    [InlineData(Leaving.Midway)]
    [InlineData(Leaving.BeforeTheUsage)]
    [InlineData(Leaving.PlainBeforeTheAnswer)]
    [InlineData(Leaving.StaysGzip)]
    [InlineData(Leaving.StaysSplitJson)]
    [InlineData(Leaving.StaysSplitStream)]
    public async Task Callers_OfEachKind_AreOnTheLedgerOnceAtTheirCost(Leaving leaving)
    {
        var (id, http) = await gateway.IssueKeyAsync(new KeyDraft { Name = $"{leaving}", Budget = new KeyBudgetTerms(1_000, PeriodType.Total, "learned", "block") });
        http.Timeout = TimeSpan.FromSeconds(100);
        var script = new LeavingScript(leaving, call => PiecesOf(leaving, call));
        gateway.Upstream.Otherwise(script);

        await Parallel.ForAsync(0, Callers, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (call, _) => await CallAsync(http, script, leaving, call));
        var entries = await gateway.EntriesAsync(id, Callers);

        Assert.Equal(Enumerable.Range(0, Callers), entries.Select(entry => int.Parse(entry.SessionId!, CultureInfo.InvariantCulture)).Order());
        Assert.All(entries, entry => AssertCost(entry, leaving, int.Parse(entry.SessionId!, CultureInfo.InvariantCulture)));
        await GatewayHost.UntilAsync(() => Task.FromResult(gateway.BudgetOf(id) is { Held: 0, Unknown: 0 }), () => $"{gateway.BudgetOf(id)}");
        Assert.Equal(entries.Sum(entry => entry.TotalCost), gateway.BudgetOf(id).Spent);
        output.WriteLine($"{leaving}: {entries.Count} callers, {entries.Count} entries, {entries.Count(entry => entry.TotalCost == 0)} at $0");
    }

    private static int PiecesOf(Leaving leaving, int call) => leaving switch
    {
        Leaving.AfterOnePiece => 1,
        Leaving.Midway => 2 + (call % (LeavingScript.Pieces - 2)),
        _ => LeavingScript.Pieces,
    };

    private static void AssertCost(LedgerEntry entry, Leaving leaving, int call)
    {
        Assert.True(entry.TotalCost > 0, $"{leaving} {call} costs nothing");
        Assert.Equal(0, entry.UnresolvedCost);
        if (leaving is Leaving.PlainBeforeTheAnswer or Leaving.StaysGzip or Leaving.StaysSplitJson or Leaving.StaysSplitStream)
        {
            var (prompt, completion) = LeavingScript.UsageOf(call);
            Assert.Equal((EntryStatus.Ok, false, ((2m * prompt) + (8m * completion)) / 1_000_000m), (entry.Status, entry.Estimated, entry.TotalCost));
            return;
        }

        var produced = leaving == Leaving.BeforeTheFirstByte ? 0 : PiecesOf(leaving, call) * LeavingScript.TokensOfPiece;
        Assert.Equal((EntryStatus.Partial, true), (entry.Status, entry.Estimated));
        Assert.True(entry.InputUnits > 0);
        Assert.InRange(entry.OutputUnits, produced, produced * 1.1);
    }

    private static async Task CallAsync(HttpClient http, LeavingScript script, Leaving leaving, int call)
    {
        var streamed = leaving is not (Leaving.PlainBeforeTheAnswer or Leaving.StaysGzip or Leaving.StaysSplitJson);
        using var going = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Chat(stream: streamed, text: $"call-{call}") };
        request.Headers.Add("x-portal-session", call.ToString(CultureInfo.InvariantCulture));
        var sending = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, going.Token);
        if (leaving is Leaving.BeforeTheFirstByte or Leaving.PlainBeforeTheAnswer)
        {
            await script.ArrivedAsync(call);
            await going.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            script.Left(call);
            return;
        }

        using var answer = await sending;
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        await using var body = await answer.Content.ReadAsStreamAsync(going.Token);
        if (leaving is Leaving.StaysGzip or Leaving.StaysSplitJson or Leaving.StaysSplitStream)
        {
            using var reader = new StreamReader(body);
            Assert.Contains(LeavingScript.Piece, await reader.ReadToEndAsync(going.Token), StringComparison.Ordinal);
            return;
        }

        // Leaves once he has seen all there is.
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        while (Count(text.ToString(), LeavingScript.Piece) < PiecesOf(leaving, call) || (leaving == Leaving.BeforeTheUsage && !text.ToString().Contains("\"stop\"", StringComparison.Ordinal)))
            text.Append(Encoding.UTF8.GetString(buffer, 0, await body.ReadAsync(buffer, going.Token)));
        await going.CancelAsync();
    }

    private static int Count(string text, string what) => (text.Length - text.Replace(what, "", StringComparison.Ordinal).Length) / what.Length;
}
