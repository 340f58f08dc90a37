using System.Text.Json;

namespace AiPortal.Core.Gateway;

/// <summary>Counts characters by their UTF-8 length, without keeping the text: enough for a ceiling (bytes) and for an estimate (kinds of script).</summary>
public record struct TextTally
{
    /// <summary>Characters of one byte: Latin letters, digits, punctuation, code.</summary>
    public long OneByte { get; private set; }

    /// <summary>Characters of two bytes: accented Latin, Greek, Cyrillic, Hebrew, Arabic.</summary>
    public long TwoByte { get; private set; }

    /// <summary>Characters of three bytes: Chinese, Japanese, Korean, Indic scripts.</summary>
    public long ThreeByte { get; private set; }

    /// <summary>Characters of four bytes: emoji, rare ideographs.</summary>
    public long FourByte { get; private set; }

    public readonly long Bytes => OneByte + (2 * TwoByte) + (3 * ThreeByte) + (4 * FourByte);

    public readonly long Characters => OneByte + TwoByte + ThreeByte + FourByte;

    public readonly bool IsEmpty => Bytes == 0;

    public void Add(in TextTally other)
    {
        OneByte += other.OneByte;
        TwoByte += other.TwoByte;
        ThreeByte += other.ThreeByte;
        FourByte += other.FourByte;
    }

    public void AddAscii(long characters) => OneByte += characters;

    /// <summary>Adds well-formed UTF-8; a character may be split between two calls.</summary>
    public void AddUtf8(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var ascii = text.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (ascii < 0)
            {
                OneByte += text.Length;
                return;
            }

            OneByte += ascii;
            for (text = text[ascii..]; !text.IsEmpty && text[0] >= 0x80; text = text[1..])
            {
                if (text[0] >= 0xF0) FourByte++;
                else if (text[0] >= 0xE0) ThreeByte++;
                else if (text[0] >= 0xC0) TwoByte++;
            }
        }
    }

    /// <summary>Adds the string or property name that the reader stands on, as it is after unescaping.</summary>
    public void AddString(ref Utf8JsonReader reader)
    {
        var escapes = new Escapes();
        if (!reader.HasValueSequence)
        {
            AddSegment(reader.ValueSpan, reader.ValueIsEscaped, ref escapes);
            return;
        }

        foreach (var segment in reader.ValueSequence) AddSegment(segment.Span, reader.ValueIsEscaped, ref escapes);
    }

    private void AddSegment(ReadOnlySpan<byte> raw, bool escaped, ref Escapes escapes)
    {
        if (escaped) escapes.Add(raw, ref this);
        else AddUtf8(raw);
    }

    private void AddUtf16Unit(int unit, ref bool afterHigh)
    {
        var pairs = afterHigh && char.IsLowSurrogate((char)unit);
        afterHigh = char.IsHighSurrogate((char)unit);
        if (pairs) return;
        if (unit < 0x80) OneByte++;
        else if (unit < 0x800) TwoByte++;
        else if (afterHigh) FourByte++;
        else ThreeByte++;
    }

    /// <summary>State of unescaping, because an escape such as <c>\u4e2d</c> may lie across two segments.</summary>
    private struct Escapes
    {
        private int _position;
        private int _unit;
        private bool _afterHigh;

        public void Add(ReadOnlySpan<byte> raw, ref TextTally tally)
        {
            while (!raw.IsEmpty)
            {
                if (_position == 0)
                {
                    var backslash = raw.IndexOf((byte)'\\');
                    var plain = backslash < 0 ? raw : raw[..backslash];
                    tally.AddUtf8(plain);
                    _afterHigh &= plain.IsEmpty;
                    if (backslash < 0) return;
                    raw = raw[(backslash + 1)..];
                    _position = 1;
                    continue;
                }

                var next = raw[0];
                raw = raw[1..];
                if (_position == 1)
                {
                    _unit = 0;
                    _position = next == (byte)'u' ? 2 : 0;
                    if (_position != 0) continue;
                    _afterHigh = false;
                    tally.OneByte++;
                    continue;
                }

                _unit = (_unit << 4) | HexDigit(next);
                if (++_position < 6) continue;
                tally.AddUtf16Unit(_unit, ref _afterHigh);
                _position = 0;
            }
        }

        // The reader has already refused anything but a hexadecimal digit here.
        private static int HexDigit(byte digit) => digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }
}
