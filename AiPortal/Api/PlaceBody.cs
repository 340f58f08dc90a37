using AiPortal.Core.Data;

namespace AiPortal.Api;

/// <summary><c>scope_type</c> and <c>scope_id</c>: the part of an organization that a role is for.</summary>
internal static class PlaceBody
{
    /// <summary>Null for the whole organization. Either both members are given or none.</summary>
    public static Place? Place(this JsonBody body, Place? absent)
    {
        if (!body.Has("scope_type") && !body.Has("scope_id")) return absent;
        var (kind, id) = (body.WordOrNull<PlaceKind>("scope_type", absent?.Kind), body.IdOrNull("scope_id", absent?.Id));
        if (kind is null != id is null) body.Fault(kind is null ? "scope_type" : "scope_id", "Give both scope_type and scope_id, or neither.");
        return (kind, id) is ({ } word, { } part) ? new Place(word, part) : null;
    }
}
