# Mail. Which accounts there are is said where they are used: see `email.accounts` on attic and watch.
{
  roles.mail.enable = true;
  roles.backups.enable = true;

  x.global.email = {
    localDomains = [ "example.org" ];
    accounts."alice@example.org" = {
      aliases = [ "postmaster@example.org" ];
      permissions = {
        send = true;
        receive = true;
      };
    };
  };

  x.global.portForwards.smtp = {
    service = "smtp";
    port = "smtp";
    outside = 25;
  };
}
