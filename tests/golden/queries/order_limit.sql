-- ORDER BY, LIMIT, OFFSET.

CREATE TABLE nums (id NUMBER, PRIMARY KEY (id));
INSERT INTO nums <<
  {'id': 1, 'v': 3, 's': 'b'}, {'id': 2, 'v': 1, 's': 'a'}, {'id': 3, 'v': 2, 's': 'a'},
  {'id': 4, 's': 'c'}, {'id': 5, 'v': null, 's': 'B'}
>>;

SELECT id FROM nums ORDER BY v, id;
-- ordered
-- {'id': 2}
-- {'id': 3}
-- {'id': 1}
-- {'id': 4}
-- {'id': 5}

SELECT id FROM nums WHERE v IS NOT NULL ORDER BY v DESC;
-- ordered
-- {'id': 1}
-- {'id': 3}
-- {'id': 2}

SELECT id FROM nums ORDER BY s, v DESC;
-- ordered
-- {'id': 5}
-- {'id': 3}
-- {'id': 2}
-- {'id': 1}
-- {'id': 4}

SELECT id FROM nums ORDER BY v NULLS FIRST, id LIMIT 3;
-- ordered
-- {'id': 4}
-- {'id': 5}
-- {'id': 2}

SELECT id FROM nums ORDER BY id LIMIT 2;
-- ordered
-- {'id': 1}
-- {'id': 2}

SELECT id FROM nums ORDER BY id LIMIT 2 OFFSET 2;
-- ordered
-- {'id': 3}
-- {'id': 4}

SELECT id FROM nums ORDER BY id OFFSET 4;
-- ordered
-- {'id': 5}

SELECT id FROM nums ORDER BY id DESC LIMIT 1;
-- ordered
-- {'id': 5}

SELECT id FROM nums LIMIT 0;
-- rows: 0

SELECT id FROM nums LIMIT 2;
-- rows: 2

SELECT id FROM nums LIMIT 100;
-- rows: 5

SELECT id FROM nums OFFSET 100;
-- rows: 0

SELECT id, v AS x FROM nums WHERE v IS NOT NULL ORDER BY x;
-- ordered
-- {'id': 2, 'x': 1}
-- {'id': 3, 'x': 2}
-- {'id': 1, 'x': 3}

SELECT id FROM nums LIMIT -1;
-- error: ValidationException

SELECT id FROM nums ORDER BY id LIMIT 1 + 1;
-- ordered
-- {'id': 1}
-- {'id': 2}

-- Values of several types: numbers before strings before lists.
SELECT VALUE x FROM <<'a', 2, [1], 1, true>> AS x ORDER BY x;
-- ordered
-- true
-- 1
-- 2
-- 'a'
-- [1]
