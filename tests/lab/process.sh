# Processes that outlive a command of the lab, found again by pid and checked against its reuse.
# shellcheck shell=bash

# What root of a host may not do, since it would do it to the machine: set the clock, load kernel modules, reach the
# hardware and the kernel's log. For setpriv.
without_the_machine=--bounding-set=-sys_time,-sys_module,-sys_rawio,-syslog

boot_id() { echo "$(</proc/sys/kernel/random/boot_id)"; }

# Prints the start of a process in clock ticks since the machine's boot (field 22 of stat, counted behind the name, which
# may hold blanks and brackets), and whether it is on its way out: with a whole pid namespace that takes a while.
process_start() {
  local line fields
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -ra fields <<<"${line##*) }"
  [[ ${fields[0]} != [ZX] ]] || return 1
  # PF_EXITING of the flags.
  echo "${fields[19]} $((fields[6] & 4 ? 1 : 0))"
}

# Records the process that calls it, by the pid that the machine knows: /proc must still be the machine's.
# Whoever started it may be dead by then, and must find it all the same.
#   record_self FILE
record_self() {
  local pid started clock seconds
  read -r pid _ </proc/self/stat
  read -r started _ <<<"$(process_start "$pid")"
  # A host's time namespace moves its boot, from which starts are counted, by whole seconds of 100 ticks.
  if [[ -e /proc/self/timens_offsets ]]; then
    while read -r clock seconds _; do
      [[ $clock != boottime ]] || started=$((started - seconds * 100))
    done </proc/self/timens_offsets
  fi
  echo "$pid $started $(boot_id)" >"$1.new"
  # Moved in whole: a reader finds all of it or no file.
  mv "$1.new" "$1"
}

# Prints the pid that FILE recorded, if that very process still runs; with `ending`, also while it ends.
#   recorded_process FILE [ending]
recorded_process() {
  local pid started boot found exiting
  { read -r pid started boot <"$1"; } 2>/dev/null || return 1
  [[ $boot == "$(boot_id)" ]] || return 1
  found=$(process_start "$pid") || return 1
  read -r found exiting <<<"$found"
  [[ $started == "$found" && ($exiting == 0 || ${2-} == ending) ]] || return 1
  echo "$pid"
}

# Kills the process that FILE recorded, if it runs or is on its way out, and waits for its end.
#   kill_recorded FILE SECONDS
kill_recorded() {
  local pid
  pid=$(recorded_process "$1" ending) || return 0
  # It may have come to its end since it was looked for.
  kill -KILL "$pid" 2>/dev/null || true
  wait_until "$2" is_gone "$pid"
}

keeper_pid() { recorded_process "$state/keeper"; }
host_pid() { recorded_process "$state/hosts/$1/init"; }

#   wait_until SECONDS CMD…: polls, since the end of somebody else's child can't be waited for
wait_until() {
  local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
  shift
  until "$@"; do
    ((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
    sleep 0.02
  done
}

is_gone() { ! process_start "$1" >/dev/null; }
