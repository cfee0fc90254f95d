# What follows from the services: firewall, zones, /etc/hosts, landing page, scrape targets, reverse proxy.
{ lib, fleets }:
let
  addresses = import ../../lib/netsrv/addresses.nix { inherit lib; };
  device = { push.deploy = derivation { name = "deploy"; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  fleet = more: fleets.steading.mkFleet {
    inherit lib;
    inputs = { };
    hosts = lib.genAttrs [ "attic" "gate" "my_printer" ] (name: {
      kind = "push";
      # what a host knows of the network is its warning
      modules = [
        device
        ({ network, ... }: { warnings = [ (builtins.toJSON { inherit (network) firewall openPorts proxied; }) ]; })
        { _file = "${name}.nix"; config.x.global = more.${name} or { }; }
      ];
    });
    modules.globaldata = [
      { _file = "data.nix"; x.global.netsrv = { domain = "In.Example"; hosts = { attic = "10.0.0.14"; gate = "10.0.1.1"; my_printer = "fd00:77::9"; }; }; }
      { _file = "more.nix"; x.global = more.data or { }; }
    ];
  };
  of = host: more: builtins.fromJSON (lib.head (fleet more).steading.host.${host}.warnings);
  inherit (builtins) match;

  services = {
    gate.netsrv.services = {
      dns = { accessFromAnywhere = true; ports = { udp = { port = 53; protocol = "udp"; }; tcp.port = 53; }; };
      web = { accessFromAnywhere = true; ports.http = { port = 80; shared = true; }; fqdn = "in.example"; aliases = [ "www" "www.elsewhere.example" ]; };
      papers = { ports.http = { port = 80; shared = true; }; site = { title = "A & B"; }; behind = { service = "files"; port = "web"; }; };
      hidden = { ports.p.port = 9; publishDNS = false; };
    };
    attic.netsrv = {
      services = {
        files = { ports = { web.port = 8443; https.port = 443; }; site.description = "What is kept"; };
        v6 = { address = "FD00:77::e"; ports.p.port = 7; };
        outside = { fqdn = "files.elsewhere.example"; };
        local = { address = "127.0.0.1"; ports.q.port = 6; };
      };
      access = [ { host = "my_printer"; service = "files"; } { host = "gate"; service = "files"; } { host = "my_printer"; service = "v6"; } { service = "v6"; } ];
    };
    data.prometheus.scrapeConfigs = {
      all = { path = "/m"; scheme = "https"; targets = [ { service = "v6"; port = "p"; } { service = "files"; port = "https"; } { service = "v6"; port = "p"; } ]; basicAuth = { username = "u"; passwordSecret = "scrape"; }; };
      none = { };
    };
  };
  whole = (fleet services).steading.network;
  bodyOf = zone: lib.drop 3 (lib.filter (line: line != "") (lib.splitString "\n" zone));
  serialOf = zone: lib.elemAt (lib.splitString " " (lib.head (bodyOf zone))) 4;
  withoutSerial = zone: map (line: lib.concatStringsSep " " (lib.filter (word: word != serialOf zone) (lib.splitString " " line))) (bodyOf zone);
  assertions = host: more: (fleet more).steading.host.${host}.assertions;
in
{
  "addresses: of IPv4" = {
    expr = map addresses.isIPv4 [ "10.77.0.14" "0.0.0.0" "255.255.255.255" "256.0.0.1" "1.2.3" "1.2.3.4.5" "1.2.3.x" "1..2.3" "" "10.77.0.14 " "010.0.0.1" ];
    expected = [ true true true false false false false false false false true ];
  };
  "addresses: of IPv6" = {
    expr = map addresses.isIPv6 [ "::" "::1" "fd00:77::9" "1:2:3:4:5:6:7:8" "1::8" "1:2:3:4:5:6:7::" "1:2:3:4:5:6:7:8::" "1::2::3" "1:2:3" "g::" "12345::" "10.0.0.1" "" ":::" "1:" ];
    expected = [ true true true true true true false false false false false false false false false ];
  };
  "addresses: their reverse names" = {
    expr = map addresses.reverse [ "10.77.0.14" "fd00:77::9" ];
    expected = [
      { zone = "0.77.10.in-addr.arpa"; name = "14"; }
      { zone = "0.0.0.0.0.0.0.0.7.7.0.0.0.0.d.f.ip6.arpa"; name = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"; }
    ];
  };
  "addresses: that mean something on their own link only" = {
    expr = map addresses.isLocal [ "127.0.0.1" "::1" "fe80::1" "febf::1" "10.0.0.1" "fd00::1" ];
    expected = [ true true true true false false ];
  };

  "zones: forward" = {
    expr = withoutSerial whole.zones."in.example";
    expected = [
      "@ SOA dns.in.example. hostmaster.in.example. 3600 900 604800 60"
      "@ NS dns.in.example."
      "attic A 10.0.0.14"
      "gate A 10.0.1.1"
      "dns A 10.0.1.1"
      "files A 10.0.0.14"
      "local A 127.0.0.1"
      "papers A 10.0.1.1"
      "v6 AAAA FD00:77::e"
      "@ A 10.0.1.1"
      "www CNAME in.example."
    ];
  };
  "zones: reverse, one for each network" = {
    expr = lib.mapAttrs (_: withoutSerial) (removeAttrs whole.zones [ "in.example" ]);
    expected = lib.mapAttrs (_: records: [ "@ SOA dns.in.example. hostmaster.in.example. 3600 900 604800 60" "@ NS dns.in.example." ] ++ records) {
      "0.0.10.in-addr.arpa" = [ "14 PTR attic.in.example." ];
      "1.0.10.in-addr.arpa" = [ "1 PTR gate.in.example." ];
      "0.0.0.0.0.0.0.0.7.7.0.0.0.0.d.f.ip6.arpa" = [ "e.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR v6.in.example." ];
    };
  };
  "zones: the serial follows the content" = {
    expr =
      let
        serial = more: serialOf (fleet (lib.recursiveUpdate services more)).steading.network.zones."in.example";
        plain = serial { };
      in
      [
        (match "[1-9][0-9]{0,9}" plain != null)
        (plain == serialOf whole.zones."in.example")
        # what DNS does not say changes nothing
        (plain == serial { gate.netsrv.services.hidden.ports.p.port = 10; })
        (plain == serial { attic.netsrv.services.files.host = "gate"; })
      ];
    expected = [ true true true false ];
  };
  "zones: nobody serves them" = { expr = (fleet { }).steading.network.zones; throws = true; };
  "zones: names that can't be, and names of several things" = {
    expr = assertions "attic" {
      attic.netsrv.services = { my_files = { }; fine = { publishDNS = false; aliases = [ "x_y" ]; }; gate = { }; one.aliases = [ "two" "gate" ]; two = { }; attic = { }; };
      gate.netsrv.services = { twin.fqdn = "two.in.example"; };
    };
    expected = [
      "netsrv: service `my_files` (attic.nix) can't be published in DNS as `my_files.in.example`: the name of a host has letters, digits and hyphens. Rename it, give it another `fqdn`, or set `publishDNS = false`."
      "netsrv: the name gate.in.example means several things: host gate (data.nix) and service gate (attic.nix) and an alias of service one (attic.nix). Rename one, or give it another `fqdn`."
      "netsrv: the name two.in.example means several things: an alias of service one (attic.nix) and service twin (gate.nix) and service two (attic.nix). Rename one, or give it another `fqdn`."
    ];
  };

  "hosts: names by address, the host's own first" = {
    expr = lib.splitString "\n" whole.hosts;
    expected = [
      "10.0.0.14 attic.in.example attic files.in.example files.elsewhere.example"
      "10.0.1.1 gate.in.example gate dns.in.example hidden.in.example papers.in.example in.example www.in.example www.elsewhere.example"
      "127.0.0.1 local.in.example"
      "FD00:77::e v6.in.example"
      "fd00:77::9 my_printer.in.example my_printer"
      ""
    ];
  };

  "firewall: for anybody, and for hosts with access" = {
    expr = map (host: (of host services).firewall) [ "gate" "attic" ];
    expected = [
      { allowedTCPPorts = [ 53 80 ]; allowedUDPPorts = [ 53 ]; extraInputRules = ""; }
      {
        allowedTCPPorts = [ ]; allowedUDPPorts = [ ];
        extraInputRules = ''
          ip saddr { 10.0.1.1 } tcp dport 443 accept comment "files"
          ip6 saddr { fd00:77::9 } tcp dport 443 accept comment "files"
          ip saddr { 10.0.1.1 } tcp dport 8443 accept comment "files"
          ip6 saddr { fd00:77::9 } tcp dport 8443 accept comment "files"
          ip6 saddr { fd00:77::9 } tcp dport 7 accept comment "v6"
        '';
      }
    ];
  };
  "firewall: a name that would end the rule has no comment" = {
    expr = (of "gate" { gate.netsrv.services."a\" drop" = { ports.p.port = 1; publishDNS = false; fqdn = "a"; }; data.netsrv.access = [ { host = "attic"; service = "a\" drop"; } ]; }).firewall.extraInputRules;
    expected = "ip saddr { 10.0.0.14 } tcp dport 1 accept\n";
  };
  "firewall: as data" = {
    expr = lib.filter (open: open.service == "v6") (of "attic" services).openPorts;
    expected = [ { service = "v6"; name = "p"; port = 7; protocol = "tcp"; from.my_printer = "fd00:77::9"; } ];
  };
  "firewall: of all hosts, as lines" = {
    expr = lib.mapAttrs (_: text: lib.length (lib.splitString "\n" text) - 1) whole.firewall;
    expected = { attic = 5; gate = 2; };
  };

  "a reverse proxy's host has access, and knows where to" = {
    expr = [ (of "gate" services).proxied (of "attic" services).proxied ];
    expected = [
      { papers = { name = "papers"; service = "files"; names = [ "papers.in.example" ]; address = "10.0.0.14"; port = 8443; upstream = "http://10.0.0.14:8443"; }; }
      { }
    ];
  };
  "references of a service that lead nowhere" = {
    expr = assertions "gate" {
      gate.netsrv.services = {
        a = { behind.service = "fiels"; };
        b = { behind = { service = "files"; port = "htpps"; }; };
        c = { site.port = "web"; ports.web2.port = 1; };
      };
      attic.netsrv.services.files.ports.https.port = 443;
    };
    expected = [
      "netsrv: behind service `a` (gate.nix) is service `fiels`, which does not exist (there are a, b, c, files). Did you mean `files`?"
      "netsrv: behind service `b` (gate.nix) is port `htpps` of service `files`, which it does not have (it has https). Did you mean `https`?"
      "netsrv: the site of service `c` (gate.nix) is at its port `web`, which it does not have (it has web2). Did you mean `web2`?"
    ];
  };

  "landing page: a link to each site, by title, with nothing of theirs that is HTML" = {
    expr = map (line: lib.head (match ".*(href=\"[^\"]*\"|<strong>[^<]*</strong> <small>[^<]*</small>).*" line))
      (lib.filter (line: match ".*(href=\"http|<strong>).*" line != null) (lib.splitString "\n" whole.landingPage));
    expected = [
      ''href="http://papers.in.example/"'' "<strong>A &amp; B</strong> <small>papers.in.example</small>"
      ''href="https://files.in.example/"'' "<strong>files</strong> <small>What is kept</small>"
    ];
  };
  "landing page: without any" = {
    expr = lib.hasInfix "No service has a site yet." (fleet { }).steading.network.landingPage;
    expected = true;
  };

  "prometheus" = {
    expr = (builtins.fromJSON whole.prometheus).scrape_configs;
    expected = [
      {
        job_name = "all"; metrics_path = "/m"; scheme = "https";
        basic_auth = { username = "u"; password_file = "/run/agenix/scrape"; };
        static_configs = [
          { targets = [ "[FD00:77::e]:7" ]; labels = { host = "attic"; service = "v6"; }; }
          { targets = [ "10.0.0.14:443" ]; labels = { host = "attic"; service = "files"; }; }
        ];
      }
      { job_name = "none"; metrics_path = "/metrics"; scheme = "http"; static_configs = [ ]; }
    ];
  };
  "prometheus: where the password's secret is mounted" = {
    expr = map (job: job.basic_auth.password_file) (builtins.fromJSON (fleet {
      gate.agenix = { secrets.scrape = { }; secretMounts.other = { secret = "scrape"; path = "/elsewhere"; }; };
      data.prometheus.scrapeConfigs.a.basicAuth = { username = "u"; passwordSecret = "scrape"; };
    }).steading.network.prometheus).scrape_configs;
    expected = [ "/elsewhere" ];
  };
  "a fleet without services" = {
    expr = (fleets.steading.mkFleet { inherit lib; inputs = { }; readyMade = false; }).steading.network;
    throws = true;
  };
}
