# Sourced by scripts/run and scripts/test: makes sure the tools are there and builds build/release.
# Needs: $root, the top of the source tree.

build_dir="$root/build/release"

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 2; }

packages="cmake ninja-build g++ ccache pkg-config antlr4 libantlr4-runtime-dev libleveldb-dev
  libsnappy-dev libfmt-dev libgtest-dev libboost-dev libicu-dev libre2-dev rapidjson-dev
  libcli11-dev libtermkey-dev zlib1g-dev libzstd-dev libmd-dev libxxhash-dev libsqlite3-dev libssl-dev
  ${PARTON_MORE_PACKAGES:-}"

# The sources of a release have the generated parser, and need no ANTLR.
java=default-jre-headless
if [ -f "$root/grammar/generated/SOURCES" ]; then
  packages=$(printf '%s' "$packages" | sed 's/ antlr4 / /')
  java=
fi

# Prints the packages that are not installed.
missing_packages() {
  [ -z "$java" ] || command -v java >/dev/null 2>&1 || printf '%s\n' "$java"
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages 2>/dev/null |
    sed -n 's/ installed$//p')
  for package in $packages; do
    printf '%s\n' "$installed" | grep -qxF "$package" || printf '%s\n' "$package"
  done
}

install_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    for tool in cmake ninja g++ ${java:+antlr4 java}; do
      command -v "$tool" >/dev/null 2>&1 || fail "$tool is missing, and this is no Debian: install" \
        "the equivalents of: $packages $java"
    done
    return
  fi
  missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=sudo
  else
    fail "these packages are missing: $missing
Install them as root: apt-get install --no-install-recommends $missing"
  fi
  say "Installing: $missing"
  # shellcheck disable=SC2086
  if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
         $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
           --no-install-recommends $missing; } >&2; then
    fail "apt-get could not install: $missing"
  fi
}

# While process $1 runs: the last line of its log $2, in place. The usual start has nothing to build, and shows nothing.
show_progress() {
  shown=
  sleep 0.3
  while kill -0 "$1" 2>/dev/null; do
    shown=1
    printf '\r\033[K%.75s' "$(tail -n 1 "$2")" >&2
    sleep 0.5
  done
  [ -z "$shown" ] || printf '\r\033[K' >&2
}

# Output of a step goes to a log, shown only when the step fails; on a terminal the build shows how far it is.
configure_and_build() {
  mkdir -p "$build_dir"
  export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
  if [ ! -f "$build_dir/build.ninja" ]; then
    install_packages
    say "Configuring build/release"
    if ! cmake -G Ninja -S "$root" -B "$build_dir" -DCMAKE_BUILD_TYPE=Release \
        -DPARTON_PRECOMPILE="${PARTON_PRECOMPILE:-ON}" ${configure_options:-} \
        >"$build_dir/configure.log" 2>&1; then
      rm -f "$build_dir/build.ninja"
      cat "$build_dir/configure.log" >&2
      fail "configuration failed; the log is above"
    fi
  fi
  command -v ninja >/dev/null 2>&1 || install_packages
  build_log="$build_dir/build.log"
  ninja -C "$build_dir" "$@" >"$build_log" 2>&1 &
  ninja=$!
  trap 'kill "$ninja" 2>/dev/null; exit 130' INT
  if [ -t 2 ]; then
    show_progress "$ninja" "$build_log"
  fi
  if ! wait "$ninja"; then
    cat "$build_log" >&2
    fail "the build failed; the compiler's messages are above"
  fi
  trap - INT
}
