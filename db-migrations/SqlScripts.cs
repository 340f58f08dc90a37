using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AiPortal.Migrations;

/// <summary>Hand-written SQL that belongs to a migration: partitions, triggers, row-level security.</summary>
internal static class SqlScripts
{
    public static void Script(this MigrationBuilder migration, string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"AiPortal.Migrations.Sql.{name}.sql")
            ?? throw new InvalidOperationException($"No script {name}.");
        using var reader = new StreamReader(stream);
        migration.Sql(reader.ReadToEnd());
    }
}
