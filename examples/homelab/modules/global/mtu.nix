# A global of our own, beside the ready-made ones of `netsrv`. Any host may define it, and all see the result.
{ lib, ... }:
{
  options.x.global.netsrv.mtu = lib.mkOption {
    type = lib.types.ints.between 1280 9000;
    default = 1500;
    description = "Size of the biggest packet in our network, in bytes.";
  };
}
