-- A holder waits no more. ARGV: 2 id, 3 who asks
local entry, owner = pointed(ARGV[2])
if entry and owner == ARGV[3] then forget(ARGV[2], entry) end
return 0
