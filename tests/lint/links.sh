#!/bin/sh
# Relative links of the project's pages name files that are there, and headings that these have.
cd "$(dirname -- "$0")/../.." || exit 2
bad=0
for page in README.md CHANGELOG.md docs/*.md docs/*/*.md examples/*.md examples/*/*.md; do
  [ -e "$page" ] || continue
  folder=$(dirname "$page")
  # Code is no link.
  links=$(awk '/^```/ { code = !code; next } !code' "$page" | sed 's/`[^`]*`//g' | grep -o ']([^)]*)' | sed 's/^](//; s/)$//')
  for link in $links; do
    case $link in http://* | https://* | mailto:*) continue ;; esac
    file=${link%%#*}
    target=$page
    [ -z "$file" ] || target=$folder/$file
    if [ ! -e "$target" ]; then
      echo "$page: $link is not there"
      bad=$((bad + 1))
      continue
    fi
    case $link in *'#'*) ;; *) continue ;; esac
    anchors=$(sed -n 's/^##* //p' "$target" | tr 'A-Z' 'a-z' | sed 's/`//g; s/[^a-z0-9 _-]//g; s/ /-/g')
    printf '%s\n' "$anchors" | grep -qxF -- "${link#*#}" || { echo "$page: $link: no such heading"; bad=$((bad + 1)); }
  done
done
[ "$bad" -eq 0 ]
