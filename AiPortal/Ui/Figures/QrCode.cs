using System.Text;

namespace AiPortal.Ui.Figures;

/// <summary>A QR code (ISO/IEC 18004) of a short text: byte mode, error correction M, versions 1 to 10.</summary>
internal sealed class QrCode
{
    public const int MaxBytes = 213;
    private static readonly int[] CorrectionPerBlock = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
    private static readonly int[] Blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
    private readonly int _version;
    private readonly bool[,] _dark;
    private readonly bool[,] _fixed;

    private QrCode(int version)
    {
        (_version, Size) = (version, version * 4 + 17);
        (_dark, _fixed) = (new bool[Size, Size], new bool[Size, Size]);
    }

    /// <summary>Modules a side, without the quiet zone.</summary>
    public int Size { get; }

    public bool this[int x, int y] => _dark[x, y];

    /// <exception cref="ArgumentException">Longer than <see cref="MaxBytes"/> in UTF-8.</exception>
    public static QrCode Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var version = 1; version <= Blocks.Length; version++)
        {
            var countBits = version < 10 ? 8 : 16;
            if (4 + countBits + bytes.Length * 8 <= DataCodewords(version) * 8) return Draw(version, Encode(version, countBits, bytes));
        }

        throw new ArgumentException("Too long for a small QR code.", nameof(text));
    }

    private static QrCode Draw(int version, byte[] codewords)
    {
        QrCode? best = null;
        var least = int.MaxValue;
        for (var mask = 0; mask < 8; mask++)
        {
            var code = new QrCode(version);
            code.DrawPatterns(mask);
            code.DrawCodewords(codewords, mask);
            var penalty = QrPenalty.Of(code);
            if (penalty < least) (best, least) = (code, penalty);
        }

        return best!;
    }

    private static int RawCodewords(int version)
    {
        var modules = (16 * version + 128) * version + 64;
        if (version >= 2)
        {
            var centers = version / 7 + 2;
            modules -= (25 * centers - 10) * centers - 55;
        }

        return (version >= 7 ? modules - 36 : modules) / 8;
    }

    private static int DataCodewords(int version) => RawCodewords(version) - CorrectionPerBlock[version - 1] * Blocks[version - 1];

    private static byte[] Encode(int version, int countBits, byte[] bytes)
    {
        var bits = new List<bool>();
        void Add(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--) bits.Add((value >> i & 1) != 0);
        }

        var capacity = DataCodewords(version);
        Add(4, 4);
        Add(bytes.Length, countBits);
        foreach (var next in bytes) Add(next, 8);
        Add(0, Math.Min(4, capacity * 8 - bits.Count));
        Add(0, (8 - bits.Count % 8) % 8);
        for (var pad = 0xEC; bits.Count < capacity * 8; pad ^= 0xEC ^ 0x11) Add(pad, 8);
        var data = new byte[capacity];
        for (var i = 0; i < bits.Count; i++) data[i / 8] |= (byte)(bits[i] ? 128 >> i % 8 : 0);
        return WithCorrection(version, data);
    }

    private static byte[] WithCorrection(int version, byte[] data)
    {
        var (blocks, correction, raw) = (Blocks[version - 1], CorrectionPerBlock[version - 1], RawCodewords(version));
        var (shorter, length) = (blocks - raw % blocks, raw / blocks - correction);
        var parts = new List<(byte[] Data, byte[] Correction)>();
        for (int i = 0, at = 0; i < blocks; i++)
        {
            var part = data[at..(at += length + (i < shorter ? 0 : 1))];
            parts.Add((part, ReedSolomon.Remainder(part, correction)));
        }

        var all = new List<byte>(raw);
        for (var i = 0; i <= length; i++) all.AddRange(parts.Where(part => i < part.Data.Length).Select(part => part.Data[i]));
        for (var i = 0; i < correction; i++) all.AddRange(parts.Select(part => part.Correction[i]));
        return [.. all];
    }

    private void DrawPatterns(int mask)
    {
        for (var i = 0; i < Size; i++)
        {
            Set(6, i, i % 2 == 0);
            Set(i, 6, i % 2 == 0);
        }

        DrawFinder(3, 3);
        DrawFinder(Size - 4, 3);
        DrawFinder(3, Size - 4);
        var centers = Centers();
        for (var i = 0; i < centers.Length; i++)
        {
            for (var j = 0; j < centers.Length; j++)
            {
                var inFinder = (i == 0 && j == 0) || (i == 0 && j == centers.Length - 1) || (i == centers.Length - 1 && j == 0);
                if (!inFinder) DrawSquares(centers[i], centers[j], 2, distance => distance != 1);
            }
        }

        DrawFormat(mask);
        if (_version >= 7) DrawVersion();
    }

    private int[] Centers()
    {
        if (_version == 1) return [];
        var centers = new int[_version / 7 + 2];
        var step = (_version * 8 + centers.Length * 3 + 5) / (centers.Length * 4 - 4) * 2;
        centers[0] = 6;
        for (int i = centers.Length - 1, at = Size - 7; i >= 1; i--, at -= step) centers[i] = at;
        return centers;
    }

    private void DrawFinder(int x, int y) => DrawSquares(x, y, 4, distance => distance is not (2 or 4));

    private void DrawSquares(int x, int y, int reach, Func<int, bool> dark)
    {
        for (var dy = -reach; dy <= reach; dy++)
        {
            for (var dx = -reach; dx <= reach; dx++)
            {
                if (x + dx >= 0 && x + dx < Size && y + dy >= 0 && y + dy < Size) Set(x + dx, y + dy, dark(Math.Max(Math.Abs(dx), Math.Abs(dy))));
            }
        }
    }

    private void DrawFormat(int mask)
    {
        // Level M has the bits 00.
        var rest = mask;
        for (var i = 0; i < 10; i++) rest = rest << 1 ^ (rest >> 9) * 0x537;
        var bits = (mask << 10 | rest) ^ 0x5412;
        bool Bit(int i) => (bits >> i & 1) != 0;
        for (var i = 0; i <= 5; i++) Set(8, i, Bit(i));
        Set(8, 7, Bit(6));
        Set(8, 8, Bit(7));
        Set(7, 8, Bit(8));
        for (var i = 9; i < 15; i++) Set(14 - i, 8, Bit(i));
        for (var i = 0; i < 8; i++) Set(Size - 1 - i, 8, Bit(i));
        for (var i = 8; i < 15; i++) Set(8, Size - 15 + i, Bit(i));
        Set(8, Size - 8, true);
    }

    private void DrawVersion()
    {
        var rest = _version;
        for (var i = 0; i < 12; i++) rest = rest << 1 ^ (rest >> 11) * 0x1F25;
        var bits = _version << 12 | rest;
        for (var i = 0; i < 18; i++)
        {
            var (a, b, dark) = (Size - 11 + i % 3, i / 3, (bits >> i & 1) != 0);
            Set(a, b, dark);
            Set(b, a, dark);
        }
    }

    private void DrawCodewords(byte[] codewords, int mask)
    {
        var at = 0;
        for (var right = Size - 1; right >= 1; right -= 2)
        {
            // The column of the timing pattern is left out.
            if (right == 6) right = 5;
            for (var i = 0; i < Size * 2; i++)
            {
                var x = right - i % 2;
                var y = (right + 1 & 2) == 0 ? Size - 1 - i / 2 : i / 2;
                if (_fixed[x, y]) continue;
                var dark = at < codewords.Length * 8 && (codewords[at / 8] >> 7 - at % 8 & 1) != 0;
                _dark[x, y] = dark ^ Masked(mask, x, y);
                at++;
            }
        }
    }

    private static bool Masked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => (x / 3 + y / 2) % 2 == 0,
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3) % 2 == 0,
        _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
    };

    private void Set(int x, int y, bool dark) => (_dark[x, y], _fixed[x, y]) = (dark, true);
}
