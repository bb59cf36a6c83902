-- An index whose sort key no item lacks stands in for the table without a condition on it.

CREATE TABLE posts (id NUMBER, forum NUMBER, ts NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_forum (forum, ts));
INSERT INTO posts SELECT VALUE {'id': i, 'forum': i % 3, 'ts': 1000 - i, 'text': 'x'} FROM range(1, 300) AS i;
-- affected: 300

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%Query posts.by_forum%complete: no item lacks ts%order: key order%'

SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- examined <= 4
-- ordered
-- 299
-- 296
-- 293

-- An item without forum is no matter: it is not asked for.
INSERT INTO posts VALUE {'id': 1000, 'ts': 1};
-- affected: 1

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%Query posts.by_forum%'

-- One that is left out ends it, whatever becomes of it.
BEGIN;

SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 1;
-- 299

INSERT INTO posts VALUE {'id': 1001, 'forum': 2};
-- affected: 1

SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts NULLS FIRST LIMIT 2;
-- ordered
-- 1001
-- 299

COMMIT;

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%Scan posts%items without ts are not in it%'

SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts NULLS FIRST LIMIT 2;
-- ordered
-- 1001
-- 299

DELETE FROM posts WHERE id = 1001;
-- affected: 1

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%items without ts are not in it%'

-- Made again, it has all.
DROP INDEX by_forum ON posts;

CREATE INDEX by_forum ON posts (forum NUMBER, ts NUMBER);

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%Query posts.by_forum%complete: no item lacks ts%'

UPDATE posts REMOVE ts WHERE id = 299;
-- affected: 1

SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts NULLS FIRST LIMIT 2;
-- ordered
-- 299
-- 296

-- What CREATE INDEX finds counts too.
DROP INDEX by_forum ON posts;

CREATE INDEX by_forum ON posts (forum NUMBER, ts NUMBER);

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 ORDER BY ts LIMIT 3;
-- text like '%items without ts are not in it%'

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 AND ts > 5 ORDER BY ts LIMIT 3;
-- text like '%Query posts.by_forum%forum = 2 AND ts > 5%'

-- A fixed sort key is constant: what is behind it gives the order.
EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 AND ts = 900 ORDER BY ts, id;
-- text like '%Query posts.by_forum%order: key order%'

EXPLAIN SELECT VALUE id FROM posts WHERE forum = 2 AND ts = 900 ORDER BY id DESC LIMIT 2;
-- text like '%Query posts.by_forum%order: key order, backward%'

CHECK DATABASE;
-- rows: 0
