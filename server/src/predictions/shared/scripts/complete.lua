-- A worker is done: only with what it still holds, and once.
-- ARGV: 2 consumer, 3 ttl (ms), 4 model, then for each: entry, 'SUCCESS' or 'FAILURE', result or reason
local consumer, ttl, model = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local done = {}
for i = 5, #ARGV, 3 do
  local entry = ARGV[i]
  if #redis.call('XPENDING', JOBS, GROUP, entry, entry, 1, consumer) > 0 then
    if state_of(entry) == 'STARTED' then
      finish(entry, ARGV[i + 1], ARGV[i + 2], model, ttl)
      done[#done + 1] = entry
    else
      leave_stream(entry)
    end
  end
end
if #done > 0 then redis.call('HINCRBY', P .. ':done', consumer, #done) end
announce('D', done)
return #done
