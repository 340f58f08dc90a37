using AiPortal.Core.Bodies;
using AiPortal.Core.Tenancy;

namespace AiPortal.Tests.Bodies;

public sealed class StreamedAnswerTests
{
    private const string Events = """
        data: {"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"mail jo"}},{"index":1,"delta":{"content":"B"}}]}

        : a comment
        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"hn@example.com"},"logprobs":{"content":[{"token":"hn"}]}}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\""}}]}}]}

        data: {"id":"c1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls"}]}

        data: {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}

        data: [DONE]

        data: {"cut
        """;

    [Fact]
    public void Events_OfOneAnswer_BecomeThatAnswer() => Assert.Equal(
        """{"id":"c1","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"mail john@example.com","tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"},{"index":1,"message":{"content":"B"}}],"usage":{"prompt_tokens":3,"completion_tokens":4}}""",
        StreamedAnswer.Join(Events));

    [Fact]
    public void Address_SplitOverTwoEvents_IsRedacted() =>
        Assert.Contains("mail [redacted:email]", JsonRedaction.Redact(StreamedAnswer.Join(Events), [BodyRedaction.EmailAddresses]), StringComparison.Ordinal);
}
