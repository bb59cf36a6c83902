-- Comparison, LIKE, IN, BETWEEN, CASE, CAST and three-valued logic.

CREATE TABLE p (id NUMBER, PRIMARY KEY (id));
INSERT INTO p <<
  {'id': 1, 'a': 5, 's': 'apple'}, {'id': 2, 'a': 10, 's': 'banana'}, {'id': 3, 'a': '5', 's': 'App_le%'},
  {'id': 4, 'a': null, 's': 'été'}, {'id': 5}
>>;

SELECT VALUE id FROM p WHERE a = 5;
-- 1

SELECT VALUE id FROM p WHERE a <> 5;
-- 2
-- 3

SELECT VALUE id FROM p WHERE NOT a = 5;
-- 2
-- 3

SELECT VALUE id FROM p WHERE a > 5;
-- 2

SELECT VALUE id FROM p WHERE a = '5';
-- 3

SELECT VALUE id FROM p WHERE a BETWEEN 5 AND 10;
-- 1
-- 2

SELECT VALUE id FROM p WHERE a NOT BETWEEN 5 AND 9;
-- 2

SELECT VALUE id FROM p WHERE a IN (5, '5', 7);
-- 1
-- 3

SELECT VALUE id FROM p WHERE a NOT IN (5, 7);
-- 2
-- 3

SELECT VALUE id FROM p WHERE a IN [10, 11];
-- 2

SELECT VALUE id FROM p WHERE a IS MISSING;
-- 5

SELECT VALUE id FROM p WHERE a IS NOT MISSING;
-- 1
-- 2
-- 3
-- 4

SELECT VALUE id FROM p WHERE a IS NULL;
-- 4
-- 5

SELECT VALUE id FROM p WHERE a IS NOT NULL;
-- 1
-- 2
-- 3

SELECT VALUE id FROM p WHERE s LIKE '%a%';
-- 1
-- 2

SELECT VALUE id FROM p WHERE s LIKE 'a____';
-- 1

SELECT VALUE id FROM p WHERE s LIKE 'App\_le\%' ESCAPE '\';
-- 3

SELECT VALUE id FROM p WHERE s LIKE '_t_';
-- 4

SELECT VALUE id FROM p WHERE s NOT LIKE '%a%';
-- 3
-- 4

SELECT VALUE id FROM p WHERE a > 5 OR s = 'apple';
-- 1
-- 2

SELECT VALUE id FROM p WHERE a > 5 AND s = 'banana' OR id = 5;
-- 2
-- 5

SELECT VALUE id FROM p WHERE (a > 100) IS MISSING;
-- 3
-- 5

SELECT id, CASE WHEN a = 5 THEN 'five' WHEN a = 10 THEN 'ten' ELSE 'other' END AS word FROM p;
-- {'id': 1, 'word': 'five'}
-- {'id': 2, 'word': 'ten'}
-- {'id': 3, 'word': 'other'}
-- {'id': 4, 'word': 'other'}
-- {'id': 5, 'word': 'other'}

SELECT VALUE CASE id WHEN 1 THEN 'a' WHEN 2 THEN 'b' END FROM p WHERE id <= 3;
-- 'a'
-- 'b'
-- null

SELECT VALUE CAST(a AS INT) FROM p WHERE id = 3;
-- 5

CAST('12.50' AS DECIMAL);
-- 12.5

CAST(12 AS STRING);
-- '12'

CAST('true' AS BOOL);
-- true

CAST('abc' AS INT) IS MISSING;
-- true

'a' || 'b' || 'c';
-- 'abc'

COALESCE(MISSING, null, 3);
-- 3

NULLIF(3, 3);
-- null

null = null;
-- null

1 < 'a';
-- MISSING

NOT null;
-- null

true OR null;
-- true

false AND null;
-- false

[1, 2] = [1, 2];
-- true

{'a': 1, 'b': 2} = {'b': 2, 'a': 1};
-- true

1 = 1.0;
-- true

3 IN (1, 2, 3);
-- true
