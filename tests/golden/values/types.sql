-- All ten types come back as they were stored.

CREATE TABLE ty (k STRING, PRIMARY KEY (k));

INSERT INTO ty VALUE {
  'k': '1', 's': 'text', 'empty': '', 'n': 1, 'd': 4.50, 'neg': -0.001, 'big': 12345678901234567890123456789012345678,
  't': true, 'f': false, 'z': null, 'b': b64'AAH/', 'l': [1, 'x', [], {}], 'm': {'a': {'b': [null]}}, 'm0': {},
  'ss': <<'b', 'a'>>, 'ns': <<3, 1, 2.5>>, 'u': 'żółć 日本 😀'
};
-- affected: 1

SELECT * FROM ty WHERE k = '1';
-- {'k': '1', 's': 'text', 'empty': '', 'n': 1, 'd': 4.5, 'neg': -0.001, 'big': 12345678901234567890123456789012345678,
--  't': true, 'f': false, 'z': null, 'b': b64'AAH/', 'l': [1, 'x', [], {}], 'm': {'a': {'b': [null]}}, 'm0': {},
--  'ss': <<'a', 'b'>>, 'ns': <<1, 2.5, 3>>, 'u': 'żółć 日本 😀'}

-- Quotes and reserved words in names.
INSERT INTO ty VALUE {'k': '2', 'select': 1, 'it''s': 'o''clock', 'with space': 2, 'a.b': 3};
-- affected: 1

SELECT "select", "it's", "with space", "a.b" FROM ty WHERE k = '2';
-- {'select': 1, 'it''s': 'o''clock', 'with space': 2, 'a.b': 3}

-- Sets: one type, no doubles, not empty.
INSERT INTO ty VALUE {'k': '3', 's': <<>>};
-- error: ValidationException

INSERT INTO ty VALUE {'k': '3', 's': <<1, 'a'>>};
-- error: ValidationException

INSERT INTO ty VALUE {'k': '3', 's': <<1, 1.0>>};
-- error: ValidationException

INSERT INTO ty VALUE {'k': '3', 's': << [1] >>};
-- error: ValidationException

INSERT INTO ty VALUE {'k': '4', 'bs': <<b64'AA==', b64'AQ=='>>};
-- affected: 1

SELECT VALUE bs FROM ty WHERE k = '4';
-- <<b64'AA==', b64'AQ=='>>

SELECT VALUE x FROM ty AS t, t.ns AS x WHERE t.k = '1';
-- 1
-- 2.5
-- 3
