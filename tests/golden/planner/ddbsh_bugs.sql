-- WHERE shapes for which another DynamoDB shell loses rows, returns wrong ones or fails; the right answers here.

CREATE TABLE bug (pk NUMBER, rk NUMBER, PRIMARY KEY (pk, rk));
INSERT INTO bug <<
  {'pk': 1, 'rk': 1, 'c': 3}, {'pk': 1, 'rk': 2, 'c': 9}, {'pk': 1, 'rk': 3, 'c': 3}, {'pk': 1, 'rk': 4, 'c': 1},
  {'pk': 1, 'rk': 7}, {'pk': 2, 'rk': 2, 'c': 3}, {'pk': 2, 'rk': 3, 'c': 9}, {'pk': 3, 'rk': 1, 'c': 1}
>>;

SELECT pk, rk FROM bug WHERE pk = 1 AND (rk = 2 OR c = 3);
-- plan: Query bug
-- {'pk': 1, 'rk': 1}
-- {'pk': 1, 'rk': 2}
-- {'pk': 1, 'rk': 3}

SELECT pk, rk FROM bug WHERE NOT (pk = 1 AND rk = 2);
-- plan: Scan bug
-- {'pk': 1, 'rk': 1}
-- {'pk': 1, 'rk': 3}
-- {'pk': 1, 'rk': 4}
-- {'pk': 1, 'rk': 7}
-- {'pk': 2, 'rk': 2}
-- {'pk': 2, 'rk': 3}
-- {'pk': 3, 'rk': 1}

SELECT pk, rk FROM bug WHERE pk = 1 AND rk = 2 AND rk > 5;
-- plan: Empty
-- rows: 0

UPDATE bug SET f = 1 WHERE pk = 1 AND rk = 2 AND rk > 5;
-- affected: 0

DELETE FROM bug WHERE pk = 1 AND rk = 2 AND rk > 5;
-- affected: 0

SELECT pk, rk FROM bug WHERE pk = 1 AND (rk = 2 OR rk = 3);
-- plan: BatchGet bug
-- {'pk': 1, 'rk': 2}
-- {'pk': 1, 'rk': 3}

SELECT pk, rk FROM bug WHERE pk = 1 AND rk > 2 AND rk < 5;
-- plan: Query bug
-- examined = 2
-- {'pk': 1, 'rk': 3}
-- {'pk': 1, 'rk': 4}

SELECT pk, rk FROM bug WHERE pk = 1 AND rk <> 2;
-- plan: Query bug
-- {'pk': 1, 'rk': 1}
-- {'pk': 1, 'rk': 3}
-- {'pk': 1, 'rk': 4}
-- {'pk': 1, 'rk': 7}

SELECT pk, rk FROM bug WHERE pk = 1 AND rk != 2;
-- plan: Query bug
-- rows: 4

SELECT pk, rk FROM bug WHERE pk = 2 OR pk = 3;
-- plan: Query bug
-- examined = 3
-- {'pk': 2, 'rk': 2}
-- {'pk': 2, 'rk': 3}
-- {'pk': 3, 'rk': 1}

SELECT pk, rk FROM bug WHERE pk IN (2, 3, 2);
-- plan: Query bug
-- rows: 3

SELECT pk, rk FROM bug WHERE pk = 1 AND rk = 2 AND (c = 3 OR rk = 9);
-- plan: GetItem bug
-- rows: 0

SELECT pk, rk FROM bug WHERE (pk = 1 AND rk = 2) OR (pk = 2 AND rk = 3) OR (pk = 1 AND rk = 2);
-- plan: BatchGet bug
-- {'pk': 1, 'rk': 2}
-- {'pk': 2, 'rk': 3}

SELECT pk, rk FROM bug WHERE (pk = 1 AND rk > 3) OR pk = 3;
-- plan: Query bug
-- {'pk': 1, 'rk': 4}
-- {'pk': 1, 'rk': 7}
-- {'pk': 3, 'rk': 1}

SELECT pk, rk FROM bug WHERE pk = 1 AND pk = 2;
-- plan: Empty
-- rows: 0

SELECT pk, rk FROM bug WHERE pk = 1 OR c = 9;
-- plan: Scan bug
-- rows: 6

SELECT pk, rk FROM bug WHERE NOT (pk <> 1 OR rk < 4);
-- plan: Query bug
-- {'pk': 1, 'rk': 4}
-- {'pk': 1, 'rk': 7}

SELECT pk, rk FROM bug WHERE pk = 1 AND NOT rk BETWEEN 2 AND 4;
-- plan: Query bug
-- {'pk': 1, 'rk': 1}
-- {'pk': 1, 'rk': 7}

SELECT pk, rk FROM bug WHERE pk = 1 AND rk >= 2 AND rk <= 4 AND rk <> 3;
-- plan: Query bug
-- {'pk': 1, 'rk': 2}
-- {'pk': 1, 'rk': 4}

UPDATE bug SET f = 1 WHERE NOT (pk = 1 AND rk = 2);
-- affected: 7

UPDATE bug SET f = 2 WHERE pk = 1 AND (rk = 2 OR c = 3);
-- affected: 3

DELETE FROM bug WHERE pk = 1 AND (rk = 2 OR rk = 3);
-- affected: 2

SELECT pk, rk, f FROM bug WHERE pk = 1;
-- {'pk': 1, 'rk': 1, 'f': 2}
-- {'pk': 1, 'rk': 4, 'f': 1}
-- {'pk': 1, 'rk': 7, 'f': 1}

-- EXPLAIN of a write changes nothing.
EXPLAIN DELETE FROM bug;
SELECT COUNT(*) AS n FROM bug;
-- {'n': 6}
