-- Takes one job over from a worker that has said nothing for too long; one that was delivered too often is given up.
-- Answers with how many were given up, and the job.
-- ARGV: 2 consumer, 3 silence (ms), 4 most deliveries, 5 ttl (ms), 6 why it is given up, 7 dead letters kept
local consumer, silence, most, ttl = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local done = {}
heard_of(consumer)
for _, held in ipairs(redis.call('XPENDING', JOBS, GROUP, 'IDLE', silence, '-', '+', 16)) do
  local entry, deliveries = held[1], held[4]
  local state = state_of(entry)
  if state ~= 'PENDING' and state ~= 'STARTED' then
    leave_stream(entry)
  elseif deliveries >= most then
    local found = redis.call('XRANGE', JOBS, entry, entry)[1]
    local key = redis.call('HGET', computation(entry), 'k')
    redis.call('XADD', P .. ':dead', 'MAXLEN', '~', ARGV[7], '*',
      'k', key, 'r', found and found[2][2] or '', 'g', found and found[2][6] or '', 'n', deliveries, 'worker', held[2])
    finish(entry, 'FAILURE', ARGV[6], '', ttl)
    count('given_up')
    done[#done + 1] = entry
  else
    local claimed = redis.call('XCLAIM', JOBS, GROUP, consumer, silence, entry)[1]
    if claimed then
      redis.call('HSET', computation(entry), 's', 'STARTED')
      redis.call('ZREM', WAITING, entry)
      redis.call('PEXPIRE', computation(entry), LIFE)
      count('taken_over')
      tally('b1')
      announce('S', { entry })
      announce('D', done)
      return { #done, { entry, claimed[2][2], deliveries + 1, claimed[2][4] or '', claimed[2][6] or '' } }
    end
  end
end
announce('D', done)
return { #done, {} }
