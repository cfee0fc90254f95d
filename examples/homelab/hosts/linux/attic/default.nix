# Where things are kept: scanned documents, and backups.
{
  roles.documents.enable = true;
  roles.archive.enable = true;
  roles.logins.enable = true;

  # Mail that is sent here becomes a document. The account is made on post, which knows nothing of documents.
  x.global.email.accounts."paperless@example.org" = {
    aliases = [ "scanner@example.org" ];
    permissions.receive = true;
  };
}
