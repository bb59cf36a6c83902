-- Local indexes: the table's partition key, another order.

CREATE TABLE orders (
  customer STRING, day STRING, total NUMBER,
  PRIMARY KEY (customer, day),
  LOCAL INDEX by_total (customer, total) PROJECT ALL,
  LOCAL INDEX keys (customer, total) PROJECT KEYS ONLY
);
INSERT INTO orders <<
  {'customer': 'C1', 'day': '01-15', 'total': 150, 'id': 'O1'}, {'customer': 'C1', 'day': '02-20', 'total': 75.5, 'id': 'O5'},
  {'customer': 'C1', 'day': '03-10', 'total': 200, 'id': 'O12'}, {'customer': 'C2', 'day': '01-20', 'total': 50, 'id': 'O2'},
  {'customer': 'C1', 'day': '04-01', 'id': 'none'}
>>;

SELECT VALUE id FROM "orders"."by_total" WHERE customer = 'C1' ORDER BY total;
-- plan: Query orders.by_total
-- ordered
-- 'O5'
-- 'O1'
-- 'O12'

SELECT VALUE id FROM orders WHERE customer = 'C1' AND total > 100 ORDER BY total DESC;
-- plan: Query orders.by_total
-- ordered
-- 'O12'
-- 'O1'

SELECT * FROM "orders"."keys" WHERE customer = 'C2';
-- {'customer': 'C2', 'day': '01-20', 'total': 50}

-- Unlike a global index, a local one fetches what it does not project.
SELECT id FROM "orders"."keys" WHERE customer = 'C2';
-- {'id': 'O2'}

SELECT COUNT(*) AS n FROM "orders"."by_total";
-- {'n': 4}
