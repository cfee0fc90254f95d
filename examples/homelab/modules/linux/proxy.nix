# The role `proxy`: nginx in front of all sites, and a landing page that lists them.
{
  config,
  globalConfig,
  lib,
  network,
  ...
}:

let
  inherit (globalConfig) agenix sites;
  admins = lib.attrNames (lib.filterAttrs (_: account: account.isAdmin) globalConfig.users.accounts);

  file = name: "/etc/homelab/proxy/${name}";
  web = {
    accessFromAnywhere = true;
    ports.http = {
      port = 80;
      shared = true;
    };
  };

  # one server block for each site, whoever defined it
  serverOf = site: ''
    server {
      listen 80;
      server_name ${toString site.names};
      location / {
        proxy_pass ${site.upstream};
        proxy_set_header Host $host;
    ${lib.optionalString sites.${site.name}.forAdmins ''
      ${"    "}auth_basic "${sites.${site.name}.title}";
      ${"    "}auth_basic_user_file ${agenix.secretMounts."web/htpasswd".path};
    ''}  }
    }
  '';
in
{
  options.roles.proxy.enable = lib.mkEnableOption "the reverse proxy and the landing page";

  config = lib.mkIf config.roles.proxy.enable {
    # Each site is a service of this host as well: its name leads here, and this host may reach what is behind it.
    x.global.netsrv.services = {
      proxy = web;
    }
    // lib.mapAttrs (
      _: site:
      web
      // {
        site = { inherit (site) title; };
        behind = { inherit (site) service port; };
      }
    ) sites;

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
      "homelab/proxy/sites.conf".text = lib.concatMapStrings serverOf (lib.attrValues network.proxied);
      "homelab/proxy/landing/index.html".text = network.landingPage;
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
