-- Lists inside of items as rows. An item without the list gives one row where it is MISSING.

CREATE TABLE orders (id NUMBER, PRIMARY KEY (id));
INSERT INTO orders <<
  {'id': 1, 'items': [{'sku': 'a', 'qty': 2}, {'sku': 'b', 'qty': 1}]},
  {'id': 2, 'items': [{'sku': 'a', 'qty': 5}]},
  {'id': 3, 'items': []},
  {'id': 4}
>>;

SELECT o.id, i.sku, i.qty FROM orders AS o, o.items AS i;
-- {'id': 1, 'sku': 'a', 'qty': 2}
-- {'id': 1, 'sku': 'b', 'qty': 1}
-- {'id': 2, 'sku': 'a', 'qty': 5}
-- {'id': 4}

SELECT o.id, i.sku, p FROM orders AS o, o.items AS i AT p WHERE o.id = 1;
-- {'id': 1, 'sku': 'a', 'p': 0}
-- {'id': 1, 'sku': 'b', 'p': 1}

SELECT o.id, i.sku FROM orders AS o LEFT JOIN o.items AS i ON true WHERE o.id = 3;
-- {'id': 3, 'sku': null}

SELECT i.sku, SUM(i.qty) AS total FROM orders AS o, o.items AS i WHERE i IS NOT MISSING GROUP BY i.sku;
-- {'sku': 'a', 'total': 7}
-- {'sku': 'b', 'total': 1}

SELECT o.id, (SELECT VALUE i.sku FROM o.items AS i WHERE i.qty > 1) AS many FROM orders AS o WHERE o.id <= 2;
-- {'id': 1, 'many': <<'a'>>}
-- {'id': 2, 'many': <<'a'>>}

SELECT n, v FROM UNPIVOT {'x': 1, 'y': 2} AS v AT n;
-- {'n': 'x', 'v': 1}
-- {'n': 'y', 'v': 2}
