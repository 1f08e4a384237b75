-- Posts one form for ever; prints the summary as JSON. Inputs come in the environment: the body holds a secret, and
-- arguments show in process lists.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = os.getenv("BENCH_BODY")

local mean_think_ms = tonumber(os.getenv("BENCH_MEAN_THINK_MS"))

-- Exponential think times: arrivals then look like those of many independent clients.
if mean_think_ms then
  function delay()
    return math.floor(-mean_think_ms * math.log(1 - math.random()) + 0.5)
  end
end

-- A request for each proof, made ready before the clock starts; without another one the last is refused.
local proofs_file = os.getenv("BENCH_PROOFS_FILE")
if proofs_file then
  local requests, at = {}, 0
  function init()
    for proof in io.lines(proofs_file) do
      wrk.headers["DPoP"] = proof
      requests[#requests + 1] = wrk.format()
    end
  end
  function request()
    at = math.min(at + 1, #requests)
    return requests[at]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,' ..
    '"errors":{"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.timeout, errors.status))
end
