# Says what this host is and runs. Reads only.

for name in current-system booted-system; do
    if system=$(target "/run/$name"); then say "$name" "$system"; fi
done
if system=$(target "$profile"); then
    say profile "$system"
    say generation "$(readlink "$profile")"
fi
# what the kernel that runs was booted from, and what it would be booted from now
for name in kernel initrd kernel-modules; do
    if [ -e "/run/booted-system/$name" ] && [ -e "/run/current-system/$name" ]; then
        [ "$(readlink -f "/run/booted-system/$name")" = "$(readlink -f "/run/current-system/$name")" ] || say other-kernel "$name"
    fi
done

say boot-id "$(cat /proc/sys/kernel/random/boot_id)"
# from the start of the first process: in a container the kernel may be older (proc(5): field 22, in ticks)
read -r uptime _ </proc/uptime
first=$(cat /proc/1/stat)
# shellcheck disable=SC2086 # fields are words
set -- ${first##*) }
ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
say uptime "$((${uptime%.*} - ${20} / ticks))"

# in blocks of 1024 bytes (df(1p))
space() { df -P -k "$2" 2>/dev/null | while read -r _ total _ free _; do [ "$total" = 1024-blocks ] || say "$1" "$free $total"; done; }
for place in /nix/store /nix /; do
    [ ! -d "$place" ] || { space nix-space "$place" && break; }
done
[ ! -d /boot ] || space boot-space /boot

if nix=$(command -v nix-daemon); then say nix-daemon "$nix"; fi
! has_systemd || say systemd yes
failed_units | while read -r name; do say failed-unit "$name"; done

if [ "$(id -u)" = 0 ]; then
    say privilege root
elif [ "$ask_sudo" = yes ]; then
    if ! command -v sudo >/dev/null; then
        say privilege none
    elif complaint=$(sudo -n true 2>&1); then
        say privilege sudo
    else
        case $complaint in
            *password*) say privilege sudo-password ;;
            *) say privilege none ;;
        esac
    fi
fi

if [ -r "$folder/record" ]; then
    while read -r line; do printf 'attempt.%s\n' "$line"; done <"$folder/record"
    ! activation_alive || say attempt.alive yes
fi
true
