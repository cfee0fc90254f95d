# Option types: what an option accepts and how its definitions are merged.
lib:
let
  room = file: import file lib;
in
room ./base.nix
// room ./scalars.nix
// room ./containers.nix
// room ./choices.nix
// room ./wrappers.nix
// room ./submodules.nix
