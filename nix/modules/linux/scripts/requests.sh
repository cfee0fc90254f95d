# Units that the activation asked to restart or reload. Sourced by switch-to-configuration.sh.
# shellcheck shell=sh disable=SC2034,SC2046,SC2086,SC2154
#
# The files are those of NixOS, so that a snippet serves both. They stay until what they ask for is done: a switch that was
# cut off finishes it the next time.

RESTART_REQUESTS=/run/nixos/activation-restart-list
RELOAD_REQUESTS=/run/nixos/activation-reload-list

requested() { [ ! -e "$1" ] || sort -u "$1"; }

# runs, and is not dealt with anyway
is_due() { [ "$(unit_state "$1")" = active ] && ! has "$1" $to_restart $to_start; }

# add_requests TOPLEVEL: adds them to what the plan has for units that run; those of the distribution are foreign
add_requests() {
    foreign_restart='' foreign_reload=''
    ours=$(units_of "$1")
    for unit in $(requested "$RESTART_REQUESTS"); do
        if ! has "$unit" $ours; then
            foreign_restart="$foreign_restart $unit"
        elif is_due "$unit"; then
            to_reload=$(without "$unit" $to_reload)
            to_restart="$to_restart $unit"
        fi
    done
    for unit in $(requested "$RELOAD_REQUESTS"); do
        if ! has "$unit" $ours; then
            has "$unit" $foreign_restart || foreign_reload="$foreign_reload $unit"
        elif is_due "$unit" && ! has "$unit" $to_reload; then
            to_reload="$to_reload $unit"
        fi
    done
}

# the last of them: then they are done
do_foreign_requests() (
    ok=true
    for verb in restart reload; do
        units=$([ $verb = restart ] && echo $foreign_restart || echo $foreign_reload)
        [ -n "$units" ] || continue
        say "${verb}ing the following units: $(listed $units)"
        "${verb}_foreign_units" $units || ok=false
    done
    rm -f "$RESTART_REQUESTS" "$RELOAD_REQUESTS"
    $ok
)
