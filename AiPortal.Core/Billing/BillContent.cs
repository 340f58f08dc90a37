using AiPortal.Core.Money;

namespace AiPortal.Core.Billing;

/// <summary>What a bill's lines may name, as it is called at this moment; a finalized bill keeps it.</summary>
public sealed record BillNames(
    IReadOnlyDictionary<Guid, string> CostCenters, IReadOnlyDictionary<Guid, string> Teams, IReadOnlyDictionary<Guid, string> Projects);

/// <summary>The lines of a bill and its totals, assembled from the ledger's sums. No clock, no database.</summary>
public sealed record BillContent
{
    /// <summary>Decimals of every printed amount.</summary>
    public const int Decimals = 2;

    public required IReadOnlyList<BillLine> Lines { get; init; }

    public decimal Subtotal { get; private init; }

    public decimal Adjustments { get; private init; }

    public decimal Unresolved { get; private init; }

    public decimal Total { get; private init; }

    public decimal TotalUsd { get; private init; }

    /// <summary>
    /// The total is the exact one, rounded; subtotal and adjustments add up to it, and the lines of each to those. So the reader
    /// can add up what is printed on any level and arrive at the same cent.
    /// </summary>
    /// <param name="sums">From the ledger, in any order.</param>
    /// <param name="names">Of what the sums are attributed to.</param>
    /// <param name="rate">Units of the bill's currency for one USD.</param>
    public static BillContent Assemble(IEnumerable<BillSum> sums, BillNames names, decimal rate)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(names);
        var lines = sums.Where(sum => !sum.IsEmpty).Select(sum => LineOf(sum, names)).Order(LineOrder).ToList();
        var exact = lines.ConvertAll(line => Usd.Round12(line.AmountUsd * rate));
        decimal SumOf(string section) => lines.Select((line, i) => line.Section == section ? exact[i] : 0).Sum();

        var parts = Apportion.Round([SumOf(BillSections.Usage), SumOf(BillSections.Adjustment)], Decimals);
        var unresolved = Apportion.RoundTotal(SumOf(BillSections.Unresolved), Decimals);
        Print(BillSections.Usage, parts[0]);
        Print(BillSections.Adjustment, parts[1]);
        Print(BillSections.Unresolved, unresolved);
        for (var i = 0; i < lines.Count; i++) lines[i].LineNo = i + 1;
        return new BillContent
        {
            Lines = lines,
            Subtotal = parts[0],
            Adjustments = parts[1],
            Unresolved = unresolved,
            Total = parts[0] + parts[1],
            TotalUsd = lines.Where(line => line.Section != BillSections.Unresolved).Sum(line => line.AmountUsd),
        };

        void Print(string section, decimal total)
        {
            var members = Enumerable.Range(0, lines.Count).Where(i => lines[i].Section == section).ToList();
            var printed = Apportion.RoundTo(members.ConvertAll(i => exact[i]), Decimals, total);
            for (var i = 0; i < members.Count; i++) lines[members[i]].Amount = printed[i];
        }
    }

    private static BillLine LineOf(BillSum sum, BillNames names) => new()
    {
        Section = sum.Section,
        CostCenterId = sum.CostCenterId,
        CostCenterName = NameOf(names.CostCenters, sum.CostCenterId),
        TeamId = sum.TeamId,
        TeamName = NameOf(names.Teams, sum.TeamId),
        ProjectId = sum.ProjectId,
        ProjectName = NameOf(names.Projects, sum.ProjectId),
        ProviderName = sum.ProviderName,
        ModelName = sum.ModelName,
        CostType = sum.CostType,
        Requests = sum.Requests,
        InputUnits = sum.InputUnits,
        CachedInputUnits = sum.CachedInputUnits,
        OutputUnits = sum.OutputUnits,
        ReasoningUnits = sum.ReasoningUnits,
        AmountUsd = sum.AmountUsd,
    };

    // An id whose row is gone is still an attribution, so it must not read like none.
    private static string? NameOf(IReadOnlyDictionary<Guid, string> names, Guid? id) =>
        id is { } known ? names.GetValueOrDefault(known) ?? known.ToString() : null;

    /// <summary>Total and independent of any culture, so that the same entries always make the same bill; unattributed last.</summary>
    private static readonly Comparer<BillLine> LineOrder = Comparer<BillLine>.Create(static (a, b) =>
    {
        var order = SectionIndex(a).CompareTo(SectionIndex(b));
        if (order == 0) order = Compare(a.CostCenterName, b.CostCenterName);
        if (order == 0) order = Compare(a.TeamName, b.TeamName);
        if (order == 0) order = Compare(a.ProjectName, b.ProjectName);
        if (order == 0) order = Compare(a.ProviderName, b.ProviderName);
        if (order == 0) order = Compare(a.ModelName, b.ModelName);
        if (order == 0) order = Compare(a.CostType, b.CostType);
        if (order == 0) order = Nullable.Compare(a.CostCenterId, b.CostCenterId);
        if (order == 0) order = Nullable.Compare(a.TeamId, b.TeamId);
        if (order == 0) order = Nullable.Compare(a.ProjectId, b.ProjectId);
        return order;
    });

    private static int SectionIndex(BillLine line) => line.Section switch
    {
        BillSections.Usage => 0,
        BillSections.Adjustment => 1,
        _ => 2,
    };

    private static int Compare(string? a, string? b) =>
        a is null || b is null ? (a is null).CompareTo(b is null) : string.CompareOrdinal(a, b);
}
