#!/bin/sh
# activate.sh TOPLEVEL: runs the activation snippets of a system in their order and makes it the current one.
# A snippet that fails does not keep the later ones from running; the exit status tells.

SCRIPTS=$(dirname "$(readlink -f "$0")")
# the name that snippets of NixOS know it by
export systemConfig="$1"
# shellcheck source=common.sh
. "$SCRIPTS/common.sh"

result=0
while read -r snippet; do
    # a shell of its own, so that no snippet meets another's variables or `exit`
    sh -e "$systemConfig/activation/$snippet" < /dev/null || {
        say "Activation script snippet '$snippet' failed ($?)"
        result=1
    }
done < "$systemConfig/activation-order"

# whatever happened above: this is the system that the host has now
replace_link "$systemConfig" /run/current-system
mkdir -p /nix/var/nix/gcroots
ln -sfn /run/current-system /nix/var/nix/gcroots/current-system
ln -sfn /run/booted-system /nix/var/nix/gcroots/booted-system
exit $result
