#!/usr/bin/env bash
# Makes sure of what the portal needs, builds it when a source has changed, and runs it. Arguments go to the portal:
#   ./run.sh --urls http://0.0.0.0:5080
#   ./run.sh migrate
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.ci/prerequisites
. "$root/.ci/prerequisites"

[ "${1:-}" != -- ] || shift

require_sdk
needed="chromium cjk_font"
# With a server of its own the portal needs no programs of PostgreSQL.
if [ -z "${ConnectionStrings__Portal:-}" ] && [[ " $* " != *" --ConnectionStrings:Portal"* ]]; then
  [[ " $* " == *" --Portal:PostgresBin"* ]] || needed="postgres $needed"
fi
# shellcheck disable=SC2086 # one word a check
require_programs $needed

dll=$root/AiPortal/bin/Release/net10.0/AiPortal.dll
stamp=$root/AiPortal/obj/run.sources

shopt -s nullglob
inputs=("$root"/AiPortal "$root"/AiPortal.Core "$root"/db-migrations "$root"/wwwroot-assets
  "$root"/Directory.* "$root"/global.json "$root"/.editorconfig "$root"/BannedSymbols.txt "$root"/appsettings*.json)

sources() {
  find "${inputs[@]}" \( -name bin -o -name obj -o -path "$root/AiPortal/wwwroot" \) -prune -o -type f "$@" -print | sort
}

is_built() {
  [ -e "$dll" ] && [ -e "$stamp" ] && [ -z "$(sources -newer "$stamp")" ] && sources | cmp -s - "$stamp"
}

if ! is_built; then
  say "Building ..."
  mkdir -p "$root/AiPortal/obj"
  # Written before the build: what changes while it runs is newer, and the next start builds again.
  sources > "$stamp.next"
  dotnet build "$root/AiPortal" -c Release -v quiet --nologo -nodeReuse:false -p:UseSharedCompilation=false </dev/null >&2
  mv "$stamp.next" "$stamp"
fi

export ASPNETCORE_ENVIRONMENT="${ASPNETCORE_ENVIRONMENT:-Development}"
# The portal takes this shell's place, so Ctrl-C and SIGTERM reach it itself.
exec dotnet "$dll" "$@"
