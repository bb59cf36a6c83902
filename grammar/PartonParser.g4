// The language of Parton: PartiQL, DynamoDB's statements, and ddbsh's clause forms.
//
// Shaped for ANTLR's SLL mode, where the follow set of a rule is that of all its uses:
//   - one query rule, one rule for parentheses; nearly all decisions need one token;
//   - an expression is never directly followed by an expression, and no rule is unused;
//   - what only differs in words that are no keywords is told apart in parser/ast_builder*.cc.
// A name is `identifier` where any word that is not reserved may stand, `alias` where a word might
// also begin the next clause, `memberName` after a dot, where every word may stand.
parser grammar PartonParser;

options { tokenVocab = PartonLexer; }

script : statement? (SEMICOLON statement?)* EOF ;

// Parts of statements, of requests that have them apart.
updatePart : updateAction+ EOF ;
conditionPart : expr EOF ;
pathsPart : updatePath (COMMA updatePath)* EOF ;

// Words that are statements by themselves come before the query that could be a variable of that name.
statement
  : transaction
  | REPAIR DATABASE?
  | ANALYZE (tableName (WITH? optionList)?)?
  | queryStatement
  | insertStatement
  | updateStatement
  | deleteStatement
  | fromUpdate
  | EXISTS select
  | NOT EXISTS select
  | createTable
  | createIndex
  | createTrigger
  | dropTable
  | dropIndex
  | dropTrigger
  | alterTable
  | alterTrigger
  | truncate
  | show
  | describe
  | explain
  | setOption
  | copy
  | importTable
  | BACKUP TO STRING
  | ATTACH STRING AS identifier
  | DETACH identifier
  | RESTORE FROM STRING
  | CHECK DATABASE
  | ADVISE (advisable | FROM STRING)
  | ADVANCE CLOCK STRING
  ;

queryStatement : query statementTail* ;

// ---- Queries ------------------------------------------------------------------------------------

query : with? queryPrimary queryRest ;

// A query that starts with a keyword. In lists of expressions only such a one, and only alone, may
// stand without parentheses: so no comma ever follows a query, and select lists need no look-ahead.
keywordQuery : (with queryPrimary | keywordPrimary) queryRest ;

queryRest
  : (setOp queryPrimary)* orderBy? (LIMIT expr (AFTER expr)?)? (OFFSET expr (ROW | ROWS)?)? fetch?
  ;

// FETCH FIRST | NEXT [n] ROWS ONLY | WITH TIES
fetch : FETCH callable valueExpr? (ROW | ROWS) (ONLY | WITH callable) ;

with : WITH RECURSIVE? commonTable (COMMA commonTable)* ;

commonTable : identifier nameList? AS LPAREN query RPAREN ;

// INTERSECT binds tighter; the AST builder sees to it.
setOp
  : OUTER? (UNION | EXCEPT | INTERSECT) (ALL | DISTINCT)? (CORRESPONDING (BY nameList)?)?
  ;

queryPrimary : keywordPrimary | expr ;

keywordPrimary
  : select
  | VALUES parens (COMMA parens)*
  | TABLE tableName
  ;

select
  : SELECT CONSISTENT? (ALL | DISTINCT)? (VALUE expr | STAR | selectItem (COMMA selectItem)*)
    (EXCLUDE excludePath (COMMA excludePath)*)?
    fromWhere?
  | PIVOT expr AT expr fromWhere
  ;

selectItem : expr (AS identifier | alias)? ;

excludePath : identifier excludeStep* ;

excludeStep
  : DOT memberName
  | DOT STRING
  | DOT STAR
  | LBRACKET (INTEGER | STRING | STAR) RBRACKET
  ;

fromWhere
  : FROM fromItem (COMMA fromItem)*
    (LET letBinding (COMMA letBinding)*)?
    (WHERE expr)?
    groupBy?
    (HAVING expr)?
    (WINDOW namedWindow (COMMA namedWindow)*)?
    (QUALIFY expr)?
  | WHERE expr
  ;

letBinding : expr AS identifier ;

groupBy
  : GROUP ( PARTIAL? BY groupKey (COMMA groupKey)* (GROUP AS identifier)?
          | ALL (AS identifier)? )
  ;

// ROLLUP (a, b) and CUBE (a, b) look like calls, () like an empty list; the first form is GROUPING SETS.
groupKey : IDENTIFIER IDENTIFIER parens | expr (AS identifier)? ;

namedWindow : identifier AS windowSpec ;

