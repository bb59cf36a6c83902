#!/bin/sh
# check_known.sh RUNNER CASES KNOWN [OPTION...]: exactly the known failures fail. Skipped (77) where there are no
# cases.
if [ ! -d "$2" ]; then
  echo "skipped: no conformance cases at $2"
  exit 77
fi
runner=$1 cases=$2 known=$3
shift 3
exec "$runner" "$cases" --known "$known" "$@"
