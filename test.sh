#!/usr/bin/env bash
# Makes sure of what the tests need, builds everything and runs them. Arguments go to 'dotnet test':
#   ./test.sh --filter FullyQualifiedName~Budgets
#   ./test.sh --long            also the tests that take minutes
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=.ci/prerequisites
. .ci/prerequisites

arguments=()
for argument in "$@"; do
  if [ "$argument" = --long ]; then export AIPORTAL_LONG=1; else arguments+=("$argument"); fi
done

require_sdk
require_programs postgres chromium cjk_font nginx pdftotext libldap slapd

rm -rf TestResults
dotnet build AiPortal.sln -c Release -v quiet --nologo -nodeReuse:false -p:UseSharedCompilation=false </dev/null
code=0
dotnet test AiPortal.Tests -c Release --no-build --nologo --logger trx --logger "console;verbosity=minimal" \
  --results-directory TestResults --blame-hang-timeout 10min --blame-hang-dump-type none \
  "${arguments[@]}" </dev/null || code=$?
exit "$code"
