# The role `logins`: our people may log in here, each with a password that is made once for the fleet; a host gets its hash.
# Which other hosts have the role, nobody has to know: several may declare the same secret.
{
  config,
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
  options.roles.logins.enable = lib.mkEnableOption "accounts of our people";

  config = lib.mkIf config.roles.logins.enable {
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
  };
}
