-- A worker begins the entries that the stream gave it; those that need no work are left out. Answers with those that it
-- began, and how many were late.
-- ARGV: 2 ttl (ms), 3 what is said of those past their deadline, 4… entries
local ttl = tonumber(ARGV[2])
local begun, late = {}, {}
for i = 4, #ARGV do
  local entry = ARGV[i]
  local state = state_of(entry)
  if state == 'PENDING' then
    local deadline = redis.call('ZSCORE', WAITING, entry)
    if deadline and tonumber(deadline) <= now then
      finish(entry, 'FAILURE', ARGV[3], '', ttl)
      late[#late + 1] = entry
    else
      redis.call('HSET', computation(entry), 's', 'STARTED')
      redis.call('ZREM', WAITING, entry)
      begun[#begun + 1] = entry
    end
  else
    leave_stream(entry)
  end
end
if #begun > 0 then tally('b' .. #begun) end
announce('S', begun)
announce('D', late)
return { begun, #late }
