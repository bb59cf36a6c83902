-- Time to live: items stay until they are swept; ADVANCE CLOCK sweeps.

SET clock = '2026-01-31 12:00:00';
CREATE TABLE sessions (id STRING, PRIMARY KEY (id), GLOBAL INDEX by_user (usr STRING)) WITH (stream = 'both images');
ALTER TABLE sessions SET TTL (expires);

INSERT INTO sessions <<
  {'id': 'a', 'usr': 'u', 'expires': 1769860790},
  {'id': 'b', 'usr': 'u', 'expires': 1769864400},
  {'id': 'c', 'usr': 'u', 'expires': 'text'},
  {'id': 'd', 'usr': 'u'},
  {'id': 'e', 'usr': 'u', 'expires': 1580000000} >>;
-- affected: 5

SELECT id FROM sessions WHERE expires < 1769860800;
-- {'id': 'a'}
-- {'id': 'e'}

ADVANCE CLOCK '1 second';
SELECT id FROM sessions;
-- {'id': 'b'}
-- {'id': 'c'}
-- {'id': 'd'}
-- {'id': 'e'}
SELECT id FROM sessions WHERE usr = 'u';
-- {'id': 'b'}
-- {'id': 'c'}
-- {'id': 'd'}
-- {'id': 'e'}
SELECT r.eventName, r.Keys, r.userIdentity.PrincipalId AS who FROM changes('sessions') AS r WHERE r.eventName = 'REMOVE';
-- {'eventName': 'REMOVE', 'Keys': {'id': 'a'}, 'who': 'dynamodb.amazonaws.com'}

ADVANCE CLOCK '1 hour';
SELECT id FROM sessions;
-- {'id': 'c'}
-- {'id': 'd'}
-- {'id': 'e'}

ADVANCE CLOCK '25 hours';
SELECT COUNT(*) AS n FROM changes('sessions') AS r;
-- {'n': 0}

ALTER TABLE sessions SET TTL DISABLED;
ADVANCE CLOCK 'soon';
-- error: ValidationException like '''soon'' is no length of time'
SET clock = 'yesterday';
-- error: ValidationException like 'clock cannot be ''yesterday'''
SET clock = system;
