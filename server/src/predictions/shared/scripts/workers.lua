-- How many workers were heard of lately: each asks for jobs, or renews its claims, far more often than this.
return redis.call('ZCOUNT', P .. ':workers', now - 15000, '+inf')
