-- Twenty global and five local indexes, no more.

CREATE TABLE many (
  pk NUMBER, sk NUMBER, a NUMBER, b NUMBER, c NUMBER, d NUMBER, e NUMBER, f NUMBER,
  PRIMARY KEY (pk, sk),
  LOCAL INDEX l1 (pk, a), LOCAL INDEX l2 (pk, b), LOCAL INDEX l3 (pk, c), LOCAL INDEX l4 (pk, d),
  LOCAL INDEX l5 (pk, e)
);

CREATE TABLE too_many (
  pk NUMBER, sk NUMBER, a NUMBER, b NUMBER, c NUMBER, d NUMBER, e NUMBER, f NUMBER,
  PRIMARY KEY (pk, sk),
  LOCAL INDEX l1 (pk, a), LOCAL INDEX l2 (pk, b), LOCAL INDEX l3 (pk, c), LOCAL INDEX l4 (pk, d),
  LOCAL INDEX l5 (pk, e), LOCAL INDEX l6 (pk, f)
);
-- error: ValidationException like '%5%'

CREATE INDEX g01 ON many (a NUMBER);
CREATE INDEX g02 ON many (a NUMBER);
CREATE INDEX g03 ON many (a NUMBER);
CREATE INDEX g04 ON many (a NUMBER);
CREATE INDEX g05 ON many (a NUMBER);
CREATE INDEX g06 ON many (a NUMBER);
CREATE INDEX g07 ON many (a NUMBER);
CREATE INDEX g08 ON many (a NUMBER);
CREATE INDEX g09 ON many (a NUMBER);
CREATE INDEX g10 ON many (a NUMBER);
CREATE INDEX g11 ON many (a NUMBER);
CREATE INDEX g12 ON many (a NUMBER);
CREATE INDEX g13 ON many (a NUMBER);
CREATE INDEX g14 ON many (a NUMBER);
CREATE INDEX g15 ON many (a NUMBER);
CREATE INDEX g16 ON many (a NUMBER);
CREATE INDEX g17 ON many (a NUMBER);
CREATE INDEX g18 ON many (a NUMBER);
CREATE INDEX g19 ON many (a NUMBER);
CREATE INDEX g20 ON many (a NUMBER);

CREATE INDEX g21 ON many (a NUMBER);
-- error: ValidationException like '%20%'

INSERT INTO many VALUE {'pk': 1, 'sk': 1, 'a': 5};
-- affected: 1

SELECT sk FROM "many"."g20" WHERE a = 5;
-- {'sk': 1}
