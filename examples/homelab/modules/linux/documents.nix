# The role `documents`: shows what was scanned. (A small stand-in for the real paperless, which is no part of Debian.)
{
  config,
  globalConfig,
  lib,
  ...
}:

let
  inherit (globalConfig.netsrv.services.paperless) address ports;
in
{
  options.roles.documents.enable = lib.mkEnableOption "the archive of scanned documents";

  config = lib.mkIf config.roles.documents.enable {
    x.global = {
      netsrv.services.paperless.ports.http.port = 8000;
      # `papers.in.example`, by way of the proxy
      sites.papers = {
        service = "paperless";
        title = "Documents";
      };
    };

    systemd.services.paperless = {
      description = "Archive of scanned documents";
      wantedBy = [ "multi-user.target" ];
      preStart = ''
        [ -e index.html ] || echo '<!doctype html><title>Documents</title><p>Nothing was scanned yet.' > index.html
      '';
      serviceConfig = {
        ExecStart = "/usr/bin/busybox httpd -f -p ${address}:${toString ports.http.port} -h /var/lib/paperless";
        User = "www-data";
        StateDirectory = "paperless";
        WorkingDirectory = "/var/lib/paperless";
        Restart = "on-failure";
      };
    };
  };
}
