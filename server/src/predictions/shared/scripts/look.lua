-- Where a prediction stands. ARGV: 2 id, 3 who asks
local entry, owner = pointed(ARGV[2])
if not entry then return { 'ABSENT' } end
if owner ~= '' and owner ~= ARGV[3] then return { 'UNKNOWN' } end
local found = redis.call('HMGET', computation(entry), 's', 'v', 'm')
if not found[1] then return { 'ABSENT' } end
return { found[1], entry, found[2] or '', found[3] or '' }
