using System.Text.Json;
using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary>
/// A JSON object of a request, read strictly: typed getters collect faults by field, and what no getter and no
/// <see cref="ReadOnly"/> named is refused by name. Each getter takes the value meant when the member is absent, so a creation
/// passes defaults and a change passes what stands. Ask <see cref="Refusal"/> after the last getter.
/// </summary>
internal sealed partial class JsonBody
{
    public const int DefaultMaxBytes = 1 << 20;
    private const int MaxDepth = 16;
    private const int MaxMembers = 200;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<JsonBody> _parts = [];
    private readonly FieldFaults _faults;
    private readonly string _path;

    private JsonBody(JsonElement element, string path, FieldFaults faults)
    {
        (_path, _faults) = (path, faults);
        foreach (var member in element.EnumerateObject())
        {
            if (_members.Count >= MaxMembers) throw ApiFault.InvalidJson($"An object has more than {MaxMembers} members.");
            _members[member.Name] = member.Value;
        }
    }

    /// <summary>Reads the request's body. Without <paramref name="optional"/> an empty one is a fault.</summary>
    /// <exception cref="ApiFault">400 <c>invalid_json</c> or 413 <c>request_too_large</c>.</exception>
    public static async Task<JsonBody> ReadAsync(HttpContext http, bool optional = false, int maxBytes = DefaultMaxBytes)
    {
        var bytes = await BytesAsync(http.Request, maxBytes, http.RequestAborted);
        if (bytes.Length == 0 && optional) bytes = "{}"u8.ToArray();
        return Parse(bytes);
    }

    /// <exception cref="ApiFault">400 <c>invalid_json</c>.</exception>
    public static JsonBody Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw ApiFault.InvalidJson("The body must be a JSON object.");
            return new JsonBody(document.RootElement.Clone(), "", new FieldFaults());
        }
        catch (JsonException fault)
        {
            throw ApiFault.InvalidJson($"The body is not valid JSON: line {(fault.LineNumber ?? 0) + 1}, byte {fault.BytePositionInLine ?? 0}.");
        }
        catch (InvalidOperationException)
        {
            // A member name with half a surrogate pair or bytes that are not UTF-8.
            throw ApiFault.InvalidJson("The body holds text that is not Unicode.");
        }
    }

    /// <summary>True where the member was sent, null included.</summary>
    public bool Has(string name)
    {
        _known.Add(name);
        return _members.ContainsKey(name);
    }

    /// <summary>True where the member was sent as null.</summary>
    public bool IsNull(string name)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out var element) && element.ValueKind == JsonValueKind.Null;
    }

    /// <summary>Members that are answered but never taken; sent back, they are ignored, so that GET → PUT works.</summary>
    public void ReadOnly(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) _known.Add(name);
    }

    /// <summary>Adds a fault of the caller's own.</summary>
    public void Fault(string name, string fault) => _faults.Add(_path + name, fault);

    /// <summary>Null where every member was known and well formed; ask after the last getter.</summary>
    public Refusal? Refusal()
    {
        NameUnknown();
        return _faults.Any ? _faults.ToRefusal() : null;
    }

    private void NameUnknown()
    {
        foreach (var name in _members.Keys)
        {
            if (_known.Add(name)) Fault(name, "This member is not known here.");
        }

        foreach (var part in _parts) part.NameUnknown();
    }

    private static async Task<byte[]> BytesAsync(HttpRequest request, int maxBytes, CancellationToken token)
    {
        if (request.ContentLength > maxBytes) throw ApiFault.TooLarge(maxBytes);
        using var whole = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, token)) > 0)
        {
            if (whole.Length + read > maxBytes) throw ApiFault.TooLarge(maxBytes);
            whole.Write(buffer, 0, read);
        }

        return whole.ToArray();
    }
}
