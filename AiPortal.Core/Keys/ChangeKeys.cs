using AiPortal.Core.Access;
using AiPortal.Core.Audit;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace AiPortal.Core.Keys;

/// <summary>What is done to many keys at once.</summary>
public enum KeyAction { Disable, Enable, Revoke, Tag }

/// <summary>What became of them: a key that is gone, revoked already or as it should be is left as it is.</summary>
public sealed record KeysChanged(IReadOnlyList<Guid> Changed, IReadOnlyList<Guid> Unchanged);

/// <summary>Disables, enables, revokes or tags many keys in one transaction, each with a row of its own on the audit trail.</summary>
public sealed class ChangeKeys(ChangeGate gate)
{
    public const int Most = 500;

    private const int MostTags = 16;

    /// <param name="actor">Who does it.</param>
    /// <param name="organizationId">Where.</param>
    /// <param name="ids">At most <see cref="Most"/>.</param>
    /// <param name="action">What is done to each.</param>
    /// <param name="tags">Added to those that a key has; an empty value takes the tag away.</param>
    /// <param name="token">Ends it.</param>
    public Task<Outcome<KeysChanged>> RunAsync(
        Actor actor, Guid organizationId, IReadOnlyCollection<Guid> ids, KeyAction action, IReadOnlyDictionary<string, string>? tags = null, CancellationToken token = default)
    {
        var intent = action switch
        {
            KeyAction.Disable => "key.disable",
            KeyAction.Enable => "key.enable",
            KeyAction.Revoke => "key.revoke",
            KeyAction.Tag => "key.change",
        };
        return gate.RunAsync<KeysChanged>(actor, organizationId, Permission.ManageKeys, intent, async scope =>
        {
            var faults = new FieldFaults();
            faults.Require(ids.Count is > 0 and <= Most, "ids", $"Must be 1 to {Most} keys.");
            if (action == KeyAction.Tag)
            {
                faults.Require(tags is { Count: > 0 }, "tags", "Name at least one tag.");
                KeyDraft.CheckTags(faults, tags ?? new Dictionary<string, string>());
            }

            if (faults.Any) return faults.ToRefusal();
            var keys = await scope.Db.Set<ApiKey>().Where(k => ids.Contains(k.Id) && k.DeletedAt == null).OrderBy(k => k.Id).ToListAsync(token);
            if (keys.Count == 0) return Refusal.Missing("key");
            var changed = new List<Guid>();
            foreach (var key in keys)
            {
                var (before, after) = Change(key, action, tags);
                if (before is null) continue;
                scope.Audit(new AuditNote(intent, "key", key.Id, key.Name, before, after));
                changed.Add(key.Id);
            }

            // Nothing to do is no fault, and owes the trail nothing but this.
            if (changed.Count == 0) scope.Audit(new AuditNote(intent, "key", null, null, After: new { Unchanged = keys.Count }));
            else scope.RefreshGateway();
            return new KeysChanged(changed, [.. ids.Distinct().Except(changed)]);
        }, token);
    }

    /// <summary>Before and after for the trail; null where nothing changes.</summary>
    private static (object? Before, object? After) Change(ApiKey key, KeyAction action, IReadOnlyDictionary<string, string>? tags)
    {
        if (action == KeyAction.Tag)
        {
            var now = new Dictionary<string, string>(key.Tags);
            foreach (var (name, value) in tags!)
            {
                if (value.Length == 0) now.Remove(name);
                else now[name] = value;
            }

            if (now.Count > MostTags || (now.Count == key.Tags.Count && now.All(pair => key.Tags.GetValueOrDefault(pair.Key) == pair.Value))) return (null, null);
            var was = key.Tags;
            key.Tags = now;
            return (new { Tags = was }, new { Tags = now });
        }

        var status = action switch { KeyAction.Disable => KeyStatus.Disabled, KeyAction.Enable => KeyStatus.Active, _ => KeyStatus.Revoked };
        if (key.Status == status || key.Status == KeyStatus.Revoked) return (null, null);
        var before = key.Status;
        key.Status = status;
        if (status == KeyStatus.Revoked) (key.PreviousHash, key.PreviousValidUntil, key.PendingSecretCipher) = (null, null, null);
        return (new { Status = before }, new { key.Status });
    }
}
