using System.Text.Json;
using global::Anthropic.Models.Messages;

namespace AiPortal.Tests.Gateway.Anthropic;

/// <summary>Puts a stream together as clients do, and holds it to the protocol: one message, blocks from 0 upwards, each opened and closed once, one at a time.</summary>
internal sealed class StreamFold
{
    private bool _started;
    private int _open = -1;
    private int _next;

    public List<string> Blocks { get; } = [];

    public string? StopReason { get; private set; }

    public string? StopSequence { get; private set; }

    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long CacheReadTokens { get; private set; }

    public long CacheWriteTokens { get; private set; }

    public bool Stopped { get; private set; }

    public string Model { get; private set; } = "";

    public void Add(RawMessageStreamEvent step)
    {
        Assert.False(Stopped);
        if (step.TryPickStart(out var start))
        {
            Assert.False(_started);
            Assert.StartsWith("msg_", start.Message.ID, StringComparison.Ordinal);
            Assert.Null(start.Message.StopReason);
            Assert.Empty(start.Message.Content);
            (_started, InputTokens, Model) = (true, start.Message.Usage.InputTokens, start.Message.Model.Raw());
            return;
        }

        if (!step.TryPickContentBlockStart(out _) && !step.TryPickContentBlockDelta(out _) && !step.TryPickContentBlockStop(out _) && !step.TryPickDelta(out _) && !step.TryPickStop(out _)) return;
        Assert.True(_started);
        if (step.TryPickContentBlockStart(out var block)) Begin(block.Index, block.ContentBlock.Json);
        else if (step.TryPickContentBlockDelta(out var delta)) Continue(delta.Index, delta.Delta.Json);
        else if (step.TryPickContentBlockStop(out var stop))
        {
            Assert.Equal(_open, stop.Index);
            _open = -1;
        }
        else if (step.TryPickDelta(out var change))
        {
            Assert.Equal(-1, _open);
            Assert.Null(StopReason);
            (StopReason, StopSequence, OutputTokens) = (change.Delta.StopReason?.Raw(), change.Delta.StopSequence, change.Usage.OutputTokens);
            (InputTokens, CacheReadTokens, CacheWriteTokens) = (change.Usage.InputTokens ?? InputTokens, change.Usage.CacheReadInputTokens ?? 0, change.Usage.CacheCreationInputTokens ?? 0);
        }
        else
        {
            Assert.NotNull(StopReason);
            Stopped = true;
        }
    }

    private void Begin(long index, JsonElement block)
    {
        Assert.Equal((-1, _next++), (_open, (int)index));
        _open = (int)index;
        Blocks.Add(block.GetProperty("type").GetString() switch
        {
            "text" => "text:" + block.GetProperty("text").GetString(),
            "thinking" => "thinking:" + block.GetProperty("thinking").GetString(),
            "redacted_thinking" => "redacted:" + block.GetProperty("data").GetString(),
            "tool_use" => $"tool:{block.GetProperty("id").GetString()} {block.GetProperty("name").GetString()} ",
            var other => throw new InvalidOperationException(other),
        });
    }

    private void Continue(long index, JsonElement delta)
    {
        Assert.Equal(_open, index);
        Blocks[^1] += delta.GetProperty("type").GetString() switch
        {
            "text_delta" => delta.GetProperty("text").GetString(),
            "thinking_delta" => delta.GetProperty("thinking").GetString(),
            "signature_delta" => "|" + delta.GetProperty("signature").GetString(),
            "input_json_delta" => delta.GetProperty("partial_json").GetString(),
            var other => throw new InvalidOperationException(other),
        };
    }
}
