# What belongs to no host alone. Files in modules/globaldata define globals for the whole fleet.
{
  x.global.netsrv = {
    domain = "in.example";
    hosts = {
      router = "10.77.0.1";
      gate = "10.77.0.11";
      post = "10.77.0.12";
      watch = "10.77.0.13";
      attic = "10.77.0.14";
    };
  };
}
