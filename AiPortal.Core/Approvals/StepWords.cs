using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AiPortal.Core.Approvals;

/// <summary>Steps as an array of words in the database.</summary>
internal static class StepWords
{
    public static ValueConverter<IReadOnlyList<Approver>, string[]> Converter { get; } = new(
        steps => steps.Select(EnumWord.Of).ToArray(), words => words.Select(EnumWord.Parse<Approver>).ToArray());

    public static ValueComparer<IReadOnlyList<Approver>> Comparer { get; } = new(
        (a, b) => (a ?? Array.Empty<Approver>()).SequenceEqual(b ?? Array.Empty<Approver>()),
        steps => steps.Aggregate(0, HashCode.Combine), steps => steps.ToArray());
}
