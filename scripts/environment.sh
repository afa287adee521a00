# shellcheck shell=bash
# The Python environment of start.sh and scripts/test.sh; they source this file from the project's
# root. It sets `python`. WATCHER_PYTHON names an interpreter that has everything already, as in
# the container image: then nothing is installed.

readonly ENVIRONMENT=.venv
# Packages, what pip unpacks on the way, and room for the data.
readonly NEEDED_MB=3000

say() { printf '%s\n' "$*"; }

give_up() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Print the first Python that is new enough and can make environments. 3.11 comes first: the tests
# run on it, and every package has builds for it.
find_python() {
  local candidate found=""
  for candidate in python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
        say "$candidate"
        return
      fi
      found=$candidate
    fi
  done
  if [[ -n $found ]]; then
    give_up "$("$found" --version) is here, but it can't make environments. On Debian or Ubuntu:" \
      "apt-get install python3-venv. Then run this again."
  fi
  give_up "watcher needs Python 3.11 or newer, and none is on the PATH. On Debian 12, Ubuntu 24.04" \
    "or newer: apt-get install python3 python3-venv. Then run this again."
}

check_disk() {
  local free_mb
  free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
  if ((free_mb < NEEDED_MB)); then
    give_up "Only $free_mb MB are free on the disk of $PWD; the installation needs about" \
      "$NEEDED_MB MB. Make room, then run this again."
  fi
}

# A name for what the requirements ask for: it changes when a file does.
requirements_stamp() {
  sha256sum -- "$@" | sha256sum | cut -d' ' -f1
}

# Run pip, and show now and then what it is at. All that it says stays in a file.
pip_install() {
  local log=$ENVIRONMENT/pip.log started=$SECONDS pip line status=0
  "$python" -m pip install --disable-pip-version-check --no-input --no-compile \
    --progress-bar off "$@" \
    >"$log" 2>&1 </dev/null &
  pip=$!
  trap 'kill "$pip" 2>/dev/null; exit 130' INT TERM HUP
  while kill -0 "$pip" 2>/dev/null; do
    sleep 1
    if (((SECONDS - started) % 10 == 9)); then
      line=$(sed -En -e 's/^ *(Collecting|Downloading) ([^ :]*).*/\1 \2/p' \
        -e 's/^Installing collected.*/Unpacking/p' "$log" | tail -n 1)
      say "  $((SECONDS - started)) s: ${line:-Starting}"
    fi
  done
  wait "$pip" || status=$?
  trap - INT TERM HUP
  if ((status != 0)); then
    grep -v '^WARNING: Location' "$log" | tail -n 20 >&2
    give_up "Installing failed, for the reason above. Mend it (is there a network? is the disk" \
      "full?), then run this again: it goes on from there."
  fi
}

# make_environment CHECK FILE...: install the requirements unless they are there. CHECK is called
# before the long part, as soon as the settings can be read.
make_environment() {
  local check=$1 base stamp
  shift
  if [[ -n ${WATCHER_PYTHON:-} ]]; then
    python=$WATCHER_PYTHON
    command -v "$python" >/dev/null || give_up "WATCHER_PYTHON names no program: $python"
    return
  fi
  python=$ENVIRONMENT/bin/python
  stamp=$(requirements_stamp "$@")
  if is_installed "$stamp"; then
    return
  fi
  base=$(find_python)
  check_disk
  mkdir -p "$ENVIRONMENT"
  # A start that was killed may have left its pip at work: it holds the lock until it has ended.
  exec 9>"$ENVIRONMENT/lock"
  if ! flock -n 9; then
    say "Another start is installing; waiting until it has ended."
    flock 9
  fi
  if ! is_installed "$stamp"; then
    install_packages "$base" "$check" "$stamp" "$@"
  fi
  exec 9>&-
}

# Whether all that this stamp stands for is there, complete and usable.
is_installed() {
  [[ -e $ENVIRONMENT/installed-$1 && ! -e $ENVIRONMENT/unfinished ]] &&
    "$ENVIRONMENT/bin/python" -c '' 2>/dev/null
}

install_packages() {
  local base=$1 check=$2 stamp=$3
  shift 3
  # What a killed pip left can look complete to the next: such an environment is made anew. The
  # downloads are kept by pip.
  if [[ -e $ENVIRONMENT/unfinished ]] || ! "$python" -c '' 2>/dev/null; then
    find "$ENVIRONMENT" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
  fi
  say "Making the environment in $ENVIRONMENT with $("$base" --version)."
  touch "$ENVIRONMENT/unfinished"
  "$base" -m venv "$ENVIRONMENT"
  pip_install --quiet "$(sed -n 's/^\(pydantic-settings==[^ #]*\).*/\1/p' requirements.txt)"
  "$check"
  say "Installing packages: a few minutes the first time, about one when pip has them already."
  local file requirements=()
  for file in "$@"; do
    requirements+=(-r "$file")
  done
  pip_install "${requirements[@]}"
  rm -f "$ENVIRONMENT"/installed-*
  # What the tests need includes what watcher runs on.
  touch "$ENVIRONMENT/installed-$stamp" "$ENVIRONMENT/installed-$(requirements_stamp requirements.txt)"
  rm "$ENVIRONMENT/unfinished"
}
