# Starts the supervisor, unless that wouldn't be safe, and returns when it has taken over.
# Variables: token, action, system, expected (what the plan saw running), supervisor (its text).

running=$(target /run/current-system) || running=
if [ "$running" != "$expected" ]; then
    say changed "$running"
    exit 0
fi
if [ ! -x "$system/bin/switch-to-configuration" ]; then
    say absent "$system"
    exit 0
fi
mkdir -p "$folder" || exit 1

printf '%s\n' "$supervisor" >"$folder/$token.sh" || exit 1
(umask 077 && : >"$folder/$token.output") || exit 1

busy() {
    rm -f "$folder/$token".*
    say busy "$(sed -n 's/^system=//p' "$folder/record" 2>/dev/null)"
    exit 0
}

if has_systemd; then
    ! activation_alive || busy
    # The fixed name is what refuses a second one that comes at the same time.
    systemd-run --quiet --collect --no-ask-password --unit="$unit" --description="Steading: $action $system" \
        /bin/sh "$folder/$token.sh" "$token" "$action" "$system" || {
        ! activation_alive || busy
        exit 1
    }
elif command -v flock >/dev/null && command -v setsid >/dev/null; then
    exec 8>>"$folder/lock"
    # Somebody who only asks whether the lock is held holds it for a moment.
    flock -n 8 || { sleep 1 && flock -n 8; } || busy
    # It inherits the lock, and holds it as long as it lives.
    setsid sh "$folder/$token.sh" "$token" "$action" "$system" >/dev/null 2>&1 &
    exec 8>&-
else
    say missing "flock and setsid (util-linux)"
    exit 0
fi

tries=0
until grep -qx "token=$token" "$folder/record" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || {
        say slow "$token"
        exit 0
    }
    sleep 0.1
done
say started "$token"
