using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiPortal.Core.Data;

namespace AiPortal.Core.Billing;

/// <summary>What proves that a stored bill is the one that was finalized.</summary>
public static class BillHash
{
    /// <summary>SHA-256 (hex) over the header and the lines in order, each member with its length.</summary>
    public static string Of(Bill bill, IEnumerable<BillLine> lines)
    {
        ArgumentNullException.ThrowIfNull(bill);
        ArgumentNullException.ThrowIfNull(lines);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, bill.OrganizationId, bill.Id, bill.Number, bill.Period, bill.PeriodStart, bill.PeriodEnd, EnumWord.Of(bill.ScopeType),
            bill.ScopeId, bill.ScopeName, bill.Sequence, bill.Settles, bill.Currency, bill.ExchangeRate, bill.TimeZone, bill.Subtotal,
            bill.Adjustments, bill.Unresolved, bill.Total, bill.TotalUsd, bill.CutoffFrom, bill.Cutoff, bill.FinalizedAt, bill.OpenCalls);
        foreach (var line in lines)
            Add(hash, line.LineNo, line.Section, line.CostCenterId, line.CostCenterName, line.TeamId, line.TeamName, line.ProjectId, line.ProjectName,
                line.ProviderName, line.ModelName, line.CostType, line.Requests, line.InputUnits, line.CachedInputUnits, line.OutputUnits,
                line.ReasoningUnits, line.AmountUsd, line.Amount);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, params ReadOnlySpan<object?> members)
    {
        Span<byte> length = stackalloc byte[4];
        foreach (var member in members)
        {
            var bytes = member is null ? [] : Encoding.UTF8.GetBytes(Text(member));
            BinaryPrimitives.WriteInt32BigEndian(length, member is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    private static string Text(object member) => member switch
    {
        // The column pads to twelve decimals; 1.5 and 1.500000000000 are one amount.
        decimal amount => amount.ToString("0.############", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => member.ToString()!,
    };
}
