#!/bin/sh
# switch-to-configuration.sh TOPLEVEL ACTION: brings this host to the system TOPLEVEL.
# Exit status, as NixOS has it:  0 done · 1 nothing was changed · 2 an activation script failed · 4 a unit is failed ·
# 100 needs a reboot, since the init interface changed.  All text goes to stderr, in the words of NixOS.
# shellcheck disable=SC2086  # lists of units are meant to be split: their names have no spaces

SCRIPTS=$(dirname "$(readlink -f "$0")")
toplevel=$1 action=$2
export NIXOS_ACTION="$action"
# the end of a terminal or a pipe must not end a switch half way
trap '' HUP PIPE

case $action in
    switch | boot | test | dry-activate | check) ;;
    *)
        cat >&2 << USAGE
Usage: switch-to-configuration [check|switch|boot|test|dry-activate]
check:        run pre-switch checks and exit
switch:       make the configuration the boot default and activate now
boot:         make the configuration the boot default
test:         activate the configuration, but don't make it the boot default
dry-activate: show what would be done if this configuration were activated
USAGE
        exit 1
        ;;
esac

# shellcheck source=common.sh
. "$SCRIPTS/common.sh"
# shellcheck source=plan.sh
. "$SCRIPTS/plan.sh"
# shellcheck source=requests.sh
. "$SCRIPTS/requests.sh"
# shellcheck source=boot-entry.sh
. "$SCRIPTS/boot-entry.sh"

[ "$(id -u)" = 0 ] || die "switch-to-configuration must be run as the root user"
[ ! -e /etc/NIXOS ] || die "this host runs NixOS: give it a folder in hosts/nixos, not in hosts/linux"

# A dry run leaves not even a lock file behind: where none is, nobody holds it.
if [ "$action" != dry-activate ] || [ -e "$LOCK" ]; then
    mkdir -p "$(dirname "$LOCK")" && exec 9>> "$LOCK" || die "could not open the lock $LOCK"
    flock -n 9 || die "could not acquire the lock $LOCK: another switch is running on this host"
fi

if [ "${NIXOS_NO_CHECK:-}" != 1 ]; then
    "$toplevel/pre-switch-checks" "$toplevel" "$action" 9>&- || die "pre-switch checks failed"
fi
[ "$action" != check ] || exit 0

case $action in
    switch | boot) install_boot_entry "$toplevel" || die "$BOOT_ENTRY could not be written; the host boots what it booted before" ;;
esac
[ "$action" != boot ] || exit 0

if [ -e /run/current-system/init-interface-version ] &&
    ! cmp -s /run/current-system/init-interface-version "$toplevel/init-interface-version"; then
    say "Warning: the new configuration has an 'init' that is incompatible with the"
    say "current configuration. It won't take effect until you reboot the system."
    exit 100
fi

make_plan "$toplevel"
if [ "$action" = dry-activate ]; then
    show_plan
    exit 0
fi

# Every step below may be cut off: what runs is remembered per unit, so running the switch again finishes the rest.
result=0
if [ -n "$to_stop$stop_first" ]; then
    say "stopping the following units: $(listed $to_stop $stop_first)"
    stop_units "$toplevel" $to_stop $stop_first
fi
for unit in $to_forget; do forget_unit "$unit"; done
[ -z "$to_skip" ] || say "NOT restarting the following changed units: $(listed $to_skip)"

say "activating the configuration..."
"$toplevel/activate" 9>&- || result=2
forget_failures
units_install "$toplevel"
add_requests "$toplevel"

if [ -n "$to_reload" ]; then
    say "reloading the following units: $(listed $to_reload)"
    reload_units "$toplevel" $to_reload || result=4
fi
if [ -n "$to_restart" ]; then
    say "restarting the following units: $(listed $to_restart)"
    restart_units "$toplevel" $to_restart || result=4
fi
if [ -n "$to_start" ]; then
    say "starting the following units: $(listed $to_start)"
    start_units "$toplevel" $to_start || result=4
fi
do_foreign_requests || result=4
shaky=$(settle $to_reload $to_restart $to_start $restless)

new=$(for unit in $are_new; do [ "$(unit_state "$unit")" != active ] || echo "$unit"; done)
[ -z "$new" ] || say "the following new units were started: $(listed $new)"
failed=$(printf '%s\n' $(failed_units) $shaky | sort -u)
if [ -n "$failed" ]; then
    say "warning: the following units failed: $(listed $failed)"
    show_units $failed
    result=4
fi
exit $result
