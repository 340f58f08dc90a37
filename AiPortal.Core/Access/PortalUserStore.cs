using AiPortal.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace AiPortal.Core.Access;

/// <summary>Identity's store over the system role: people exist outside organizations. Owns its context.</summary>
internal sealed class PortalUserStore : UserOnlyStore<PortalUser, PortalDb, Guid>, IDisposable
{
    private readonly PortalDb _db;

    public PortalUserStore(PortalDatabase database) : this(database.OpenSystem())
    {
    }

    private PortalUserStore(PortalDb db) : base(db) => _db = db;

    public new void Dispose()
    {
        _db.Dispose();
        base.Dispose();
    }
}
