-- Runs before each script of this directory: parton test tests
CREATE TABLE employees (
  id NUMBER, kind STRING, name STRING,
  PRIMARY KEY (id, kind),
  GLOBAL INDEX overload (kind, name)
);
INSERT INTO employees <<
  {'id': 1, 'kind': 'master', 'name': 'Wendi', 'city': 'San Jose', 'locked': false},
  {'id': 1, 'kind': 'state:CA', 'name': 'Wendi'},
  {'id': 2, 'kind': 'master', 'name': 'Alice', 'city': 'Seattle', 'locked': false},
  {'id': 2, 'kind': 'state:WA', 'name': 'Alice'}
>>;
CREATE TABLE logs (
  host STRING, moment STRING, code NUMBER,
  PRIMARY KEY (host, moment),
  GLOBAL INDEX by_code (code, moment)
);
INSERT INTO logs <<
  {'host': 'a', 'moment': '2026-01-31T10:00:00', 'code': 200, 'bytes': 512},
  {'host': 'a', 'moment': '2026-01-31T10:00:01', 'code': 404, 'bytes': 96},
  {'host': 'b', 'moment': '2026-01-31T10:00:00', 'code': 200, 'bytes': 2048},
  {'host': 'b', 'moment': '2026-01-31T10:00:05', 'code': 500}
>>;
CREATE TABLE sessions (token STRING, PRIMARY KEY (token)) WITH (ttl = 'expires');
