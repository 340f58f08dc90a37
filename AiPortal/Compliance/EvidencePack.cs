using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiPortal.Api;
using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Compliance;
using AiPortal.Exports;

namespace AiPortal.Compliance;

/// <summary>Makes the ZIP: tables as CSV, facts as JSON, and a manifest with the SHA-256 of each file.</summary>
internal sealed class EvidencePack(EvidenceReader evidence, AuditList audit, TimeProvider clock)
{
    public const string ContentType = "application/zip";

    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    private sealed record FileLine(string Name, long Bytes, string Sha256);

    public async Task WriteAsync(Stream output, Actor actor, Guid organizationId, EvidencePeriod period, CancellationToken token)
    {
        var made = clock.GetUtcNow();
        var settings = await evidence.SettingsAsync(organizationId, token);
        var files = new List<FileLine>();
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, token);
        foreach (var table in await evidence.ReadAsync(organizationId, period, token))
            await AddAsync(table.Name, stream => WriteCsvAsync(stream, table));
        await AddAsync("audit-events.csv", stream => Audit.AuditCsv.WriteAsync(stream, audit.StreamAsync(organizationId, new AuditFilter(period.From, period.To), token), token));
        var verdict = await audit.VerifyAsync(organizationId, token: token);
        await AddAsync("audit-verification.json", stream => WriteJsonAsync(stream, new { verified_at = made, verdict.Ok, verdict.Checked, verdict.FirstBrokenId, verdict.KeptAfter, anchor = new { sequence = verdict.KeptAfter + verdict.Checked, hash = verdict.LastHash } }));
        await AddAsync("settings.json", stream => WriteJsonAsync(stream, new
        {
            settings.Name,
            settings.TimeZone,
            settings.UnpricedModelPolicy,
            settings.BodyLogging,
            settings.BodyRetentionDays,
            settings.AuditRetentionDays,
            settings.BodyRedaction,
            settings.TwoFactorRoles,
        }));
        await AddAsync("manifest.json", stream => WriteJsonAsync(stream, new
        {
            organization_id = organizationId,
            organization = settings.Name,
            period_from = period.From,
            period_to = period.To,
            made_at = made,
            made_by = actor.Name,
            files = files.ToArray(),
        }));

        async Task AddAsync(string name, Func<Stream, Task> write)
        {
            await using var whole = await TemporaryFile.WriteAsync(write);
            files.Add(new FileLine(name, whole.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(whole, token))));
            whole.Position = 0;
            await using var entry = await zip.CreateEntry(name, CompressionLevel.Optimal).OpenAsync(token);
            await whole.CopyToAsync(entry, token);
        }
    }

    private static async Task WriteCsvAsync(Stream stream, EvidenceTable table)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', table.Columns));
        foreach (var row in table.Rows) await writer.WriteLineAsync(string.Join(',', row.Select(CsvText.Of)));
    }

    private static Task WriteJsonAsync(Stream stream, object value) => JsonSerializer.SerializeAsync(stream, value, value.GetType(), Indented);
}
