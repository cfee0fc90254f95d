/**
  The contract's part `secrets`: what `agenix` says. Values of secrets are never known here.
*/
{
  lib,
  adapter,
  show,
  definedAt,
  globalConfig,
}:

let
  inherit (builtins) attrNames filter;
  inherit (globalConfig) agenix;

  exact = import ./exact.nix { inherit lib adapter; };

  # null where it can't be evaluated: `globals` says why
  plainOr = default: value: (show.plain value).value or default;

  # what a script finds in its PATH is told by its program, since that takes all of nixpkgs
  settingsOf =
    engine: settings:
    if engine == "script" then
      {
        inherit (settings) script;
        secrets = settings.secrets or [ ];
        network = settings.network or false;
        writes = settings.writes or [ ];
      }
    else
      settings;

  secret =
    name: settings:
    let
      engines = filter (engine: settings.generation.${engine} != null) (attrNames settings.generation);
      engine = if engines == [ ] then "manual" else lib.head engines;
      generation =
        if engines == [ ] then
          {
            value = null;
            problem = null;
          }
        else if lib.length engines > 1 then
          {
            value = null;
            problem = "it has more than one way of generation: ${lib.concatStringsSep ", " engines}";
          }
        else
          exact (settingsOf engine settings.generation.${engine});
    in
    {
      inherit name engine;
      generation = generation.value;
      inherit (generation) problem;
      description = plainOr null (settings.description or null);
      # what can't be evaluated is not to be made anew lightly
      protect = plainOr true (settings.protect or false);
      rotateAfter = plainOr null (settings.rotateAfter or null);
      definedAt = definedAt name null;
    };

  mount =
    name: settings:
    {
      inherit name;
      restartUnits = [ ];
      reloadUnits = [ ];
    }
    // lib.mapAttrs (_: plainOr null) settings;
in
{
  secrets = lib.mapAttrsToList secret agenix.secrets;
  mounts = lib.mapAttrsToList mount agenix.secretMounts;
  inherit (agenix) adminKeys;
  hostKeys = agenix.publicKeys;
}
