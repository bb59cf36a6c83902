-- Tables from what DynamoDB's tools write: exports to S3, data models of NoSQL Workbench.

IMPORT FROM '${DIR}/files/export';
-- error: ValidationException like 'an export does not tell the table''s keys: name the table to import into'

IMPORT TABLE songs FROM '${DIR}/files/export';
-- error: ResourceNotFoundException like 'Requested resource not found: Table: songs not found'

CREATE TABLE songs (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk));
IMPORT TABLE songs FROM '${DIR}/files/export_ion';
-- error: Unsupported like 'the export is in Ion'
IMPORT TABLE songs FROM '${DIR}/files/export_incremental';
-- error: Unsupported like 'the export is an incremental one: it has changes, not items'

-- Nothing is loaded of an export of which anything is damaged.
IMPORT TABLE songs FROM '${DIR}/files/export_damaged/manifest-summary.json';
-- error: Corruption like '%/tests/golden/data/files/export_damaged/data/bqpwo9234nbsw.json.gz is not what was exported: its MD5 is rjKVFGvAgJH7128Of0ivSA==, not tHH9BG3p02aCovX9xcMwkg=='
SELECT * FROM songs;
-- rows: 0

IMPORT TABLE songs FROM '${DIR}/files/export';
-- affected: 3
SELECT * FROM songs;
-- {'pk': 'a', 'sk': 1, 'tags': <<'x', 'y'>>}
-- {'pk': 'a', 'sk': 2, 'blob': b64'AAEC'}
-- {'pk': 'b', 'sk': 10, 'nested': {'deep': [1, NULL]}}

IMPORT TABLE songs FROM '${DIR}/files/export';
-- error: DuplicateItemException like 'Line 1: Duplicate primary key exists in table'
IMPORT TABLE songs FROM '${DIR}/files/export' (ON CONFLICT SKIP);
-- affected: 0
IMPORT TABLE songs FROM '${DIR}/files';
-- error: IoError like 'cannot open %/tests/golden/data/files/manifest-summary.json: No such file or directory'

-- A data model: keys, indexes, sample data.
IMPORT FROM '${DIR}/files/shop_model.json';
SELECT * FROM Customer;
-- {'Email': 'ann@example.com', 'City': 'Oslo', 'Name': 'Ann'}
-- {'Email': 'bob@example.com', 'Name': 'Bob'}
SELECT Name FROM Customer WHERE City = 'Oslo' AND Name = 'Ann';
-- plan: Query Customer.ByCity
-- {'Name': 'Ann'}
SELECT Total FROM "Order"."ByState" WHERE State = 'open';
-- {'Total': 12.5}
SHOW CREATE TABLE "Order";
-- text like '%read_capacity = 5%'

-- All of it, or nothing.
DROP TABLE Customer;
IMPORT FROM '${DIR}/files/shop_model.json';
-- error: ResourceInUseException like 'Table already exists: Order'
SELECT * FROM Customer;
-- error: ResourceNotFoundException like 'Requested resource not found: Table: Customer not found'
IMPORT TABLE Customer FROM '${DIR}/files/shop_model.json' (DATA = false);
SELECT * FROM Customer;
-- rows: 0
IMPORT TABLE Custmer FROM '${DIR}/files/shop_model.json';
-- error: ResourceNotFoundException like 'the model has no table Custmer'
IMPORT FROM '${DIR}/files/two.ddbjson';
-- error: ValidationException like '%/tests/golden/data/files/two.ddbjson is not JSON: Not JSON at byte 82: The document root must not be followed by other values.'
IMPORT FROM '${DIR}/files/none.json';
-- error: IoError like 'cannot open %/tests/golden/data/files/none.json: No such file or directory'
IMPORT FROM '${DIR}/files/shop_model.json' (FORMAT ion);
-- error: ValidationException like 'an unknown format'
