# Units on a host without systemd: each runs under its own supervise.sh. Sourced by common.sh.
# shellcheck shell=sh
# Functions in ( ) run in a subshell, so that their variables stay their own.

# A supervisor holds this lock as long as it lives: neither a killed one nor a reused pid can fool anybody.
supervised() { [ -e "$STATE/$1/lock" ] && ! flock -n "$STATE/$1/lock" true; }

# unit_state UNIT: prints active, activating, auto-restart, failed or inactive
unit_state() (
    read -r word _ 2> /dev/null < "$STATE/$1/state" || word=inactive
    case $word in
        exited) echo active ;; # a oneshot that did its work and stays "active"
        failed | inactive) echo "$word" ;;
        *) if supervised "$1"; then echo "$word"; else echo failed; fi ;; # its supervisor was killed
    esac
)

# unit_failed UNIT: true also for one that waits for its next start after an error
unit_failed() (
    case $(unit_state "$1") in
        failed) true ;;
        auto-restart) read -r _ status < "$STATE/$1/state" && [ "$status" != 0 ] ;;
        *) false ;;
    esac
)

failed_units() (
    for folder in "$STATE"/*/; do
        [ -d "$folder" ] || continue
        unit=$(basename "$folder")
        if unit_failed "$unit"; then echo "$unit"; fi
    done
)

# supervise.sh reads a unit from its definition: nothing to install, nothing to forget
units_install() { :; }
forget_failures() { :; }

# when process PID was started, in ticks since boot: tells it from a later one of the same number
process_start() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 20; }

# a supervisor that was killed leaves its service behind
end_stray() (
    read -r pid start 2> /dev/null < "$STATE/$1/main" || return 0
    running() { [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ]; }
    tries=0
    while running && [ "$tries" -lt 50 ]; do
        kill -s TERM -- "-$pid" 2> /dev/null
        sleep 0.1
        tries=$((tries + 1))
    done
    if running; then kill -s KILL -- "-$pid"; fi
)

# start_unit UNIT DEFINITION: true when it is up (a oneshot: done)
start_unit() (
    unit=$1 folder=$STATE/$1
    supervised "$unit" && return 0
    end_stray "$unit"
    mkdir -p "$folder" "$LOGS"
    replace_link "$2" "$folder/definition"
    echo activating > "$folder/state"
    # a log grows as long as its service runs; one of over a MiB makes room when it starts
    [ "$(stat -c %s "$LOGS/$unit.log" 2> /dev/null || echo 0)" -lt 1048576 ] || mv "$LOGS/$unit.log" "$LOGS/$unit.log.old"
    # own session, none of our descriptors: it outlives this script, the SSH session and their locks
    setsid sh "$SCRIPTS/supervise.sh" "$unit" < /dev/null >> "$LOGS/$unit.log" 2>&1 \
        3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
    tries=0
    while read -r word _ < "$folder/state" && [ "$word" = activating ]; do
        sleep 0.05
        tries=$((tries + 1)) # 5 s to take its lock; then as long as the unit needs
        [ "$tries" -lt 100 ] || supervised "$unit" || break
    done
    ! unit_failed "$unit"
)

stop_unit() (
    if supervised "$1" && read -r pid < "$STATE/$1/supervisor"; then
        kill -s TERM "$pid" 2> /dev/null
        flock "$STATE/$1/lock" true # it kills what ignores SIGTERM, so this ends
    fi
    end_stray "$1"
    forget_unit "$1"
)

# reload_unit UNIT DEFINITION: the running process stays, a later restart follows the new definition
reload_unit() (
    [ -x "$2/reload" ] && read -r pid _ < "$STATE/$1/main" || return 1
    replace_link "$2" "$STATE/$1/definition"
    MAINPID=$pid "$2/reload" < /dev/null >> "$LOGS/$1.log" 2>&1 9>&-
)

# for a unit that is gone from the configuration and doesn't run
forget_unit() { rm -rf "${STATE:?}/$1"; }

# Over several: VERB_units TOPLEVEL UNITS... in start order; false when one of them fails
start_units() (
    system=$1 ok=true
    shift
    for unit; do
        start_unit "$unit" "$(readlink -f "$system/units/$unit")" || { say "Failed to start $unit"; ok=false; }
    done
    $ok
)

stop_units() (
    shift
    for unit in $(reversed "$@"); do stop_unit "$unit"; done
)

restart_units() (
    stop_units "$@"
    start_units "$@"
)

reload_units() (
    system=$1 ok=true
    shift
    for unit; do
        reload_unit "$unit" "$(readlink -f "$system/units/$unit")" || { say "Failed to reload $unit"; ok=false; }
    done
    $ok
)

boot_units() { start_units "$@"; }

restart_foreign_units() {
    say "error: these are no units of this configuration, and without systemd there are no others: $(listed "$@")"
    return 1
}
reload_foreign_units() { restart_foreign_units "$@"; }

show_log() { cat "$LOGS/$1.log"; }

# the last words of each
show_units() (
    for unit; do
        say "x $unit: $(cat "$STATE/$unit/state" 2> /dev/null)"
        tail -n 10 "$LOGS/$unit.log" 2> /dev/null | sed 's/^/    /' >&2
    done
)