fromItem : fromPrimary joinTail* ;

joinTail
  : joinKind? (CROSS JOIN fromPrimary | JOIN fromPrimary (ON expr | USING nameList))
  | NATURAL joinKind? JOIN fromPrimary
  ;

joinKind : INNER | (LEFT | RIGHT | FULL) OUTER? | OUTER ;

fromPrimary : (UNPIVOT | LATERAL)? valueExpr (MATCH graphPattern)? fromNames ;

fromNames : (AS identifier nameList? | alias nameList?)? (AT identifier)? (BY identifier)? ;

orderBy : ORDER BY orderItem (COMMA orderItem)* ;

orderItem : expr (ASC | DESC)? (NULLS (FIRST | LAST))? ;

// ---- Expressions --------------------------------------------------------------------------------

expr
  : valueExpr
  | expr predicate
  | NOT expr
  | expr AND expr
  | expr OR expr
  ;

predicate
  : (EQ | NE | LT | GT | LE | GE) (valueExpr | ALL parens)
  | IS NOT? (TRUE_ | FALSE_ | DISTINCT FROM valueExpr | type)
  | NOT? ( IN valueExpr
         | LIKE valueExpr (ESCAPE valueExpr)?
         | BETWEEN valueExpr AND valueExpr )
  | OVERLAPS valueExpr
  ;

valueExpr
  : (PLUS | MINUS) valueExpr
  | valueExpr (STAR | SLASH | PERCENT) valueExpr
  | valueExpr (PLUS | MINUS) valueExpr
  | valueExpr (CONCAT | AMPERSAND) valueExpr
  | atom pathStep*
  ;

pathStep
  : DOT (memberName | STRING | STAR)
  | LBRACKET (STAR | expr) RBRACKET
  ;

atom
  : INTEGER
  | DECIMAL
  | FLOAT
  | STRING
  | BINARY
  | ION
  | TRUE_
  | FALSE_
  | NULL_
  | MISSING
  | QUESTION
  | COLON identifier
  | AT_SIGN identifier
  | callable arguments?
  | (LEFT | RIGHT | EXISTS) arguments
  | variableWord
  | parens
  | LBRACKET (expr (COMMA expr)*)? RBRACKET
  | LBAG (expr (COMMA expr)*)? RBAG
  | LBRACE (pair (COMMA pair)*)? RBRACE
  | CASE expr? (WHEN expr THEN expr)+ (ELSE expr)? END
  | (CAST | CAN_CAST | CAN_LOSSLESS_CAST) LPAREN expr AS type RPAREN
  | DATE STRING
  | (TIME | TIMESTAMP) (LPAREN INTEGER RPAREN)? zone? STRING
  | INTERVAL (PLUS | MINUS)? STRING intervalQualifier
  | EXTRACT LPAREN identifier FROM expr RPAREN
  | TRIM LPAREN ( (BOTH | LEADING | TRAILING)? FROM expr
                | (BOTH | LEADING | TRAILING) expr FROM expr
                | expr (FROM expr)? ) RPAREN
  | SUBSTRING LPAREN expr (FROM expr (FOR expr)? | COMMA expr (COMMA expr)?) RPAREN
  | OVERLAY LPAREN expr (PLACING expr FROM expr (FOR expr)? | (COMMA expr)+) RPAREN
  | POSITION LPAREN valueExpr (IN valueExpr | COMMA expr) RPAREN
  ;

// (q), (a, b), (), (g MATCH ...) and, in FROM, (a JOIN b ...)
parens
  : LPAREN
    ( keywordQuery
    | expr ( (COMMA expr)+
           | MATCH graphPattern (COMMA graphPattern)* (WHERE expr)?
           | (AS identifier nameList? | alias nameList?)? (AT identifier)? (BY identifier)?
             joinTail* queryRest )
    | (UNPIVOT | LATERAL) valueExpr fromNames joinTail+
    )?
    RPAREN
  ;

pair : expr COLON expr ;

arguments
  : LPAREN
    ( STAR
    | (ALL | DISTINCT)? (keywordQuery | expr ((COMMA expr)+ orderBy? | queryRest))?
    )
    RPAREN callTail*
  ;

callTail
  : WITHIN GROUP LPAREN orderBy RPAREN
  | FILTER LPAREN WHERE expr RPAREN
  | (IGNORE | RESPECT) NULLS
  | OVER (identifier | windowSpec)
  ;

