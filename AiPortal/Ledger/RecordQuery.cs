using AiPortal.Api;
using AiPortal.Core.Analytics;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;

namespace AiPortal.Ledger;

/// <summary>The filters that records and calls share, out of a query string.</summary>
internal static class RecordQuery
{
    public static RecordFilter Read(ApiQuery query)
    {
        var filter = new RecordFilter
        {
            From = query.Instant("from"),
            To = query.Instant("to"),
            KeyId = query.Id("key_id"),
            DepartmentId = query.Id("department_id"),
            TeamId = query.Id("team_id"),
            ProjectId = query.Id("project_id"),
            CostCenterId = query.Id("cost_center_id"),
            EnvironmentId = query.Id("environment_id"),
            UserId = query.Id("user_id"),
            Model = query.Text("model"),
            Provider = query.Text("provider"),
            RequestId = query.Id("request_id"),
            SessionId = query.Text("session_id"),
            WorkflowId = query.Text("workflow_id"),
            AccountId = query.Text("account_id"),
            Tag = Tag(query),
        };
        if (filter.To <= filter.From) query.Fault("to", "Must be later than from.");
        return filter;
    }

    private static KeyValuePair<string, string>? Tag(ApiQuery query)
    {
        if (query.Text("tag", 520) is not { } text) return null;
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at > 0) return new(text[..at], text[(at + 1)..]);
        query.Fault("tag", "Must be name=value.");
        return null;
    }

    public static Task<Refusal?> MissingAsync(FilterReferences references, Guid organizationId, RecordFilter filter, CancellationToken token) =>
        references.MissingAsync(organizationId,
        [
            ("key_id", Dimension.Key, filter.KeyId), ("department_id", Dimension.Department, filter.DepartmentId), ("team_id", Dimension.Team, filter.TeamId),
            ("project_id", Dimension.Project, filter.ProjectId), ("cost_center_id", Dimension.CostCenter, filter.CostCenterId),
            ("environment_id", Dimension.Environment, filter.EnvironmentId), ("user_id", Dimension.User, filter.UserId),
        ], token);
}
