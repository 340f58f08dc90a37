using System.Buffers.Binary;

namespace AiPortal.Core.Demo;

/// <summary>Numbers that look random and are the same for the same seed on every machine and runtime (SplitMix64).</summary>
internal sealed class DemoDice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 up to, without, 1.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => Next() < share;

    /// <summary>From <paramref name="least"/> up to, without, <paramref name="end"/>.</summary>
    public int Between(int least, int end) => least + (int)(Next() * (end - least));

    /// <summary>Most near <paramref name="least"/>, few near <paramref name="most"/>, as sizes of prompts and answers are.</summary>
    public int Skewed(int least, int most)
    {
        var share = Next();
        return least + (int)(share * share * (most - least));
    }

    public T Of<T>(IReadOnlyList<T> choices) => choices[Between(0, choices.Count)];

    /// <summary>The index of a weight, as likely as it is heavy.</summary>
    public int Weighted(IReadOnlyList<double> weights)
    {
        var point = Next() * weights.Sum();
        for (var i = 0; i < weights.Count - 1; i++)
        {
            point -= weights[i];
            if (point < 0) return i;
        }

        return weights.Count - 1;
    }

    /// <summary>How many events, when so many are expected.</summary>
    public int Count(double expected)
    {
        var spread = expected * (0.75 + (Next() * 0.5));
        return (int)spread + (Chance(spread - (int)spread) ? 1 : 0);
    }

    /// <summary>A version 7 id of the instant.</summary>
    public Guid Id(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)at.ToUnixTimeMilliseconds() << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (NextBits() & 0x0FFF)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (NextBits() >> 2));
        return new Guid(bytes, bigEndian: true);
    }

    private ulong NextBits()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var bits = _state;
        bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EB;
        return bits ^ (bits >> 31);
    }
}
