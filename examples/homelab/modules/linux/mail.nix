# The role `mail`: OpenSMTPD takes mail for our accounts, wherever in the fleet they are defined.
{
  config,
  globalConfig,
  lib,
  ...
}:

let
  inherit (globalConfig) agenix email;
  receiving = lib.filterAttrs (_: account: account.permissions.receive) email.accounts;
  sending = lib.filterAttrs (_: account: account.permissions.send) email.accounts;

  # an account's mail is kept in a folder by its name, owned by the host's user `mail`
  accountLines =
    address: account: [ "${address} mail" ] ++ map (alias: "${alias} ${address}") account.aliases;
in
{
  options.roles.mail.enable = lib.mkEnableOption "the mail server";

  config = lib.mkIf config.roles.mail.enable {
    x.global.netsrv.services.smtp = {
      ports.smtp.port = 25;
      accessFromAnywhere = true;
    };

    # Every account that may send gets a password of its own, and the server a file with the hashes of all. (This small
    # server takes mail, from anybody and for our own accounts. One for sending to the world would read that file.)
    x.global.agenix = {
      secrets =
        lib.mapAttrs' (_: account: {
          name = account.secrets.smtp;
          value.generation.random = {
            length = account.secrets.passwordLength;
            charsets.special = account.secrets.passwordsContainSpecialChars;
          };
        }) sending
        // {
          "smtp/users".generation.json.content =
            { jsonLib }:
            with jsonLib;
            lib.mapAttrs (_: account: hashBcrypt (readSecret account.secrets.smtp) 10) sending;
        };
      secretMounts."smtp/users" = {
        owner = "opensmtpd";
        restartUnits = [ "mail.service" ];
      };
    };

    environment.etc = {
      "homelab/mail/accounts".text = lib.concatLines (
        lib.concatLists (lib.mapAttrsToList accountLines receiving)
      );
      "homelab/mail/smtpd.conf".text = ''
        table domains { ${lib.concatMapStringsSep ", " (domain: "\"${domain}\"") email.localDomains} }
        table accounts file:/etc/homelab/mail/accounts
        listen on 0.0.0.0 port 25
        action "deliver" maildir "/var/mail/accounts/%{dest.user:lowercase}@%{dest.domain:lowercase}" virtual <accounts>
        match from any for domain <domains> action "deliver"
      '';
    };

    systemd.services.mail = {
      description = "Mail server";
      wantedBy = [ "multi-user.target" ];
      preStart = "install -d -o mail -g mail -m 0750 /var/mail/accounts";
      serviceConfig = {
        ExecStart = "/usr/sbin/smtpd -d -f /etc/homelab/mail/smtpd.conf";
        Restart = "on-failure";
      };
      # it has no reload: a changed file restarts it
      restartTriggers = [
        config.environment.etc."homelab/mail/accounts".source
        config.environment.etc."homelab/mail/smtpd.conf".source
      ];
    };
  };
}
