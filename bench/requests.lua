-- Replays prepared requests (file REQUESTS: method TAB path TAB cookie TAB body, one a line) and prints one JSON line.
-- Each thread of wrk begins elsewhere in the list. "@" in a body is replaced by 32 hexadecimal digits that never come twice.
local requests, count, threads = {}, 0, {}

function setup(thread)
  thread:set("offset", #threads * 7919)
  table.insert(threads, thread)
end

function init()
  bad = 0
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, cookie, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    table.insert(requests, { method = method, path = path, cookie = cookie, body = body })
  end
  count = offset
  salt = tonumber(os.getenv("SALT")) % 2147483648 + offset
end

function request()
  count = count + 1
  local one = requests[(count % #requests) + 1]
  local headers = { Cookie = one.cookie, Host = "localhost" }
  if one.body == "" then return wrk.format(one.method, one.path, headers) end
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  return wrk.format(one.method, one.path, headers, (one.body:gsub("@", string.format("%016x%016x", salt, count))))
end

function response(status)
  local wanted = os.getenv("STATUS")
  if tostring(status) ~= wanted then bad = bad + 1 end
end

function done(summary, latency)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
  io.write(string.format('@@{"rate":%.2f,"p50":%.3f,"p95":%.3f,"wrong":%d}\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, wrong))
end
