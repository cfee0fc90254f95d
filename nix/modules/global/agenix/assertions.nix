/**
  What must hold of secrets and mounts. A host checks those that it defines, and the mounts that it gets.

  # Inputs

  `own`, `all`

  : `agenix` as this host defines it, and as the whole fleet does.

  `host`

  : The host's name.

  `at`

  : Where an option below `agenix` is defined, as text.
*/
{
  lib,
  own,
  all,
  host,
  at,
}:

let
  inherit (import ../../../lib/names.nix { inherit lib; }) didYouMean isSecretName;

  enginesOf =
    secret: lib.filter (engine: secret.generation.${engine} != null) (lib.attrNames secret.generation);

  checkSecret =
    name: secret:
    let
      place = option: at ([ "secrets" name ] ++ option);
      engines = enginesOf secret;
      ways = lib.concatMapStringsSep ", " (
        engine: "${engine} (${place [ "generation" engine ]})"
      ) engines;
    in
    [
      {
        assertion = isSecretName name;
        message = "agenix: secret ${builtins.toJSON name} (${place [ ]}) can't be called so: a name has parts of at most 200 bytes, without `.`, `..` or control characters, separated by single slashes.";
      }
      {
        assertion = lib.length engines <= 1;
        message = "agenix: secret `${name}` has more than one way of generation: ${ways}. Keep one, or none for a secret that is entered by hand.";
      }
    ];

  # chmod(1) of GNU coreutils
  clause = "[ugoa]*([-+=]([rwxXst]*|[ugo]))+";
  isMode = mode: builtins.match "[0-7]{1,4}|${clause}(,${clause})*" mode != null;

  isPath = path: lib.hasPrefix "/" path && isSecretName (lib.removePrefix "/" path);
  isAccount = name: builtins.match "[A-Za-z0-9_][A-Za-z0-9_.-]*[$]?" name != null;
  isUnit = name: builtins.match "[A-Za-z0-9:_.@\\-]+\\.[a-z]+" name != null;

  # what can't be evaluated is for whoever asks for it to tell
  succeeds =
    value:
    let
      tried = builtins.tryEval value;
    in
    tried.success && tried.value;
  # where `secrets.sh` and agenix put a mount, whatever its path
  inMemory = name: "/run/agenix/${name}";
  mountsHere = lib.filterAttrs (_: mount: succeeds (mount.host == host)) all.secretMounts;

  checkMount =
    name: mount:
    let
      of = option: at [ "secretMounts" name option ];
      wrongUnits = lib.filter (unit: !(isUnit unit)) (mount.restartUnits ++ mount.reloadUnits);
      # a mount of the same host that is in its way
      inTheWay =
        other: otherMount:
        other != name
        && succeeds (otherMount.host == mount.host)
        && succeeds (
          otherMount.path == mount.path
          || lib.hasPrefix "${mount.path}/" otherMount.path
          # whatever their paths: they are files below one folder
          || lib.hasPrefix "${name}/" other
          || otherMount.path != inMemory other && lib.hasPrefix "${otherMount.path}/" (inMemory name)
          || lib.hasPrefix "${inMemory name}/" "${otherMount.path}/"
        );
      others = lib.attrNames (lib.filterAttrs inTheWay all.secretMounts);
    in
    [
      {
        assertion = isSecretName name;
        message = "agenix: mount ${builtins.toJSON name} (${of "secret"}) can't be called so: a name has parts of at most 200 bytes, without `.`, `..` or control characters, separated by single slashes.";
      }
      {
        assertion = all.secrets ? ${mount.secret};
        message = "agenix: mount `${name}` (${of "secret"}) is of secret `${mount.secret}`, which is not in agenix.secrets.${didYouMean (lib.attrNames all.secrets) mount.secret}";
      }
      {
        assertion = all.publicKeys.${mount.host} or [ ] != [ ];
        message = "agenix: mount `${name}` (${of "host"}) is on host `${mount.host}`, which has no key in agenix.publicKeys. `steading adopt ${mount.host}` records it.";
      }
      {
        assertion = isMode mount.mode;
        message = "agenix: mount `${name}` (${of "mode"}): `chmod` takes no mode ${builtins.toJSON mount.mode}; write it as \"u=r,g=r,o=\" or \"0440\".";
      }
      {
        assertion = isPath mount.path;
        message = "agenix: mount `${name}` (${of "path"}): ${builtins.toJSON mount.path} is no absolute path without `.`, `..`, empty parts and control characters.";
      }
      {
        assertion = isAccount mount.owner && isAccount mount.group;
        message = "agenix: mount `${name}`: `owner` (${of "owner"}) and `group` (${of "group"}) are names or numbers, not ${builtins.toJSON mount.owner} and ${builtins.toJSON mount.group}.";
      }
      {
        assertion = wrongUnits == [ ];
        message = "agenix: mount `${name}`: `restartUnits` (${of "restartUnits"}) and `reloadUnits` (${of "reloadUnits"}) are names of units such as \"web.service\", not ${lib.concatMapStringsSep ", " builtins.toJSON wrongUnits}.";
      }
      {
        assertion = others == [ ];
        message = "agenix: mounts of host `${mount.host}` are in each other's way: `${name}` (${of "path"}) is ${mount.path}, and ${
          lib.concatMapStringsSep ", " (other: "`${other}` is ${all.secretMounts.${other}.path}") others
        }.";
      }
    ];
in
lib.concatLists (
  lib.mapAttrsToList checkSecret own.secrets
  ++ lib.mapAttrsToList checkMount (mountsHere // own.secretMounts)
)
