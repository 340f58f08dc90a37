using System;
using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121160956_Allocations")]
    public class Allocations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "parent_id",
                table: "budgets",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_budgets_parent_id",
                table: "budgets",
                column: "parent_id");

            migrationBuilder.AddForeignKey(
                name: "fk_budgets_budgets_parent_id",
                table: "budgets",
                column: "parent_id",
                principalTable: "budgets",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_budgets_budgets_parent_id",
                table: "budgets");

            migrationBuilder.DropIndex(
                name: "ix_budgets_parent_id",
                table: "budgets");

            migrationBuilder.DropColumn(
                name: "parent_id",
                table: "budgets");
        }
    }
}
