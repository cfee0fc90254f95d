/**
  The modules that a fleet is evaluated from: those of its globals, and those of each host.

  # Inputs

  `found`

  : What `discover.nix` finds.

  `passed`, `readyMade`

  : The arguments `modules` and `readyMade` of `mkFleet`.

  `adopted`

  : What `adopted.nix` makes of the fleet's folder.

  `secretFile`

  : Function of a secret's name that gives its encrypted file, or null.

  # Type

  ```
  modules :: {
    globals :: [ Module ];                  # that declare globals: the fleet and all hosts have them
    ofFleet :: [String] -> [ Module ];      # of the fleet's own evaluation, by the names of its hosts
    ofHost :: Host -> [ Module ];           # of the evaluation of a host, as `hosts.nix` describes one
  }
  ```
*/
{
  lib,
  adapter,
  names,
  namespace,
  found,
  passed,
  readyMade,
  adopted,
  secretFile,
}:

let
  inherit (builtins) attrNames attrValues;

  ofKind =
    let
      unknown = lib.filter (kind: !(lib.elem kind found.moduleKinds)) (attrNames passed);
      first = lib.head unknown;
    in
    assert
      unknown == [ ]
      || throw "steading: mkFleet: `modules.${first}` is no kind of module; the kinds are ${lib.concatStringsSep ", " found.moduleKinds}.${names.didYouMean found.moduleKinds first}";
    kind: found.modules.${kind} ++ passed.${kind} or [ ];

  readyMadeModules =
    let
      all = import ../modules/global;
      unknown = lib.filter (name: !(all ? ${name})) readyMade;
      first = lib.head unknown;
    in
    if builtins.isBool readyMade then
      lib.optionals readyMade (attrValues all)
    else if unknown != [ ] then
      throw "steading: mkFleet: `readyMade` names `${first}`, but there are only ${lib.concatStringsSep ", " (attrNames all)}.${names.didYouMean (attrNames all) first}"
    else
      map (name: all.${name}) readyMade;

  # one that is passed by hand and in no file is told from what else is in none
  named =
    let
      withFile =
        content:
        if builtins.isAttrs content && adapter.propertyOf content == null then
          { _file = "<mkFleet's modules.global>"; } // content
        else
          content;
    in
    module:
    if lib.isFunction module then
      lib.setFunctionArgs (arguments: withFile (module arguments)) (lib.functionArgs module)
    else
      withFile module;

  metaModule =
    host:
    { lib, ... }:
    {
      _file = toString host.metaFile;
      config = lib.mkMerge [
        (lib.optionalAttrs (host.meta ? deployment) { inherit (host.meta) deployment; })
        # a home takes its packages as they come
        (lib.optionalAttrs (host.meta ? system && host.kind != "home") {
          nixpkgs.hostPlatform = lib.mkDefault host.meta.system;
        })
      ];
    };

  # how a host of a kind gets its secrets; the others have no way for them
  secretModules = {
    linux = ../modules/secrets/linux.nix;
    nixos = ../modules/secrets/nixos.nix;
  };
  secretModulesOf =
    kind:
    lib.optional (secretModules ? ${kind}) {
      _file = toString secretModules.${kind};
      imports = [ (import secretModules.${kind} { fileOf = secretFile; }) ];
    };
in
rec {
  globals = readyMadeModules ++ map named (ofKind "global");

  ofFleet =
    hostNames: globals ++ ofKind "globaldata" ++ lib.concatMap (adopted.recipient namespace) hostNames;

  ofHost =
    host:
    [ ../modules/deployment.nix ]
    ++ adopted.hostKey host.name
    ++ secretModulesOf host.kind
    ++ globals
    ++ ofKind host.kind
    ++ lib.optional (host.meta != { }) (metaModule host)
    ++ host.modules;
}
