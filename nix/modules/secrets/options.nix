# Where a host's own module for secrets finds what it needs.
{ lib, age }:

let
  inherit (lib) mkOption types;
in
{
  identityPaths = mkOption {
    type = types.listOf types.str;
    default = [
      "/etc/ssh/ssh_host_ed25519_key"
      "/etc/ssh/ssh_host_rsa_key"
    ];
    description = "Private keys on the host that its secrets are decrypted with: those of them that exist.";
  };

  age = mkOption {
    type = types.str;
    default = age;
    description = "Program that decrypts: age, or rage.";
  };
}
