namespace AiPortal.Core.Gateway.Chat;

/// <summary>
/// Tells from the first bytes of an unfinished frame that it can be neither a usage chunk (its <c>choices</c> has an element)
/// nor the end marker (its data is an object). Looks at each byte once.
/// </summary>
internal struct FrameSniffer(bool usageChunkMatters, bool endMarkerMatters)
{
    private Place _place;
    private int _prefix;
    private bool _ordinary;
    private bool _begun;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private int _match;
    private bool _nameIsChoices;
    private bool _afterChoices;
    private bool _choicesOpen;

    private enum Place
    {
        LineStart,
        OtherLine,
        Data,
    }

    public void Reset() => this = new FrameSniffer(usageChunkMatters, endMarkerMatters);

    /// <summary>Takes the frame's next bytes.</summary>
    public bool IsOrdinary(ReadOnlySpan<byte> part)
    {
        for (var i = 0; i < part.Length && !_ordinary; i++) Take(part[i]);
        return _ordinary;
    }

    private void Take(byte next)
    {
        if (next == (byte)'\n')
        {
            _place = Place.LineStart;
            _prefix = 0;
        }
        else if (_place == Place.LineStart)
        {
            var prefix = "data:"u8;
            if (next != prefix[_prefix]) _place = Place.OtherLine;
            else if (++_prefix == prefix.Length) _place = Place.Data;
        }
        else if (_place == Place.Data) TakeData(next);
    }

    private void TakeData(byte next)
    {
        if (_inString) TakeInString(next);
        else if (next is not ((byte)' ' or (byte)'\t' or (byte)'\r')) TakeToken(next);
    }

    private void TakeToken(byte next)
    {
        if (!_begun)
        {
            _begun = true;
            var isObject = next == (byte)'{';
            _ordinary = isObject ? !usageChunkMatters : !(endMarkerMatters && next == (byte)'[');
        }

        if (_choicesOpen)
        {
            _ordinary |= next != (byte)']';
            _choicesOpen = false;
        }

        switch (next)
        {
            case (byte)'"': _inString = true; _match = 0; break;
            case (byte)':': _afterChoices = _depth == 1 && _nameIsChoices; break;
            case (byte)',': _afterChoices &= _depth != 1; break;
            case (byte)'[': _choicesOpen = _depth == 1 && _afterChoices; _depth++; break;
            case (byte)'{': _depth++; break;
            case (byte)']' or (byte)'}': _depth--; break;
        }
    }

    private void TakeInString(byte next)
    {
        var name = "choices"u8;
        if (_escaped) _escaped = false;
        else if (next == (byte)'\\') _escaped = true;
        else if (next == (byte)'"')
        {
            _inString = false;
            _nameIsChoices = _match == name.Length;
            return;
        }

        _match = _match >= 0 && _match < name.Length && next == name[_match] ? _match + 1 : -1;
    }
}
