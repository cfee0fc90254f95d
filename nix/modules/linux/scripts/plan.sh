# What a switch has to do to the units of this host. Sourced by switch-to-configuration.sh.
# shellcheck shell=sh disable=SC2034,SC2046,SC2086
#
# The plan is made from what runs (each unit remembers the definition it was started from) and from what is wanted,
# never from what an earlier switch meant to do: so it is right also after one that was cut off.

# make_plan TOPLEVEL sets, each a list of units in start order:
#   to_stop     runs, but is gone from the configuration
#   to_skip     changed, but must not be touched
#   to_reload, to_restart
#   to_start    stop_first (runs now, is stopped before activation) and are_new (doesn't run now)
#   to_forget   gone from the configuration, and doesn't run
#   restless    neither up nor down at this moment
make_plan() {
    to_stop='' to_forget='' to_skip='' to_reload='' to_restart='' to_start='' stop_first='' are_new='' restless=''
    wanted=$(wanted_of "$1")
    for unit in $(units_of "$1"); do
        was=$(readlink -f "$STATE/$unit/definition") will=$(readlink -f "$1/units/$unit")
        case $(unit_state "$unit") in
            active) plan_running "$unit" "$was" "$will" ;;
            activating | auto-restart)
                restless="$restless $unit"
                plan_running "$unit" "$was" "$will"
                ;;
            *) ! has "$unit" $wanted || done_once "$unit" "$was" "$will" || {
                to_start="$to_start $unit"
                are_new="$are_new $unit"
            } ;;
        esac
    done
    for folder in "$STATE"/*/; do
        [ -d "$folder" ] || continue
        unit=$(basename "$folder")
        [ ! -e "$1/units/$unit" ] || continue
        case $(unit_state "$unit") in
            active | activating | auto-restart) to_stop="$to_stop $unit" ;;
            *) to_forget="$to_forget $unit" ;;
        esac
    done
}

# plan_running UNIT OLD NEW: a unit that runs and stays in the configuration
plan_running() {
    [ "$2" != "$3" ] || return 0
    change=$(cat "$3/on-change")
    # only what it watches was changed, not how it runs
    if [ -e "$2/settings" ] && [ -e "$3/reload" ] && diff -rq --exclude=reload-triggers "$2" "$3" > /dev/null; then
        change=reload
    fi
    case $change in
        reload) to_reload="$to_reload $1" ;;
        skip) to_skip="$to_skip $1" ;;
        restart) to_restart="$to_restart $1" ;;
        *) to_start="$to_start $1" stop_first="$stop_first $1" ;;
    esac
}

# done_once UNIT OLD NEW: a oneshot that has run to its end from this very definition need not run again
done_once() {
    [ "$2" = "$3" ] && grep -qx 'type=oneshot' "$3/settings" && [ "$(unit_state "$1")" != failed ]
}

# show_plan: says it in the words of NixOS
show_plan() {
    [ -z "$to_stop$stop_first" ] || say "would stop the following units: $(listed $to_stop $stop_first)"
    [ -z "$to_skip" ] || say "would NOT stop the following changed units: $(listed $to_skip)"
    say "would activate the configuration..."
    [ -z "$to_reload" ] || say "would reload the following units: $(listed $to_reload)"
    [ -z "$to_restart" ] || say "would restart the following units: $(listed $to_restart)"
    [ -z "$to_start" ] || say "would start the following units: $(listed $to_start)"
}

# settle UNITS...: prints those that fail within a second, as a program with a bad configuration does. One that is
# restarted over and over looks well every now and then: it counts if it failed once.
settle() (
    tries=0
    while [ $# -gt 0 ] && [ "$tries" -lt 10 ]; do
        sleep 0.1
        tries=$((tries + 1))
        for unit; do
            if unit_failed "$unit"; then
                echo "$unit"
                set -- $(without "$unit" "$@")
            fi
        done
    done
)
