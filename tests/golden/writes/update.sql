-- UPDATE: SET, REMOVE, ADD, DELETE, paths, functions.

CREATE TABLE items (id NUMBER, PRIMARY KEY (id));
INSERT INTO items <<
  {'id': 1, 'n': 10, 's': 'x', 'l': [1, 2, 3], 'm': {'a': 1, 'b': {'c': 2}}, 'tags': <<'p', 'q'>>, 'nums': <<1, 2>>},
  {'id': 2, 'n': 20, 's': 'y'},
  {'id': 3, 's': 'z'}
>>;

UPDATE items SET n = 11 WHERE id = 1;
-- affected: 1

UPDATE items SET n = n + 1, s = s || '!' WHERE id = 1;
-- affected: 1

SELECT n, s FROM items WHERE id = 1;
-- {'n': 12, 's': 'x!'}

-- Right-hand sides read the old item.
UPDATE items SET n = s, s = n WHERE id = 2;
-- affected: 1

SELECT n, s FROM items WHERE id = 2;
-- {'n': 'y', 's': 20}

UPDATE items SET n = 20 SET s = 'y' WHERE id = 2;
-- affected: 1

-- Into maps and lists.
UPDATE items SET m.a = 5, m.b.d = 6, l[0] = 'first' WHERE id = 1;
-- affected: 1

SELECT m, l FROM items WHERE id = 1;
-- {'m': {'a': 5, 'b': {'c': 2, 'd': 6}}, 'l': ['first', 2, 3]}

-- Beyond its end a list grows by one.
UPDATE items SET l[99] = 'last' WHERE id = 1;
-- affected: 1

SELECT VALUE l FROM items WHERE id = 1;
-- ['first', 2, 3, 'last']

-- The parent must be there.
UPDATE items SET nope.x = 1 WHERE id = 1;
-- error: ValidationException

UPDATE items REMOVE l[0], l[1] WHERE id = 1;
-- affected: 1

SELECT VALUE l FROM items WHERE id = 1;
-- [3, 'last']

UPDATE items REMOVE m.b, s WHERE id = 1;
-- affected: 1

SELECT * FROM items WHERE id = 1;
-- {'id': 1, 'n': 12, 'l': [3, 'last'], 'm': {'a': 5}, 'tags': <<'p', 'q'>>, 'nums': <<1, 2>>}

-- ADD: numbers and sets. DELETE: sets.
UPDATE items ADD n 5 WHERE id = 1;
-- affected: 1

UPDATE items ADD fresh 7 WHERE id = 1;
-- affected: 1

UPDATE items ADD tags <<'r', 'p'>> WHERE id = 1;
-- affected: 1

UPDATE items DELETE tags <<'q'>> WHERE id = 1;
-- affected: 1

SELECT n, fresh, tags FROM items WHERE id = 1;
-- {'n': 17, 'fresh': 7, 'tags': <<'p', 'r'>>}

-- A set that loses its last element is gone.
UPDATE items DELETE tags <<'p', 'r', 'other'>> WHERE id = 1;
-- affected: 1

SELECT tags FROM items WHERE id = 1 AND tags IS MISSING;
-- {}

UPDATE items ADD l 1 WHERE id = 1;
-- error: ValidationException

UPDATE items ADD n 'text' WHERE id = 1;
-- error: ValidationException

-- Functions.
UPDATE items SET l = list_append(l, [4, 5]) WHERE id = 1;
-- affected: 1

UPDATE items SET l = list_append([0], l) WHERE id = 1;
-- affected: 1

SELECT VALUE l FROM items WHERE id = 1;
-- [0, 3, 'last', 4, 5]

UPDATE items SET hits = if_not_exists(hits, 0) + 1 WHERE id = 1;
-- affected: 1

UPDATE items SET hits = if_not_exists(hits, 0) + 1 WHERE id = 1;
-- affected: 1

UPDATE items SET nums = set_add(nums, <<3>>) WHERE id = 1;
-- affected: 1

UPDATE items SET nums = set_delete(nums, <<1>>) WHERE id = 1;
-- affected: 1

SELECT hits, nums FROM items WHERE id = 1;
-- {'hits': 2, 'nums': <<2, 3>>}

-- Keys do not change.
UPDATE items SET id = 5 WHERE id = 1;
-- error: ValidationException like '%id%'

UPDATE items REMOVE id WHERE id = 1;
-- error: ValidationException like '%id%'

-- Overlapping targets.
UPDATE items SET m.a = 1, m = {} WHERE id = 1;
-- error: ValidationException

UPDATE items SET n = 1 REMOVE n WHERE id = 1;
-- error: ValidationException

-- All that match, all or nothing; none is no error.
UPDATE items SET seen = true WHERE id > 1;
-- affected: 2

UPDATE items SET seen = true WHERE id = 99;
-- affected: 0

SELECT * FROM items WHERE id = 99;
-- rows: 0

UPDATE items SET seen = false WHERE s = 'nobody';
-- affected: 0

UPDATE items SET n = n + 1 WHERE id IN (1, 2);
-- affected: 2

-- A false condition beside the key changes nothing.
UPDATE items SET n = 0 WHERE id = 1 AND n = 999;
-- affected: 0

UPDATE items SET n = 0 WHERE id = 1 AND n = 18;
-- affected: 1

UPDATE items SET whole = {'list': [1, {'deep': <<1.5>>}], 'nothing': null} WHERE id = 3;
-- affected: 1

SELECT * FROM items WHERE id = 3;
-- {'id': 3, 's': 'z', 'seen': true, 'whole': {'list': [1, {'deep': <<1.5>>}], 'nothing': null}}

UPDATE nowhere SET a = 1 WHERE id = 1;
-- error: ResourceNotFoundException

-- Whether an UPSERT makes an item does not depend on the planner's rules.
CREATE TABLE keyed (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk));
SET rule_push_down_filters = off;
UPSERT keyed SET a = 1 WHERE pk = 'x' AND sk = 1;
-- affected: 1
SET rule_push_down_filters = on;
SET rule_choose_access_paths = off;
UPSERT keyed SET a = 1 WHERE pk = 'x' AND sk = 2;
-- affected: 1
SELECT * FROM keyed;
-- {'pk': 'x', 'sk': 1, 'a': 1}
-- {'pk': 'x', 'sk': 2, 'a': 1}
