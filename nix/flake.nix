{
  description = "Steading's Nix library: a fleet of hosts with shared, traceable global values";

  # It needs none. But Nix 2.26 evaluates a flake that takes this one by a relative path (`path:../../nix`) only
  # if there is an input to look up; without, it runs into an endless recursion.
  inputs.itself.follows = "";

  outputs = _: {
    lib = import ./lib;
  };
}