windowSpec
  : LPAREN alias? (PARTITION BY expr (COMMA expr)*)? orderBy?
    ((ROWS | RANGE | GROUPS) (frameBound | BETWEEN frameBound AND frameBound))? RPAREN
  ;

frameBound
  : UNBOUNDED (PRECEDING | FOLLOWING)
  | CURRENT ROW
  | valueExpr (PRECEDING | FOLLOWING)
  ;

zone : (WITH | WITHOUT) TIME ZONE ;

intervalQualifier : intervalField (TO intervalField)? ;

intervalField
  : (YEAR | MONTH | DAY | HOUR | MINUTE | SECOND) (LPAREN INTEGER (COMMA INTEGER)? RPAREN)?
  ;

type
  : NULL_
  | MISSING
  | DOUBLE PRECISION
  | (CHARACTER | CHAR_) VARYING (LPAREN INTEGER RPAREN)?
  | DATE
  | (TIME | TIMESTAMP) (LPAREN INTEGER RPAREN)? zone?
  | INTERVAL intervalQualifier?
  | typeName (LPAREN INTEGER (COMMA INTEGER)? RPAREN)? typeArguments?
  ;

typeName : IDENTIFIER | QUOTED_IDENTIFIER | CHARACTER | CHAR_ ;

typeArguments : LT typeArgument (COMMA typeArgument)* GT ;

typeArgument : type | identifier COLON type ;

// ---- Graph patterns -----------------------------------------------------------------------------

graphPattern : graphWord* (alias EQ graphWord*)? graphElement+ ;

// Selectors and restrictors: ANY, ALL SHORTEST, SHORTEST 2 GROUP, TRAIL, ...
graphWord : IDENTIFIER | ALL | GROUP | INTEGER ;

graphElement
  : graphNode
  | graphEdge graphQuantifier?
  | LPAREN graphPattern (WHERE expr)? RPAREN graphQuantifier?
  ;

graphNode : LPAREN graphFiller RPAREN ;

graphFiller : identifier? (COLON graphLabel)? (WHERE expr)? ;

graphEdge
  : LT? MINUS (LBRACKET graphFiller RBRACKET MINUS)? GT?
  | LT? TILDE (LBRACKET graphFiller RBRACKET TILDE)? GT?
  ;

graphQuantifier : PLUS | STAR | LBRACE INTEGER? (COMMA INTEGER?)? RBRACE ;

graphLabel : graphLabelTerm (BAR graphLabelTerm)* ;

graphLabelTerm : graphLabelFactor (AMPERSAND graphLabelFactor)* ;

graphLabelFactor : BANG graphLabelFactor | PERCENT | identifier | LPAREN graphLabel RPAREN ;

// ---- Changing items -----------------------------------------------------------------------------

insertStatement
  : (INSERT | REPLACE | UPSERT) INTO tableName (AS identifier)?
    (VALUE expr | nameList query | query)
    onConflict? statementTail*
  ;

onConflict : ON CONFLICT DO (NOTHING | REPLACE identifier?) ;

updateStatement
  : (UPDATE | UPSERT) tableName (AS identifier | alias)? updateAction+ (WHERE expr)? statementTail*
  ;

fromUpdate : FROM tableName (AS identifier | alias)? (WHERE expr)? updateAction+ statementTail* ;

updateAction
  : SET assignment (COMMA assignment)*
  | REMOVE updatePath (COMMA updatePath)*
  | (ADD | DELETE) addition (COMMA addition)*
  ;

assignment : updatePath EQ expr ;

updatePath : identifier updateStep* ;

addition : additionPath expr ;

// As updatePath; of its own, because an expression follows it.
additionPath : identifier updateStep* ;

updateStep
  : DOT (memberName | STRING)
  | LBRACKET (INTEGER | STRING) RBRACKET
  ;

deleteStatement : DELETE FROM tableName (AS identifier | alias)? (WHERE expr)? statementTail* ;

statementTail
  : RETURNING (ALL | MODIFIED) (OLD | NEW) STAR
  | RETURN (VALUES (ALL | UPDATED) (OLD | NEW) | CONSUMED CAPACITY alias)
  | WITH (RATELIMIT capacity | optionList)
  ;

// ---- Tables and indexes -------------------------------------------------------------------------

createTable
  : CREATE TABLE tableOption* identifier
    (LPAREN tableElement (COMMA tableElement)* RPAREN)? tableClause*
  ;

tableOption : IF NOT? EXISTS | NOWAIT ;

