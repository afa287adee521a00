#!/usr/bin/env bash
# Sets up and starts watcher; see ./start.sh --help.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source=scripts/environment.sh
source scripts/environment.sh

usage() {
  cat <<'END'
Usage: ./start.sh [all|api|worker|ui|demo] [--once]

  all      (or nothing) prepare what a first start needs, then run the API, the worker and the web
           app until Ctrl-C
  api      only the API, in the foreground
  worker   only the worker, in the foreground
  ui       only the web app, in the foreground
  demo     everything on the sample catalogue, in a data folder of its own and on free ports;
           settings are not read, and your data is not touched. With --once it ends after the
           example answers

The first start makes a Python environment in .venv and installs the packages. Settings come from
the environment and from .env; .env.example describes them.

WATCHER_PYTHON=/path/to/python uses that interpreter as it is and installs nothing.
END
}

role=${1:-all}
case $role in
  -h | --help)
    usage
    exit 0
    ;;
  all | api | worker | ui | demo) ;;
  *)
    usage >&2
    exit 2
    ;;
esac
if [[ $# -gt 2 || ($# -eq 2 && ($role != demo || $2 != --once)) ]]; then
  usage >&2
  exit 2
fi

check() { "$python" -m scripts.preflight "$role" || exit 1; }

make_environment check requirements.txt
exec "$python" -m scripts.start "$@"
