namespace AiPortal.Core.Compliance;

/// <summary>One table of an evidence pack.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Columns">Snake-case names.</param>
/// <param name="Rows">Cells in the order of the columns; instants are RFC 3339 in UTC.</param>
public sealed record EvidenceTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows);

/// <summary>For which instants evidence is asked; the end is exclusive, UTC.</summary>
public sealed record EvidencePeriod(DateTimeOffset From, DateTimeOffset To);

/// <summary>What a pack says of an organization beside its tables.</summary>
public sealed record EvidenceFigures(int Members, int WithoutSecondFactor, int NotSeenLately, int OldKeys, int WaitingRequests);
