/**
  Public keys of hosts that `steading adopt` recorded in the fleet, as secrets/hosts/NAME.pub: lines of public keys, comments,
  and empty lines. What modules say themselves counts more than the file.

  # Type

  ```
  adopted :: { lib, root } -> {
    file :: String -> Path;
    keysOf :: String -> [String];
    hostKey :: String -> [ Module ];                # by which the host is known: of its own evaluation
    recipient :: [String] -> String -> [ Module ];  # to which its secrets are encrypted: of the fleet's, by its namespace
  }
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

  hostKey =
    name:
    let
      keys = keysOf name;
    in
    lib.optional (keys != [ ]) {
      _file = toString (file name);
      config.deployment.hostKeys = lib.mkDefault keys;
    };

  recipient =
    namespace: name:
    let
      keys = keysOf name;
      option = namespace ++ [
        "agenix"
        "publicKeys"
      ];
    in
    lib.optional (keys != [ ]) (
      { lib, options, ... }:
      {
        _file = toString (file name);
        config = lib.optionalAttrs (lib.hasAttrByPath option options) (
          lib.setAttrByPath option { ${name} = lib.mkDefault keys; }
        );
      }
    );
}
