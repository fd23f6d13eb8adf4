-- What all steps share. Runs before each of them, in one atomic script.
--
-- KEYS[1] the stream of jobs        ARGV[1] the prefix of all keys, with its hash tag
--
-- <P>:jobs          stream: one entry a computation that is not finished; fields r: the request, t: the id of the HTTP request,
--                   g: the fingerprint of the catalogue that it is about
-- <P>:catalogue     that fingerprint, the same for all who are here
-- <P>:c:<entry>     hash of a computation: s state, k key, n how many ids point here, v result or reason, m model,
--                   w what was asked, in words
-- <P>:k:<key>       the entry that an equal request may join
-- <P>:p:<id>        "<entry>:<owner>" of a prediction
-- <P>:waiting       sorted set: entries that no worker began, by deadline
-- <P>:ids           sorted set: all ids, by the time they were handed out
-- <P>:workers       sorted set: names of workers, by when they were last heard of
-- <P>:dead          stream: jobs that were given up
-- <P>:done          hash: predictions that each worker has ended
-- <P>:recent        list: the last predictions that ended, newest first: "when asked|took|state|what"
-- <P>:t:<second>    hash of a second: s, f succeeded and failed; r refused; b<n> batches of n; l<bucket> times to answer
-- <P>:stats         hash: counters
-- <P>:moves         channel: "S" or "D" and the entries that were started or done

local P = ARGV[1]
local JOBS, WAITING, IDS = KEYS[1], P .. ':waiting', P .. ':ids'
local GROUP = 'workers'
-- Longer than anything unfinished may take; what is finished has a shorter life.
local LIFE = 6 * 3600 * 1000
-- As <predictions/activity.rs> has them: predictions that are listed, and for how many seconds a tally is read.
local RECENT, REMEMBERED = 24, 300

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function computation(entry) return P .. ':c:' .. entry end
local function prediction(id) return P .. ':p:' .. id end
local function joinable(key) return P .. ':k:' .. key end

-- Counters, this second's tally as <predictions/activity.rs> reads it, and what ended: written once, by settle().
local counted, tallied, ended = {}, {}, {}
local function count(what) counted[what] = (counted[what] or 0) + 1 end
local function tally(what) tallied[what] = (tallied[what] or 0) + 1 end

-- The last thing of every step.
local function settle()
  for what, by in pairs(counted) do redis.call('HINCRBY', P .. ':stats', what, by) end
  local second = P .. ':t:' .. time[1]
  for what, by in pairs(tallied) do redis.call('HINCRBY', second, what, by) end
  if next(tallied) then redis.call('EXPIRE', second, REMEMBERED + 10) end
  if #ended > 0 then
    redis.call('LPUSH', P .. ':recent', unpack(ended, math.max(#ended - RECENT + 1, 1)))
    redis.call('LTRIM', P .. ':recent', 0, RECENT - 1)
  end
end

-- The fingerprint of the catalogue that all serve: named by whoever comes first, also after Redis was emptied.
local function named_catalogue(ours, life)
  local key = P .. ':catalogue'
  if redis.call('SET', key, ours, 'NX', 'EX', life) then return ours end
  return redis.call('GET', key)
end

-- A worker is here.
local function heard_of(consumer) redis.call('ZADD', P .. ':workers', now, consumer) end

local function announce(letter, entries)
  if #entries > 0 then redis.call('PUBLISH', P .. ':moves', letter .. ' ' .. table.concat(entries, ' ')) end
end

-- Where a computation stands; nothing for one that is not there, or that somebody else has written over.
local function state_of(entry)
  local state = redis.pcall('HGET', computation(entry), 's')
  return type(state) == 'string' and state or nil
end

-- The entry that an id points to, and the id's owner.
local function pointed(id)
  local stored = redis.call('GET', prediction(id))
  if not stored then return nil end
  return string.match(stored, '^([^:]*):(.*)$')
end

local function leave_stream(entry)
  redis.call('XACK', JOBS, GROUP, entry)
  redis.call('XDEL', JOBS, entry)
end

local function unjoin(entry)
  local key = redis.call('HGET', computation(entry), 'k')
  if key and redis.call('GET', joinable(key)) == entry then redis.call('DEL', joinable(key)) end
end

-- One of the two ends of a computation. Whoever asks again after a failure gets a new try.
local function finish(entry, state, value, model, ttl)
  local c = computation(entry)
  local known = redis.call('HMGET', c, 'k', 'w', 'n')
  local key, what, waiters = known[1], known[2], tonumber(known[3] or 0)
  redis.call('HSET', c, 's', state, 'v', value, 'm', model)
  redis.call('PEXPIRE', c, ttl)
  local asked = tonumber(string.match(entry, '^%d+'))
  local took = math.max(now - asked, 0)
  tally(state == 'SUCCESS' and 's' or 'f')
  tally('l' .. math.min(math.floor(math.log(math.max(took, 1)) / math.log(2) * 4), 255))
  ended[#ended + 1] = asked .. '|' .. took .. '|' .. state .. '|' .. (what or '')
  redis.call('ZREM', WAITING, entry)
  leave_stream(entry)
  if state == 'SUCCESS' then
    if key and redis.call('GET', joinable(key)) == entry then redis.call('PEXPIRE', joinable(key), ttl) end
    count('succeeded')
  else
    unjoin(entry)
    count('failed')
  end
  -- Nobody waits for it any more: kept, it would be outside every bound.
  if waiters <= 0 then
    unjoin(entry)
    redis.call('DEL', c)
  end
end

-- An id is gone. What nobody points to any more goes too, unless it is being computed.
local function forget(id, entry)
  redis.call('DEL', prediction(id))
  redis.call('ZREM', IDS, id)
  local c = computation(entry)
  if redis.call('EXISTS', c) == 0 then return end
  if redis.call('HINCRBY', c, 'n', -1) > 0 then return end
  local state = redis.call('HGET', c, 's')
  if state == 'STARTED' then return end
  if state == 'PENDING' then
    redis.call('ZREM', WAITING, entry)
    leave_stream(entry)
    count('cancelled')
  end
  unjoin(entry)
  redis.call('DEL', c)
end
