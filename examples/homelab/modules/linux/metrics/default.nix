# Every linux host says how it is, and has itself watched. No host needs to know which one does the watching.
{
  config,
  globalConfig,
  name,
  ...
}:

let
  service = "metrics-${name}";
  inherit (globalConfig.netsrv.services.${service}) address ports;
in
{
  x.global.netsrv.services.${service} = {
    ports.http.port = 9100;
    publishDNS = false;
  };
  x.global.prometheus.scrapeConfigs.hosts = {
    path = "/cgi-bin/metrics";
    targets = [
      {
        inherit service;
        port = "http";
      }
    ];
  };

  environment.etc."homelab/metrics/cgi-bin/metrics".source = ./metrics.sh;

  systemd.services.metrics = {
    description = "Numbers of this host, for the monitoring";
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      ExecStart = "/usr/bin/busybox httpd -f -p ${address}:${toString ports.http.port} -h /etc/homelab/metrics";
      User = "www-data";
      Restart = "on-failure";
    };
  };
}
