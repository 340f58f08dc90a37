using AiPortal.Core.Data;
using AiPortal.Core.Ledger.Writing;
using AiPortal.Tests.Fixtures;
using Npgsql;

namespace AiPortal.Tests.Ledger;

public sealed class CopyRowsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly LedgerColumn<Row>[] Columns =
    [
        LedgerColumn<Row>.Integer("i", row => row.Number), LedgerColumn<Row>.Numeric("n", row => row.Amount), LedgerColumn<Row>.Uuid("u", row => row.Id),
        LedgerColumn<Row>.Instant("t", row => row.At), LedgerColumn<Row>.Bigint("b", row => row.Large), LedgerColumn<Row>.Boolean("f", row => row.Flag),
        LedgerColumn<Row>.Text("s", row => row.Text), LedgerColumn<Row>.Jsonb("j", row => row.Json),
    ];

    [Fact]
    public async Task Rows_OfEveryTypeAndSize_ComeBackAsTheyWere()
    {
        const int seed = 4711;
        var random = new Random(seed);
        decimal[] amounts = [0, 0.000000000001m, -0.000000000001m, 1, -1, 9999, 10000, 100000000, 0.0001m, 0.00010m, 999999999999.999999999999m, -123456789012.345678901234m, 1.50m, 79228162514.264337593543m];
        var rows = Enumerable.Range(0, 5_000).Select(i => new Row(
            i % 7 == 0 ? null : random.Next(int.MinValue, int.MaxValue),
            i < amounts.Length ? amounts[i] : new decimal(random.Next(), random.Next(), random.Next(100_000), random.Next(2) == 0, (byte)random.Next(12, 25)),
            Ids.New(TimeProvider.System), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(random.NextInt64(TimeSpan.TicksPerDay * 300) / 10 * 10),
            i % 2 == 0 ? i - long.MaxValue : i + (1L << 40), i % 2 == 0, i % 5 == 0 ? null : new string("aß温"[i % 3], i == 7 ? 100_000 : i % 90), i % 3 == 0 ? null : "{\"k\": \"v" + i + "\"}")).ToList();

        await using var connection = await database.Portal.System.OpenConnectionAsync();
        await using (var make = new NpgsqlCommand("CREATE TEMP TABLE copied (i int, n numeric, u uuid, t timestamptz, b bigint, f boolean, s text, j jsonb)", connection))
            await make.ExecuteNonQueryAsync();
        using (var encoded = CopyRows.Encode(Columns, rows))
            await CopyRows.SendAsync(connection, "COPY copied (i, n, u, t, b, f, s, j) FROM STDIN (FORMAT BINARY)", encoded, default);

        await using var command = new NpgsqlCommand("SELECT i, n, u, t, b, f, s, j FROM copied ORDER BY u", connection);
        await using var reader = await command.ExecuteReaderAsync();
        foreach (var row in rows.OrderBy(row => row.Id))
        {
            Assert.True(await reader.ReadAsync());
            var read = new Row(reader.IsDBNull(0) ? null : reader.GetInt32(0), reader.GetDecimal(1), reader.GetGuid(2), reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetInt64(4), reader.GetBoolean(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetString(7));
            Assert.Equal(row, read);
        }

        Assert.False(await reader.ReadAsync());
    }

    private sealed record Row(int? Number, decimal Amount, Guid Id, DateTimeOffset At, long Large, bool Flag, string? Text, string? Json);
}
