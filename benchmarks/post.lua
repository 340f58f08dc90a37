-- wrk: POST the file BENCHMARK_BODY with the headers of BENCHMARK_HEADERS, one "Name: value" a line. At the end one line:
-- RESULT calls seconds failures p50-ms p99-ms
local file = assert(io.open(os.getenv("BENCHMARK_BODY"), "rb"))
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
for line in (os.getenv("BENCHMARK_HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^([^:]+):%s*(.-)%s*$")
  if name then wrk.headers[name] = value end
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %.3f %d %.3f %.3f\n", summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
