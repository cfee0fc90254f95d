{
  description = "A homelab: five devices, looked after by Steading";

  inputs = {
    # In a fleet of your own: steading.url = "github:…/steading" and nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11".
    steading.url = "path:../../nix";
    # A small stand-in for nixpkgs' `lib`, so that this fleet can be evaluated where there is no internet.
    nixpkgs.url = "path:../../nix/testing";
  };

  # All the rest is found by its folder: hosts/KIND/NAME, modules/KIND.
  outputs = inputs: inputs.steading.lib.mkFleet { inherit inputs; root = ./.; };
}
