# A password for everybody who may log in here: made once for the fleet, and each host gets its hash. Which hosts there are,
# nobody has to know; several may declare the same secret.
{
  globalConfig,
  lib,
  name,
  ...
}:

let
  local = lib.filterAttrs (_: account: account.local.enable) globalConfig.users.accounts;
  ofEverybody = make: lib.mkMerge (lib.mapAttrsToList make local);
in
{
  x.global.agenix = {
    secrets = ofEverybody (
      username: _: {
        "user-passwords/${username}".generation.random = { };
        "user-password-hashes/${username}".generation.template = {
          data = { inherit username; };
          content = ''{{ hashBcrypt (readSecret (fmt "user-passwords/%s" .username) ) 10 }}'';
        };
      }
    );
    # (NixOS would take it as `users.users.NAME.hashedPasswordFile`.)
    secretMounts = ofEverybody (
      username: _: {
        "user-password-hashes/${username}/${name}".secret = "user-password-hashes/${username}";
      }
    );
  };
}
