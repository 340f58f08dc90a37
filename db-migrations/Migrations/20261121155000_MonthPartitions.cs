using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121155000_MonthPartitions")]
    public sealed class MonthPartitions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("month_partitions");

        /// <summary>The function stays: it does what it did, and no longer fails when two sessions do it at once.</summary>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
