/**
  The secrets that a host gets, and the list of them that `secrets.sh` works from.

  # Inputs

  `fileOf`

  : The encrypted file of a secret in the store, or null where there is none yet.

  `settings`

  : The host's `steading.secrets`.

  # Type

  ```
  mounts :: {
    here :: { [String] :: Mount };      # with `file`
    missing :: [String];                # what to say of mounts whose secret has no value yet: nothing, or one sentence
    manifest :: String;
  }
  ```
*/
{
  lib,
  globalConfig,
  host,
  fileOf,
  settings,
}:

let
  mounts = lib.mapAttrs (_: mount: mount // { file = fileOf mount.secret; }) (
    lib.filterAttrs (_: mount: mount.host == host) (globalConfig.agenix.secretMounts or { })
  );
  without = lib.filterAttrs (_: mount: mount.file == null) mounts;

  # names and paths have no line breaks: assertions of `agenix` see to that
  record = name: mount: ''
    mount ${name}
    file ${mount.file}
    owner ${mount.owner}
    group ${mount.group}
    mode ${mount.mode}
    path ${mount.path}
    restart ${toString (mount.restartUnits or [ ])}
    reload ${toString (mount.reloadUnits or [ ])}
    end
  '';
in
rec {
  here = lib.filterAttrs (_: mount: mount.file != null) mounts;

  missing = lib.optional (without != { }) (
    let
      secrets = lib.unique (lib.mapAttrsToList (_: mount: mount.secret) without);
    in
    "${
      if lib.length secrets == 1 then "a secret has" else "${toString (lib.length secrets)} secrets have"
    } no value yet, so this host goes without: ${lib.concatStringsSep ", " secrets}. `steading secrets generate` makes them; git has to know the files (secrets/data/NAME.age)."
  );

  # a host without secrets needs no age
  manifest = lib.optionalString (here != { }) (
    "age ${settings.age}\n"
    + lib.concatMapStrings (path: "identity ${path}\n") settings.identityPaths
    + lib.concatStrings (lib.mapAttrsToList record here)
  );
}
