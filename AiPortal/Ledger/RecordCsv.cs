using System.Globalization;
using System.Text;
using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary>Records as CSV: UTF-8 with its mark (Excel needs it for Chinese), invariant numbers, CRLF.</summary>
internal static class RecordCsv
{
    /// <summary>What one download may hold; Excel shows a few more rows than these.</summary>
    public const int MaxRows = 1_000_000;

    private const int FlushEvery = 500;

    private static readonly (string Name, Func<LedgerEntry, string?> Cell)[] Columns =
    [
        ("created_at", e => Rfc3339.Text(e.StartedAt)),
        ("id", e => e.Id.ToString()),
        ("request_id", e => e.RequestId.ToString()),
        ("attempt", e => Number(e.Attempt)),
        ("final", e => e.Final ? "true" : "false"),
        ("kind", e => EnumWord.Of(e.Kind)),
        ("status", e => EnumWord.Of(e.Status)),
        ("estimated", e => e.Estimated ? "true" : "false"),
        ("department_id", e => e.DepartmentId?.ToString()),
        ("team_id", e => e.TeamId?.ToString()),
        ("project_id", e => e.ProjectId?.ToString()),
        ("cost_center_id", e => e.CostCenterId?.ToString()),
        ("environment_id", e => e.EnvironmentId?.ToString()),
        ("user_id", e => e.UserId?.ToString()),
        ("key_id", e => e.KeyId?.ToString()),
        ("provider_name", e => Text(e.ProviderName)),
        ("model_name", e => Text(e.ModelName)),
        ("upstream_model", e => Text(e.UpstreamModel)),
        ("request_type", e => Text(e.RequestType)),
        ("cost_type", e => Text(e.CostType)),
        ("cost_model_id", e => e.PriceId?.ToString()),
        ("price_version", e => e.PriceVersion is { } version ? Number(version) : null),
        ("input_units", e => Number(e.InputUnits + e.CachedInputUnits + e.CacheWriteUnits)),
        ("cached_input_units", e => Number(e.CachedInputUnits)),
        ("cache_write_units", e => Number(e.CacheWriteUnits)),
        ("output_units", e => Number(e.OutputUnits + e.ReasoningUnits)),
        ("reasoning_units", e => Number(e.ReasoningUnits)),
        ("input_cost", e => Money(e.InputCost + e.CachedInputCost + e.CacheWriteCost)),
        ("output_cost", e => Money(e.OutputCost + e.ReasoningCost)),
        ("base_cost", e => Money(e.BaseCost)),
        ("total_cost", e => Money(e.TotalCost)),
        ("unresolved_cost", e => Money(e.UnresolvedCost)),
        ("latency_ms", e => e.LatencyMs is { } latency ? Number(latency) : null),
        ("ttft_ms", e => e.TtftMs is { } ttft ? Number(ttft) : null),
        ("session_id", e => Text(e.SessionId)),
        ("workflow_id", e => Text(e.WorkflowId)),
        ("account_id", e => Text(e.AccountId)),
        ("client_ip", e => Text(e.ClientIp)),
        ("tags", e => Text(e.Tags is { } tags ? string.Join(";", tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")) : null)),
        ("error_code", e => Text(e.ErrorCode)),
        ("reason", e => Text(e.Reason)),
        ("external_id", e => Text(e.ExternalId)),
    ];

    public static async Task WriteAsync(Stream body, IAsyncEnumerable<LedgerEntry> entries, CancellationToken token)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', Columns.Select(column => column.Name)));
        var rows = 0;
        await foreach (var entry in entries.WithCancellation(token))
        {
            // Records that came in while this ran may pass the bound that was checked before.
            if (rows++ == MaxRows) break;
            await writer.WriteLineAsync(string.Join(',', Columns.Select(column => column.Cell(entry))));
            if (rows % FlushEvery == 0) await writer.FlushAsync(token);
        }
    }

    /// <summary>A text that a spreadsheet would calculate gets an apostrophe before it.</summary>
    internal static string? Text(string? text)
    {
        if (string.IsNullOrEmpty(text)) return text;
        if ("=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",;\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Money(decimal amount) => amount.ToString("0.######################", CultureInfo.InvariantCulture);
}
