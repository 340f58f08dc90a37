using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121210000_MonthInserts")]
    public sealed class MonthInserts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("month_inserts");

        /// <summary>The grants stay: an older portal does not use them.</summary>
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
