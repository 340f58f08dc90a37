namespace AiPortal.Shell.Environments;

/// <summary>The environment that the reader has chosen to look at; pages that know environments show what is of it.</summary>
public sealed record ShownEnvironment(Guid Id, string Name);
