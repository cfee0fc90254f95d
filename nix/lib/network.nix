/**
  The contract's part `network`: what follows from `netsrv`, as the texts that hosts write.
*/
{
  lib,
  globalConfig,
  definedAt,
}:

let
  network =
    host:
    import ./netsrv {
      inherit lib definedAt host;
      globals = globalConfig;
    };
  ofFleet = network null;
in
{
  inherit (ofFleet) zones landingPage;
  hosts = ofFleet.hostsFile;
  # JSON is YAML
  prometheus = builtins.toJSON { scrape_configs = ofFleet.scrapeConfigs; };
  # of the hosts that offer anything
  firewall = lib.filterAttrs (_: rules: rules != "") (
    lib.mapAttrs (host: _: (network host).rules) globalConfig.netsrv.hosts
  );
}
