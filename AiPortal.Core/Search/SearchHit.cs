namespace AiPortal.Core.Search;

/// <summary>What can be found by its name.</summary>
public enum SearchKind { Key, Team, Department, Project, CostCenter, Member, Budget, Bill, Provider, Model, Call }

/// <summary>Something found. <c>Detail</c> tells it from others of its name; a model has no id of its own.</summary>
public sealed record SearchHit(SearchKind Kind, Guid Id, string Name, string? Detail = null);
