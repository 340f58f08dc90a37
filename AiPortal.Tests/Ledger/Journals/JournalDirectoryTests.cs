using AiPortal.Core.Ledger;
using AiPortal.Core.Ledger.Journals;
using Xunit;

namespace AiPortal.Tests.Ledger.Journals;

public sealed class JournalDirectoryTests : IDisposable
{
    private readonly JournalSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Fact]
    public async Task Adoptable_LivingJournal_IsLeftAlone()
    {
        await using var journal = _samples.Open();
        Assert.Empty(JournalDirectory.Adoptable(_samples.DataDirectory));
    }

    [Fact]
    public async Task Adoptable_JournalOfAStoppedProcess_IsLockedReadAndDeleted()
    {
        var intent = JournalSamples.Intent();
        Guid id;
        await using (var journal = _samples.Open())
        {
            journal.Append(intent);
            id = journal.Id;
        }

        var adopted = Assert.Single(JournalDirectory.Adoptable(_samples.DataDirectory));
        Assert.Equal(id, adopted.Id);
        Assert.Empty(JournalDirectory.Adoptable(_samples.DataDirectory));
        Assert.Equal(intent.EntryId, Assert.Single(JournalSamples.Read(adopted.Path)).Intent.EntryId);

        adopted.Delete();
        Assert.False(Directory.Exists(adopted.Path));
        Assert.Empty(JournalDirectory.Adoptable(_samples.DataDirectory));
    }

    [Fact]
    public async Task Adoptable_AdoptedAndLetGo_ComesAgain()
    {
        await using (var journal = _samples.Open())
            journal.Append(JournalSamples.Intent());
        JournalDirectory.Adoptable(_samples.DataDirectory)[0].Dispose();
        using var again = Assert.Single(JournalDirectory.Adoptable(_samples.DataDirectory));
        Assert.Single(JournalSamples.Read(again.Path));
    }

    [Fact]
    public async Task Dispose_EntirelyDrained_LeavesNothing()
    {
        var journal = _samples.Open();
        var intent = JournalSamples.Intent();
        journal.Append(intent);
        journal.Append(JournalSamples.Settlement(intent.EntryId));
        journal.Drained([intent.EntryId]);
        await journal.DisposeAsync();
        Assert.False(Directory.Exists(journal.Path));
        Assert.Throws<JournalUnavailableException>(() => journal.Append(JournalSamples.Intent()));
    }

    [Fact]
    public async Task Open_Folder_IsTheOwnersAlone()
    {
        await using var journal = _samples.Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(journal.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(journal.Path, "*.log")[0]));
    }
}
