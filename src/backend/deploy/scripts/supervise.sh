# Activates a system and makes it the default, whatever becomes of the link and of the operator.
# Arguments: the attempt's token, the action, the system, what the plan saw running.
# All that happened stands in the record, all that was said in the output, until the next attempt or the next boot.

token=$1 action=$2 system=$3
exec >"$folder/$token.output" 2>&1 </dev/null
cd / || exit 1
export HOME="${HOME:-/root}"
for file in "$folder"/*.output "$folder"/*.sh; do
    case $file in "$folder/$token".*) ;; *) rm -f "$file" ;; esac
done

step=begun activation='' staging=''
previous=$(target /run/current-system)
had_failed=$(failed_units)

record() {
    {
        say token "$token"
        say action "$action"
        say system "$system"
        say previous "$previous"
        say step "$step"
        say activation "$activation"
        say staging "$staging"
        for name in $had_failed; do say failed-before "$name"; done
    } >"$folder/record.new" && mv -f "$folder/record.new" "$folder/record"
}

# What was started here lives on: it must not hold the lock (descriptor 8, where no systemd is).
switch_to() { "$system/bin/switch-to-configuration" "$1" 8>&-; }

activate() {
    step=activating
    record
    switch_to test
    activation=$?
    record
}

stage() {
    step=staging
    record
    before=$(readlink "$profile")
    if [ "$(target "$profile")" != "$system" ]; then
        nix-env --profile "$profile" --set "$system" 8>&- || {
            staging=1
            return
        }
    fi
    switch_to boot
    staging=$?
    [ "$staging" = 0 ] || restore_profile
}

# The boot loader still starts what it did before: the profile has to say so.
restore_profile() {
    failed=$(readlink "$profile")
    [ "$failed" != "$before" ] || return
    echo "taking the profile back to what the boot loader starts"
    number=${before#system-}
    case $before in
        system-*-link) nix-env --profile "$profile" --switch-generation "${number%-link}" 8>&- ;;
        '') rm -f "$profile" "${profile%/*}/$failed" ;;
        *) ln -sfn "$before" "$profile" ;;
    esac
    number=${failed#system-}
    [ -z "$before" ] || nix-env --profile "$profile" --delete-generations "${number%-link}" 8>&-
}

record
case $action in
    test) activate ;;
    boot) stage ;;
    switch)
        activate
        # Exit statuses of switch-to-configuration: 0 done; 1 nothing was changed; 2 an activation script failed; 4 a unit failed; 100 only a reboot gets there.
        case $activation in
            0 | 4 | 100) stage ;;
            # A check that keeps the system from being activated now, but lets it be booted, leaves it to a reboot.
            1) grep -qi 'could not acquire' "$folder/$token.output" || stage ;;
        esac
        ;;
esac
[ "$(target "$plan_root")" != "$system" ] || rm -f "$plan_root"
step=ended
record
