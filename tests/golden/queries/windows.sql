-- Frames of windows by rows, by values and by groups of peers; DISTINCT aggregates in them.

SELECT x, SUM(x) OVER (ORDER BY x GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS back,
       SUM(x) OVER (ORDER BY x GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS ahead,
       SUM(x) OVER (ORDER BY x GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS before,
       COUNT(*) OVER (ORDER BY x GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS after
FROM [1, 1, 2, 5, 5, 9] AS x;
-- {'x': 1, 'back': 2, 'ahead': 4, 'before': null, 'after': 4}
-- {'x': 1, 'back': 2, 'ahead': 4, 'before': null, 'after': 4}
-- {'x': 2, 'back': 4, 'ahead': 12, 'before': 2, 'after': 3}
-- {'x': 5, 'back': 12, 'ahead': 19, 'before': 4, 'after': 1}
-- {'x': 5, 'back': 12, 'ahead': 19, 'before': 4, 'after': 1}
-- {'x': 9, 'back': 19, 'ahead': 9, 'before': 12, 'after': 0}

SELECT x, FIRST_VALUE(x) OVER w AS f, LAST_VALUE(x) OVER w AS l FROM [3, 1, 2, 2] AS x
WINDOW w AS (ORDER BY x DESC GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING);
-- {'x': 3, 'f': 3, 'l': 2}
-- {'x': 1, 'f': 2, 'l': 1}
-- {'x': 2, 'f': 3, 'l': 1}
-- {'x': 2, 'f': 3, 'l': 1}

SELECT x, COUNT(*) OVER (GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM [1] AS x;
-- error: ValidationException like '%a GROUPS frame needs an ORDER BY%'
SELECT x, COUNT(*) OVER (ORDER BY x GROUPS BETWEEN -1 PRECEDING AND CURRENT ROW) AS n FROM [1] AS x;
-- error: ValidationException like '%must not be negative%'

-- DISTINCT, over frames that grow and frames that move.
SELECT x.i, COUNT(DISTINCT x.v) OVER (ORDER BY x.i) AS n, SUM(DISTINCT x.v) OVER (ORDER BY x.i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s
FROM [{'i': 1, 'v': 2}, {'i': 2, 'v': 2.0}, {'i': 3, 'v': 5}, {'i': 4}, {'i': 5, 'v': 2}] AS x;
-- {'i': 1, 'n': 1, 's': 2}
-- {'i': 2, 'n': 1, 's': 2}
-- {'i': 3, 'n': 2, 's': 7}
-- {'i': 4, 'n': 2, 's': 5}
-- {'i': 5, 'n': 2, 's': 2}

SELECT COUNT(DISTINCT *) OVER () AS n FROM [1] AS x;
-- error: ValidationException
SELECT RANK(DISTINCT x) OVER (ORDER BY x) AS n FROM [1] AS x;
-- error: ValidationException

-- Windows of different PARTITION BY in one query.
SELECT x.i, COUNT(*) OVER (PARTITION BY x.g) AS g, COUNT(*) OVER (PARTITION BY x.h) AS h, ROW_NUMBER() OVER (ORDER BY x.i DESC) AS n
FROM [{'i': 1, 'g': 1, 'h': 1}, {'i': 2, 'g': 1, 'h': 2}, {'i': 3, 'g': 2, 'h': 1}] AS x;
-- {'i': 1, 'g': 2, 'h': 2, 'n': 3}
-- {'i': 2, 'g': 2, 'h': 1, 'n': 2}
-- {'i': 3, 'g': 1, 'h': 2, 'n': 1}
