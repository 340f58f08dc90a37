using System.Security.Cryptography;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Data;
using AiPortal.Core.Money;

namespace AiPortal.Core.Records;

/// <summary>Usage that did not pass the gateway, as it is reported. Priced by a row of the price book, or with a cost of its own.</summary>
public sealed record UsageDraft
{
    public const int MaxExternalId = 200;

    /// <summary>How late usage may be reported.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(400);

    /// <summary>By how much a reporter's clock may be ahead.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(5);

    private const int MaxTags = 20;

    /// <summary>The reporter's own id: the same id with the same content is the same record.</summary>
    public required string ExternalId { get; init; }

    /// <summary>UTC; decides price, period and partition. Null: now.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>A model of the price book, or what the cost is for.</summary>
    public required string Model { get; init; }

    /// <summary>An account's name or a vendor's word; null: whichever has the price.</summary>
    public string? Provider { get; init; }

    /// <summary>A row of the price book, instead of finding it by model and provider.</summary>
    public Guid? CostModelId { get; init; }

    /// <summary>In the price's own unit (gigabytes, minutes, tokens).</summary>
    public long InputUnits { get; init; }

    public long OutputUnits { get; init; }

    /// <summary>USD; null: by the price book.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Null: the price's.</summary>
    public string? CostType { get; init; }

    public string RequestType { get; init; } = "import";

    public Guid? DepartmentId { get; init; }

    public Guid? TeamId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? CostCenterId { get; init; }

    public Guid? EnvironmentId { get; init; }

    public Guid? UserId { get; init; }

    /// <summary>What it does not say otherwise is attributed as calls of this key are.</summary>
    public Guid? KeyId { get; init; }

    public string? SessionId { get; init; }

    public string? WorkflowId { get; init; }

    public string? AccountId { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    internal byte[] ContentHash() => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        this with { Tags = Tags is null ? null : new SortedDictionary<string, string>(Tags.ToDictionary(), StringComparer.Ordinal) }));

    /// <summary>What can be told without the database; <paramref name="at"/> prefixes the names of the fields.</summary>
    internal void Check(FieldFaults faults, string at, DateTimeOffset now)
    {
        faults.RequireText(ExternalId, at + "external_id", MaxExternalId);
        faults.RequireText(Model, at + "model", 256);
        faults.RequireText(RequestType, at + "request_type", 40);
        Optional(Provider, "provider", 200);
        Optional(SessionId, "session_id", 256);
        Optional(WorkflowId, "workflow_id", 256);
        Optional(AccountId, "account_id", 256);
        faults.Require(CostType is null || PriceWords.CostTypes.Contains(CostType), at + "cost_type", $"Must be one of {string.Join(", ", PriceWords.CostTypes)}.");
        faults.Require(InputUnits is >= 0 and <= Usage.MaxCount, at + "input_units", $"Must be 0 to {Usage.MaxCount}.");
        faults.Require(OutputUnits is >= 0 and <= Usage.MaxCount, at + "output_units", $"Must be 0 to {Usage.MaxCount}.");
        faults.Require(StartedAt is null || StartedAt <= now + MaxAhead, at + "started_at", "Must not be in the future.");
        faults.Require(StartedAt is null || StartedAt >= now - MaxAge, at + "started_at", $"At most {MaxAge.TotalDays:0} days ago.");
        faults.Require(EndedAt is null || (EndedAt >= (StartedAt ?? now) && EndedAt <= now + MaxAhead), at + "ended_at", "Must not be before started_at, nor in the future.");
        faults.Require(Tags is not { Count: > MaxTags }, at + "tags", $"At most {MaxTags} tags.");
        if (Cost is { } cost)
        {
            faults.Require(cost is >= 0 and <= CorrectionFaults.MaxAmount && Usd.IsStorable(cost), at + "cost", $"From 0 to {CorrectionFaults.MaxAmount:0} USD, with at most {Usd.Decimals} decimals.");
            faults.Require(CostModelId is null, at + "cost", "Either a cost, or a price to compute it.");
            faults.Require(CostType is not null, at + "cost_type", "Needed with a cost of its own.");
        }

        void Optional(string? text, string field, int most)
        {
            if (text is not null) faults.RequireText(text, at + field, most);
        }
    }
}
