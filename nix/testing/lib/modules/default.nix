# The module system: properties of definitions, modules and their imports, the merge, one evaluation of it all.
lib:
let
  room = file: import file lib;
in
room ./properties.nix
// room ./collect.nix
// room ./declarations.nix
// room ./definitions.nix
// room ./tree.nix
// room ./evaluate.nix
// room ./rename.nix
