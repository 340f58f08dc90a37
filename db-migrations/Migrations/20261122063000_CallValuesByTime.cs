using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AiPortal.Migrations.Migrations;

/// <inheritdoc />
[DbContext(typeof(PortalDb))]
[Migration("20261122063000_CallValuesByTime")]
public sealed class CallValuesByTime : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("call_values_by_time");
}
