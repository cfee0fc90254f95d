/**
  Public keys of hosts that `steading adopt` recorded in the fleet, as secrets/hosts/NAME.pub: lines of public keys, comments,
  and empty lines.

  # Type

  ```
  adopted :: { lib, root } -> { file :: String -> Path; keysOf :: String -> [String]; }
  ```
*/
{ lib, root }:

let
  inherit (builtins) filter isString match pathExists readFile split;
  pattern = "([a-z0-9@.-]+ [A-Za-z0-9+/=]+)([[:space:]].*)?";
in
rec {
  file = name: root + "/secrets/hosts/${name}.pub";

  keysOf =
    name:
    let
      lines = filter (line: isString line && match "[[:space:]]*(#.*)?" line == null) (split "\n" (readFile (file name)));
      read =
        line:
        let
          parts = match pattern line;
        in
        if parts == null then
          throw "steading: ${toString (file name)}: the line ${builtins.toJSON line} is no public SSH key. `steading adopt ${name}` writes the file anew."
        else
          lib.head parts;
    in
    if root != null && pathExists (file name) then map read lines else [ ];
}
