#!/bin/sh
# boot.sh TOPLEVEL: run once when the host boots. Activates the default system without treating it as a switch, names it
# as the one that was booted, and starts its units.

SCRIPTS=$(dirname "$(readlink -f "$0")")
toplevel=$1
export NIXOS_ACTION=boot
# shellcheck source=common.sh
. "$SCRIPTS/common.sh"
# shellcheck source=boot-entry.sh
. "$SCRIPTS/boot-entry.sh"

[ "$(id -u)" = 0 ] || die "boot must be run as the root user"
default=$(boot_default) && [ "$default" != "$toplevel" ] && exec "$default/bin/boot"

mkdir -p "$(dirname "$LOCK")"
exec 9>> "$LOCK"
flock 9

say "booting system configuration $toplevel"
result=0
"$toplevel/activate" 9>&- || result=2
replace_link "$toplevel" /run/booted-system
units_install "$toplevel"
# shellcheck disable=SC2046
set -- $(wanted_of "$toplevel")
[ $# = 0 ] || boot_units "$toplevel" "$@" || result=4
exit $result
