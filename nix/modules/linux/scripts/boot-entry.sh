# The "boot loader" of a linux host: which system its next boot activates. Sourced.
# shellcheck shell=sh

# install_boot_entry TOPLEVEL: makes it the default; false, with the old entry untouched, when that can't be written
install_boot_entry() (
    mkdir -p "$(dirname "$BOOT_ENTRY")" &&
        printf '# what bin/boot activates when this host boots; written by switch-to-configuration\nsystem %s\n' "$1" > "$BOOT_ENTRY.new" &&
        # a full disk may show only now
        sync "$BOOT_ENTRY.new" &&
        mv -T "$BOOT_ENTRY.new" "$BOOT_ENTRY" || {
        rm -f "$BOOT_ENTRY.new"
        exit 1
    }
    [ "$(readlink -f "$PROFILE")" = "$1" ] ||
        say "warning: $PROFILE is another system: the garbage collector may take away the one that boots next"
    [ ! -d /run/systemd/system ] || install_boot_unit
)

# the system that the entry names, if it is still there
boot_default() (
    [ -r "$BOOT_ENTRY" ] && system=$(sed -n 's/^system //p' "$BOOT_ENTRY") && [ -x "$system/bin/boot" ] && echo "$system"
)

# With systemd a unit runs bin/boot. It is a real file, in /etc: the only thing of ours that systemd finds when it starts.
install_boot_unit() (
    unit=/etc/systemd/system/steading-boot.service
    cat > "$unit.new" << 'UNIT'
# Written by switch-to-configuration. Activates the system that /boot/steading-entry names, and starts its units.
[Unit]
Description=Activate the Steading configuration of this host
After=basic.target dbus.service
Before=multi-user.target ssh.service sshd.service
ConditionPathExists=/nix/var/nix/profiles/system

[Service]
Type=oneshot
RemainAfterExit=yes
# nobody is locked out by an activation that hangs
TimeoutStartSec=90
ExecStart=/nix/var/nix/profiles/system/bin/boot

[Install]
WantedBy=multi-user.target
UNIT
    mkdir -p /etc/systemd/system/multi-user.target.wants &&
        mv -T "$unit.new" "$unit" &&
        replace_link "$unit" /etc/systemd/system/multi-user.target.wants/steading-boot.service
)
