using System.DirectoryServices.Protocols;
using System.Net;
using AiPortal.Core.Providers;

namespace AiPortal.Core.Federation.Directories;

/// <summary>Somebody as the directory has him.</summary>
public sealed record DirectoryPerson(string Dn, string Id, string? Mail, string Name, IReadOnlyList<string> Groups);

/// <summary>One visit to a directory, as long as its time limit: who is this, and is that his password?</summary>
internal sealed class LdapSession : IAsyncDisposable
{
    private const int InvalidCredentials = 49;
    private const int MostGroups = 2000;
    private readonly LdapDirectoryDraft _settings;
    private readonly DirectoryTunnel _tunnel;
    private readonly LdapConnection _connection;

    private LdapSession(LdapDirectoryDraft settings, DirectoryTunnel tunnel)
    {
        (_settings, _tunnel) = (settings, tunnel);
        _connection = new LdapConnection(new LdapDirectoryIdentifier("127.0.0.1", tunnel.Port, fullyQualifiedDnsHostName: true, connectionless: false))
        {
            AuthType = AuthType.Basic,
            AutoBind = false,
            Timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds),
        };
        _connection.SessionOptions.ProtocolVersion = 3;
        // A referral would send the secret to a server that nobody has named.
        _connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
    }

    /// <exception cref="DirectoryFault">It cannot be asked.</exception>
    public static async Task<LdapSession> OpenAsync(LdapDirectoryDraft settings, UpstreamAddressGuard guard, CancellationToken token)
    {
        var tunnel = await DirectoryTunnel.OpenAsync(settings, guard, token);
        try
        {
            return new LdapSession(settings, tunnel);
        }
        catch (Exception fault)
        {
            await tunnel.DisposeAsync();
            if (fault is DllNotFoundException or TypeInitializationException) throw new DirectoryFault("no_library", "The LDAP library (libldap) is not installed where the portal runs.");
            throw;
        }
    }

    /// <summary>False for a wrong password. An empty one is wrong by itself: servers take it for a visit without a name and say yes.</summary>
    /// <exception cref="DirectoryFault">It cannot be asked.</exception>
    public async Task<bool> BindAsync(string dn, string password)
    {
        if (string.IsNullOrWhiteSpace(dn) || password.Length == 0) return false;
        return await AskAsync(() =>
        {
            try
            {
                _connection.Bind(new NetworkCredential(dn, password));
                return true;
            }
            catch (LdapException fault) when (fault.ErrorCode == InvalidCredentials)
            {
                return false;
            }
        });
    }

    /// <summary>Null where nobody, or more than one, is meant by what was typed.</summary>
    /// <exception cref="DirectoryFault">It cannot be asked.</exception>
    public async Task<DirectoryPerson?> FindAsync(string login)
    {
        var at = login.IndexOf('@', StringComparison.Ordinal);
        var filter = LdapFilter.Fill(_settings.UserFilter, ("{login}", login), ("{name}", at > 0 ? login[..at] : login));
        var found = await SearchAsync(filter, 2, _settings.MailAttribute, _settings.NameAttribute, _settings.IdAttribute, "cn", "memberOf");
        if (found is not [var entry]) return null;
        var groups = _settings.GroupFilter is { } groupFilter
            ? (await SearchAsync(LdapFilter.Fill(groupFilter, ("{dn}", entry.DistinguishedName)), MostGroups, "1.1")).ConvertAll(group => group.DistinguishedName)
            : Texts(entry, "memberOf");
        return IdOf(entry) is { } id
            ? new DirectoryPerson(entry.DistinguishedName, id, Text(entry, _settings.MailAttribute), Text(entry, _settings.NameAttribute) ?? Text(entry, "cn") ?? login, groups)
            : throw new DirectoryFault("no_id", $"The entry has no {_settings.IdAttribute}.");
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _tunnel.DisposeAsync();
    }

    private Task<List<SearchResultEntry>> SearchAsync(string filter, int most, params string[] attributes) => AskAsync(() =>
    {
        var request = new SearchRequest(_settings.BaseDn, filter, SearchScope.Subtree, attributes) { SizeLimit = most, TimeLimit = TimeSpan.FromSeconds(_settings.TimeoutSeconds) };
        return ((SearchResponse)_connection.SendRequest(request)).Entries.Cast<SearchResultEntry>().ToList();
    });

    /// <summary>The library waits with a thread; the tunnel's end sets it free.</summary>
    private static async Task<T> AskAsync<T>(Func<T> ask)
    {
        try
        {
            return await Task.Run(ask);
        }
        catch (DirectoryOperationException fault) when (fault.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } response)
        {
            // More than were asked for: the caller counts what came.
            return response.Entries.Cast<SearchResultEntry>().ToList() is T entries ? entries : throw new DirectoryFault("too_many", "The directory gives too many entries.");
        }
        catch (DirectoryOperationException fault)
        {
            throw new DirectoryFault("directory_refused", $"The directory refuses the search: {fault.Response?.ResultCode.ToString() ?? fault.Message}.");
        }
        catch (LdapException fault) when (fault.ErrorCode is 81 or 85 or 91)
        {
            throw fault.ErrorCode == 85 ? DirectoryFault.Late : DirectoryFault.Gone;
        }
        catch (LdapException fault)
        {
            throw new DirectoryFault("directory_refused", $"The directory refuses: {fault.Message}");
        }
    }

    private string? IdOf(SearchResultEntry entry)
    {
        if (!entry.Attributes.Contains(_settings.IdAttribute)) return null;
        // Active Directory's is sixteen bytes, everybody else's a text.
        return entry.Attributes[_settings.IdAttribute][0] switch
        {
            string text => text,
            byte[] { Length: 16 } bytes => new Guid(bytes).ToString(),
            byte[] bytes => Convert.ToHexString(bytes),
            _ => null,
        };
    }

    private static string? Text(SearchResultEntry entry, string attribute) => Texts(entry, attribute) is [var first, ..] && first.Length > 0 ? first : null;

    private static List<string> Texts(SearchResultEntry entry, string attribute) =>
        entry.Attributes.Contains(attribute) ? [.. entry.Attributes[attribute].GetValues(typeof(string)).Cast<string>()] : [];
}