tableElement
  : columnType
  | PRIMARY KEY keyParts
  | (GLOBAL | LOCAL) INDEX identifier keyParts projection? indexClause*
  ;

columnType : identifier IDENTIFIER ;

keyParts : LPAREN keyGroup (COMMA keyGroup)* RPAREN ;

keyGroup : keyPart | LPAREN keyPart (COMMA keyPart)* RPAREN ;

keyPart : identifier IDENTIFIER? (HASH | RANGE)? ;

projection : (PROJECT | PROJECTING) (ALL | KEYS ONLY | INCLUDE nameList) ;

tableClause
  : PRIMARY KEY keyParts
  | billing
  | warmThroughput
  | (GSI | LSI) LPAREN namedIndex (COMMA namedIndex)* RPAREN
  | stream
  | sse
  | tableClass
  | deletionProtection
  | ttl
  | pitr
  | TAGS LPAREN tag (COMMA tag)* RPAREN
  | WITH optionList
  ;

namedIndex : identifier ON keyParts projection? indexClause* ;

indexClause : billing | warmThroughput | WITH optionList ;

billing
  : BILLING MODE (ON DEMAND | PROVISIONED capacity) throughput?
  | throughput
  ;

throughput : THROUGHPUT (capacity | UNLIMITED) ;

warmThroughput : WARM THROUGHPUT capacity ;

capacity : LPAREN capacityPart (COMMA capacityPart)* RPAREN ;

capacityPart : MINUS? INTEGER (RCU | WCU) ;

stream : STREAM (DISABLED | LPAREN (KEYS ONLY | (NEW | OLD | BOTH) (IMAGE | IMAGES)) RPAREN) ;

sse : SSE (DISABLED | LPAREN identifier+ STRING? identifier? RPAREN) ;

tableClass : TABLE CLASS IDENTIFIER+ ;

deletionProtection : DELETION PROTECTION (ENABLED | DISABLED) ;

ttl : TTL (LPAREN identifier RPAREN | DISABLED) ;

pitr : PITR (ENABLED | DISABLED) ;

tag : (identifier | STRING) COLON (identifier | STRING | INTEGER) ;

optionList : LPAREN option (COMMA option)* RPAREN ;

option : ON? identifier (EQ? optionValue)? ;

optionValue : ON | ALL | DEFAULT | valueExpr ;

createIndex
  : CREATE INDEX tableOption* identifier ON tableName keyParts projection? indexClause*
  ;

createTrigger
  : CREATE TRIGGER tableOption* identifier ON tableName (FROM identifier)? (BATCH INTEGER)?
    AS advisable
  ;

dropTable : DROP TABLE tableOption* identifier ;

dropIndex : DROP INDEX tableOption* identifier ON tableName ;

dropTrigger : DROP TRIGGER tableOption* identifier ;

alterTable
  : ALTER TABLE tableName
    ( SET (optionList | setClause) updateIndexes?
    | updateIndexes
    | (LPAREN columnType (COMMA columnType)* RPAREN)? CREATE GSI namedIndex
    | DROP GSI identifier
    | (ADD | UPDATE | DROP) REPLICA replicaWord+ )
  ;

setClause
  : (billing | warmThroughput)+
  | stream
  | sse
  | tableClass
  | deletionProtection
  | ttl
  | pitr
  ;

updateIndexes : UPDATE GSI LPAREN indexChange (COMMA indexChange)* RPAREN ;

indexChange : identifier SET (indexClause+ | optionList) ;

replicaWord : identifier | STRING | TABLE | MINUS | COMMA | INTEGER | LPAREN | RPAREN ;

alterTrigger : ALTER TRIGGER identifier identifier ;

truncate : TRUNCATE TABLE tableName ;

// ---- The rest -----------------------------------------------------------------------------------

show
  : SHOW ( CREATE TABLE tableOption* tableName
         | ALL identifier?
         | identifier (DOT memberName)* (FOR? tableName)? (LIKE STRING)? )
  ;

describe : (DESCRIBE | DESC) TABLE? tableName (ATTRIBUTES | optionList)? ;

explain
  : EXPLAIN ANALYZE? (LPAREN explainOption (COMMA explainOption)* RPAREN)? explainable
  ;

explainOption : FORMAT identifier | ANALYZE ;

explainable
  : advisable
  | createTable
  | createIndex
  | dropTable
  | dropIndex
  | alterTable
  | truncate
  ;

advisable
  : queryStatement
  | insertStatement
  | updateStatement
  | deleteStatement
  | fromUpdate
  ;

