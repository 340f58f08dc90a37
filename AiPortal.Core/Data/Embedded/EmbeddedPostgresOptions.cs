using System.Collections.Frozen;

namespace AiPortal.Core.Data.Embedded;

/// <summary>Where the private cluster lives and how it runs.</summary>
public sealed class EmbeddedPostgresOptions
{
    /// <summary><c>Portal:DataDirectory</c>: the cluster is its subdirectory <c>pg</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary><c>Portal:PostgresBin</c>: the folder of <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>; null searches for it.</summary>
    public string? PostgresBin { get; init; }

    /// <summary>
    /// True lets a short command use the server of a portal that runs on the same directory, and leave it running, where it would
    /// else be refused.
    /// </summary>
    public bool JoinRunning { get; init; }

    /// <summary>False gives up safety against power cuts for speed: for tests and benchmarks only.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Server settings that override the defaults, such as <c>shared_buffers</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>How long a fast shutdown may take before an immediate one follows.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(20);
}
