using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>
/// The content blocks of a stream that is written: one open at a time, counted from 0 whatever their type. Calls of tools whose
/// pieces come mixed wait until the one before them is whole.
/// </summary>
internal sealed class MessagesBlocks
{
    private readonly Queue<Call> _waiting = new();
    private readonly Dictionary<int, Call> _calls = [];
    private int _next;
    private string? _open;
    private Call? _openCall;

    public bool HasCalls => _calls.Count > 0;

    public void AddText(IBufferWriter<byte> output, string text)
    {
        Need(output, "text", json => json.WriteString("text"u8, ""u8));
        Delta(output, "text_delta", "text", text);
    }

    public void AddThought(IBufferWriter<byte> output, string text)
    {
        NeedThought(output);
        Delta(output, "thinking_delta", "thinking", text);
    }

    public void Sign(IBufferWriter<byte> output, string signature)
    {
        NeedThought(output);
        Delta(output, "signature_delta", "signature", signature);
        Close(output);
    }

    public void AddRedacted(IBufferWriter<byte> output, string data)
    {
        CloseAll(output);
        Open(output, "redacted_thinking", json => json.WriteString("data"u8, data));
        Close(output);
    }

    public void BeginCall(IBufferWriter<byte> output, int index, string id, string name)
    {
        if (_calls.ContainsKey(index)) return;
        var call = _calls[index] = new Call(id, name);
        if (_openCall is null) CloseAll(output);
        _waiting.Enqueue(call);
        OpenNext(output);
    }

    public void AddArguments(IBufferWriter<byte> output, int index, string json)
    {
        if (!_calls.TryGetValue(index, out var call) || call.IsClosed) return;
        call.Json.Append(json);
        if (call != _openCall) return;
        Delta(output, "input_json_delta", "partial_json", json);
        OpenNext(output);
    }

    /// <summary>Closes what is open, and writes what has waited.</summary>
    public void CloseAll(IBufferWriter<byte> output)
    {
        Close(output);
        while (_waiting.TryDequeue(out var call))
        {
            Start(output, call);
            Close(output);
        }
    }

    private void OpenNext(IBufferWriter<byte> output)
    {
        while (_waiting.Count > 0 && (_openCall is null || _openCall.IsWhole))
        {
            Close(output);
            Start(output, _waiting.Dequeue());
        }
    }

    private void Start(IBufferWriter<byte> output, Call call)
    {
        Open(output, "tool_use", json =>
        {
            json.WriteString("id"u8, call.Id);
            json.WriteString("name"u8, call.Name);
            json.WriteStartObject("input"u8);
            json.WriteEndObject();
            MessagesParts.WriteCaller(json);
        });
        _openCall = call;
        if (call.Json.Length > 0) Delta(output, "input_json_delta", "partial_json", call.Json.ToString());
    }

    private void NeedThought(IBufferWriter<byte> output) => Need(output, "thinking", json =>
    {
        json.WriteString("thinking"u8, ""u8);
        json.WriteString("signature"u8, ""u8);
    });

    private void Need(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write)
    {
        if (_open == type) return;
        CloseAll(output);
        Open(output, type, write);
    }

    private void Open(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> write)
    {
        _open = type;
        MessagesWords.WriteEvent(output, "content_block_start", json =>
        {
            json.WriteNumber("index"u8, _next);
            json.WriteStartObject("content_block"u8);
            json.WriteString("type"u8, type);
            write(json);
            json.WriteEndObject();
        });
    }

    private void Delta(IBufferWriter<byte> output, string type, string member, string text) => MessagesWords.WriteEvent(output, "content_block_delta", json =>
    {
        json.WriteNumber("index"u8, _next);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        json.WriteString(member, text);
        json.WriteEndObject();
    });

    private void Close(IBufferWriter<byte> output)
    {
        if (_open is null) return;
        MessagesWords.WriteEvent(output, "content_block_stop", json => json.WriteNumber("index"u8, _next));
        _next++;
        if (_openCall is { } call) call.IsClosed = true;
        (_open, _openCall) = (null, null);
    }

    private sealed class Call(string id, string name)
    {
        public string Id => id;

        public string Name => name;

        public StringBuilder Json { get; } = new();

        public bool IsClosed { get; set; }

        public bool IsWhole
        {
            get
            {
                var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(Json.ToString()));
                try
                {
                    return json.Read() && json.TrySkip();
                }
                catch (JsonException)
                {
                    return false;
                }
            }
        }
    }
}
