#!/usr/bin/env bash
# All checks and tests; see scripts/test.sh --help.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/environment.sh
source scripts/environment.sh

usage() {
  cat <<'END'
Usage: scripts/test.sh [checks|unit|contract|e2e|quality] [pytest arguments]

Makes the environment in .venv, installs what the tests need (Chromium, nginx and Caddy among it),
then runs ruff, mypy, import-linter, shellcheck and pytest. With nothing named it does all of it.

  checks                        ruff, mypy, import-linter and shellcheck only
  unit, contract, e2e, quality  pytest on that folder only
  other arguments               pytest with them, such as -k lease

WATCHER_PYTHON=/path/to/python uses that interpreter as it is and installs no packages.
MONGODB_TEST_URI=mongodb://… runs the MongoDB suites on that server.
WATCHER_TEST_PROCESSES=0 runs one test after the other, in one process (2).
END
}

# install_debian PURPOSE PACKAGE...: by apt-get, as root or with a sudo that asks for no password.
install_debian() {
  local purpose=$1 as_root=() log
  shift
  if ((EUID != 0)); then
    as_root=(sudo -n)
  fi
  say "Installing $* $purpose."
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm "$log"
    give_up "$* can't be installed $purpose. Run, as root: apt-get install $*; then run this again."
  fi
  rm "$log"
}

install_chromium() {
  if ! command -v chromium >/dev/null; then
    install_debian "for the tests of the web app" chromium fonts-dejavu-core
  fi
}

# Debian starts a service as it is installed, unless this file forbids it.
readonly POLICY=/usr/sbin/policy-rc.d

# The tests run them by themselves, in the foreground: none is to be started as a service.
install_proxies() {
  local as_root=() missing=()
  command -v /usr/sbin/nginx >/dev/null || missing+=(nginx)
  command -v /usr/bin/caddy >/dev/null || missing+=(caddy)
  if ((${#missing[@]} == 0)); then
    return
  fi
  if ((EUID != 0)); then
    as_root=(sudo -n)
  fi
  if [[ -e $POLICY ]]; then
    install_debian "for the tests behind a proxy" "${missing[@]}"
    return
  fi
  # Where this is refused, installing is too, and says what to do.
  printf '#!/bin/sh\nexit 101\n' |
    "${as_root[@]}" install -m 755 /dev/stdin "$POLICY" 2>/dev/null || true
  (install_debian "for the tests behind a proxy" "${missing[@]}") || {
    "${as_root[@]}" rm -f "$POLICY" 2>/dev/null || true
    exit 1
  }
  "${as_root[@]}" rm -f "$POLICY"
  # Nor at the next start of the machine.
  if command -v systemctl >/dev/null; then
    "${as_root[@]}" systemctl disable --quiet "${missing[@]}" 2>/dev/null || true
  fi
}

no_check() { :; }

run_checks() {
  say "ruff"
  "$python" -m ruff check
  "$python" -m ruff format --check
  say "mypy"
  "$python" -m mypy
  say "import-linter"
  "$bin/lint-imports"
  say "shellcheck"
  "$bin/shellcheck" -x start.sh scripts/*.sh .ci/run
}

# Files of tests run beside each other: most of them wait for processes, files and timers. They keep
# their order, for the many short ones come last and leave no process alone with a long one. A
# process that crashes is a failure and is not replaced: pytest-xdist 3.8 may then wait for ever.
run_pytest() {
  say "pytest"
  "$python" -m pytest -n "${WATCHER_TEST_PROCESSES:-2}" --dist loadfile --no-loadscope-reorder \
    --max-worker-restart 0 "$@"
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac

if [[ -z ${WATCHER_PYTHON:-} && ! -e $ENVIRONMENT ]] && ! (find_python) >/dev/null 2>&1; then
  install_debian "for the environment" python3 python3-venv
fi
make_environment no_check requirements.txt requirements-dev.txt
bin=$(dirname -- "$(command -v "$python")")
case ${1:-} in
  "")
    install_chromium
    install_proxies
    run_checks
    run_pytest
    ;;
  checks)
    run_checks
    ;;
  unit | contract | quality)
    run_pytest "tests/$1" "${@:2}"
    ;;
  e2e)
    install_chromium
    install_proxies
    run_pytest tests/e2e "${@:2}"
    ;;
  *)
    run_pytest "$@"
    ;;
esac
