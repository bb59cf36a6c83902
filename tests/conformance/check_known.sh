#!/bin/sh
# check_known.sh RUNNER CASES KNOWN: exactly the known failures fail. Skipped (77) where there are no cases.
if [ ! -d "$2" ]; then
  echo "skipped: no conformance cases at $2"
  exit 77
fi
exec "$1" "$2" --known "$3"
