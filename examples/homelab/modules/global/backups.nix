# Who brings backups to our archive.
{ lib, ... }:
{
  options.x.global.backups.clients = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    description = "Hosts that bring backups.";
  };
}
