-- Single-table design: customers, their orders and the orders' lines under one key, and one index for
-- the questions asked the other way round.

CREATE TABLE shop (
  pk STRING, sk STRING, gsi1pk STRING, gsi1sk STRING,
  PRIMARY KEY (pk, sk),
  GLOBAL INDEX gsi1 (gsi1pk, gsi1sk)
);

INSERT INTO shop <<
  {'pk': 'CUST#1', 'sk': 'PROFILE', 'name': 'Ines', 'city': 'Lima'},
  {'pk': 'CUST#1', 'sk': 'ORDER#2024-01-15#A', 'total': 150, 'status': 'open',
   'gsi1pk': 'STATUS#open', 'gsi1sk': '2024-01-15'},
  {'pk': 'CUST#1', 'sk': 'ORDER#2024-03-10#B', 'total': 75.5, 'status': 'shipped',
   'gsi1pk': 'STATUS#shipped', 'gsi1sk': '2024-03-10'},
  {'pk': 'CUST#2', 'sk': 'PROFILE', 'name': 'Jonah', 'city': 'Oslo'},
  {'pk': 'CUST#2', 'sk': 'ORDER#2024-02-01#C', 'total': 20, 'status': 'open',
   'gsi1pk': 'STATUS#open', 'gsi1sk': '2024-02-01'}
>>;

-- A customer with everything that belongs to them: one query.

SELECT sk, total FROM shop WHERE pk = 'CUST#1';
-- plan: Query shop
-- {'sk': 'ORDER#2024-01-15#A', 'total': 150}
-- {'sk': 'ORDER#2024-03-10#B', 'total': 75.5}
-- {'sk': 'PROFILE'}

-- The orders of a time.

SELECT total FROM shop WHERE pk = 'CUST#1' AND sk BETWEEN 'ORDER#2024-02' AND 'ORDER#2024-04';
-- plan: Query shop
-- {'total': 75.5}

-- The newest order.

SELECT VALUE sk FROM shop WHERE pk = 'CUST#1' AND begins_with(sk, 'ORDER#') ORDER BY sk DESC LIMIT 1;
-- 'ORDER#2024-03-10#B'

-- Open orders of all customers, oldest first.

SELECT pk, gsi1sk AS day FROM "shop"."gsi1" WHERE gsi1pk = 'STATUS#open' ORDER BY gsi1sk;
-- plan: Query shop.gsi1
-- ordered
-- {'pk': 'CUST#1', 'day': '2024-01-15'}
-- {'pk': 'CUST#2', 'day': '2024-02-01'}

-- Shipping moves the item in the index, in the same commit.

UPDATE shop SET status = 'shipped', gsi1pk = 'STATUS#shipped' WHERE pk = 'CUST#2' AND sk = 'ORDER#2024-02-01#C' AND status = 'open';
-- affected: 1

SELECT COUNT(*) AS n FROM "shop"."gsi1" WHERE gsi1pk = 'STATUS#open';
-- {'n': 1}
