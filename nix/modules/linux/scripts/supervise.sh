#!/bin/sh
# supervise.sh UNIT: runs one service on a host without systemd, restarts it as its settings say, stops it on SIGTERM.
# What it understands of a unit is listed in ../systemd.nix. Below /run/steading/units/UNIT it keeps
#   lock  held while it lives      supervisor  its pid      main  pid and start time of the service
#   state a word and the last exit status: activating, active, auto-restart, exited, inactive, failed
# shellcheck disable=SC2154  # from the unit's settings

unit=$1
cd "/run/steading/units/$unit" || exit 1
exec 9>> lock
flock -n 9 || exit 0
echo $$ > supervisor

state() { echo "$*" > state.new && mv state.new state; }
note() { echo "$(date '+%F %T') $unit: $*"; }

main='' stopping=false
stop() {
    stopping=true
    [ -z "$main" ] || kill -s TERM -- "-$main" 2> /dev/null
}
trap stop TERM INT
trap '' HUP

# starts a program of the unit in its own process group, as the unit's user
start() {
    set -- "$(readlink -f definition)/$1"
    if [ -n "$user" ]; then
        set -- setpriv --reuid="$user" --regid="${group:-$(id -g "$user")}" --init-groups "$1"
    elif [ -n "$group" ]; then
        set -- setpriv --regid="$group" --clear-groups "$1"
    fi
    # a shell's background child ignores some signals, and so would all that it starts
    setsid env --default-signal "$@" 9>&- &
    main=$!
    echo "$main $(sed 's/.*) //' "/proc/$main/stat" 2> /dev/null | cut -d ' ' -f 20)" > main
}

# waits for it to end, into $status; a signal to us ends `wait` early, hence the loop
await() {
    killer=''
    while :; do
        wait "$main"
        status=$?
        kill -0 "$main" 2> /dev/null || break
        if $stopping && [ -z "$killer" ]; then
            setsid sh -c "sleep $timeout_stop; kill -s KILL -- -$main" 9>&- 2> /dev/null &
            killer=$!
        fi
    done
    [ -z "$killer" ] || kill -- "-$killer" 2> /dev/null
    kill -s KILL -- "-$main" 2> /dev/null # whatever it left behind
    main=''
    rm -f main
}

# folders below /run and /var/lib that the unit asks for, as its user's
make_folders() {
    for folder in $folders; do
        mkdir -p "$folder" && chown "${user:-root}:${group:-$(id -gn "${user:-root}")}" "$folder"
    done
}

finish() {
    state "$@"
    note "is $1, exit status $2"
    exit 0
}

starts=''
while :; do
    # read anew each time: a reload may have brought another definition
    # shellcheck disable=SC1091
    . ./definition/settings
    state activating
    status=0
    make_folders
    if [ -e definition/pre-start ]; then
        start pre-start
        await
    fi
    if [ "$status" = 0 ] && ! $stopping; then
        start run
        note "started, process $main"
        [ "$type" = oneshot ] || state active
        await
    fi

    ! $stopping || finish inactive "$status"
    # systemd's notion of a clean end: 0, or one of the polite signals
    case $status in 0 | 129 | 130 | 141 | 143) clean=true ;; *) clean=false ;; esac
    case $type-$clean-$restart in
        oneshot-true-*) if $remain; then finish exited 0; else finish inactive 0; fi ;;
        *-always | *-false-on-failure) ;;
        *-true-*) finish inactive "$status" ;;
        *) finish failed "$status" ;;
    esac

    # five starts in ten seconds are enough, as for systemd
    now=$(date +%s) recent=''
    for moment in $starts; do [ $((now - moment)) -ge 10 ] || recent="$recent $moment"; done
    starts="$recent $now"
    # shellcheck disable=SC2086
    set -- $starts
    [ $# -lt 5 ] || finish failed "$status"

    state auto-restart "$status"
    note "ended with status $status, starting again in $restart_sec s"
    sleep "$restart_sec" 9>&- &
    wait $!
    ! $stopping || finish inactive "$status"
done
