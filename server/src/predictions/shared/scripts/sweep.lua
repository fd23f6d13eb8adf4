-- Fails what waited past its deadline; how many. ARGV: 2 ttl (ms), 3 what is said of it
local late = redis.call('ZRANGEBYSCORE', WAITING, '-inf', now, 'LIMIT', 0, 200)
local failed = 0
for _, entry in ipairs(late) do
  if state_of(entry) == 'PENDING' then
    finish(entry, 'FAILURE', ARGV[3], '', tonumber(ARGV[2]))
    failed = failed + 1
  else
    redis.call('ZREM', WAITING, entry)
  end
end
announce('D', late)
return failed
