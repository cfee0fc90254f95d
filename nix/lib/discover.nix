/**
  Finds the hosts, modules, packages and recipes of a fleet by their folders.

  Nothing is evaluated here but `readDir`: the names of the hosts are free.
*/
{ lib, root }:

let
  inherit (builtins)
    attrNames
    concatMap
    filter
    listToAttrs
    pathExists
    readDir
    ;

  names = import ./names.nix { inherit lib; };

  hostKinds = [
    "nixos"
    "linux"
    "darwin"
    "home"
    "push"
  ];
  moduleKinds = [
    "global"
    "globaldata"
  ]
  ++ hostKinds;

  isOff = name: lib.hasSuffix ".off" name || lib.hasSuffix ".off.nix" name;
  isHidden = name: lib.hasPrefix "." name;

  # { NAME = type; } of a folder, without what is switched off; empty where there is no folder
  entriesOf =
    folder:
    if pathExists folder then
      lib.filterAttrs (name: _: !isOff name && !isHidden name) (readDir folder)
    else
      { };

  # readDir does not follow links
  isFolder =
    folder: name: type:
    type == "directory" || (type == "symlink" && pathExists (folder + "/${name}/."));
  foldersIn =
    folder:
    let
      entries = entriesOf folder;
    in
    filter (name: isFolder folder name entries.${name}) (attrNames entries);

  modulesBelow =
    skipped: folder:
    if pathExists (folder + "/default.nix") then
      [ (folder + "/default.nix") ]
    else
      let
        entries = entriesOf folder;
      in
      concatMap (
        name:
        if isFolder folder name entries.${name} then
          modulesBelow [ ] (folder + "/${name}")
        else if lib.hasSuffix ".nix" name && !(lib.elem name skipped) then
          [ (folder + "/${name}") ]
        else
          [ ]
      ) (attrNames entries);

  hostsOfKind =
    kind:
    let
      folder = root + "/hosts/${kind}";
      entries = entriesOf folder;
    in
    concatMap (
      name:
      let
        place = "hosts/${kind}/${name}";
        path = root + "/${place}";
        modules = modulesBelow [ "meta.nix" ] path;
        metaFile = if pathExists (path + "/meta.nix") then path + "/meta.nix" else null;
      in
      if isFolder folder name entries.${name} then
        # an empty system is nothing to deploy by mistake
        if modules == [ ] && metaFile == null then
          throw "steading: ${place}: there is no module in this folder, so it makes no host: add a default.nix, or rename it to ${place}.off. (Files that git does not track are not seen: `git add -N ${place}`.)"
        else
          [
            {
              name = names.checkHostName { inherit name place; };
              inherit
                kind
                path
                modules
                metaFile
                ;
              folder = place;
            }
          ]
      else if lib.hasSuffix ".nix" name then
        throw "steading: ${place} is a file, but a host is a folder: move it to ${lib.removeSuffix ".nix" place}/default.nix."
      else
        [ ]
    ) (attrNames entries);

  checkHostFolders =
    let
      unknown = filter (name: !(lib.elem name hostKinds)) (foldersIn (root + "/hosts"));
      first = lib.head unknown;
    in
    if unknown == [ ] then
      true
    else
      throw "steading: hosts/${first}: there is no kind of host called `${first}`; the kinds are ${lib.concatStringsSep ", " hostKinds}.${names.didYouMean hostKinds first} Hosts live in hosts/KIND/NAME/.";

  # other folders may stand in modules/, but not one that is a slip of the pen
  checkModuleFolders =
    let
      slips = filter (name: !(lib.elem name moduleKinds) && names.nearest moduleKinds name != null) (
        foldersIn (root + "/modules")
      );
      first = lib.head slips;
    in
    if slips == [ ] then
      true
    else
      throw "steading: modules/${first} is not a folder that is read.${names.didYouMean moduleKinds first} (The folders are ${lib.concatStringsSep ", " moduleKinds}; call it modules/${first}.off to keep it unread.)";
in
{
  inherit hostKinds moduleKinds;

  /**
    All hosts, in the order of kinds and names. Names may still clash: `fleet.nix` checks that
    together with hosts that were passed by hand.

    # Type

    ```
    hosts :: [ { name, kind, folder, path, modules :: [ Path ], metaFile :: Path | Null } ]
    ```
  */
  hosts = if root == null then [ ] else assert checkHostFolders; concatMap hostsOfKind hostKinds;

  /**
    The modules of each kind: every .nix file below modules/KIND, a folder with a default.nix being
    one module, sorted by name.

    # Type

    ```
    modules :: { [Kind] :: [ Path ] }
    ```
  */
  modules =
    assert root == null || checkModuleFolders;
    listToAttrs (
      map (kind: {
        name = kind;
        value = if root == null then [ ] else modulesBelow [ ] (root + "/modules/${kind}");
      }) moduleKinds
    );

  /**
    The packages in pkgs/NAME/ (or pkgs/NAME.nix), and the dev shells beside them.

    # Type

    ```
    packages :: { [String] :: { package :: Path | Null; shell :: Path | Null; } }
    ```
  */
  packages =
    let
      folder = root + "/pkgs";
      entries = if root == null then { } else entriesOf folder;
      existing = path: if pathExists path then path else null;
    in
    listToAttrs (
      concatMap (
        name:
        if isFolder folder name entries.${name} then
          [
            {
              inherit name;
              value = {
                package = existing (folder + "/${name}/default.nix");
                shell = existing (folder + "/${name}/shell.nix");
              };
            }
          ]
        else if lib.hasSuffix ".nix" name then
          [
            {
              name = lib.removeSuffix ".nix" name;
              value = {
                package = folder + "/${name}";
                shell = null;
              };
            }
          ]
        else
          [ ]
      ) (attrNames entries)
    );

  /**
    The names in recipes/, a file's without its ending.

    # Type

    ```
    recipes :: [ { name :: String; file :: String; } ]
    ```
  */
  recipes =
    if root == null then
      [ ]
    else
      map (entry: {
        name = lib.head (builtins.match "(.[^.]*).*" entry);
        file = "recipes/${entry}";
      }) (attrNames (entriesOf (root + "/recipes")));
}
