# The role `monitoring`: asks all that want to be watched for their numbers, and shows who answers.
{
  config,
  globalConfig,
  lib,
  network,
  ...
}:

let
  cfg = config.roles.monitoring;
  inherit (globalConfig) email netsrv;
  # made for the account by whichever host has the role `mail`
  password = email.accounts.${cfg.from}.secrets.smtp;
  targets = config.environment.etc."homelab/monitoring/targets";
  inherit (netsrv.services.monitoring) address ports;
in
{
  options.roles.monitoring = {
    enable = lib.mkEnableOption "the monitoring";
    from = lib.mkOption {
      type = lib.types.str;
      description = "Address that its mails come from.";
    };
    to = lib.mkOption {
      type = lib.types.str;
      description = "Address that they go to.";
    };
  };

  config = lib.mkIf cfg.enable {
    x.global = {
      netsrv.services.monitoring.ports.http.port = 9090;
      # what it watches, it may reach
      netsrv.access = map (target: { inherit (target) service; }) network.targets;
      sites.status = {
        service = "monitoring";
        title = "Status";
        forAdmins = true;
      };
      agenix.secretMounts."monitoring/mail-password" = {
        secret = password;
        owner = "www-data";
        restartUnits = [ "scrape.service" ];
      };
    };

    environment.etc."homelab/monitoring/targets".text = lib.concatMapStrings (
      target: "${target.job} ${target.service} ${target.url}\n"
    ) network.targets;

    systemd.services = {
      scrape = {
        description = "Collects the numbers of all hosts";
        wantedBy = [ "multi-user.target" ];
        after = [ "monitoring.service" ];
        environment = {
          TARGETS = "/etc/${targets.target}";
          SECONDS_BETWEEN = 15;
          TELL = ./tell.sh;
          MAIL_SERVER = "${netsrv.services.smtp.address}/${toString netsrv.services.smtp.ports.smtp.port}";
          MAIL_FROM = cfg.from;
          MAIL_TO = cfg.to;
          # (Our small server asks nobody for one; what is to be shown to another is here.)
          MAIL_PASSWORD_FILE = globalConfig.agenix.secretMounts."monitoring/mail-password".path;
        };
        serviceConfig = {
          ExecStart = "/bin/sh ${./scrape.sh}";
          User = "www-data";
          StateDirectory = "monitoring";
          WorkingDirectory = "/var/lib/monitoring";
          Restart = "on-failure";
        };
        restartTriggers = [ targets.source ];
      };
      monitoring = {
        description = "Shows what was collected";
        wantedBy = [ "multi-user.target" ];
        serviceConfig = {
          ExecStart = "/usr/bin/busybox httpd -f -p ${address}:${toString ports.http.port} -h /var/lib/monitoring";
          User = "www-data";
          StateDirectory = "monitoring";
          Restart = "on-failure";
        };
      };
    };
  };
}
