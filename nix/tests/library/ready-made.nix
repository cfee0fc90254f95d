# The ready-made option sets: services, secrets, monitoring, mail, people.
{ lib, fleets }:
let
  device = { push.deploy = derivation { name = "deploy"; system = "x86_64-linux"; builder = "/bin/sh"; }; };
  fleet = hosts: data: fleets.steading.mkFleet {
    inherit lib;
    inputs = { };
    hosts = lib.mapAttrs (name: it: { kind = "push"; modules = [ device { _file = "${name}.nix"; config.x.global = it; } ]; }) hosts;
    modules.globaldata = [ { _file = "data.nix"; x.global = data; } ];
  };
  addresses.netsrv = { domain = "in.example"; hosts = { a = "10.0.0.1"; b = "10.0.0.2"; }; };
  assertions = hosts: data: lib.concatMap (host: host.assertions) (lib.attrValues (fleet hosts data).steading.host);
  web.netsrv.services.web.ports.https.port = 443;
in
{
  "netsrv: a service has its host's address and a name" = {
    expr = (fleet { a = web; b = { }; } addresses).steading.services;
    expected = [
      {
        name = "web"; host = "a"; address = "10.0.0.1"; fqdn = "web.in.example";
        ports = [ { name = "https"; port = 443; protocol = "tcp"; shared = false; } ];
        accessFrom = [ ]; accessFromAllHosts = false; accessFromAnywhere = false; publishDNS = true;
        definedAt = null;
      }
    ];
  };
  "netsrv: where a service is defined, in the host that offers it" = {
    expr = map (s: s.definedAt) (fleets.steading.mkFleet {
      inherit lib;
      inputs = { };
      hosts = lib.genAttrs [ "a" "b" ] (name: {
        kind = "push";
        modules = [ device ] ++ [ (if name == "b" then ../fixtures/places/service.nix else ../fixtures/places/about-web.nix) ];
      });
      modules.globaldata = [ (lib.recursiveUpdate { x.global = addresses; } { x.global.netsrv.services.web.host = "b"; }) ];
    }).steading.services;
    expected = [ { host = "b"; file = "${toString ../fixtures/places}/service.nix"; line = 4; column = 5; } ];
  };
  "netsrv: access of one and of all hosts" = {
    expr = map (s: [ s.name s.accessFrom ]) (fleet
      { a.netsrv = { services.web.accessFromAllHosts = true; services.db = { }; }; b.netsrv.access = [ { service = "db"; } ]; }
      addresses).steading.services;
    expected = [ [ "db" [ "b" ] ] [ "web" [ "a" "b" ] ] ];
  };
  "netsrv: a service that moves takes its address along" = {
    expr = (fleet { a = web; b.netsrv.services.web.host = "b"; } addresses).globalConfig.netsrv.services.web.address;
    expected = "10.0.0.2";
  };
  "netsrv: nothing wrong, no assertion" = { expr = assertions { a = web; b.netsrv.access = [ { service = "web"; } ]; } addresses; expected = [ ]; };
  "netsrv: a port taken twice" = {
    expr = assertions { a.netsrv.services = { web.ports.p.port = 80; wiki.ports.q.port = 80; }; b = { }; } addresses;
    expected = [ "netsrv: port 80/tcp of host a is taken twice: by services.web.ports.p (a.nix) and services.wiki.ports.q (a.nix). Give one another port, or set `shared = true` on all of them." ];
  };
  "netsrv: a port shared, or of another protocol or host" = {
    expr = assertions
      {
        a.netsrv.services = {
          web.ports.p = { port = 80; shared = true; };
          wiki.ports.q = { port = 80; shared = true; };
          dns.ports = { udp = { port = 53; protocol = "udp"; }; tcp.port = 53; };
        };
        b.netsrv.services.other.ports.p.port = 80;
      }
      addresses;
    expected = [ ];
  };
  "netsrv: a port shared by one only" = {
    expr = map (lib.hasInfix "taken twice") (assertions { a.netsrv.services = { web.ports.p = { port = 80; shared = true; }; wiki.ports.q.port = 80; }; } addresses);
    expected = [ true ];
  };
  "netsrv: unknown hosts and services" = {
    expr = assertions { a.netsrv = { services.web.host = "nowhere"; access = [ { service = "none"; } { service = "web"; host = "nobody"; } ]; }; } addresses;
    expected = [
      "netsrv: service `web` (a.nix) is on host `nowhere`, which is not in netsrv.hosts (it has a, b)."
      "netsrv: access (a.nix) is given to service `none`, which does not exist (there are web)."
      "netsrv: access (a.nix) to service `web` is given to host `nobody`, which is not in netsrv.hosts (it has a, b)."
    ];
  };
  "netsrv: a service without an address is a row still" = {
    expr = map (s: [ s.name s.address ]) (fleet { a.netsrv.services.web.host = "nowhere"; } { }).steading.services;
    expected = [ [ "web" null ] ];
  };

  "prometheus: a target that is a service with that port" = {
    expr = assertions { a = web // { prometheus.scrapeConfigs.web.targets = [ { service = "web"; port = "https"; } ]; }; } addresses;
    expected = [ ];
  };
  "prometheus: one that is not" = {
    expr = assertions { a = web // { prometheus.scrapeConfigs.web.targets = [ { service = "none"; port = "p"; } { service = "web"; port = "p"; } ]; }; } addresses;
    expected = [
      "prometheus.scrapeConfigs.web: target none (a.nix): there is no such service in netsrv.services."
      "prometheus.scrapeConfigs.web: target web (a.nix) has no port called `p`."
    ];
  };
  "email: what two hosts say of an account" = {
    expr =
      let email = (fleet { a.email = { accounts."x@y.z".permissions.receive = true; localDomains = [ "y.z" ]; }; b.email = { accounts."x@y.z" = { aliases = [ "w@y.z" "w@y.z" ]; permissions.send = true; }; localDomains = [ "y.z" "q.z" ]; }; } { }).globalConfig.email;
      in [ email.accounts."x@y.z".permissions email.accounts."x@y.z".aliases email.accounts."x@y.z".secrets.imap email.localDomains ];
    expected = [ { receive = true; send = true; } [ "w@y.z" ] "imap/passwords/x__y.z" [ "y.z" "q.z" "y.z" ] ];
  };
  "users" = {
    expr = (fleet { a = { }; } { users.accounts.alice.isAdmin = true; }).globalConfig.users.accounts.alice;
    expected = { displayName = "alice"; isAdmin = true; local = { enable = true; authorizedKeys = [ ]; }; sso.enable = true; };
  };
}
