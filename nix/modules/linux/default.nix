/**
  The `linux` kind: any Linux with Nix, looked after much like NixOS, by far fewer means.

  The options are named as in NixOS and mean the same, so that a small module serves both. What is different:

  - The distribution stays. Only the files under `environment.etc`, the units of `systemd.services` and what the
    activation scripts do belong to the configuration; everything else on the host is left as it is.
  - Programs are the host's own (`/usr/sbin/nginx`, installed with its package manager) unless the fleet has a
    nixpkgs whose packages it names. Nothing here installs a program, and a host without it fails where it is used:
    the unit fails, and the switch says so.
  - Where systemd is pid 1 it runs the units; elsewhere a small supervisor does (see `systemd.nix`).
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
