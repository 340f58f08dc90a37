using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Audit;

/// <summary>What happened, before the chain is added. <c>Before</c> and <c>After</c> must hold no secret.</summary>
public sealed record AuditNote(string Action, string SubjectType, Guid? SubjectId, string? SubjectName, object? Before = null, object? After = null)
{
    /// <summary>The approval under which it was done; it stands in <c>After</c> as <c>approval_id</c>, with <c>requested_by</c>.</summary>
    public Guid? Approval { get; init; }

    public string? RequestedBy { get; init; }
}

/// <summary>Adds events to an organization's chain within the caller's transaction.</summary>
public static class AuditTrail
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Locks the chain until the transaction ends, so that sequence and hash have no gap.</summary>
    public static Task AppendAsync(TenantTransaction transaction, AuditNote note, Guid? actorId, string actorName, string? clientIp,
        bool allowed, TimeProvider clock, CancellationToken token) => AppendAsync(transaction, [note], actorId, actorName, clientIp, allowed, clock, token);

    /// <summary>The same for all that one change did, in its order.</summary>
    internal static async Task AppendAsync(TenantTransaction transaction, IReadOnlyList<AuditNote> notes, Guid? actorId, string actorName, string? clientIp,
        bool allowed, TimeProvider clock, CancellationToken token)
    {
        var db = transaction.Db;
        await LockAsync(transaction, token);
        var last = await db.Set<AuditEvent>().AsNoTracking().Where(a => a.OrganizationId == transaction.OrganizationId).OrderByDescending(a => a.Sequence)
            .Select(a => new { a.Sequence, a.Hash }).FirstOrDefaultAsync(token);
        var (sequence, hash) = (last?.Sequence ?? 0, last?.Hash ?? new byte[32]);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var note in notes)
        {
            // PostgreSQL keeps microseconds; the hash must see what will be read back.
            var now = clock.GetUtcNow();
            var entry = new AuditEvent
            {
                Id = Ids.New(clock),
                OrganizationId = transaction.OrganizationId,
                CreatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
                Sequence = ++sequence,
                ActorId = actorId,
                ActorName = Cut(actorName, 254)!,
                ClientIp = Cut(clientIp, 64),
                Action = note.Action,
                SubjectType = note.SubjectType,
                SubjectId = note.SubjectId,
                SubjectName = Cut(note.SubjectName, 300),
                Allowed = allowed,
                Before = Text(note.Before),
                After = note.Approval is null ? Text(note.After) : Approved(note),
                PreviousHash = hash,
                Hash = [],
            };
            hash = entry.Hash = HashOf(entry);
            db.Add(entry);
            names.Add(entry.ActorName);
            if (entry.SubjectName is { } subject) names.Add(subject);
        }

        await db.Database.ExecuteSqlAsync($"INSERT INTO audit_names (organization_id, name) SELECT {transaction.OrganizationId}, n FROM unnest({names.ToArray()}) n ON CONFLICT DO NOTHING", token);
    }

    internal static Task LockAsync(TenantTransaction transaction, CancellationToken token) =>
        transaction.Db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"audit:" + transaction.OrganizationId}, 0))", token);

    /// <summary>SHA-256 over the previous hash and every member, each with its length.</summary>
    public static byte[] HashOf(AuditEvent e)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        string?[] parts =
        [
            e.OrganizationId.ToString(), e.Id.ToString(), e.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture),
            e.CreatedAt.ToUniversalTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture), e.ActorId?.ToString(), e.ActorName, e.ClientIp, e.Action,
            e.SubjectType, e.SubjectId?.ToString(), e.SubjectName, e.Allowed ? "allowed" : "denied", e.Before, e.After,
        ];
        hash.AppendData(e.PreviousHash);
        foreach (var part in parts)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, part is null ? -1 : bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The words of the trail for a value: snake_case, without what is null. The same value always gives the same text.</summary>
    public static string? Text(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Json);

    private static string Approved(AuditNote note)
    {
        var after = Text(note.After) is { } text ? JsonNode.Parse(text) as JsonObject ?? [] : [];
        (after["approval_id"], after["requested_by"]) = (note.Approval, note.RequestedBy);
        return after.ToJsonString(Json);
    }

    private static string? Cut(string? text, int length) => text is null || text.Length <= length ? text : text[..length];
}
