-- Only items that have all key attributes of an index are in it; a key attribute of another type refuses the write.

CREATE TABLE staff (id NUMBER, is_manager STRING, title STRING, PRIMARY KEY (id), GLOBAL INDEX managers (is_manager, title));
INSERT INTO staff <<
  {'id': 1, 'name': 'a', 'title': 'x'}, {'id': 2, 'name': 'b', 'title': 'y', 'is_manager': '1'},
  {'id': 3, 'name': 'c', 'is_manager': '1'}, {'id': 4, 'name': 'd', 'title': 'z', 'is_manager': '1'}
>>;

SELECT id FROM "staff"."managers";
-- {'id': 2}
-- {'id': 4}

UPDATE staff SET is_manager = '1' WHERE id = 1;
-- affected: 1

SELECT id FROM "staff"."managers" WHERE is_manager = '1' ORDER BY title;
-- ordered
-- {'id': 1}
-- {'id': 2}
-- {'id': 4}

UPDATE staff REMOVE is_manager WHERE id = 1;
-- affected: 1

SELECT COUNT(*) AS n FROM "staff"."managers";
-- {'n': 2}

UPDATE staff SET is_manager = 1 WHERE id = 1;
-- error: ValidationException like '%is_manager%'

INSERT INTO staff VALUE {'id': 9, 'is_manager': true, 'title': 'x'};
-- error: ValidationException like '%is_manager%'

INSERT INTO staff VALUE {'id': 9, 'is_manager': '', 'title': 'x'};
-- error: ValidationException like '%is_manager%'

SELECT * FROM staff WHERE id IN (1, 9);
-- {'id': 1, 'name': 'a', 'title': 'x'}

-- An index that lacks items must not answer for the whole table.
SELECT VALUE id FROM staff WHERE title > 'a';
-- 1
-- 2
-- 4

SELECT VALUE id FROM staff WHERE is_manager IS MISSING;
-- 1

-- Changed keys move.
UPDATE staff SET title = 'a' WHERE id = 4;
-- affected: 1

SELECT id, title FROM "staff"."managers" WHERE is_manager = '1' ORDER BY title DESC;
-- ordered
-- {'id': 2, 'title': 'y'}
-- {'id': 4, 'title': 'a'}

DELETE FROM staff WHERE id = 4;
-- affected: 1

SELECT COUNT(*) AS n FROM "staff"."managers";
-- {'n': 1}
