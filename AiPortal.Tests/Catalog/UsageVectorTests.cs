using System.Globalization;
using System.Text;
using System.Text.Json;
using AiPortal.Core.Catalog;
using AiPortal.Core.Gateway;
using AiPortal.Core.Gateway.Anthropic;
using AiPortal.Core.Gateway.Chat;
using AiPortal.Core.Gateway.Gemini;
using Xunit;

namespace AiPortal.Tests.Catalog;

/// <summary>
/// RELIABILITY M11: what providers' own usage objects cost by the built-in prices. Each comment is the whole calculation, in USD
/// a million tokens unless it says otherwise.
/// </summary>
public sealed class UsageVectorTests
{
    // vendor/model, when the call began, tier the answer names beside its usage, usage as it came (a stream's parts divided by |), USD
    public static TheoryData<string, string, string?, string, string> Vectors => new()
    {
        // OpenAI. gpt-5.5: 5 in, 30 out, 0.5 cached; whole call at 10, 45, 1 above 272,000; flex 2.5, 15, 0.25; priority 10, 60, 1; batch half.
        // 1000 × 5 + 500 × 30, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}""", "0.02" },
        // 2000 × 5 + 8000 × 0.5 + 200 × 30, a million — cached inside the prompt
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":10000,"completion_tokens":200,"total_tokens":10200,"prompt_tokens_details":{"cached_tokens":8000}}""", "0.02" },
        // 100 × 5 + 1000 × 30, a million — reasoning inside the completion, no price of its own
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":100,"completion_tokens":1000,"total_tokens":1100,"completion_tokens_details":{"reasoning_tokens":800}}""", "0.0305" },
        // 272000 × 5 + 10 × 30, a million — at the threshold: not above it
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":272000,"completion_tokens":10,"total_tokens":272010}""", "1.3603" },
        // 272001 × 10 + 10 × 45, a million — one above: the whole call, not one token
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":272001,"completion_tokens":10,"total_tokens":272011}""", "2.72046" },
        // 20000 × 10 + 280000 × 1 + 1000 × 45, a million — cached input counts for the threshold
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":300000,"completion_tokens":1000,"total_tokens":301000,"prompt_tokens_details":{"cached_tokens":280000}}""", "0.525" },
        // 1000 × 2.5 + 500 × 15, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "flex", """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}""", "0.01" },
        // 2000 × 2.5 + 8000 × 0.25 + 200 × 15, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "flex", """{"prompt_tokens":10000,"completion_tokens":200,"total_tokens":10200,"prompt_tokens_details":{"cached_tokens":8000},"completion_tokens_details":{"reasoning_tokens":150}}""", "0.01" },
        // 1000 × 10 + 500 × 60, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "priority", """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}""", "0.04" },
        // 2000 × 10 + 8000 × 1 + 200 × 60, a million — the word in any case
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "PRIORITY", """{"prompt_tokens":10000,"completion_tokens":200,"total_tokens":10200,"prompt_tokens_details":{"cached_tokens":8000}}""", "0.04" },
        // (2000 × 5 + 8000 × 0.5 + 200 × 30)/2, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "batch", """{"prompt_tokens":10000,"completion_tokens":200,"total_tokens":10200,"prompt_tokens_details":{"cached_tokens":8000}}""", "0.01" },
        // 1000 × 5 + 500 × 30, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "default", """{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500}""", "0.02" },
        // 20000 × 5 + 280000 × 0.5 + 1000 × 22.5, a million — half of the long price, as flex is half of the list: 10 × 2.5/5, 1 × 0.25/0.5, 45 × 15/30
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "flex", """{"prompt_tokens":300000,"completion_tokens":1000,"total_tokens":301000,"prompt_tokens_details":{"cached_tokens":280000}}""", "0.2625" },
        // (300000 × 10 + 1000 × 45)/2, a million
        { "openai/gpt-5.5", "2026-11-18T12:00:00Z", "batch", """{"prompt_tokens":300000,"completion_tokens":1000,"total_tokens":301000}""", "1.5225" },

        // RELIABILITY M11: priced twice these gave $3.625 and $0.7642.
        // 100000 × 2.5 + 900000 × 1.25, a million
        { "openai/gpt-4o", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1000000,"completion_tokens":0,"total_tokens":1000000,"prompt_tokens_details":{"cached_tokens":900000}}""", "1.375" },
        // 5005 × 1.25 + 257955 × 0.625 + 1744 × 10, a million
        { "own/half-cached", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":262960,"completion_tokens":1744,"total_tokens":264704,"prompt_tokens_details":{"cached_tokens":257955}}""", "0.184918125" },

        // gpt-6.1-terra: 1 in, 5 out, 0.05 cached, 1.25 written (2.5 for the longer lifetime); 2, 7.5, 0.1 above 272,000, writes in proportion; fast double.
        // 2000 × 1 + 10000 × 0.05 + 8000 × 1.25 + 300 × 5, a million — written inside the prompt
        { "openai/gpt-6.1-terra", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":20000,"completion_tokens":300,"total_tokens":20300,"prompt_tokens_details":{"cached_tokens":10000,"cache_write_tokens":8000}}""", "0.014" },
        // 50000 × 2 + 50000 × 0.1 + 200000 × 2.5 + 300 × 7.5, a million — 1.25 × 2/1 written
        { "openai/gpt-6.1-terra", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":300000,"completion_tokens":300,"total_tokens":300300,"prompt_tokens_details":{"cached_tokens":50000,"cache_write_tokens":200000}}""", "0.60725" },
        // (10000 × 1 + 10000 × 0.05 + 300 × 5) × 2, a million
        { "openai/gpt-6.1-terra", "2026-11-18T12:00:00Z", "fast", """{"prompt_tokens":20000,"completion_tokens":300,"total_tokens":20300,"prompt_tokens_details":{"cached_tokens":10000}}""", "0.024" },
        // (300000 × 2 + 300 × 7.5) × 2, a million
        { "openai/gpt-6.1-terra", "2026-11-18T12:00:00Z", "fast", """{"prompt_tokens":300000,"completion_tokens":300,"total_tokens":300300}""", "1.2045" },
        // (12000 × 1 + 8000 × 1.25 + 300 × 5)/2, a million
        { "openai/gpt-6.1-terra", "2026-11-18T12:00:00Z", "flex", """{"prompt_tokens":20000,"completion_tokens":300,"total_tokens":20300,"prompt_tokens_details":{"cache_write_tokens":8000}}""", "0.01175" },

        // OpenAI, other forms of answer.
        // 43 × 1.25 + 32 × 0.125 + 1186 × 10, a million — Responses
        { "openai/gpt-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":75,"input_tokens_details":{"cached_tokens":32},"output_tokens":1186,"output_tokens_details":{"reasoning_tokens":1024},"total_tokens":1261}""", "0.01191775" },
        // 200 × 2.5 + 1000 × 32 + 100 × 10 + 500 × 64, a million — audio inside both
        { "openai/gpt-audio", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1200,"completion_tokens":600,"total_tokens":1800,"prompt_tokens_details":{"audio_tokens":1000},"completion_tokens_details":{"audio_tokens":500}}""", "0.0655" },
        // 1200 × 2.5 + 600 × 10, a million
        { "openai/gpt-audio", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1200,"completion_tokens":600,"total_tokens":1800,"prompt_tokens_details":{"audio_tokens":0}}""", "0.009" },
        // 500 × 10 + 80 × 20, a million — nothing but audio
        { "openai/gpt-audio-mini", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":500,"completion_tokens":80,"total_tokens":580,"prompt_tokens_details":{"audio_tokens":500},"completion_tokens_details":{"audio_tokens":80}}""", "0.0066" },
        // 50 × 5 + 250 × 10 + 4160 × 40, a million
        { "openai/gpt-image-1", "2026-11-18T12:00:00Z", null, """{"input_tokens":300,"input_tokens_details":{"text_tokens":50,"image_tokens":250},"output_tokens":4160,"total_tokens":4460}""", "0.16915" },
        // 40 × 5 + 1000 × 30 + 100 × 10, a million — text beside the image at its own price
        { "openai/gpt-image-2", "2026-11-18T12:00:00Z", null, """{"input_tokens":40,"output_tokens":1100,"total_tokens":1140,"output_tokens_details":{"text_tokens":100,"image_tokens":1000}}""", "0.0312" },
        // 40 × 5 + 1100 × 30, a million — not told apart: all may be image
        { "openai/gpt-image-2", "2026-11-18T12:00:00Z", null, """{"input_tokens":40,"output_tokens":1100,"total_tokens":1140}""", "0.0332" },
        // 500 × 1.25 + 60 × 5, a million
        { "openai/gpt-4o-mini-transcribe", "2026-11-18T12:00:00Z", null, """{"type":"tokens","input_tokens":500,"input_token_details":{"text_tokens":20,"audio_tokens":480},"output_tokens":60,"total_tokens":560}""", "0.000925" },
        // 90 × 0.006/60
        { "openai/whisper-1", "2026-11-18T12:00:00Z", null, """{"type":"duration","seconds":90}""", "0.009" },
        // 12.5 × 0.006/60
        { "openai/whisper-1", "2026-11-18T12:00:00Z", null, """{"type":"duration","seconds":12.5}""", "0.00125" },
        // 1 × 0.015 — by the minute where no tokens are named
        { "openai/gpt-4o-mini-tts", "2026-11-18T12:00:00Z", null, """{"type":"duration","seconds":60}""", "0.015" },
        // 20 × 2.5 + 300 × 12, a million — by tokens where they are: never both
        { "openai/gpt-4o-mini-tts", "2026-11-18T12:00:00Z", null, """{"input_tokens":20,"output_tokens":300,"total_tokens":320,"seconds":60}""", "0.00365" },
        // 1000 × 15, a million
        { "openai/tts-1", "2026-11-18T12:00:00Z", null, """characters=1000""", "0.015" },
        // 2 × 0.04
        { "openai/dall-e-3", "2026-11-18T12:00:00Z", null, """images=2""", "0.08" },
        // 8191 × 0.02, a million
        { "openai/text-embedding-3-small", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":8191,"total_tokens":8191}""", "0.00016382" },
        // 1 × 0.15, a million
        { "openai/gpt-4o-mini", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}""", "0.00000015" },
        // 0 × 0.15, a million
        { "openai/gpt-4o-mini", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}""", "0" },

        // OpenAI's shape at other vendors.
        // 360 × 0.3 + 640 × 0.006 + 100 × 1.2, a million — peak, a Wednesday
        { "deepseek/deepseek-flash", "2026-11-18T02:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360}""", "0.00023184" },
        // 360 × 0.3 + 640 × 0.006 + 100 × 1.2, a million — its last second
        { "deepseek/deepseek-flash", "2026-11-18T03:59:59Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360}""", "0.00023184" },
        // (360 × 0.3 + 640 × 0.006 + 100 × 1.2)/2, a million — off it
        { "deepseek/deepseek-flash", "2026-11-18T04:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360}""", "0.00011592" },
        // (360 × 0.3 + 640 × 0.006 + 100 × 1.2)/2, a million — a Saturday
        { "deepseek/deepseek-flash", "2026-11-21T02:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360}""", "0.00011592" },
        // 360 × 0.3 + 640 × 0.006 + 100 × 1.2, a million — before there were such hours
        { "deepseek/deepseek-flash", "2026-07-15T12:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360}""", "0.00023184" },
        // 300 × 3 + 700 × 0.3 + 50 × 15, a million — cached at the top
        { "moonshot/kimi-k3", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,"cached_tokens":700}""", "0.00186" },
        // 199999 × 2 + 118 × 6, a million — reasoning beside the completion
        { "xai/grok-4.7", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":199999,"completion_tokens":9,"total_tokens":200117,"completion_tokens_details":{"reasoning_tokens":109}}""", "0.400706" },
        // 200000 × 4 + 9 × 12, a million — at the threshold already
        { "xai/grok-4.7", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":200000,"completion_tokens":9,"total_tokens":200009}""", "0.800108" },
        // 50000 × 2 + 150000 × 0.5 + 9 × 6, a million — here only above it
        { "xai/grok-4.5", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":200000,"completion_tokens":9,"total_tokens":200009,"prompt_tokens_details":{"cached_tokens":150000}}""", "0.175054" },
        // 100 × 0.4 + 200 × 1.2 + 800 × 4, a million — reasoning at its own price
        { "dashscope/qwen-plus", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":100,"completion_tokens":1000,"total_tokens":1100,"completion_tokens_details":{"reasoning_tokens":800}}""", "0.00348" },
        // 32000 × 1 + 100 × 5, a million
        { "dashscope/qwen3-coder-plus", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":32000,"completion_tokens":100,"total_tokens":32100}""", "0.0325" },
        // 22001 × 1.8 + 10000 × 0.18 + 100 × 9, a million
        { "dashscope/qwen3-coder-plus", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":32001,"completion_tokens":100,"total_tokens":32101,"prompt_tokens_details":{"cached_tokens":10000}}""", "0.0423018" },
        // 128001 × 3 + 100 × 15, a million
        { "dashscope/qwen3-coder-plus", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":128001,"completion_tokens":100,"total_tokens":128101}""", "0.385503" },
        // 256001 × 6 + 100 × 60, a million
        { "dashscope/qwen3-coder-plus", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":256001,"completion_tokens":100,"total_tokens":256101}""", "1.542006" },
        // 0.00131 — the provider says what it bills
        { "openrouter/reported", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cost":0.00131}""", "0.00131" },
        // 0.0001 + 0.002 — its fee and the vendor's bill
        { "openrouter/reported", "2026-11-18T12:00:00Z", null, """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cost":0.0001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.002}}""", "0.0021" },
        // 3 × 2/1000
        { "cohere/rerank-v3.5", "2026-11-18T12:00:00Z", null, """searches=3""", "0.006" },

        // Anthropic: input without both cache figures. claude-opus-5-5: 4 in, 20 out, 0.2 read, 5 written for 5 minutes, 8 for an hour; in the US a tenth more; batch half.
        // 1000 × 4 + 500 × 20, a million
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":500}""", "0.014" },
        // 10 × 4 + 66360 × 0.2 + 100 × 20, a million — read beside the input
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":10,"output_tokens":100,"cache_read_input_tokens":66360,"cache_creation_input_tokens":0}""", "0.015312" },
        // 10 × 4 + 5000 × 5 + 100 × 20, a million — without the split: 5 minutes
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":10,"output_tokens":100,"cache_creation_input_tokens":5000}""", "0.02704" },
        // 10 × 4 + 5000 × 8 + 100 × 20, a million — an hour
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":10,"output_tokens":100,"cache_creation_input_tokens":5000,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":5000}}""", "0.04204" },
        // 10 × 4 + 2000 × 0.2 + 3000 × 5 + 2000 × 8 + 100 × 20, a million — both lifetimes and a read
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":10,"output_tokens":100,"cache_creation_input_tokens":5000,"cache_read_input_tokens":2000,"cache_creation":{"ephemeral_5m_input_tokens":3000,"ephemeral_1h_input_tokens":2000}}""", "0.03344" },
        // (1000 × 4 + 500 × 20)/2, a million — the tier stands in the usage
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":500,"service_tier":"batch"}""", "0.007" },
        // (1000 × 4 + 500 × 20) × 1.1, a million
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":500,"service_tier":"standard","inference_geo":"us"}""", "0.0154" },
        // (1000 × 4 + 1000 × 8 + 500 × 20)/2 × 1.1, a million
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":500,"service_tier":"batch","inference_geo":"us","cache_creation":{"ephemeral_1h_input_tokens":1000,"ephemeral_5m_input_tokens":0}}""", "0.0121" },
        // 1000 × 4 + 500 × 20, a million — thinking inside the output
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":500,"output_tokens_details":{"thinking_tokens":400},"inference_geo":"global"}""", "0.014" },
        // 25 × 4 + 1000 × 0.2 + 150 × 20, a million — a stream: cumulated at its end, not added
        { "anthropic/claude-opus-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":25,"output_tokens":1,"cache_read_input_tokens":1000}|{"output_tokens":150}""", "0.0033" },

        // claude-haiku-5-5: 0.1, 0.5, 0.01, 0.125 and 0.2 for an hour; 0.5, 2.5, 0.05 above 100,000, cache figures counted, writes in proportion (0.625 and 1).
        // 1000 × 0.1 + 90000 × 0.01 + 9000 × 0.125 + 100 × 0.5, a million — 100,000 in all: not above
        { "anthropic/claude-haiku-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":100,"cache_read_input_tokens":90000,"cache_creation_input_tokens":9000}""", "0.002175" },
        // 1001 × 0.5 + 90000 × 0.05 + 9000 × 0.625 + 100 × 2.5, a million
        { "anthropic/claude-haiku-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1001,"output_tokens":100,"cache_read_input_tokens":90000,"cache_creation_input_tokens":9000}""", "0.0108755" },
        // 1000 × 0.5 + 90000 × 0.05 + 20000 × 1 + 100 × 2.5, a million
        { "anthropic/claude-haiku-5-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":1000,"output_tokens":100,"cache_read_input_tokens":90000,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":20000}}""", "0.02525" },
        // 150000 × 6 + 60000 × 7.5 + 1000 × 22.5, a million
        { "anthropic/claude-sonnet-4-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":150000,"output_tokens":1000,"cache_creation_input_tokens":60000}""", "1.3725" },
        // 150000 × 6 + 60000 × 12 + 1000 × 22.5, a million — 6 × 6/3 for an hour
        { "anthropic/claude-sonnet-4-5", "2026-11-18T12:00:00Z", null, """{"input_tokens":150000,"output_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":60000}}""", "1.6425" },
        // 10 × 3 + 66360 × 0.3 + 32435 × 3.75 + 5120 × 15, a million
        { "anthropic/claude-sonnet-4-6", "2026-11-18T12:00:00Z", null, """{"input_tokens":10,"output_tokens":5120,"cache_read_input_tokens":66360,"cache_creation_input_tokens":32435}""", "0.21836925" },

        // Gemini: cached inside the prompt, tools and thoughts beside. gemini-2.5-pro: 1.25, 10, 0.125; 2.5, 15, 0.25 above 200,000.
        // 1000 × 1.25 + 500 × 10, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":500,"totalTokenCount":1500}""", "0.00625" },
        // 2000 × 1.25 + 8000 × 0.125 + 500 × 10, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":10000,"candidatesTokenCount":500,"cachedContentTokenCount":8000,"totalTokenCount":10500}""", "0.0085" },
        // 1000 × 1.25 + 2500 × 10, a million — thoughts outside the candidates
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":500,"thoughtsTokenCount":2000,"totalTokenCount":3500}""", "0.02625" },
        // 1300 × 1.25 + 500 × 10, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":500,"toolUsePromptTokenCount":300,"totalTokenCount":1800}""", "0.006625" },
        // 200000 × 1.25 + 10 × 10, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":200000,"candidatesTokenCount":10,"totalTokenCount":200010}""", "0.2501" },
        // 50001 × 2.5 + 150000 × 0.25 + 100 × 15, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":200001,"candidatesTokenCount":10,"cachedContentTokenCount":150000,"thoughtsTokenCount":90,"totalTokenCount":200101}""", "0.1640025" },
        // (2000 × 1.25 + 8000 × 0.125 + 500 × 10)/2, a million
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", "batch", """{"promptTokenCount":10000,"candidatesTokenCount":500,"cachedContentTokenCount":8000,"totalTokenCount":10500}""", "0.00425" },
        // 1000 × 1.25 + 300 × 10, a million — nothing but thoughts
        { "gemini/gemini-2.5-pro", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"thoughtsTokenCount":300,"totalTokenCount":1300}""", "0.00425" },
        // 200 × 0.3 + 800 × 1 + 50 × 2.5, a million
        { "gemini/gemini-2.5-flash", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":50,"promptTokensDetails":[{"modality":"TEXT","tokenCount":200},{"modality":"AUDIO","tokenCount":800}],"totalTokenCount":1050}""", "0.000985" },
        // 200 × 0.3 + 300 × 1 + 500 × 0.03 + 50 × 2.5, a million — cached audio at the cached price
        { "gemini/gemini-2.5-flash", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":50,"cachedContentTokenCount":500,"promptTokensDetails":[{"modality":"TEXT","tokenCount":200},{"modality":"AUDIO","tokenCount":800}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":500}],"totalTokenCount":1050}""", "0.0005" },
        // 600 × 0.15 + 400 × 0.02 + 50 × 1.25, a million
        { "gemini/gemini-3.5-flash-lite", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":50,"cachedContentTokenCount":400,"trafficType":"ON_DEMAND_FLEX","totalTokenCount":1050}""", "0.0001605" },
        // 1000 × 0.54 + 50 × 4.5, a million
        { "gemini/gemini-3.5-flash-lite", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":50,"trafficType":"ON_DEMAND_PRIORITY","totalTokenCount":1050}""", "0.000765" },
        // 1000 × 0.75 + 100 × 3.75, a million — the last second of the introductory price
        { "gemini/gemini-3.8-flash", "2026-12-31T23:59:59Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":100,"totalTokenCount":1100}""", "0.001125" },
        // 1000 × 1.5 + 100 × 7.5, a million
        { "gemini/gemini-3.8-flash", "2027-01-01T00:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":100,"totalTokenCount":1100}""", "0.00225" },
        // (200 × 0.75 + 800 × 0.075 + 100 × 3.75)/2, a million
        { "gemini/gemini-3.6-flash", "2026-11-18T12:00:00Z", "batch", """{"promptTokenCount":1000,"candidatesTokenCount":100,"cachedContentTokenCount":800,"totalTokenCount":1100}""", "0.0002925" },
        // 200 × 1.5 + 800 × 0.15 + 100 × 7.5, a million
        { "gemini/gemini-3.6-flash", "2027-02-01T00:00:00Z", null, """{"promptTokenCount":1000,"candidatesTokenCount":100,"cachedContentTokenCount":800,"totalTokenCount":1100}""", "0.00117" },
        // 20 × 0.3 + 20 × 2.5 + 1290 × 30, a million
        { "gemini/gemini-2.5-flash-image", "2026-11-18T12:00:00Z", null, """{"promptTokenCount":20,"candidatesTokenCount":1310,"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":20},{"modality":"IMAGE","tokenCount":1290}],"totalTokenCount":1330}""", "0.038756" },
        // 1 × 0.039 — each, where no tokens are named
        { "gemini/gemini-2.5-flash-image", "2026-11-18T12:00:00Z", null, """images=1""", "0.039" },
    };

    [Fact]
    public void Vectors_ThereAreAtLeastSixty() => Assert.True(Vectors.Count >= 60, $"{Vectors.Count} vectors");

    [Theory]
    [MemberData(nameof(Vectors))]
    public void CostOf_ReportedUsage_IsExact(string model, string at, string? tier, string usage, string expected)
    {
        var price = PriceOf(model);
        var reading = Read(price.Vendor, usage);
        var facts = new CallFacts(
            DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), tier ?? reading.ServiceTier, reading.Region, reading.ReportedCost);

        var cost = price.CostOf(reading.Usage, facts);

        Assert.Equal(UsageDoubts.None, reading.Doubts);
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), cost.Total);
        Assert.Equal(cost.Total, cost.TotalInput + cost.TotalOutput + cost.PerCall);
        if (price.PricesCalls && reading is { ReportedCost: null, Usage.Searches: 0, Usage.Total: > 0 })
            Assert.True(price.Ceiling(reading.Usage.TotalInput, reading.Usage.TotalOutput, facts.At) >= cost.Total, "The ceiling is below the cost.");
    }

    [Theory]
    [InlineData("turbo", false)]
    [InlineData("flex", true)]
    [InlineData("scale", true)]
    [InlineData(null, true)]
    public void PricesTier_WordsOfAnswers_KnowsThoseWithAPrice(string? tier, bool known)
    {
        var price = PriceOf("openai/gpt-5.5");

        Assert.Equal(known, price.PricesTier(tier));
        Assert.Equal(tier == "flex" ? 2.5m : 5m, price.CostOf(new Usage(1_000_000 / 10, 0, 0, 0, 0), new CallFacts(default, tier)).Total * 10);
    }

    private static Price PriceOf(string name) => name switch
    {
        "own/half-cached" => Prices.Row(1.25m, 10) with { CachedInputPrice = 0.625m },
        "openrouter/reported" => Prices.Row(1, 4) with { Vendor = "openrouter" },
        _ => BuiltInCatalogue.Prices.Single(price => $"{price.Vendor}/{price.ModelName}" == name),
    };

    private static UsageReading Read(string vendor, string usage)
    {
        if (!usage.StartsWith('{')) return Counted(usage);
        var stream = new AnthropicUsage();
        UsageReading? reading = null;
        foreach (var part in usage.Split('|'))
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(part));
            reader.Read();
            if (vendor == "anthropic") stream.Read(ref reader);
            else if (vendor == "gemini") reading = GeminiUsage.Read(ref reader);
            else reading = ChatUsageReader.Read(new System.Buffers.ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("{\"usage\":" + part + "}"))).Usage;
        }

        return (vendor == "anthropic" ? stream.Reading : reading)!.Value;
    }

    // Counted by the gateway itself: the answer has no usage object.
    private static UsageReading Counted(string usage)
    {
        var parts = usage.Split('=');
        var count = long.Parse(parts[1], CultureInfo.InvariantCulture);
        return new UsageReading(parts[0] switch
        {
            "images" => new Usage { Images = count },
            "characters" => new Usage { Characters = count },
            _ => new Usage { Searches = count },
        }, UsageDoubts.None);
    }
}
