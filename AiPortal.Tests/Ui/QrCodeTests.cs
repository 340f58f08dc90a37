using System.Text;
using AiPortal.Ui.Figures;
using Xunit;

namespace AiPortal.Tests.Ui;

/// <summary>Reads the codes back by the standard's own rules: format, mask, codewords, blocks, correction, text.</summary>
public sealed class QrCodeTests
{
    private static readonly (int Blocks, int Correction, int Raw)[] Versions =
        [(1, 10, 26), (1, 16, 44), (1, 26, 70), (2, 18, 100), (2, 24, 134), (4, 16, 172), (4, 18, 196), (4, 22, 242), (5, 22, 292), (5, 26, 346)];

    [Theory]
    [InlineData("a", 1)]
    [InlineData("otpauth://totp/AiPortal%3Aada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AiPortal", 6)]
    [InlineData("otpauth://totp/AiPortal%3A%E9%99%88%E5%85%89%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AiPortal&more=0123456789", 8)]
    public void Of_AText_IsReadBack(string text, int version)
    {
        var code = QrCode.Of(text);
        Assert.Equal(version * 4 + 17, code.Size);
        Assert.Equal(text, Read(code));
    }

    [Fact]
    public void Of_EveryLength_IsReadBack()
    {
        for (var length = 1; length <= QrCode.MaxBytes; length++)
        {
            var text = new string((char)('A' + length % 26), length);
            Assert.Equal(text, Read(QrCode.Of(text)));
        }

        Assert.Throws<ArgumentException>(() => QrCode.Of(new string('x', QrCode.MaxBytes + 1)));
    }

    private static string Read(QrCode code)
    {
        var version = (code.Size - 17) / 4;
        var (blocks, correction, raw) = Versions[version - 1];
        var data = Data(Codewords(code, Mask(code), raw), blocks, correction);
        Assert.Equal(4, data[0] >> 4);
        var bits = string.Concat(data.Select(value => Convert.ToString(value, 2).PadLeft(8, '0')));
        var countBits = version < 10 ? 8 : 16;
        var count = Convert.ToInt32(bits.Substring(4, countBits), 2);
        var bytes = Enumerable.Range(0, count).Select(i => Convert.ToByte(bits.Substring(4 + countBits + i * 8, 8), 2)).ToArray();
        return Encoding.UTF8.GetString(bytes);
    }

    private static int Mask(QrCode code)
    {
        (int X, int Y)[] first = [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8), (5, 8), (4, 8), (3, 8), (2, 8), (1, 8), (0, 8)];
        var bits = first.Select((at, i) => code[at.X, at.Y] ? 1 << i : 0).Sum();
        var second = Enumerable.Range(0, 15).Sum(i => (i < 8 ? code[code.Size - 1 - i, 8] : code[8, code.Size - 15 + i]) ? 1 << i : 0);
        Assert.Equal(bits, second);
        Assert.Equal(0, (bits ^ 0x5412) >> 13);
        return (bits ^ 0x5412) >> 10 & 7;
    }

    private static byte[] Codewords(QrCode code, int mask, int raw)
    {
        var fixedAt = Fixed(code.Size);
        var codewords = new byte[raw];
        var at = 0;
        for (var right = code.Size - 1; right >= 1; right -= 2)
        {
            if (right == 6) right--;
            var up = (right + 1 & 2) == 0;
            for (var row = 0; row < code.Size; row++)
            {
                for (var side = 0; side < 2; side++)
                {
                    var (x, y) = (right - side, up ? code.Size - 1 - row : row);
                    if (fixedAt[x, y] || at >= raw * 8) continue;
                    if (code[x, y] ^ Inverted(mask, x, y)) codewords[at / 8] |= (byte)(128 >> at % 8);
                    at++;
                }
            }
        }

        Assert.Equal(raw * 8, at);
        return codewords;
    }

    private static byte[] Data(byte[] codewords, int blocks, int correction)
    {
        var shorter = blocks - codewords.Length % blocks;
        var length = codewords.Length / blocks - correction;
        var parts = Enumerable.Range(0, blocks).Select(i => new List<byte>(length + (i < shorter ? 0 : 1))).ToArray();
        var at = 0;
        for (var i = 0; i <= length; i++)
        {
            for (var block = i == length ? shorter : 0; block < blocks; block++) parts[block].Add(codewords[at++]);
        }

        for (var i = 0; i < correction; i++)
        {
            for (var block = 0; block < blocks; block++) parts[block].Add(codewords[at++]);
        }

        Assert.All(parts, part => AssertNoError(part, correction));
        return [.. parts.SelectMany(part => part.SkipLast(correction))];
    }

    /// <summary>A block without error is zero at every root of its generator.</summary>
    private static void AssertNoError(List<byte> block, int correction)
    {
        byte root = 1;
        for (var i = 0; i < correction; i++)
        {
            byte value = 0;
            foreach (var next in block) value = (byte)(ReedSolomon.Multiply(value, root) ^ next);
            Assert.Equal(0, value);
            root = ReedSolomon.Multiply(root, 2);
        }
    }

    private static bool[,] Fixed(int size)
    {
        var version = (size - 17) / 4;
        int[][] centers = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
        var found = new bool[size, size];
        for (var x = 0; x < size; x++)
        {
            for (var y = 0; y < size; y++)
            {
                var finder = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8);
                var versionBits = version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11));
                found[x, y] = finder || x == 6 || y == 6 || versionBits;
            }
        }

        foreach (var x in centers[version - 1])
        {
            foreach (var y in centers[version - 1])
            {
                if ((x == 6 && (y == 6 || y == size - 7)) || (y == 6 && x == size - 7)) continue;
                for (var i = 0; i < 25; i++) found[x - 2 + i % 5, y - 2 + i / 5] = true;
            }
        }

        return found;
    }

    private static bool Inverted(int mask, int x, int y) => mask switch
    {
        0 => (y + x) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (y + x) % 3 == 0,
        4 => (y / 2 + x / 3) % 2 == 0,
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3) % 2 == 0,
        _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
    };
}
