-- Names our catalogue, where nobody has, and keeps the name a while longer if it is ours. ARGV: 2 its fingerprint,
-- 3 how long it is remembered (s). Answers with the name that holds.
local named = named_catalogue(ARGV[2], ARGV[3])
if named == ARGV[2] then redis.call('EXPIRE', P .. ':catalogue', ARGV[3]) end
return named
