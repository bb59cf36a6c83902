-- Of the rows a sort does not keep nothing is projected.

CREATE TABLE hits (id NUMBER, PRIMARY KEY (id));
INSERT INTO hits SELECT VALUE {'id': i, 'size': (i * 7) % 100, 'm': {'x': i}} FROM range(1, 100) AS i;
-- affected: 100

EXPLAIN SELECT id, size, m.x AS x FROM hits ORDER BY size DESC, id LIMIT 3;
-- text like '%Project%values: {''id'': hits.id, ''size'': hits.size, ''x'': hits.m.x}%TopN%Scan hits%'

SELECT id, size, m.x AS x FROM hits ORDER BY size DESC, id LIMIT 3;
-- ordered
-- {'id': 57, 'size': 99, 'x': 57}
-- {'id': 14, 'size': 98, 'x': 14}
-- {'id': 71, 'size': 97, 'x': 71}

-- What may fail, and what the order is by, stays below.
EXPLAIN SELECT id, size + 1 AS more FROM hits ORDER BY more DESC LIMIT 3;
-- text like '%Project%TopN%Project%values: hits.size + 1%'

SELECT id, size + 1 AS more FROM hits ORDER BY more DESC LIMIT 2;
-- ordered
-- {'id': 57, 'more': 100}
-- {'id': 14, 'more': 99}

SET typing = strict;

SELECT id, size FROM hits ORDER BY size, id LIMIT 1;
-- {'id': 100, 'size': 0}

SET typing = permissive;

SET rule_project_top_rows = off;

EXPLAIN SELECT id, size FROM hits ORDER BY size DESC, id LIMIT 3;
-- text like '%TopN%Project%Scan hits%'
