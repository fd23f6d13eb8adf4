-- Joins an equal computation, or begins one, or refuses.
-- ARGV: 2 id, 3 key, 4 owner, 5 request, 6 deadline, 7 ttl (both in ms), 8 queue capacity, 9 id capacity,
-- 10 the id of the HTTP request, 11 what is asked, in words, 12 the catalogue's fingerprint (empty: whichever it is),
-- 13 how long it is remembered (s)
local id, key, owner, request = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local deadline, ttl = tonumber(ARGV[6]), tonumber(ARGV[7])
local capacity, id_capacity = tonumber(ARGV[8]), tonumber(ARGV[9])

-- Nobody else's films are asked for under the numbers of ours.
local catalogue = ARGV[12]
if catalogue ~= '' then
  local named = named_catalogue(catalogue, ARGV[13])
  if named ~= catalogue then return { 'other', named } end
end

local entry = redis.call('GET', joinable(key))
if entry and redis.call('EXISTS', computation(entry)) == 0 then entry = false end
local waiting = redis.call('ZCARD', WAITING)
if not entry and waiting >= capacity then
  count('refused')
  tally('r')
  return { 'full', waiting }
end
-- The oldest id of another than this, and what it points to.
local function oldest()
  for _, other in ipairs(redis.call('ZRANGE', IDS, 0, 1)) do
    if other ~= id then return other, pointed(other) end
  end
end
-- Ids are bounded too: many may join one computation. The oldest goes, if what it points to is finished.
if redis.call('ZCARD', IDS) >= id_capacity then
  local _, old_entry = oldest()
  local state = old_entry and redis.call('HGET', computation(old_entry), 's')
  if state == 'PENDING' or state == 'STARTED' then
    count('refused')
    return { 'full', waiting }
  end
end

count('scheduled')
local outcome, finished = 'new', false
if entry then
  outcome = 'joined'
  count('coalesced')
  redis.call('HINCRBY', computation(entry), 'n', 1)
  local state = redis.call('HGET', computation(entry), 's')
  finished = state == 'SUCCESS' or state == 'FAILURE'
  if finished then
    redis.call('PEXPIRE', computation(entry), ttl)
    redis.call('PEXPIRE', joinable(key), ttl)
  end
else
  entry = redis.call('XADD', JOBS, '*', 'r', request, 't', ARGV[10], 'g', catalogue)
  redis.call('HSET', computation(entry), 's', 'PENDING', 'k', key, 'n', 1, 'w', ARGV[11])
  redis.call('PEXPIRE', computation(entry), LIFE)
  redis.call('ZADD', WAITING, now + deadline, entry)
  redis.call('SET', joinable(key), entry, 'PX', LIFE)
end
redis.call('SET', prediction(id), entry .. ':' .. owner, 'PX', finished and ttl or LIFE)
redis.call('ZADD', IDS, now, id)
-- Only now: what this id has joined must not go with the last of the others.
while redis.call('ZCARD', IDS) > id_capacity do
  local other, old_entry = oldest()
  if not other then break end
  if old_entry then forget(other, old_entry) else redis.call('ZREM', IDS, other) end
end
return { 'ok', outcome }
