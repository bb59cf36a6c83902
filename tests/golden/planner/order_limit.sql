-- Order from the access path, in both directions; LIMIT stops the read.

CREATE TABLE seq (p STRING, n NUMBER, PRIMARY KEY (p, n));
INSERT INTO seq SELECT VALUE {'p': 'a', 'n': i, 'v': 10 - i} FROM range(1, 9) AS i;
-- affected: 9

INSERT INTO seq SELECT VALUE {'p': 'b', 'n': i} FROM range(1, 3) AS i;
-- affected: 3

SELECT VALUE n FROM seq WHERE p = 'a' ORDER BY n LIMIT 2;
-- examined <= 3
-- ordered
-- 1
-- 2

SELECT VALUE n FROM seq WHERE p = 'a' ORDER BY n DESC LIMIT 2;
-- examined <= 3
-- ordered
-- 9
-- 8

SELECT VALUE n FROM seq WHERE p = 'a' AND n < 5 ORDER BY n DESC;
-- ordered
-- 4
-- 3
-- 2
-- 1

SELECT VALUE n FROM seq WHERE p = 'a' ORDER BY v LIMIT 2;
-- ordered
-- 9
-- 8

SELECT p, n FROM seq WHERE p IN ('b', 'a') AND n <= 2 ORDER BY p, n;
-- ordered
-- {'p': 'a', 'n': 1}
-- {'p': 'a', 'n': 2}
-- {'p': 'b', 'n': 1}
-- {'p': 'b', 'n': 2}

SELECT p, n FROM seq WHERE p IN ('b', 'a') AND n <= 2 ORDER BY p DESC, n DESC;
-- ordered
-- {'p': 'b', 'n': 2}
-- {'p': 'b', 'n': 1}
-- {'p': 'a', 'n': 2}
-- {'p': 'a', 'n': 1}

SELECT p, n FROM seq WHERE p IN ('b', 'a') AND n <= 2 ORDER BY n, p;
-- ordered
-- {'p': 'a', 'n': 1}
-- {'p': 'b', 'n': 1}
-- {'p': 'a', 'n': 2}
-- {'p': 'b', 'n': 2}

SELECT p, n FROM seq WHERE p IN ('b', 'a') AND n <= 2 ORDER BY p, n DESC;
-- ordered
-- {'p': 'a', 'n': 2}
-- {'p': 'a', 'n': 1}
-- {'p': 'b', 'n': 2}
-- {'p': 'b', 'n': 1}

SELECT p, n FROM seq ORDER BY p DESC, n DESC LIMIT 3;
-- ordered
-- {'p': 'b', 'n': 3}
-- {'p': 'b', 'n': 2}
-- {'p': 'b', 'n': 1}

SELECT VALUE n FROM seq WHERE p = 'a' LIMIT 3;
-- examined <= 4
-- rows: 3

SELECT VALUE n FROM seq WHERE p = 'a' AND v > 5 ORDER BY n DESC LIMIT 1;
-- ordered
-- 4

SELECT VALUE n FROM seq WHERE p = 'a' ORDER BY n OFFSET 7;
-- ordered
-- 8
-- 9
