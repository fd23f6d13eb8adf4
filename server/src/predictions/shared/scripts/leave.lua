-- Removes the names of workers that hold nothing: one's own when it ends (ARGV[2]), and those long silent (ARGV[3], ms).
local removed = 0
local gone = redis.call('ZRANGEBYSCORE', P .. ':workers', '-inf', now - tonumber(ARGV[3]))
gone[#gone + 1] = ARGV[2]
for _, name in ipairs(gone) do
  redis.call('ZREM', P .. ':workers', name)
  redis.call('HDEL', P .. ':done', name)
end
for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', JOBS, GROUP)) do
  local consumer = {}
  for i = 1, #fields, 2 do consumer[fields[i]] = fields[i + 1] end
  local own = consumer.name == ARGV[2]
  if consumer.pending == 0 and (own or consumer.idle > tonumber(ARGV[3])) then
    redis.call('XGROUP', 'DELCONSUMER', JOBS, GROUP, consumer.name)
    removed = removed + 1
  end
end
return removed
