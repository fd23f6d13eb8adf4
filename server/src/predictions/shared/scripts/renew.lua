-- A worker still computes. ARGV: 2 consumer, 3… entries. Answers with those that are still its own.
local kept = {}
heard_of(ARGV[2])
for i = 3, #ARGV do
  local entry = ARGV[i]
  if #redis.call('XPENDING', JOBS, GROUP, entry, entry, 1, ARGV[2]) > 0 then
    redis.call('XCLAIM', JOBS, GROUP, ARGV[2], 0, entry, 'JUSTID')
    redis.call('PEXPIRE', computation(entry), LIFE)
    kept[#kept + 1] = entry
  end
end
return kept
