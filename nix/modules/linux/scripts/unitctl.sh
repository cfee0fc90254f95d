#!/bin/sh
# unitctl.sh TOPLEVEL VERB [UNIT]: looks after the units of this host by hand, the same with systemd and without.
# shellcheck disable=SC2046  # a list of names is meant to be split

SCRIPTS=$(dirname "$(readlink -f "$0")")
toplevel=$1 verb=$2 unit=$3
# shellcheck source=common.sh
. "$SCRIPTS/common.sh"

case $verb in
    list)
        for each in $(units_of "$toplevel"); do printf '%-30s %s\n' "$each" "$(unit_state "$each")"; done
        exit
        ;;
    failed)
        failed_units
        exit
        ;;
    status | start | stop | restart | reload | log) ;;
    *)
        say "Usage: unitctl list | failed | {status|start|stop|restart|reload|log} UNIT"
        exit 1
        ;;
esac

case $unit in *.*) ;; *) unit=$unit.service ;; esac
has "$unit" $(units_of "$toplevel") || die "no unit $unit here; see: unitctl list"
case $verb in
    status) unit_state "$unit" ;;
    log) show_log "$unit" ;;
    *) "${verb}_units" "$toplevel" "$unit" ;;
esac
