-- A plan needs no values for parameters; running it, or its requests, does.

CREATE TABLE t (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk));

EXPLAIN SELECT * FROM t WHERE pk = ? AND sk = ?;
-- text:
-- | GetItem t
-- |   key: pk = ?1 AND sk = ?2
-- |   estimate: 1 rows of 1 items

EXPLAIN ANALYZE SELECT * FROM t WHERE pk = ? AND sk = ?;
-- error: ValidationException like 'the statement has 2 parameters, but 0 values were given'

EXPLAIN (FORMAT API) SELECT * FROM t WHERE pk = ? AND sk = ?;
-- error: ValidationException like 'the statement has 2 parameters%'

SELECT * FROM t WHERE pk = ?;
-- error: ValidationException like 'the statement has 1 parameter, but 0 values were given'
