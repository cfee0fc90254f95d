/**
  The `linux` kind: any Linux with Nix, looked after much like NixOS, by far fewer means.

  The options are named as in NixOS and mean the same, so that a small module serves both. What is different:

  - The distribution stays. Only the files under `environment.etc`, the units of `systemd.services` and what the
    activation scripts do belong to the configuration; everything else on the host is left as it is.
  - Programs are the host's own (`/usr/sbin/nginx`, installed with its package manager) unless the fleet has a
    nixpkgs whose packages it names. Nothing here installs a program, and a host without it fails where it is used:
    the unit fails, and the switch says so.
  - A host needs Nix, a POSIX shell, GNU coreutils, diffutils and findutils, awk and util-linux (flock, setsid, setpriv).
  - Where systemd is pid 1 it runs the units; elsewhere a small supervisor does (see `systemd.nix`), with logs in
    /var/log/steading/UNIT.log. `/run/current-system/bin/unitctl` looks after units in both cases.
  - What boots is named by /boot/steading-entry. With systemd a unit of ours takes it up at boot; elsewhere the host's init
    has to run `/nix/var/nix/profiles/system/bin/boot`.
  - Building needs `/bin/sh` and coreutils on the building machine, or `system.builder` (see `lib/build.nix`).
*/
{
  imports = [
    ./assertions.nix
    ./etc.nix
    ./systemd.nix
    ./activation.nix
    ./networking.nix
    ./firewall.nix
    ./toplevel.nix
  ];
}
