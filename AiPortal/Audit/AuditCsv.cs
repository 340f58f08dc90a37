using System.Globalization;
using System.Text;
using AiPortal.Core.Audit;
using AiPortal.Exports;

namespace AiPortal.Audit;

/// <summary>Audit events as CSV: UTF-8 with its mark, instants in UTC, before and after as JSON.</summary>
internal static class AuditCsv
{
    private const int MaxRows = 1_000_000;

    private static readonly string[] Columns =
        ["sequence", "created_at", "actor_id", "actor_name", "client_ip", "action", "subject_type", "subject_id", "subject_name", "allowed", "before", "after", "hash"];

    public static async Task<IResult> AnswerAsync(AuditList audit, Guid organizationId, AuditFilter filter, CancellationToken token) => Results.Stream(
        await TemporaryFile.WriteAsync(file => WriteAsync(file, audit.StreamAsync(organizationId, filter, token), token)), "text/csv; charset=utf-8", "audit.csv");

    public static async Task WriteAsync(Stream body, IAsyncEnumerable<AuditEvent> events, CancellationToken token)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', Columns));
        var rows = 0;
        await foreach (var e in events.WithCancellation(token))
        {
            if (rows++ == MaxRows) break;
            await writer.WriteLineAsync(string.Join(',', new[]
            {
                e.Sequence.ToString(CultureInfo.InvariantCulture), e.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), e.ActorId?.ToString(), e.ActorName, e.ClientIp, e.Action,
                e.SubjectType, e.SubjectId?.ToString(), e.SubjectName, e.Allowed ? "true" : "false", e.Before, e.After, Convert.ToHexStringLower(e.Hash),
            }.Select(CsvText.Of)));
        }
    }
}
