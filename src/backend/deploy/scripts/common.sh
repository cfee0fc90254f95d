# Shared by the scripts that run on a host. POSIX sh; the tools are those of coreutils, util-linux or busybox.
# shellcheck shell=sh disable=SC2034

# A login that is no interactive one lacks the folders of Nix, and sudo has a list of its own.
PATH="${PATH:-}:/run/wrappers/bin:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LC_ALL=C
export PATH LC_ALL
umask 022

folder=/run/steading/activation
profile=/nix/var/nix/profiles/system
plan_root=/nix/var/nix/gcroots/steading/plan
unit=steading-activate.service

say() { printf '%s=%s\n' "$1" "$2"; }

# where a link leads in the end, even if nothing is there any more
target() { [ -L "$1" ] && readlink -f "$1"; }

# the test of sd_booted(3)
has_systemd() { [ -d /run/systemd/system ]; }

failed_units() {
    if has_systemd; then
        systemctl list-units --failed --full --plain --no-legend --no-pager 2>/dev/null | cut -d ' ' -f 1
    elif [ -x /run/current-system/bin/unitctl ]; then
        /run/current-system/bin/unitctl failed 2>/dev/null
    fi
}

# whether an activation is being worked on: a dead one can't hold a lock, or be an active unit
activation_alive() {
    if has_systemd; then
        case $(systemctl show --property ActiveState --value "$unit" 2>/dev/null) in
            inactive | failed) return 1 ;;
            # No answer is none: an activation may just be restarting systemd or D-Bus.
            *) return 0 ;;
        esac
    fi
    [ -e "$folder/lock" ] && ! flock -n "$folder/lock" true
}
