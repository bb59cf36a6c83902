-- SET, SHOW and what settings do.

SET scan = warn;
SHOW scan;
SET scan = allow;
SET threads = 2;
SET typing = strict;

1 + 'a';
-- error: ValidationException

SET typing = permissive;

1 + 'a';
-- MISSING

{'a': 1}.a;
-- 1

SHOW ALL;
