-- Fails what waited past its deadline. ARGV: 2 ttl (ms), 3 what is said of it
local late = redis.call('ZRANGEBYSCORE', WAITING, '-inf', now, 'LIMIT', 0, 200)
for _, entry in ipairs(late) do
  if redis.call('HGET', computation(entry), 's') == 'PENDING' then
    finish(entry, 'FAILURE', ARGV[3], '', tonumber(ARGV[2]))
  else
    redis.call('ZREM', WAITING, entry)
  end
end
announce('D', late)
return #late
