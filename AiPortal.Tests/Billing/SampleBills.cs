using AiPortal.Core.Billing;
using AiPortal.Core.Ledger;

namespace AiPortal.Tests.Billing;

/// <summary>A finalized bill without a database, with names that documents tend to get wrong.</summary>
internal static class SampleBills
{
    public const string Formula = "=HYPERLINK(\"http://evil.example\",\"x\")";
    public const string Markup = "</style><script>alert(1)</script> & \"Söhne\"";

    public static readonly Guid TeamId = Guid.Parse("00000000-0000-7000-8000-00000000000a");
    private static readonly Guid OtherTeamId = Guid.Parse("00000000-0000-7000-8000-00000000000b");
    private static readonly Guid CostCenterId = Guid.Parse("00000000-0000-7000-8000-00000000000c");
    private static readonly Guid ProjectId = Guid.Parse("00000000-0000-7000-8000-00000000000d");

    private static readonly BillNames Names = new(
        new Dictionary<Guid, string> { [CostCenterId] = "+1 成本中心" },
        new Dictionary<Guid, string> { [TeamId] = "研发部", [OtherTeamId] = Formula },
        new Dictionary<Guid, string> { [ProjectId] = "-客服助手" });

    public static BillView Small(decimal rate = 1m, string currency = "USD") => Of(
    [
        Sum("usage", "gpt-4o-mini", 12.345678901234m) with { TeamId = TeamId, CostCenterId = CostCenterId, ProjectId = ProjectId },
        Sum("usage", "claude-sonnet-4", 0.00000015m) with { TeamId = OtherTeamId },
        Sum("usage", "@SUM(1)", 99.995m),
        Sum("adjustment", "gpt-4o-mini", -2.005m),
        Sum("unresolved", "gpt-4o-mini", 0.5m) with { TeamId = TeamId },
    ], rate, currency);

    public static BillView Long(int lines) => Of(Enumerable.Range(0, lines).Select(i => Sum("usage", $"model-{i:00000}", 0.005m)), 1m, "USD");

    public static BillView Of(IEnumerable<BillSum> sums, decimal rate, string currency)
    {
        var content = BillContent.Assemble(sums, Names, rate);
        var id = Guid.Parse("00000000-0000-7000-8000-0000000000ff");
        var bill = new Bill
        {
            Id = Guid.Parse("00000000-0000-7000-8000-0000000000fe"),
            OrganizationId = id,
            Number = "2026-10-ORG-1",
            Period = "2026-10",
            PeriodStart = new DateTimeOffset(2026, 9, 30, 16, 0, 0, TimeSpan.Zero),
            PeriodEnd = new DateTimeOffset(2026, 10, 31, 16, 0, 0, TimeSpan.Zero),
            ScopeId = id,
            ScopeName = "示例科技",
            Sequence = 1,
            Status = BillStatus.Finalized,
            Settles = true,
            Currency = currency,
            ExchangeRate = rate,
            TimeZone = "Asia/Shanghai",
            CutoffFrom = -1,
            Cutoff = 42,
            FinalizedAt = new DateTimeOffset(2026, 11, 2, 1, 0, 0, TimeSpan.Zero),
        };
        bill.Take(content);
        bill.ContentHash = BillHash.Of(bill, content.Lines);
        return new BillView(bill, "示例科技 " + Markup, content.Lines);
    }

    public static BillSum Sum(string section, string model, decimal usd) => new()
    {
        Section = section,
        ProviderName = "openai",
        ModelName = model,
        CostType = "ai_api",
        Requests = 1234,
        InputUnits = 1_000_000,
        OutputUnits = 2000,
        AmountUsd = usd,
    };

    public static async IAsyncEnumerable<BillEntry> Entries(int count, decimal cost = 0.00000015m)
    {
        var start = new DateTimeOffset(2026, 10, 1, 1, 2, 3, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            if (i % 10_000 == 0) await Task.Yield();
            var entry = new LedgerEntry
            {
                Id = Guid.CreateVersion7(start),
                StartedAt = start.AddSeconds(i),
                ProviderName = "openai",
                ModelName = i % 2 == 0 ? "=cmd|' /C calc'!A0" : "gpt-4o <mini> & \u0001co",
                RequestType = "chat",
                CostType = "ai_api",
                InputUnits = 10,
                InputCost = cost,
                TotalCost = cost,
            };
            yield return new BillEntry(entry, null, "研发部", null, "@key");
        }
    }
}
