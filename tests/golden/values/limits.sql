-- Limits of items and keys.

CREATE TABLE lim (k STRING, PRIMARY KEY (k));
CREATE TABLE lim2 (p STRING, s STRING, PRIMARY KEY (p, s));

INSERT INTO lim VALUE {'k': ''};
-- error: ValidationException

INSERT INTO lim2 VALUE {'p': 'x', 's': ''};
-- error: ValidationException

INSERT INTO lim VALUE {'k': '1', 'v': ''};
-- affected: 1

-- Nesting: 32 levels.
INSERT INTO lim VALUE {'k': '2', 'v': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]};
-- affected: 1

INSERT INTO lim VALUE {'k': '3', 'v': [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]};
-- error: ValidationException like '%est%'

SELECT k FROM lim WHERE k = '3';
-- rows: 0
