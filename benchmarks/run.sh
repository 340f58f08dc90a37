#!/usr/bin/env bash
# What the gateway costs, beside a bare forwarder and beside no proxy at all, in one run on this machine: builds Release,
# starts mock providers, the forwarder and a portal on a temporary data directory, provisions it through its API, measures
# in turn, prints Markdown and stops and removes all it started. Exit code 1: a call failed, or the ledger is off.
#   ROUNDS=3 SECONDS_EACH=6 RATE=500 benchmarks/run.sh
#   ROUNDS=3 SECONDS_EACH=10 benchmarks/run.sh saturate    plain calls by wrk (apt: wrk), then a minute of forwarder and gateway each;
#                                                          PORTKEY=FOLDER puts the gateway of npm's @portkey-ai/gateway
#                                                          beside it, installed there by npm install --prefix FOLDER
# PORT [18080] is the first of four free ports, five with Portkey.
# Settings of the .NET runtime for the portal alone: PORTAL_ENV="DOTNET_gcServer=0 ...".
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$root/benchmarks
# shellcheck source=.ci/prerequisites
. "$root/.ci/prerequisites"
require_sdk
require_programs postgres
mode=${1:-load}
[ "$mode" = load ] || [ "$mode" = saturate ] || { say "usage: benchmarks/run.sh [saturate]"; exit 2; }
[ "$mode" = load ] || command -v wrk >/dev/null || { say "wrk is missing: apt-get install wrk"; exit 2; }

port=${PORT:-18080}
json=http://127.0.0.1:$port paced=http://127.0.0.1:$((port + 1)) forwarder=http://127.0.0.1:$((port + 2)) portal=http://127.0.0.1:$((port + 3))
is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for p in $port $((port + 1)) $((port + 2)) $((port + 3)); do
  ! is_open "$p" || { say "Port $p is in use; set PORT to the first of four free ones."; exit 2; }
done

for project in AiPortal benchmarks/Upstream benchmarks/Forwarder benchmarks/Load; do
  dotnet build "$root/$project" -c Release -v quiet --nologo -nodeReuse:false -p:UseSharedCompilation=false </dev/null >&2
done
program() { printf '%s' "$here/$1/bin/Release/net10.0/AiPortal.Benchmarks.$1.dll"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/aiportal-benchmark.XXXXXX")
chmod 711 "$work" # PostgreSQL's account must pass
started=()
finish() {
  local code=$? pid
  [ "$code" = 0 ] || [ ! -s "$work/portal.log" ] || { say "The portal's last lines:"; tail -n 20 "$work/portal.log" >&2; }
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

begin() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  started+=($!)
}
await() { # WHAT COMMAND...
  local what=$1
  shift
  for _ in $(seq 600); do
    "$@" 2>/dev/null && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  say "$what did not start."
  return 1
}

dotnet "$(program Upstream)" write "$work"
if command -v nginx >/dev/null; then
  mock="nginx for plain answers and whole streams, AiPortal.Benchmarks.Upstream for paced streams"
  sed "s#@WORK@#$work#g; s#@PORT@#$port#g" "$here/upstream.nginx.conf" >"$work/nginx.conf"
  chmod 644 "$work"/completion.*
  begin nginx nginx -p "$work" -e "$work/nginx.log" -c "$work/nginx.conf"
else
  mock="AiPortal.Benchmarks.Upstream"
  begin upstream-plain dotnet "$(program Upstream)" "$port"
fi
await "The mock provider" is_open "$port"
begin upstream dotnet "$(program Upstream)" $((port + 1))
await "The mock provider" is_open $((port + 1))
begin forwarder dotnet "$(program Forwarder)" --urls "$forwarder" json="$json" sse="$json" paced="$paced"
forwarder_pid=$!
await "The forwarder" is_open $((port + 2))

password=$(head -c 18 /dev/urandom | base64)
# shellcheck disable=SC2086 # PORTAL_ENV is words
begin portal env ${PORTAL_ENV:-} ASPNETCORE_ENVIRONMENT=Production Portal__DataDirectory="$work/portal" Portal__Demo=false \
  Portal__Admin__Email=benchmark@localhost Portal__Admin__Password="$password" Portal__PrivateUpstreams=127.0.0.0/8 ConnectionStrings__Portal= \
  dotnet "$root/AiPortal/bin/Release/net10.0/AiPortal.dll" --urls "$portal"
portal_pid=$!
is_ready() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$((port + 3))" || return 1
  printf 'GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  IFS= read -r line <&3
  exec 3>&-
  [[ "$line" == *" 200 "* ]]
}
await "The portal" is_ready
postgres_pid=$(head -n 1 "$work/portal/pg/data/postmaster.pid")

extra=()
if [ "$mode" = saturate ]; then
  extra=(saturate="$here" body="$work/body.json")
  if [ -n "${PORTKEY:-}" ]; then
    begin portkey env NODE_ENV=production node "$PORTKEY/node_modules/@portkey-ai/gateway/build/start-server.js" --port=$((port + 4)) --headless
    await "Portkey" is_open $((port + 4))
    extra+=(portkey="http://127.0.0.1:$((port + 4))" portkey-pid="${started[-1]}")
  fi
fi

load() { cut -d' ' -f1-3 /proc/loadavg; }
cat <<EOF
- $(date -u '+%Y-%m-%d %H:%M UTC'), commit $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
- $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), .NET $(dotnet --version), $("$(readlink "/proc/$postgres_pid/exe")" --version)
- providers: $mock
- load average before: $(load)
EOF
code=0
dotnet "$(program Load)" json="$json" paced="$paced" forwarder="$forwarder" portal="$portal" \
  forwarder-pid="$forwarder_pid" portal-pid="$portal_pid" postgres-pid="$postgres_pid" email=benchmark@localhost password="$password" \
  rounds="${ROUNDS:-3}" seconds="${SECONDS_EACH:-6}" rate="${RATE:-500}" "${extra[@]}" || code=$?
printf '\n- load average after: %s\n' "$(load)"
exit "$code"
