using AiPortal.Core.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AiPortal.Migrations.Migrations
{
    /// <inheritdoc />
    [DbContext(typeof(PortalDb))]
    [Migration("20261121151500_Quartz")]
    public sealed class Quartz : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Script("quartz");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            DROP TABLE qrtz_job_status,
              qrtz_misfire_history,
              qrtz_execution_history,
              qrtz_locks,
              qrtz_scheduler_state,
              qrtz_fired_triggers,
              qrtz_paused_job_grps,
              qrtz_paused_trigger_grps,
              qrtz_calendars,
              qrtz_blob_triggers,
              qrtz_simprop_triggers,
              qrtz_cron_triggers,
              qrtz_simple_triggers,
              qrtz_triggers,
              qrtz_job_details CASCADE;
            CREATE TABLE job_runs (name text NOT NULL, due_at timestamptz NOT NULL, node text NOT NULL, started_at timestamptz NOT NULL, ended_at timestamptz, outcome text, message text, PRIMARY KEY (name, due_at));
            GRANT SELECT, INSERT, UPDATE, DELETE ON job_runs TO portal_system;
            """);
    }
}
