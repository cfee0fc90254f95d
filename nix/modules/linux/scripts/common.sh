# Shared by the scripts of a linux host. Sourced, never run.
# shellcheck shell=sh disable=SC2034

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022

STATE=/run/steading/units               # one folder per unit: what runs, and from which definition
LOGS=/var/log/steading                  # logs of services where no journal keeps them
LOCK=/run/nixos/switch-to-configuration.lock
PROFILE=/nix/var/nix/profiles/system
BOOT_ENTRY=/boot/steading-entry         # what boots next: this kind's "boot loader"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# words as a sorted "a, b, c"
listed() { printf '%s\n' "$@" | sort -f | paste -sd, - | sed 's/,/, /g'; }

# has WORD LIST...: is WORD one of LIST?
has() (
    wanted=$1
    shift
    for word; do [ "$word" != "$wanted" ] || exit 0; done
    exit 1
)

# without WORD LIST...: prints LIST without WORD, in order
without() (
    unwanted=$1
    shift
    for word; do [ "$word" = "$unwanted" ] || printf '%s ' "$word"; done
)

# replace_link TARGET LINK: points LINK at TARGET in one step, so that nobody ever sees it missing
replace_link() {
    ln -sfn "$1" "$2.steading-new" && mv -T "$2.steading-new" "$2"
}

# a system's units in start order, and those that its boot starts
# (a line of the table: the unit, then the targets that want it)
units_of() { [ ! -e "$1/unit-table" ] || cut -d ' ' -f 1 "$1/unit-table"; }
wanted_of() { [ ! -e "$1/unit-table" ] || grep ' .' "$1/unit-table" | cut -d ' ' -f 1; }

# words, last first
reversed() { printf '%s\n' "$@" | sed '1!G;h;$!d'; }

# where systemd is pid 1 it runs the services, elsewhere supervise.sh does
# (the test is the one of sd_booted(3))
if [ -d /run/systemd/system ]; then
    . "$SCRIPTS/units-systemd.sh"
else
    . "$SCRIPTS/units-plain.sh"
fi
