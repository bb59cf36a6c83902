-- Types with parts: of the elements of a collection, the fields of a tuple, the values of a map.

SELECT VALUE CAST(x AS LIST<INT>) FROM [['1', 2.0, NULL], [], NULL, <<'3'>>] AS x;
-- [1, 2, null]
-- []
-- null
-- [3]

SELECT VALUE CAST(x AS BAG<STRING>) FROM [[1, true]] AS x;
-- <<'1', 'true'>>

-- What cannot be cast is MISSING, as an element too.
SELECT VALUE [CAST('text' AS LIST<INT>), CAST(['a', '2'] AS ARRAY<INT>)] FROM [1] AS x;
-- [MISSING, [MISSING, 2]]

SELECT VALUE CAST(x AS LIST<LIST<INT> >) FROM [[['1'], ['2', '3']]] AS x;
-- [[1], [2, 3]]

SELECT VALUE CAST(x AS STRUCT<a: INT, b: LIST<STRING> >) FROM [{'a': '7', 'b': [1], 'c': 3}, {'a': 1}] AS x;
-- {'a': 7, 'b': ['1']}
-- {'a': 1}

SELECT VALUE CAST(x AS MAP<STRING, DECIMAL(5, 1)>) FROM [{'a': '7', 'b': 1.25}] AS x;
-- {'a': 7.0, 'b': 1.2}

SELECT VALUE x IS LIST<INT> FROM [[1, 2], [], [1, 'a'], <<1>>, NULL, MISSING, 1] AS x;
-- true
-- true
-- false
-- false
-- false
-- false
-- false

SELECT VALUE [x IS STRUCT<a: INT>, x IS STRUCT<a: INT, b: LIST<STRING> >, x IS NOT MAP<STRING, INT>, x IS TUPLE]
FROM [{'a': 1}, {'a': 1, 'b': ['x']}, {'a': 'x'}] AS x;
-- [true, false, false, true]
-- [true, true, true, true]
-- [false, false, true, true]

SELECT VALUE y.x FROM (SELECT VALUE {'x': x} FROM [1, [1], ['a'], [[1]]] AS x) AS y WHERE y.x IS BAG<INT> OR y.x IS LIST<LIST<INT> >;
-- [[1]]

CAST(1 AS INT<STRING>);
-- error: ValidationException like '%no type with parts%'
CAST(1 AS LIST<INT, INT>);
-- error: ValidationException like '%takes one type, that of its elements%'
CAST(1 AS STRUCT<INT>);
-- error: ValidationException like '%takes names with types%'
CAST(1 AS MAP<INT, INT>);
-- error: ValidationException like '%STRING and that of its values%'
CAST(1 AS LIST<STRNG>);
-- error: ValidationException like '%unknown type STRNG%'
CAN_CAST(1 AS LIST<INT>);
-- error: Unsupported like '%types without parts%'
SELECT x IS INTEGR FROM [1] AS x;
-- error: ValidationException like '%unknown type INTEGR%'
