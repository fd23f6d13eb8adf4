-- A visitor says something of a film.
-- KEYS: 1 how their profile ended, 2 in whose shoes they have said anything, 3 what they said of films
-- ARGV: 1 the viewer in whose shoes they stand (0: none), 2 the field, 3 its value, of which '0' says that it was taken back,
-- 4 '1' for what keeps its first value until then
-- Answers with how the profile ended; 0: it has not, and this is stored.
local ended = redis.call('GET', KEYS[1])
if ended then return tonumber(ended) end
if ARGV[4] == '1' then
  local said = redis.call('HGET', KEYS[3], ARGV[2]) or '0'
  if (said == '0') == (ARGV[3] == '0') then return 0 end
end
if ARGV[1] ~= '0' then redis.call('HSET', KEYS[2], ARGV[1], 1) end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
return 0
