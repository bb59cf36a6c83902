-- Functions of SQL and of DynamoDB.

UPPER('straße');
-- 'STRASSE'

LOWER('ABC');
-- 'abc'

CHAR_LENGTH('日本');
-- 2

SUBSTRING('abcdef' FROM 2 FOR 3);
-- 'bcd'

SUBSTRING('abcdef', 4);
-- 'def'

TRIM('  x ');
-- 'x'

TRIM(BOTH 'x' FROM 'xxabxx');
-- 'ab'

POSITION('c' IN 'abcd');
-- 3

ABS(-5);
-- 5

MOD(7, 3);
-- 1

SIZE([1, 2, 3]);
-- 3

SIZE('abc');
-- 3

(EXISTS(SELECT * FROM [1] AS x));
-- true

CREATE TABLE f (id NUMBER, PRIMARY KEY (id));
INSERT INTO f <<
  {'id': 1, 's': 'hello', 'l': ['a', 1, {'x': 1}], 'ss': <<'a', 'b'>>, 'ns': <<1, 2>>, 'm': {'k': 1, 'j': 2}, 'b': b64'AAEC'},
  {'id': 2, 's': 'help', 'n': null, 'flag': true},
  {'id': 3, 's': 7}
>>;

SELECT VALUE id FROM f WHERE begins_with(s, 'hel');
-- 1
-- 2

SELECT VALUE id FROM f WHERE begins_with(s, 'hello world');
-- rows: 0

SELECT VALUE id FROM f WHERE contains(s, 'ell');
-- 1

SELECT VALUE id FROM f WHERE contains(l, 'a');
-- 1

SELECT VALUE id FROM f WHERE contains(l, {'x': 1});
-- 1

SELECT VALUE id FROM f WHERE contains(ss, 'b') AND contains(ns, 2);
-- 1

SELECT VALUE id FROM f WHERE contains(m, 'k');
-- rows: 0

SELECT VALUE id FROM f WHERE size(s) = 5;
-- 1

SELECT VALUE id FROM f WHERE size(l) = 3 AND size(ss) = 2 AND size(m) = 2 AND size(b) = 3;
-- 1

SELECT VALUE id FROM f WHERE attribute_type(s, 'S');
-- 1
-- 2

SELECT VALUE id FROM f WHERE attribute_type(n, 'NULL') OR attribute_type(ss, 'SS') OR attribute_type(s, 'N');
-- 1
-- 2
-- 3

SELECT VALUE id FROM f WHERE attribute_type(m, 'M') AND attribute_type(l, 'L') AND attribute_type(ns, 'NS') AND attribute_type(b, 'B');
-- 1

SELECT VALUE id FROM f WHERE attribute_type(flag, 'BOOL');
-- 2

SELECT VALUE id FROM f WHERE attribute_type(s, 'X');
-- error: ValidationException

SELECT VALUE id FROM f WHERE attribute_exists(n);
-- 2

SELECT VALUE id FROM f WHERE attribute_not_exists(n);
-- 1
-- 3

SELECT VALUE id FROM f WHERE attribute_exists(m.k);
-- 1

SELECT VALUE id FROM f WHERE nosuchfunction(s) = 1;
-- error: ValidationException like '%nosuchfunction%'
