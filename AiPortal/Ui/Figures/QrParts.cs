namespace AiPortal.Ui.Figures;

/// <summary>Reed-Solomon codes over GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1.</summary>
internal static class ReedSolomon
{
    public static byte[] Remainder(ReadOnlySpan<byte> data, int degree)
    {
        var divisor = Divisor(degree);
        var rest = new byte[degree];
        foreach (var next in data)
        {
            var factor = (byte)(next ^ rest[0]);
            rest.AsSpan(1).CopyTo(rest);
            rest[^1] = 0;
            for (var i = 0; i < degree; i++) rest[i] ^= Multiply(divisor[i], factor);
        }

        return rest;
    }

    public static byte Multiply(byte x, byte y)
    {
        var product = 0;
        for (var i = 7; i >= 0; i--)
        {
            product = product << 1 ^ (product >> 7) * 0x11D;
            product ^= (y >> i & 1) * x;
        }

        return (byte)product;
    }

    /// <summary>The product of (x − 2ⁱ), without its leading 1.</summary>
    private static byte[] Divisor(int degree)
    {
        var divisor = new byte[degree];
        divisor[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
            {
                divisor[j] = Multiply(divisor[j], root);
                if (j + 1 < degree) divisor[j] ^= divisor[j + 1];
            }

            root = Multiply(root, 2);
        }

        return divisor;
    }
}

/// <summary>How hard a code is to scan, by the standard's four rules; the mask with the least is taken.</summary>
internal static class QrPenalty
{
    private const string FinderBefore = "00001011101";
    private const string FinderAfter = "10111010000";

    public static int Of(QrCode code)
    {
        var (penalty, dark) = (0, 0);
        for (var i = 0; i < code.Size; i++)
        {
            penalty += OfLine(string.Create(code.Size, (code, i), (line, of) => { for (var x = 0; x < line.Length; x++) line[x] = of.code[x, of.i] ? '1' : '0'; }));
            penalty += OfLine(string.Create(code.Size, (code, i), (line, of) => { for (var y = 0; y < line.Length; y++) line[y] = of.code[of.i, y] ? '1' : '0'; }));
            for (var x = 0; x < code.Size; x++)
            {
                if (code[x, i]) dark++;
                if (x + 1 < code.Size && i + 1 < code.Size && code[x, i] == code[x + 1, i] && code[x, i] == code[x, i + 1] && code[x, i] == code[x + 1, i + 1]) penalty += 3;
            }
        }

        var all = code.Size * code.Size;
        return penalty + Math.Abs(dark * 20 - all * 10) / all * 10;
    }

    private static int OfLine(string line)
    {
        var (penalty, run) = (0, 1);
        for (var i = 1; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == line[i - 1])
            {
                run++;
                continue;
            }

            if (run >= 5) penalty += run - 2;
            run = 1;
        }

        for (var i = 0; i + FinderBefore.Length <= line.Length; i++)
        {
            var part = line.AsSpan(i, FinderBefore.Length);
            if (part.SequenceEqual(FinderBefore) || part.SequenceEqual(FinderAfter)) penalty += 40;
        }

        return penalty;
    }
}
