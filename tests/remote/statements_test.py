"""Statements that read give the same rows on a remote database as on a local one."""
from remote_support import Server, check, compare, error, finish, rows, shell
from statement_lists import READ_SETUP, READS


with Server() as server:
    compare(READS, server.url, READ_SETUP)

    # Pages: more than one megabyte, and LIMIT that needs no more than it says.
    shell(server.url, ["CREATE TABLE big (k STRING, n NUMBER, PRIMARY KEY (k, n))"])
    shell(server.url, ["INSERT INTO big SELECT VALUE {'k': 'k' || CAST(i %% 3 AS STRING), 'n': i, 'text': '%s'}"
                       " FROM RANGE(%d, %d) AS i" % ('x' * 9000, first, first + 99) for first in range(0, 300, 100)])
    got = rows(server.url, "SELECT COUNT(*) AS n, SUM(n) AS s FROM big")
    check(got == [{'n': 300, 's': 300 * 299 // 2}], 'a scan of several pages: %r' % got)
    got = rows(server.url, "SELECT n FROM big WHERE k = 'k1' ORDER BY n DESC")
    check([r['n'] for r in got] == list(range(298, 0, -3)), 'a backward query of several pages: %r' % got)
    got = rows(server.url, "SELECT n FROM big WHERE k = 'k1' AND text LIKE '%x' ORDER BY n LIMIT 2")
    check([r['n'] for r in got] == [1, 4], 'a limit with a filter of ours: %r' % got)
    wanted = ', '.join("{'k': 'k%d', 'n': %d}" % (i % 3, i) for i in range(250))
    got = rows(server.url, "SELECT b.n FROM [%s] AS w JOIN big AS b ON b.k = w.k AND b.n = w.n" % wanted)
    check(sorted(r['n'] for r in got) == list(range(250)), 'a join by key in batches: %d rows' % len(got))

    # A table that somebody else changes.
    check(rows(server.url, "SELECT name FROM artists WHERE name = 'Joni'") == [{'name': 'Joni'}], 'Joni')
    check('scan' in error(server.url, "SELECT * FROM artists", '--set', 'scan=deny').lower(), 'SET scan = deny')
    check('no remote' not in error('http://127.0.0.1:1', "SELECT 1"), 'nobody answers')
finish()
