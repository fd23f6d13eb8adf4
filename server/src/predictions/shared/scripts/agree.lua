-- Names our catalogue, where nobody has, and keeps the name a while longer if it is ours. ARGV: 2 its fingerprint,
-- 3 how long it is remembered (s). Answers with the name that holds.
local key = P .. ':catalogue'
if redis.call('SET', key, ARGV[2], 'NX', 'EX', ARGV[3]) then return ARGV[2] end
local named = redis.call('GET', key)
if named == ARGV[2] then redis.call('EXPIRE', key, ARGV[3]) end
return named
