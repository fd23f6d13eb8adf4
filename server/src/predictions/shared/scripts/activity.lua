-- What the last minutes were like. ARGV: 2 how many seconds
local seconds = {}
for ago = 0, tonumber(ARGV[2]) - 1 do
  local fields = redis.call('HGETALL', P .. ':t:' .. (time[1] - ago))
  if #fields > 0 then seconds[#seconds + 1] = { ago, fields } end
end
local pending = redis.call('XPENDING', JOBS, GROUP)
local running = {}
for _, held in ipairs(pending[4] or {}) do running[held[1]] = tonumber(held[2]) end
local workers = {}
local heard = redis.call('ZRANGE', P .. ':workers', 0, -1, 'WITHSCORES')
for i = 1, #heard, 2 do
  local name = heard[i]
  workers[#workers + 1] =
    { name, running[name] or 0, math.max(now - heard[i + 1], 0), tonumber(redis.call('HGET', P .. ':done', name) or 0) }
end
return { redis.call('ZCARD', WAITING), pending[1], seconds, redis.call('LRANGE', P .. ':recent', 0, -1), workers, now }
