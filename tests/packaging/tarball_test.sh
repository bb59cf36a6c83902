#!/bin/sh
# tarball_test.sh SOURCES: what `scripts/package --tarball` made is whole, and its binary runs where there is nothing but
# glibc: in a root folder of its own, as root, or else with no other library by readelf. Skipped where it was not run.
# PARTON_BARE_ROOT: a whole Debian (debootstrap) to run in, in the place of the folder.
set -eu
cd "$1/build/package/packages" 2>/dev/null || { echo 'skipped: scripts/package --tarball makes what is tested here'; exit 77; }
set -- parton-*-linux-*.tar.xz
[ -f "$1" ] || { echo 'skipped: scripts/package --tarball makes what is tested here'; exit 77; }
fail() { echo "failed: $*"; exit 1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

sha256sum --quiet -c SHA256SUMS || fail 'the checksums'
tar -xf "$1" -C "$folder"
parton="$folder/${1%.tar.xz}"
for file in bin/parton share/man/man1/parton.1 share/bash-completion/completions/parton share/zsh/site-functions/_parton \
  share/fish/vendor_completions.d/parton.fish LICENSE licenses/leveldb licenses/openssl sbom.spdx.json; do
  [ -s "$parton/$file" ] || fail "$file is missing"
done
[ "$(stat -c %s "$parton/bin/parton")" -lt 25000000 ] || fail 'the binary has more than 25 MB'
needed=$(readelf -d "$parton/bin/parton" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
[ "$needed" = 'ld-linux-x86-64.so.2 libc.so.6 libm.so.6 ' ] || [ "$needed" = 'libc.so.6 libm.so.6 ' ] || fail "it needs $needed"
python3 - "$parton" <<'PYTHON' || fail 'the list of what is in it'
import hashlib, json, sys
found = json.load(open(sys.argv[1] + "/sbom.spdx.json"))
packages = {p["name"]: p for p in found["packages"]}
assert found["spdxVersion"] == "SPDX-2.3" and len(packages) > 12, packages.keys()
digest = hashlib.sha256(open(sys.argv[1] + "/bin/parton", "rb").read()).hexdigest()
assert packages["parton"]["checksums"][0]["checksumValue"] == digest
for name, p in packages.items():
    assert p["licenseDeclared"] and not p["licenseDeclared"].startswith(("LGPL", "GPL-2", "AGPL")), p
    assert name == "parton" or open(f"{sys.argv[1]}/licenses/{name}").read(), name
assert len(found["relationships"]) == len(packages)
PYTHON

if [ "$(id -u)" != 0 ]; then
  "$parton/bin/parton" -c 'SELECT 1' >/dev/null || fail 'it does not run'
  echo 'not root: the binary ran here only'
  exit 0
fi
root=${PARTON_BARE_ROOT:-$folder/root}
if [ -z "${PARTON_BARE_ROOT:-}" ]; then
  mkdir -p "$root/lib64" "$root/tmp" "$root/dev"
  for library in $(ldd "$parton/bin/parton" | grep -o '/[^ ]*'); do
    mkdir -p "$root/${library%/*}"
    cp -L "$library" "$root/$library"
  done
fi
mkdir -p "$root/opt"
rm -rf "$root/opt/parton"
cp -r "$parton" "$root/opt/parton"
run() { chroot "$root" /opt/parton/bin/parton "$@"; }
cat >"$root/opt/parton/try.sql" <<'SQL'
CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title));
INSERT INTO songs << {'artist': 'Ωmega', 'title': 'ﬁrst', 'length': 1.25}, {'artist': 'Ωmega', 'title': 'straße'} >>;
SELECT VALUE UPPER(title) FROM songs WHERE artist = 'Ωmega';
COPY songs TO '/opt/parton/songs.csv';
CREATE TABLE again (artist STRING, title STRING, PRIMARY KEY (artist, title));
COPY again FROM '/opt/parton/songs.csv';
SELECT COUNT(*) AS n FROM again WHERE title LIKE 's%';
SQL
run /opt/parton/my.db /opt/parton/try.sql >"$folder/out" 2>&1 || { cat "$folder/out"; fail 'the script'; }
for word in FIRST STRASSE; do
  grep -q "$word" "$folder/out" || { cat "$folder/out"; fail "no $word"; }
done
run --mode table -c "SELECT VALUE {'a': '🎷', 'b': 1} FROM [1] AS x" >"$folder/out" 2>&1 || { cat "$folder/out"; fail 'a table'; }
grep -q '^│ 🎷 │ 1 │$' "$folder/out" || { cat "$folder/out"; fail 'the width of what is drawn'; }
run /opt/parton/my.db --mode csv -c 'SELECT COUNT(*) AS n FROM again' | grep -qx 2 || fail 'what was written is not there'
chroot "$root" /opt/parton/bin/parton serve /opt/parton/my.db --port 0 >"$folder/url" 2>"$folder/err" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -s "$folder/url" ] && break
  sleep 0.5
done
url=$(sed -n 's/.* at //p' "$folder/url")
[ -n "$url" ] || { cat "$folder/err"; fail 'it does not serve'; }
run healthcheck "$url" || fail 'the health check'
kill "$server"
wait "$server" || fail 'the server did not end well'
server=
rm -rf "$root/opt/parton"
echo 'it runs with nothing but glibc'
