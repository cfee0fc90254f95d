# The role `proxy`: nginx in front of all sites, and a landing page that lists them.
{
  config,
  globalConfig,
  lib,
  ...
}:

let
  inherit (globalConfig) agenix netsrv sites;
  admins = lib.attrNames (lib.filterAttrs (_: account: account.isAdmin) globalConfig.users.accounts);

  file = name: "/etc/homelab/proxy/${name}";
  upstreamOf =
    site:
    let
      service = netsrv.services.${site.service};
    in
    "http://${service.address}:${toString service.ports.${site.port}.port}";

  # one server block for each site, whoever defined it
  serverOf = name: site: ''
    server {
      listen 80;
      server_name ${name}.${netsrv.domain};
      location / {
        proxy_pass ${upstreamOf site};
        proxy_set_header Host $host;
    ${lib.optionalString site.forAdmins ''
      ${"    "}auth_basic "${site.title}";
      ${"    "}auth_basic_user_file ${agenix.secretMounts."web/htpasswd".path};
    ''}  }
    }
  '';

  pill = name: site: ''<li><a href="http://${name}.${netsrv.domain}/">${lib.escapeXML site.title}</a></li>'';
in
{
  options.roles.proxy.enable = lib.mkEnableOption "the reverse proxy and the landing page";

  config = lib.mkIf config.roles.proxy.enable {
    x.global.netsrv = {
      # Each site is a service of this host as well: so its name gets into DNS, and leads here.
      services = {
        proxy.ports.http = {
          port = 80;
          shared = true;
        };
      }
      // lib.mapAttrs (_: _: {
        ports.http = {
          port = 80;
          shared = true;
        };
      }) sites;

      # and this host may reach what is behind
      access = map (site: { inherit (site) service; }) (lib.attrValues sites);
    };

    # A password for each administrator, made by itself, and the file that nginx checks them with. Nix never sees one.
    x.global.agenix = {
      secrets =
        lib.genAttrs (map (admin: "web/passwords/${admin}") admins) (_: {
          generation.random = {
            length = 32;
            charsets.special = false;
          };
        })
        // {
          "web/htpasswd".generation.template = {
            data = { inherit admins; };
            content = ''
              {{- range .admins }}{{ . }}:{{ hashBcrypt (readSecret (fmt "web/passwords/%s" .)) 10 }}
              {{ end }}'';
          };
        };
      secretMounts."web/htpasswd".owner = "www-data";
    };

    networking.firewall.allowedTCPPorts = [ 80 ];

    environment.etc = {
      "homelab/proxy/nginx.conf".text = ''
        user www-data;
        daemon off;
        pid /run/proxy/nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          include ${file "sites.conf"};
          server {
            listen 80 default_server;
            root ${file "landing"};
          }
        }
      '';
      "homelab/proxy/sites.conf".text = lib.concatStrings (lib.mapAttrsToList serverOf sites);
      "homelab/proxy/landing/index.html".text = ''
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark">
        <title>${netsrv.domain}</title>
        <h1>${netsrv.domain}</h1>
        <ul>
        ${lib.concatStringsSep "\n" (lib.mapAttrsToList pill sites)}
        </ul>
        </html>
      '';
    };

    systemd.services.proxy = {
      description = "Reverse proxy of all sites";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = "/usr/sbin/nginx -c ${file "nginx.conf"}";
        Restart = "on-failure";
        RuntimeDirectory = "proxy";
      };
      # A new site needs no restart: nginx reads its files again. A mistake in them is found before anything happens.
      reload = ''
        /usr/sbin/nginx -t -c ${file "nginx.conf"}
        kill -HUP "$MAINPID"
      '';
      reloadTriggers = [
        config.environment.etc."homelab/proxy/nginx.conf".source
        config.environment.etc."homelab/proxy/sites.conf".source
      ];
    };
  };
}