transaction
  : BEGIN (TRANSACTION | WORK)?
  | COMMIT (TRANSACTION | WORK)?
  | ROLLBACK (TRANSACTION | WORK)? (TO SAVEPOINT? identifier)?
  | SAVEPOINT identifier
  | RELEASE SAVEPOINT? identifier
  ;

setOption : SET identifier (DOT memberName)* (EQ | TO) optionValue ;

copy
  : COPY ( tableName FROM STRING
         | tableName TO STRING
         | parens TO STRING )
    (WITH? optionList)?
  ;

importTable : IMPORT (TABLE? tableName)? FROM STRING (WITH? optionList)? ;

// ---- Names --------------------------------------------------------------------------------------

tableName : identifier (DOT memberName)* ;

nameList : LPAREN identifier (COMMA identifier)* RPAREN ;

identifier : IDENTIFIER | QUOTED_IDENTIFIER | word | variableWord ;

// What a clause keyword cannot be taken for.
alias : IDENTIFIER | QUOTED_IDENTIFIER | word ;

// What may name a function.
callable : IDENTIFIER | QUOTED_IDENTIFIER | word ;

memberName : IDENTIFIER | QUOTED_IDENTIFIER | word | variableWord | reserved ;

// Keywords that are ordinary names elsewhere.
word
  : ADVANCE | ADVISE | AFTER | ANALYZE | ATTACH | BACKUP | BEGIN | BILLING | CAPACITY | CHAR_ | CHARACTER
  | CHECK | CLASS | CLOCK | COMMIT | CONSUMED | COPY | CURRENT | DATABASE | DAY | DELETION | DEMAND
  | DESCRIBE | DETACH | DISABLED | DO | DOUBLE | ENABLED | EXPLAIN | FIRST | FORMAT | GLOBAL | GSI | HASH
  | HOUR | IF | IMAGE | IMAGES | IMPORT | INCLUDE | INDEX | KEY | KEYS | LAST | LOCAL | LSI
  | MINUTE | MODE | MODIFIED | MONTH | NEW | NOTHING | NOWAIT | OLD | ONLY | PARTIAL | PITR
  | PRECISION | PRIMARY | PROJECT | PROJECTING | PROTECTION | PROVISIONED | RANGE | RATELIMIT | RCU
  | RECURSIVE | RELEASE | REPAIR | REPLACE | REPLICA | RESTORE | ROLLBACK | ROW | SAVEPOINT
  | SECOND | SHOW | SSE | STREAM | TAGS | THROUGHPUT | TRANSACTION | TRIGGER | TRUNCATE | TTL
  | UNBOUNDED | UNLIMITED | UPDATED | UPSERT | VARYING | WARM | WCU | WITHOUT | WORK | YEAR
  | ZONE
  ;

// Keywords that may name a variable, but neither an alias without AS nor a function.
variableWord
  : ADD | ATTRIBUTES | BATCH | CONFLICT | CONSISTENT | CORRESPONDING | DATE | DEFAULT | EXCLUDE
  | EXISTS | EXTRACT | FETCH | FILTER | FOLLOWING | GROUPS | IGNORE | INTERVAL | MATCH | NATURAL
  | NULLS | OVER | OVERLAY | PARTITION | PLACING | POSITION | PRECEDING | QUALIFY | REMOVE | RESPECT
  | RETURN | RETURNING | ROWS | SUBSTRING | TIME | TIMESTAMP | TO | TRIM | USING | VALUE | WINDOW
  | WITHIN
  ;

// Reserved: names only after a dot, or in double quotes.
reserved
  : ALL | ALTER | AND | AS | ASC | AT | BETWEEN | BOTH | BY | CAN_CAST | CAN_LOSSLESS_CAST | CASE
  | CAST | CREATE | CROSS | DELETE | DESC | DISTINCT | DROP | ELSE | END | ESCAPE | EXCEPT
  | FALSE_ | FOR | FROM | FULL | GROUP | HAVING | IN | INNER | INSERT | INTERSECT | INTO | IS
  | JOIN | LATERAL | LEADING | LEFT | LET | LIKE | LIMIT | MISSING | NOT | NULL_ | OFFSET | ON
  | OR | ORDER | OUTER | OVERLAPS | PIVOT | RIGHT | SELECT | SET | TABLE | THEN | TRAILING
  | TRUE_ | UNION | UNPIVOT | UPDATE | VALUES | WHEN | WHERE | WITH
  ;
