using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class RouteCache : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "cache",
                table: "routes",
                type: "jsonb",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "cache",
                table: "routes");
        }
    }
}
