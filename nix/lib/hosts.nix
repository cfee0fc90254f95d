/**
  The hosts of a fleet, as far as they are known without being evaluated: those that were found in its folder, and those
  that are passed to `mkFleet`. Their names are unique.

  # Inputs

  `found`

  : What `discover.nix` finds.

  `passed`

  : The argument `hosts` of `mkFleet`.

  `modulesBeside`

  : Function of a host's name: modules that define something of its `deployment`, too.

  # Type

  ```
  hosts :: { [String] :: {
    name :: String;
    kind :: String;
    place :: String | Path;         # where it is said that there is this host
    folder :: Path | Null;
    metaFile :: Path | String | Null;
    meta :: Attrs;
    deployment :: Attrs | Null;     # as meta.nix says it
    modules :: [ Module ];
  } }
  ```
*/
{
  lib,
  names,
  found,
  passed,
  modulesBeside,
}:

let
  inherit (builtins) attrNames;

  meta = import ./meta.nix { inherit lib; };

  ofFolder = map (
    host:
    host
    // {
      place = host.folder;
      meta = if host.metaFile == null then { } else meta.read host.metaFile;
      deployment =
        if host.metaFile == null then
          null
        else
          meta.deployment {
            inherit (host) name;
            file = host.metaFile;
            more = modulesBeside host.name;
          };
    }
  ) found.hosts;

  ofArguments = lib.mapAttrsToList (
    name: host:
    let
      place = "mkFleet's `hosts.${name}`";
      unknown = lib.filter (key: !(lib.elem key knownKeys)) (attrNames host);
      knownKeys = [
        "kind"
        "modules"
        "system"
        "deployment"
      ];
    in
    if unknown != [ ] then
      throw "steading: ${place}: there is no `${lib.head unknown}` here, only ${lib.concatStringsSep ", " knownKeys}.${names.didYouMean knownKeys (lib.head unknown)}"
    else if !(lib.elem (host.kind or null) found.hostKinds) then
      throw "steading: ${place}: `kind` must be one of ${lib.concatStringsSep ", " found.hostKinds}.${names.didYouMean found.hostKinds (toString (host.kind or ""))}"
    else
      {
        name = names.checkHostName { inherit name place; };
        inherit (host) kind;
        inherit place;
        folder = null;
        metaFile = place;
        modules = host.modules or [ ];
        meta = lib.filterAttrs (key: value: key != "kind" && key != "modules" && value != null) host;
        deployment =
          if host.deployment or null == null then
            null
          else
            meta.check {
              inherit name;
              inherit (host) deployment;
              file = place;
              more = modulesBeside name;
            };
      }
  ) passed;

  # of names that differ in letter case only there is one to DNS, to SSH, and to file systems that ignore it
  add =
    table: host:
    let
      key = lib.toLower host.name;
      other = table.${key} or null;
    in
    if other == null then
      table // { ${key} = host; }
    else if other.name == host.name then
      throw "steading: two hosts are called `${host.name}`: ${other.place} and ${host.place}. Names are unique over all kinds: rename one, or switch it off by a name that ends in `.off`."
    else
      throw "steading: the names of hosts `${other.name}` and `${host.name}` differ in letter case only: ${other.place} and ${host.place}. For DNS, SSH and some file systems they are one: rename one, or switch it off by a name that ends in `.off`.";
in
lib.mapAttrs' (_: host: lib.nameValuePair host.name host) (
  builtins.foldl' add { } (ofFolder ++ ofArguments)
)
