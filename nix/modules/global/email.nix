/**
  Mail: the accounts, and which domains and users the mail host serves.

  # Examples

  ```nix
  x.global.email.accounts."paperless@example.org".permissions.receive = true;
  ```
*/
{ lib, namespace, ... }:

let
  inherit (lib) mkOption types;

  # each name once, however many hosts mention it
  setOfNames = types.coercedTo (types.listOf types.str) lib.unique (types.listOf types.str);

  account = types.submodule (
    { name, config, ... }:
    let
      escapedAddress = lib.replaceStrings [ "@" ] [ "__" ] name;
    in
    {
      options = {
        aliases = mkOption {
          type = setOfNames;
          default = [ ];
          description = "Further addresses whose mail ends up in this account.";
        };

        permissions = {
          send = mkOption {
            type = types.bool;
            default = false;
            description = "Whether the account may send.";
          };

          receive = mkOption {
            type = types.bool;
            default = false;
            description = "Whether the account may receive.";
          };
        };

        secrets = {
          imap = mkOption {
            type = types.str;
            default = "imap/passwords/${escapedAddress}";
            description = "Name of the secret with the password for reading.";
          };

          smtp = mkOption {
            type = types.str;
            default = "smtp/passwords/${escapedAddress}";
            description = "Name of the secret with the password for sending.";
          };

          passwordLength = mkOption {
            type = types.int;
            default = 64;
            description = "Length of both passwords.";
          };

          passwordsContainSpecialChars = mkOption {
            type = types.bool;
            default = true;
            description = "Whether both passwords have special characters.";
          };
        };

        sync = {
          enable = mkOption {
            type = types.bool;
            default = false;
            description = "Whether mail is fetched from a provider upstream.";
          };

          retrieval = {
            idleMailbox = mkOption {
              type = types.str;
              default = "INBOX";
              description = "Mailbox whose new mail is waited for.";
            };

            mailboxes = mkOption {
              type = setOfNames;
              default = [ config.sync.retrieval.idleMailbox ];
              defaultText = "only `idleMailbox`";
              description = "Mailboxes that are fetched.";
            };
          };

          delivery.mailbox = mkOption {
            type = types.str;
            default = "%(mailbox)";
            description = "Mailbox that fetched mail is put into.";
          };
        };
      };
    }
  );
in
{
  options = lib.setAttrByPath namespace {
    email = {
      accounts = mkOption {
        type = types.attrsOf account;
        default = { };
        description = "Accounts by address.";
      };

      localDomains = mkOption {
        type = setOfNames;
        default = [ ];
        description = "Domains that the mail host is the end for.";
      };

      outboundAuthorizedUsers = mkOption {
        type = setOfNames;
        default = [ ];
        description = "Users of the mail host who may send without an account.";
      };
    };
  };
}
