/**
  What follows from the services of a fleet: what each host lets in, what DNS says, `/etc/hosts`, the landing page, what
  is scraped, what a reverse proxy does. Modules have it as the argument `network`.

  # Type

  ```
  derive :: {
    lib;
    globals :: Attrs;          # globalConfig: `netsrv`, and where they are declared `prometheus` and `agenix`
    host :: String | Null;     # whose firewall and proxied services; null for none
    definedAt :: [ … ] -> String;
  } -> Network
  ```
*/
{
  lib,
  globals,
  host,
  definedAt,
}:

let
  inherit (globals) netsrv;
  addresses = import ./addresses.nix { inherit lib; };
  names = import ./names.nix { inherit lib netsrv; };
  part = file: arguments: import file ({ inherit lib netsrv; } // arguments);

  scraping = part ./scraping.nix {
    inherit addresses definedAt;
    jobs = globals.prometheus.scrapeConfigs or { };
    mounts = globals.agenix.secretMounts or { };
  };
  proxying = part ./proxying.nix { inherit addresses names definedAt; };
  naming = part ./hosts.nix { inherit names; };
  firewall = part ./firewall.nix { inherit addresses host; };
in
{
  /** Names by address, as `networking.hosts` takes them: every host and every service. */
  inherit (naming) hosts;

  /** The same as lines of /etc/hosts. */
  inherit (naming) hostsFile;

  /**
    What this host lets in: `allowedTCPPorts`, `allowedUDPPorts` and `extraInputRules` of `networking.firewall`, for
    hosts of kind `linux`, and for NixOS with `networking.nftables.enable`.
  */
  firewall = firewall.options;

  /** The same as the lines of a chain of nftables. */
  inherit (firewall) rules;

  /**
    The same as data, a record for each port of a service on this host: `{ service, name, port, protocol, from }`. `from` has
    the hosts that may reach it, with their addresses, or is null for anybody.
  */
  inherit (firewall) openPorts;

  /** Zones by name, the forward and the reverse ones, each as the text of a master file (RFC 1035). */
  inherit (part ./zones.nix { inherit addresses names definedAt; }) zones;

  /** The landing page: HTML with a link to each service that has a `site`. */
  landingPage = import ./landing-page {
    inherit lib;
    inherit (netsrv) domain;
    inherit (proxying) sites;
  };

  /**
    Services of this host that stand for others (`behind`), by name: `{ names, service, upstream, … }`, as a reverse
    proxy needs them.
  */
  proxied = lib.filterAttrs (name: _: netsrv.services.${name}.host == host) proxying.proxied;

  /** Scrape targets one by one: `{ job, service, host, address, port, url }`. */
  inherit (scraping) targets;

  /** Prometheus' `scrape_configs`, as `services.prometheus.scrapeConfigs` of NixOS takes them, and as JSON (which is YAML). */
  inherit (scraping) scrapeConfigs;
}
