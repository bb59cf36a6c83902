-- Indexes made on a table with data, and dropped.

CREATE TABLE people (id NUMBER, PRIMARY KEY (id));
INSERT INTO people <<
  {'id': 1, 'name': 'Ines', 'city': 'Lima', 'age': 30},
  {'id': 2, 'name': 'Jonah', 'city': 'Oslo', 'age': 41},
  {'id': 3, 'name': 'Priya', 'city': 'Lima', 'age': 25},
  {'id': 4, 'name': 'Ada'}
>>;
-- affected: 4

CREATE INDEX by_city ON people (city STRING, age NUMBER);

SELECT name FROM people WHERE city = 'Lima' AND age > 0 ORDER BY age;
-- plan: Query by_city
-- ordered
-- {'name': 'Priya'}
-- {'name': 'Ines'}

SELECT name FROM "people"."by_city";
-- rows: 3

CREATE INDEX by_city ON people (city STRING);
-- error: ResourceInUseException like '%by_city%'

CREATE INDEX IF NOT EXISTS by_city ON people (city STRING);

CREATE INDEX other ON nowhere (city STRING);
-- error: ResourceNotFoundException like '%nowhere%'

CREATE INDEX lonely ON people (city STRING) PROJECT KEYS ONLY;

SELECT * FROM "people"."lonely" WHERE city = 'Oslo';
-- {'id': 2, 'city': 'Oslo'}

CREATE INDEX some ON people (city STRING) PROJECT INCLUDE (name);

SELECT * FROM "people"."some" WHERE city = 'Oslo';
-- {'id': 2, 'city': 'Oslo', 'name': 'Jonah'}

DROP INDEX by_city ON people;

DROP INDEX by_city ON people;
-- error: ResourceNotFoundException like '%by_city%'

DROP INDEX IF EXISTS by_city ON people;

SELECT * FROM "people"."by_city";
-- error: ValidationException like '%by_city%'

-- Items that are there with an attribute of another type than the index wants stay out of it; new ones are
-- refused.

INSERT INTO people << {'id': 5, 'score': 'high'}, {'id': 6, 'score': 10} >>;
CREATE INDEX by_score ON people (score NUMBER);

SELECT id FROM "people"."by_score";
-- {'id': 6}

SELECT id FROM people WHERE score >= 10 AND score < 20;
-- {'id': 6}

SELECT id FROM people WHERE score = 'high';
-- {'id': 5}

INSERT INTO people VALUE {'id': 7, 'score': 'low'};
-- error: ValidationException like '%score%'
