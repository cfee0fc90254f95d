# What the lab says, always on stderr: stdout belongs to the commands run in it.
# shellcheck shell=bash

say() { printf 'lab: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Runs a command with its output in a log; shows the last line of it on a terminal, and the tail when it fails.
#   logged LOG WHAT CMD…
logged() {
  local log=$1 what=$2 line
  shift 2
  say "$what"
  if [[ -t 2 ]]; then
    # The log is on a descriptor of its own, so that the status is the command's.
    { "$@" 2>&1 | tee -a "$log" | while IFS= read -r line; do printf '\r\e[K  %.70s' "${line//[^[:print:]]/ }" >&2; done; } || {
      printf '\r\e[K' >&2
      logged_tail "$log" "$what"
    }
    printf '\r\e[K' >&2
  else
    "$@" >>"$log" 2>&1 || logged_tail "$log" "$what"
  fi
}

logged_tail() {
  tail -n 20 "$1" | sed 's/^/  | /' >&2
  fail "failed: $2; the lines above are the end of $1"
}

need_root() { ((EUID == 0)) || fail "must run as root: it makes namespaces and mounts"; }

#   need COMMAND PACKAGE
need() { command -v "$1" >/dev/null || fail "'$1' is missing: install it (Debian: apt-get install $2, or \`make setup\`)"; }
