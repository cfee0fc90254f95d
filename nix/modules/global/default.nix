/**
  The ready-made global option sets, by name. Each declares its options in the fleet's namespace and
  costs nothing where it isn't used.
*/
{
  agenix = ./agenix;
  email = ./email.nix;
  netsrv = ./netsrv;
  prometheus = ./prometheus.nix;
  users = ./users.nix;
}
