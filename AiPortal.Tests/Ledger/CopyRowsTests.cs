using System.Buffers;
using AiPortal.Core.Data;
using AiPortal.Core.Ledger;
using AiPortal.Tests.Fixtures;
using Npgsql;
using NpgsqlTypes;

namespace AiPortal.Tests.Ledger;

public sealed class CopyRowsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly LedgerColumn<Row>[] Columns =
    [
        new("i", NpgsqlDbType.Integer, row => row.Number), new("n", NpgsqlDbType.Numeric, row => row.Amount), new("u", NpgsqlDbType.Uuid, row => row.Id),
        new("t", NpgsqlDbType.TimestampTz, row => row.At), new("b", NpgsqlDbType.Bigint, row => row.Large), new("f", NpgsqlDbType.Boolean, row => row.Flag),
        new("s", NpgsqlDbType.Text, row => row.Text), new("j", NpgsqlDbType.Jsonb, row => row.Json),
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
            i % 2 == 0 ? i - long.MaxValue : i + (1L << 40), i % 2 == 0, i % 5 == 0 ? null : new string("aß温"[i % 3], i % 90), i % 3 == 0 ? null : "{\"k\": \"v" + i + "\"}")).ToList();

        await using var connection = await database.Portal.System.OpenConnectionAsync();
        await using (var make = new NpgsqlCommand("CREATE TEMP TABLE copied (i int, n numeric, u uuid, t timestamptz, b bigint, f boolean, s text, j jsonb)", connection))
            await make.ExecuteNonQueryAsync();
        await CopyRows.SendAsync(connection, "COPY copied (i, n, u, t, b, f, s, j) FROM STDIN (FORMAT BINARY)", Columns, rows, default);

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

    [Fact]
    public void Value_OfAnotherType_IsRefused() =>
        Assert.Throws<InvalidCastException>(() => CopyRows.Write(new ArrayBufferWriter<byte>(), NpgsqlDbType.Bigint, "12"));

    private sealed record Row(int? Number, decimal Amount, Guid Id, DateTimeOffset At, long Large, bool Flag, string? Text, string? Json);
}
