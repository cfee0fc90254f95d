# Whose keys open secrets; what the secrets are is said where they are used. These keys are made up, so anything that says
# otherwise counts: `steading adopt HOST` writes a host's own key to secrets/hosts/HOST.pub, and yours belongs here.
{ lib, ... }:
{
  x.global.agenix = {
    adminKeys = lib.mkDefault [ "age1lrv8kt8uxwxt4mffzfp25kganyngcxdxm50psfxdr9v5lpcf9vzs9ngtyg" ];
    publicKeys = lib.mapAttrs (_: lib.mkOptionDefault) {
      gate = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDyycMHl1KXWrjHe9I4Yb6r9w4nGwt5QVYm34eBJm0R1" ];
      post = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB56zuc6KKQcV9vSAfVFx23JM1Oio4y0gDS5eTXFPcU6" ];
      watch = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMJFxLnahVuA0X9BqR/MuzTdEvmYTg27MmJJdSTHoodm" ];
      attic = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICPwANEdFArjtEIaa+SUDB7cQhAECwHG++B13oVcjmPM" ];
    };
  };
}
