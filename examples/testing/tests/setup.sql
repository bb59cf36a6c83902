-- Runs before each script of this directory: parton test examples/testing
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
