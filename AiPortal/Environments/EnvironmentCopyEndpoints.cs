using AiPortal.Access;
using AiPortal.Api;
using AiPortal.Core.Data;
using AiPortal.Core.Environments;

namespace AiPortal.Environments;

/// <summary><c>/api/v1/environments/copy</c>: an environment's configuration, looked at first and then copied exactly so.</summary>
internal static class EnvironmentCopyEndpoints
{
    /// <summary><c>Version</c> is what a copy in earnest has to name.</summary>
    internal sealed record CopyView(bool DryRun, bool Applied, string Version, bool NeedsApproval, string From, string To, int Created, int Changed, int Skipped, int KeysNotCopied, IReadOnlyList<ItemView> Items)
    {
        public static CopyView Of(CopyPlan plan, bool dryRun) => new(dryRun, !dryRun, plan.Version, plan.NeedsApproval, plan.From, plan.To,
            plan.Count(CopyAction.Create), plan.Count(CopyAction.Change), plan.Count(CopyAction.Skip), plan.Keys,
            [.. plan.Items.Select(item => new ItemView(EnumWord.Of(item.Kind), item.Name, EnumWord.Of(item.Action), item.Reason is { } reason ? EnumWord.Of(reason) : null, item.Before, item.After))]);
    }

    internal sealed record ItemView(string Kind, string Name, string Action, string? Reason, object? Before, object? After);

    public static void MapEnvironmentCopies(this IEndpointRouteBuilder api) =>
        api.MapPost("/environments/copy", CopyAsync).WithTags("Structure").Describe(
            "Copy the configuration of one environment to another: its provider accounts (without secrets), the routes that lead to them, its budgets and approval policies, never its keys. "
            + "dry_run tells what would be created, changed and skipped; a copy in earnest names the version that it answered, and is refused with changed_meanwhile where that is not what would be done.",
            new { from_environment_id = ApiExamples.Id, to_environment_id = ApiExamples.Id, dry_run = true, version = (string?)null },
            new CopyView(true, false, "5f2c9a…", false, "Development", "Test", 1, 0, 0, 3, [new ItemView("budget", "Test", "create", null, null, new { total_quota = 100 })]));

    private static async Task<IResult> CopyAsync(HttpContext http, CopyEnvironment copy)
    {
        var body = await JsonBody.ReadAsync(http);
        var organization = ApiScope.ForCreation(http, body);
        var (from, to) = (body.Id("from_environment_id"), body.Id("to_environment_id"));
        var (dryRun, version) = (body.Flag("dry_run", false), body.TextOrNull("version", maxLength: 64));
        if (!dryRun && version is null) body.Fault("version", "Must be the one that a dry run answered.");
        if ((body.Refusal() ?? organization.Refusal) is { } refusal) return ApiResults.Refused(refusal);
        var draft = new CopyDraft(from, to, version);
        var outcome = dryRun
            ? await copy.PreviewAsync(http.GetActor(), organization.Value, draft, http.RequestAborted)
            : await copy.RunAsync(http.GetActor(), organization.Value, draft, http.RequestAborted);
        return ApiResults.Ok(outcome, plan => CopyView.Of(plan, dryRun));
    }
}
