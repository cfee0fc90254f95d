# Units on a host where systemd is pid 1. Sourced by common.sh; the same functions as in units-plain.sh.
# shellcheck shell=sh
#
# Units are links in /run/systemd/system: gone at the next boot, when bin/boot of the system that boots makes its own.
# So a switch that was only a `test` leaves nothing behind that another system would start.

UNITS=/run/systemd/system

unit_state() (
    show() { systemctl show --property="$1" --value -- "$2"; }
    state=$(show ActiveState "$1")
    case $state-$(show SubState "$1") in
        *-auto-restart*) echo auto-restart ;;
        reloading-* | deactivating-* | refreshing-*) echo active ;;
        *) echo "$state" ;;
    esac
)

unit_failed() (
    case $(unit_state "$1") in
        failed) true ;;
        auto-restart) [ "$(systemctl show --property=ExecMainStatus --value -- "$1")" != 0 ] ;;
        *) false ;;
    esac
)

# all of the host's, ours or not, as switch-to-configuration of NixOS does
failed_units() (
    systemctl list-units --state=failed --plain --no-legend --no-pager --full | cut -d ' ' -f 1
    for folder in "$STATE"/*/; do
        [ -d "$folder" ] || continue
        unit=$(basename "$folder")
        [ "$(unit_state "$unit")" != auto-restart ] || ! unit_failed "$unit" || echo "$unit"
    done
)

forget_failures() { systemctl reset-failed; }

# units_install TOPLEVEL: makes systemd's view of the units that of the system
units_install() (
    mkdir -p "$UNITS"
    find "$UNITS" -maxdepth 2 -lname '/nix/store/*' -delete # links into the store are ours
    [ ! -e "$1/unit-table" ] || while read -r unit targets; do
        file=$(readlink -f "$1/units/$unit")/$unit
        ln -sfn "$file" "$UNITS/$unit"
        [ ! -e "/etc/systemd/system/$unit" ] ||
            say "warning: /etc/systemd/system/$unit takes precedence over this configuration's $unit; remove it"
        for target in $targets; do
            mkdir -p "$UNITS/$target.wants"
            ln -sfn "$file" "$UNITS/$target.wants/$unit"
        done
    done < "$1/unit-table"
    systemctl daemon-reload
)

# remember TOPLEVEL UNITS...: from which definition each runs now
remember() (
    system=$1
    shift
    for unit; do
        mkdir -p "$STATE/$unit"
        replace_link "$(readlink -f "$system/units/$unit")" "$STATE/$unit/definition"
    done
)

forget_unit() { rm -rf "${STATE:?}/$1"; }

# Over several: VERB_units TOPLEVEL UNITS...; false when one of them fails
start_units() {
    remember "$@"
    shift
    systemctl start -- "$@"
}

stop_units() {
    shift
    systemctl stop -- "$@"
    for unit; do forget_unit "$unit"; done
}

restart_units() {
    remember "$@"
    shift
    systemctl restart -- "$@"
}

reload_units() {
    remember "$@"
    shift
    systemctl reload -- "$@"
}

# the distribution's: what they run from is none of our business
restart_foreign_units() { systemctl try-restart -- "$@"; }
reload_foreign_units() { systemctl try-reload-or-restart -- "$@"; }

# at boot this runs inside a unit that others wait for, so it must not wait for them
boot_units() {
    remember "$@"
    shift
    systemctl start --no-block -- "$@"
}

show_log() { journalctl --no-pager --unit="$1"; }

# (`status` shows only what the last start of a unit wrote, and the last of many failed starts often wrote nothing)
show_units() (
    for unit; do
        systemctl status --no-pager --full --lines=0 -- "$unit"
        journalctl --no-pager --lines=10 --unit="$unit"
    done >&2
)
