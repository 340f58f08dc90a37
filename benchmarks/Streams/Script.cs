using System.Globalization;
using System.Text.RegularExpressions;

namespace AiPortal.Benchmarks.Streams;

/// <summary>How the provider is to answer one call; it stands as text in the question, so that it survives every translation.</summary>
/// <param name="Id">Is in every piece of the answer.</param>
/// <param name="Chunks">Pieces of text.</param>
/// <param name="Delay">Milliseconds between them.</param>
/// <param name="Output">Tokens of output that the usage says.</param>
/// <param name="Hold">After the first piece the provider waits until <see cref="Provider.Release"/>.</param>
/// <param name="Status">Other than 200: an error at once.</param>
/// <param name="Cut">The connection breaks after so many pieces; 0: never.</param>
internal sealed partial record Script(int Id, int Chunks, int Delay = 0, int Output = 40, bool Hold = false, int Status = 200, int Cut = 0)
{
    public const int Input = 118;

    // USD a million tokens.
    public const decimal InputPrice = 2.5m;
    public const decimal OutputPrice = 10m;

    public decimal Cost => ((Input * InputPrice) + (Output * OutputPrice)) / 1_000_000;

    public string Piece(int index) => string.Create(CultureInfo.InvariantCulture, $"s{Id}c{index} ");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[[{Id} {Chunks} {Delay} {Output} {(Hold ? 1 : 0)} {Status} {Cut}]]");

    /// <exception cref="FormatException">There is none in the text.</exception>
    public static Script Of(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success) throw new FormatException("The question says nothing of its answer.");
        var numbers = match.Groups[1].Value.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Script(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] == 1, numbers[5], numbers[6]);
    }

    [GeneratedRegex(@"\[\[([\d ]+)\]\]")]
    private static partial Regex Pattern();
}
