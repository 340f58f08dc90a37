using System.Text.Json;

namespace AiPortal.Core.Gateway.Chat;

/// <summary>The top-level members of a chat request that the gateway treats each in its own way.</summary>
[Flags]
internal enum ChatMember
{
    None = 0,
    Model = 1 << 0,
    Messages = 1 << 1,
    Stream = 1 << 2,
    StreamOptions = 1 << 3,
    MaxTokens = 1 << 4,
    MaxCompletionTokens = 1 << 5,
    N = 1 << 6,
    BestOf = 1 << 7,
    User = 1 << 8,
    SafetyIdentifier = 1 << 9,
    Metadata = 1 << 10,
    Tools = 1 << 11,
    WebSearch = 1 << 12,

    /// <summary>Lists by which some vendors would serve another model than the one that was checked and priced.</summary>
    OtherModels = 1 << 13,

    /// <summary>Settings that never become input tokens.</summary>
    NoText = 1 << 14,

    /// <summary>The input of the old completions; in a chat request a member like others.</summary>
    Prompt = 1 << 15,
}

internal static class ChatMembers
{
    private const int LongestWatchedName = 21;

    private static readonly (string Name, ChatMember Member)[] Watched =
    [
        ("model", ChatMember.Model),
        ("messages", ChatMember.Messages),
        ("stream", ChatMember.Stream),
        ("stream_options", ChatMember.StreamOptions),
        ("max_tokens", ChatMember.MaxTokens),
        ("max_completion_tokens", ChatMember.MaxCompletionTokens),
        ("n", ChatMember.N),
        ("best_of", ChatMember.BestOf),
        ("models", ChatMember.OtherModels),
        ("fallbacks", ChatMember.OtherModels),
    ];

    /// <summary>
    /// What the name under the reader means. <paramref name="misspelt"/> is set when it equals a watched name but for letter case:
    /// Go servers match names that way, so <c>{"model":"cheap","Model":"dear"}</c> would be served otherwise than it was priced.
    /// </summary>
    public static ChatMember Recognize(ref Utf8JsonReader reader, out string? misspelt)
    {
        misspelt = null;
        var rawLength = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        // An escape such as \u006d makes six bytes of one character.
        if (rawLength > LongestWatchedName * 6) return ChatMember.None;

        Span<char> name = stackalloc char[LongestWatchedName * 6];
        name = name[..reader.CopyString(name)];
        var exact = Exact(name);
        if (exact != ChatMember.None) return exact;

        foreach (ref var character in name) character = Fold(character);
        foreach (var (watched, _) in Watched)
        {
            if (!name.SequenceEqual(watched)) continue;
            misspelt = watched;
            break;
        }

        return ChatMember.None;
    }

    /// <summary>Members whose repetition providers read differently: the first, the last, or a refusal.</summary>
    public static bool IsOnceOnly(ChatMember member) =>
        member is not (ChatMember.None or ChatMember.NoText or ChatMember.Tools or ChatMember.WebSearch or ChatMember.OtherModels);

    public static string NameOf(ChatMember member) => member switch
    {
        ChatMember.User => "user",
        ChatMember.SafetyIdentifier => "safety_identifier",
        ChatMember.Metadata => "metadata",
        ChatMember.Prompt => "prompt",
        _ => Array.Find(Watched, watched => watched.Member == member).Name,
    };

    private static ChatMember Exact(ReadOnlySpan<char> name) => name switch
    {
        "model" => ChatMember.Model,
        "messages" => ChatMember.Messages,
        "stream" => ChatMember.Stream,
        "stream_options" => ChatMember.StreamOptions,
        "max_tokens" => ChatMember.MaxTokens,
        "max_completion_tokens" => ChatMember.MaxCompletionTokens,
        "n" => ChatMember.N,
        "best_of" => ChatMember.BestOf,
        "user" => ChatMember.User,
        "safety_identifier" => ChatMember.SafetyIdentifier,
        "metadata" => ChatMember.Metadata,
        "tools" or "functions" => ChatMember.Tools,
        "web_search_options" or "plugins" => ChatMember.WebSearch,
        "models" or "fallbacks" => ChatMember.OtherModels,
        "prompt" => ChatMember.Prompt,
        "temperature" or "top_p" or "stop" or "seed" or "store" or "logit_bias" or "logprobs" or "top_logprobs" or "presence_penalty" or "frequency_penalty"
            or "service_tier" or "reasoning_effort" or "verbosity" or "modalities" or "audio" or "parallel_tool_calls"
            or "prompt_cache_key" or "prompt_cache_options" or "prompt_cache_retention" => ChatMember.NoText,
        _ => ChatMember.None,
    };

    /// <summary>Whether a name is another one but for letter case, as Go servers compare.</summary>
    public static bool IsMisspelt(string name, string watched)
    {
        if (name.Length != watched.Length || name == watched) return false;
        for (var i = 0; i < name.Length; i++)
        {
            if (Fold(name[i]) != watched[i]) return false;
        }

        return true;
    }

    // The two letters outside ASCII that Unicode folds into it: long s and the Kelvin sign.
    private static char Fold(char character) => character switch
    {
        '\u017f' => 's',
        '\u212a' => 'k',
        _ => char.ToLowerInvariant(character),
    };
}
