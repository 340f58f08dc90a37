using System.Text.Json;

namespace AiPortal.Core.Gateway.Anthropic;

/// <summary>The top-level members of a messages request that the gateway treats each in its own way.</summary>
[Flags]
internal enum MessagesMember
{
    None = 0,
    Model = 1 << 0,
    Messages = 1 << 1,
    MaxTokens = 1 << 2,
    Stream = 1 << 3,
    Metadata = 1 << 4,
    System = 1 << 5,
    Tools = 1 << 6,
    Thinking = 1 << 7,

    /// <summary>What lets the model read what is not in the body: containers with files, servers with tools.</summary>
    Outside = 1 << 8,

    /// <summary>Lists by which some vendors would serve another model than the one that was checked and priced.</summary>
    OtherModels = 1 << 9,

    /// <summary>Settings that never become input tokens.</summary>
    NoText = 1 << 10,
}

internal static class MessagesMembers
{
    private const int LongestWatchedName = 10;

    private static readonly (string Name, MessagesMember Member)[] Watched =
    [
        ("model", MessagesMember.Model),
        ("messages", MessagesMember.Messages),
        ("max_tokens", MessagesMember.MaxTokens),
        ("stream", MessagesMember.Stream),
        ("models", MessagesMember.OtherModels),
        ("fallbacks", MessagesMember.OtherModels),
    ];

    /// <summary>
    /// What the name under the reader means. <paramref name="misspelt"/> is set when it equals a watched name but for letter case:
    /// servers that match names that way would serve another request than was priced.
    /// </summary>
    public static MessagesMember Recognize(ref Utf8JsonReader reader, out string? misspelt)
    {
        misspelt = null;
        var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        const int bytesOfAnEscape = 6;
        if (rawLength > 24 * bytesOfAnEscape) return MessagesMember.None;

        Span<char> name = stackalloc char[24 * bytesOfAnEscape];
        name = name[..reader.CopyString(name)];
        var exact = Exact(name);
        if (exact != MessagesMember.None || name.Length > LongestWatchedName) return exact;

        foreach (ref var character in name) character = Fold(character);
        foreach (var (watched, _) in Watched)
        {
            if (name.SequenceEqual(watched)) misspelt = watched;
        }

        return MessagesMember.None;
    }

    /// <summary>Members whose repetition providers read differently: the first, the last, or a refusal.</summary>
    public static bool IsOnceOnly(MessagesMember member) =>
        member is not (MessagesMember.None or MessagesMember.NoText or MessagesMember.Outside or MessagesMember.OtherModels);

    private static MessagesMember Exact(ReadOnlySpan<char> name) => name switch
    {
        "model" => MessagesMember.Model,
        "messages" => MessagesMember.Messages,
        "max_tokens" => MessagesMember.MaxTokens,
        "stream" => MessagesMember.Stream,
        "metadata" => MessagesMember.Metadata,
        "system" => MessagesMember.System,
        "tools" => MessagesMember.Tools,
        "thinking" => MessagesMember.Thinking,
        "container" or "mcp_servers" => MessagesMember.Outside,
        "models" or "fallbacks" => MessagesMember.OtherModels,
        "stop_sequences" or "temperature" or "top_p" or "top_k" or "service_tier" or "cache_control" or "inference_geo" or "speed" => MessagesMember.NoText,
        _ => MessagesMember.None,
    };

    // The two letters outside ASCII that Unicode folds into it: long s and the Kelvin sign.
    private static char Fold(char character) => character switch
    {
        '\u017f' => 's',
        '\u212a' => 'k',
        _ => char.ToLowerInvariant(character),
    };
}
