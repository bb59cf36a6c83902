-- A change feed and a trigger: a table that keeps itself up to date, and what happened in between.

CREATE TABLE orders (customer STRING, id NUMBER, PRIMARY KEY (customer, id)) WITH (stream = 'both images');
CREATE TABLE latest (customer STRING, PRIMARY KEY (customer));

-- A trigger runs on each change, once, after the change is committed.

CREATE TRIGGER keep_latest ON orders AS
  REPLACE INTO latest
  SELECT r.NewImage.customer AS customer, r.NewImage.amount AS amount
  FROM records AS r WHERE r.eventName <> 'REMOVE';

INSERT INTO orders << {'customer': 'ines', 'id': 1, 'amount': 30}, {'customer': 'jonah', 'id': 1, 'amount': 5} >>;
-- affected: 2

-- In a program triggers run in the background; in a script the clock gives them their turn.

ADVANCE CLOCK '0 seconds';
SELECT * FROM latest;
-- {'customer': 'ines', 'amount': 30}
-- {'customer': 'jonah', 'amount': 5}

-- The feed itself can be read: what was there, what is there now.

UPDATE orders SET amount = 35 WHERE customer = 'ines' AND id = 1;
-- affected: 1
ADVANCE CLOCK '0 seconds';
SELECT VALUE amount FROM latest WHERE customer = 'ines';
-- 35

DELETE FROM orders WHERE customer = 'jonah' AND id = 1;
-- affected: 1

SELECT r.eventName, r.Keys.customer, r.OldImage.amount AS old, r.NewImage.amount AS new
FROM changes('orders') AS r WHERE r.eventName <> 'INSERT';
-- {'eventName': 'MODIFY', 'customer': 'ines', 'old': 30, 'new': 35}
-- {'eventName': 'REMOVE', 'customer': 'jonah', 'old': 5}

SHOW PARKED;
-- rows: 0
