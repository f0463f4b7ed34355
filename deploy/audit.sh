#!/usr/bin/env bash
# Asks the databases of known vulnerabilities about the packages of the locks: those of npm, and pip-audit's for Python.
# Ends with 1 where one is known. A database that cannot be reached is named; then nothing was checked there.
set -uo pipefail
cd "$(dirname "$0")/.."
away='ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|audit endpoint|ConnectionError|NewConnectionError|Max retries|No matching distribution|HTTP error|ServiceError|404|403|50[0-9]'
status=0

ask() { # name, command …
  local name=$1 out
  shift
  if out=$("$@" 2>&1); then
    echo "$name: nothing is known against these packages"
  elif grep -qE "$away" <<<"$out"; then
    echo "$name: its database cannot be reached from here; nothing was checked"
  else
    echo "$name:"
    echo "$out"
    status=1
  fi
}

pip_audit() { # the one of this machine, else in an environment of its own, since it is in no lock of ours
  local program=pip-audit
  if ! command -v pip-audit >/dev/null; then
    program=.venv-audit/bin/pip-audit
    [[ -x $program ]] || { ${PYTHON:-python3} -m venv .venv-audit && .venv-audit/bin/pip install -q --disable-pip-version-check pip-audit || return 1; }
  fi
  "$program" --disable-pip --require-hashes -r requirements.run.lock
}

ask "npm audit" npm audit --omit=dev
ask "pip-audit" pip_audit
exit $status
