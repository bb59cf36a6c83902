"""Random statements on a local and on a remote database: rows, counts and errors are the same."""
import argparse, random

from remote_support import Server, compare, finish, shell

NAMES = ['a', 'b', 'c', 'd', 'm', 'l', 's', 'g', 'v']


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, *choices):
        return self.random.choice(choices)

    def scalar(self):
        return self.one('0', '1', '2', '-3', '2.5', '1e3', "'a'", "'b'", "'ab'", "''", 'true', 'false', 'NULL')

    def value(self, depth=0):
        if depth < 2 and self.random.random() < 0.25:
            return self.one("{'x': %s, 'y': %s}" % (self.value(depth + 1), self.value(depth + 1)),
                            '[%s, %s]' % (self.value(depth + 1), self.value(depth + 1)), "<<'a', 'b'>>", '<<1, 2, 3>>')
        return self.scalar()

    def key(self):
        return "'%s'" % self.one('p', 'q', 'r'), str(self.random.randrange(6))

    def item(self):
        k, n = self.key()
        fields = ["'k': " + k, "'n': " + n]
        for name in self.random.sample(NAMES, self.random.randrange(6)):
            value = "'%s'" % self.one('x', 'y', 'z') if name == 'g' else self.value()
            fields.append("'%s': %s" % (name, value))
        return '{' + ', '.join(fields) + '}'

    def path(self):
        return self.one(*NAMES, 'm.x', 'm.y', 'l[0]', 'l[1]', 'm.x.y', 'k', 'n', 'nothing')

    def term(self, depth=0):
        path = self.path()
        simple = [
            lambda: '%s %s %s' % (path, self.one('=', '<>', '<', '<=', '>', '>='), self.scalar()),
            lambda: '%s %s %s' % (self.scalar(), self.one('=', '<>', '<', '>'), path),
            lambda: '%s %s %s' % (path, self.one('=', '<>', '<'), self.path()),
            lambda: '%s IS %s%s' % (path, self.one('', 'NOT '), self.one('NULL', 'MISSING')),
            lambda: '%s IN (%s, %s)' % (path, self.scalar(), self.scalar()),
            lambda: '%s BETWEEN %s AND %s' % (path, self.one('0', '1', "'a'"), self.one('2', "'b'", '5')),
            lambda: 'begins_with(%s, %s)' % (path, self.one("'a'", "'b'", "''")),
            lambda: 'contains(%s, %s)' % (path, self.one("'a'", '1')),
            lambda: 'attribute_type(%s, %s)' % (path, self.one("'S'", "'N'", "'NULL'", "'M'")),
            lambda: 'size(%s) %s %s' % (path, self.one('=', '>', '<', '<>'), self.one('0', '1', '2')),
            lambda: "%s LIKE 'a%%'" % path,
            lambda: '%s + 1 > 2' % path,
            lambda: 'COALESCE(%s, 0) = %s' % (path, self.scalar()),
        ]
        if depth < 2 and self.random.random() < 0.3:
            return self.one('(%s AND %s)', '(%s OR %s)') % (self.term(depth + 1), self.term(depth + 1))
        if depth < 2 and self.random.random() < 0.1:
            return 'NOT (%s)' % self.term(depth + 1)
        return self.random.choice(simple)()

    def condition(self):
        k, n = self.key()
        keys = self.one('', '', 'k = %s' % k, 'k = %s AND n = %s' % (k, n), 'k = %s AND n > %s' % (k, n),
                        "k IN ('p', 'q')", 'k = %s AND n BETWEEN 1 AND %s' % (k, n), "g = 'x'")
        terms = [t for t in [keys] + [self.term() for _ in range(self.random.randrange(3))] if t]
        return ' WHERE ' + ' AND '.join(terms) if terms else ''

    def by_key(self):
        k, n = self.key()
        more = ' AND ' + self.term() if self.random.random() < 0.5 else ''
        return ' WHERE k = %s AND n = %s%s' % (k, n, more)

    def query(self):
        where = self.condition()
        return self.one(
            'SELECT * FROM tab' + where,
            'SELECT k, n, %s AS x FROM tab%s' % (self.path(), where),
            'SELECT n FROM tab WHERE k = %s ORDER BY n%s LIMIT 2' % (self.key()[0], self.one('', ' DESC')),
            'SELECT COUNT(*) AS c, SUM(n) AS s FROM tab' + where,
            'SELECT k, COUNT(*) AS c FROM tab%s GROUP BY k' % where,
            'SELECT x.k, x.n, y.n AS m FROM tab AS x JOIN tab AS y ON y.k = x.k AND y.n = x.n + 1',
            'SELECT k, n FROM tab%s ORDER BY k, n LIMIT 3' % where)

    def action(self):
        path = self.one('a', 'b', 'v', 'm.x', 'm', 'l[0]', 'l[5]', 'c')
        value = self.one(self.value(), '%s + 1' % self.path(), '%s - %s' % (self.path(), self.path()), self.path(),
                         'UPPER(g)', "if_not_exists(%s, 7)" % self.path())
        return self.one('SET %s = %s' % (path, value), 'SET %s = %s' % (path, value), 'REMOVE ' + path)

    def write(self):
        returning = self.one('', '', ' RETURNING ALL OLD *', ' RETURNING ALL NEW *')
        return self.one(
            lambda: 'INSERT INTO tab VALUE ' + self.item(),
            lambda: 'REPLACE INTO tab VALUE ' + self.item(),
            lambda: 'UPSERT INTO tab VALUE ' + self.item(),
            lambda: 'INSERT INTO tab <<%s, %s>>' % (self.item(), self.item()),
            lambda: 'UPDATE tab %s%s%s' % (self.action(), self.by_key(), returning),
            lambda: 'UPDATE tab %s%s%s' % (self.action(), self.by_key(), returning),
            lambda: 'UPDATE tab %s%s' % (self.action(), self.condition()),
            lambda: 'DELETE FROM tab%s%s' % (self.by_key(), self.one('', ' RETURNING ALL OLD *')),
            lambda: 'DELETE FROM tab%s AND n = 1' % (self.condition() or ' WHERE true'))()

    def statements(self, count):
        out = []
        while len(out) < count:
            if self.random.random() < 0.5:
                out.append(self.query())
            else:
                out += [self.write(), 'SELECT * FROM tab']
        return out


parser = argparse.ArgumentParser()
parser.add_argument('--seeds', type=int, default=2)
parser.add_argument('--first', type=int, default=1)
parser.add_argument('--statements', type=int, default=100)
arguments = parser.parse_args()
for seed in range(arguments.first, arguments.first + arguments.seeds):
    with Server() as server:
        generator = Generator(seed)
        setup = ['CREATE TABLE tab (k STRING, n NUMBER, g STRING, PRIMARY KEY (k, n), GLOBAL INDEX by_g (g, n))']
        setup += ['REPLACE INTO tab VALUE ' + generator.item() for _ in range(25)]
        failed = compare(generator.statements(arguments.statements), server.url, setup)
        print('seed %d: %d statements failed on both alike' % (seed, failed))
finish()
