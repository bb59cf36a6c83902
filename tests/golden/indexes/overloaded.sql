-- One index for several kinds of items (key overloading).

CREATE TABLE hr (id NUMBER, a STRING, name STRING, PRIMARY KEY (id, a), GLOBAL INDEX overload (a, name));
INSERT INTO hr <<
  {'id': 1, 'a': 'master', 'name': 'Wendi', 'city': 'San Jose'},
  {'id': 1, 'a': 'state:CA', 'name': 'Wendi', 'hired': '2014'},
  {'id': 1, 'a': 'title:Architect', 'name': 'Wendi'},
  {'id': 2, 'a': 'master', 'name': 'Alice', 'city': 'Seattle'},
  {'id': 2, 'a': 'state:WA', 'name': 'Alice', 'hired': '2015'},
  {'id': 3, 'a': 'master', 'name': 'Bob', 'city': 'San Diego'},
  {'id': 3, 'a': 'state:CA', 'name': 'Bob', 'hired': '2011'}
>>;

SELECT name, hired FROM "hr"."overload" WHERE a = 'state:CA';
-- plan: Query hr.overload
-- {'name': 'Bob', 'hired': '2011'}
-- {'name': 'Wendi', 'hired': '2014'}

SELECT name FROM hr WHERE a = 'state:CA' AND name > 'A' ORDER BY name DESC;
-- plan: Query hr.overload
-- ordered
-- {'name': 'Wendi'}
-- {'name': 'Bob'}

SELECT city FROM hr WHERE a = 'master' AND name = 'Alice';
-- plan: Query hr.overload
-- {'city': 'Seattle'}

SELECT id FROM "hr"."overload" WHERE a IN ('state:CA', 'title:Architect');
-- plan: Query hr.overload
-- {'id': 1}
-- {'id': 1}
-- {'id': 3}

SELECT a FROM hr WHERE id = 1;
-- plan: Query hr
-- {'a': 'master'}
-- {'a': 'state:CA'}
-- {'a': 'title:Architect'}

DELETE FROM hr WHERE id = 1 AND a = 'state:CA';
INSERT INTO hr VALUE {'id': 1, 'a': 'state:OR', 'name': 'Wendi'};
SELECT id FROM "hr"."overload" WHERE a = 'state:CA';
-- {'id': 3}

SELECT id FROM "hr"."overload" WHERE a = 'state:OR';
-- {'id': 1}
