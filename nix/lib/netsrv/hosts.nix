# Names by address: for /etc/hosts, so that they are known where no name server answers.
{
  lib,
  netsrv,
  names,
}:

let
  ofHosts = lib.mapAttrsToList (host: address: { ${address} = [ (names.hostName host) host ]; }) netsrv.hosts;
  ofServices = map (service: {
    ${service.address} = [ (names.fqdnOf service) ] ++ names.aliasesOf service;
  }) (lib.attrValues netsrv.services);

  hosts = builtins.zipAttrsWith (_: found: lib.unique (lib.concatLists found)) (ofHosts ++ ofServices);
in
{
  inherit hosts;
  hostsFile = lib.concatStrings (
    lib.mapAttrsToList (address: of: "${address} ${lib.concatStringsSep " " of}\n") hosts
  );
}
