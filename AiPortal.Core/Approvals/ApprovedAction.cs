using System.Text.Json;
using System.Text.Json.Serialization;
using AiPortal.Core.Access;
using AiPortal.Core.Data;

namespace AiPortal.Core.Approvals;

/// <summary>Does what was asked for, once it is approved. Each feature registers its own; Approvals knows none of them.</summary>
public interface IApprovedAction
{
    /// <summary>As <see cref="ApprovalMatter.Action"/>.</summary>
    string Name { get; }

    /// <summary>What the requester must still be allowed when it is done.</summary>
    Permission Permission { get; }

    /// <summary>Does it in the requester's name within the approver's transaction; it must say its matter again. Gives the id of what it made or changed.</summary>
    Task<Outcome<Guid>> RunAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token);

    /// <summary>The request ended without being done: what stands beside it ends too.</summary>
    Task EndAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token);

    /// <summary>After the commit of <see cref="RunAsync"/>, what takes long or another connection.</summary>
    Task FinishAsync(Guid resultId);
}

/// <summary>An action over a payload of one type.</summary>
public sealed class ApprovedAction<TPayload>(string name, Permission permission, Func<ChangeScope, Guid?, TPayload, CancellationToken, Task<Outcome<Guid>>> run) : IApprovedAction
{
    public string Name => name;

    public Permission Permission => permission;

    /// <summary>See <see cref="IApprovedAction.FinishAsync"/>.</summary>
    public Func<Guid, Task>? Finish { get; init; }

    public Task<Outcome<Guid>> RunAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token) =>
        run(scope, approval.SubjectId, ApprovalPayload.Read<TPayload>(approval.Payload), token);

    public Task EndAsync(ChangeScope scope, Approval approval, string? comment, CancellationToken token) => Task.CompletedTask;

    public Task FinishAsync(Guid resultId) => Finish is null ? Task.CompletedTask : Finish(resultId);
}

/// <summary>Payloads as JSON.</summary>
public static class ApprovalPayload
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    internal static string Write(object payload) => JsonSerializer.Serialize(payload, payload.GetType(), Options);

    /// <summary>A payload as it was given with the matter.</summary>
    public static T Read<T>(string payload) =>
        JsonSerializer.Deserialize<T>(payload, Options) ?? throw new InvalidOperationException("A request has an empty payload.");
}
