-- Two connections of one database: settings are apart, data is shared.

CREATE TABLE shared (id NUMBER, PRIMARY KEY (id));
SET scan = deny;

-- @connection second

INSERT INTO shared VALUE {'id': 1};
-- affected: 1

SELECT * FROM shared;
-- {'id': 1}

-- @connection main

SELECT * FROM shared;
-- error: AccessDeniedException

SELECT * FROM shared WHERE id = 1;
-- {'id': 1}

-- @connection second

DROP TABLE shared;

-- @connection main

SELECT * FROM shared WHERE id = 1;
-- error: ResourceNotFoundException
