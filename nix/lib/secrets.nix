/**
  The contract's part `secrets`: what `agenix` says. Values of secrets are never known here.
*/
{
  lib,
  show,
  definedAt,
  globalConfig,
}:

let
  inherit (builtins) attrNames filter;
  inherit (globalConfig) agenix;

  secret =
    name: settings:
    let
      engines = filter (engine: settings.generation.${engine} != null) (attrNames settings.generation);
      engine = if engines == [ ] then "manual" else lib.head engines;
    in
    {
      inherit name engine;
      generation =
        if engines == [ ] then null else (show.plain settings.generation.${engine}).value or null;
      definedAt = definedAt name null;
    };

  # null where it can't be evaluated: `globals` says why
  mount = name: settings: { inherit name; } // lib.mapAttrs (_: value: (show.plain value).value or null) settings;
in
{
  secrets = lib.mapAttrsToList secret agenix.secrets;
  mounts = lib.mapAttrsToList mount agenix.secretMounts;
  inherit (agenix) adminKeys;
  hostKeys = agenix.publicKeys;
}
