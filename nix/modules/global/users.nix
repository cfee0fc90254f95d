/**
  People: their accounts, and which of them administer.

  # Examples

  ```nix
  x.global.users.accounts.alice = {
    displayName = "Alice";
    isAdmin = true;
    local.authorizedKeys = [ "ssh-ed25519 AAAA… alice" ];
  };
  ```
*/
{ lib, namespace, ... }:

let
  inherit (lib) mkOption types;

  account = types.submodule (
    { name, ... }:
    {
      options = {
        displayName = mkOption {
          type = types.str;
          default = name;
          defaultText = "the account's name";
          description = "Name as it is shown.";
        };

        isAdmin = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the person administers the hosts.";
        };

        local = {
          enable = mkOption {
            type = types.bool;
            default = true;
            description = "Whether the person has an account on the hosts themselves.";
          };

          authorizedKeys = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [ "ssh-ed25519 AAAA… alice" ];
            description = "Public SSH keys that the person logs in with.";
          };
        };

        sso.enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether the person may log in through single sign-on.";
        };
      };
    }
  );
in
{
  options = lib.setAttrByPath namespace {
    users = {
      accounts = mkOption {
        type = types.attrsOf account;
        default = { };
        description = "Accounts by name.";
      };

      rootAuthorizedKeys = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "ssh-ed25519 AAAA… operator" ];
        description = "Public SSH keys that may log in as root on every host.";
      };
    };
  };
}
