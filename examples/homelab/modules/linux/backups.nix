# The role `backups`: this host brings its backups to whichever host keeps them, which is `roles.archive`. Each side says what
# is its own; the password's secret is declared here, and the archive's list of all has its hash.
{
  config,
  globalConfig,
  lib,
  name,
  ...
}:

{
  options.roles = {
    backups.enable = lib.mkEnableOption "backups of this host";
    archive.enable = lib.mkEnableOption "the archive of everybody's backups";
  };

  config.x.global = lib.mkMerge [
    (lib.mkIf config.roles.backups.enable {
      backups.clients = [ name ];
      agenix.secrets = {
        "backups/passwords/${name}" = {
          description = "What ${name} shows the archive of backups.";
          generation.random.charsets.special = false;
          rotateAfter = 365;
        };
        "backups/keys/${name}" = {
          description = "What the backups of ${name} are encrypted with. Without it they are lost.";
          generation.random = { };
          protect = true;
        };
      };
      agenix.secretMounts = {
        "backups/passwords/${name}" = { };
        "backups/keys/${name}" = { };
      };
    })
    (lib.mkIf config.roles.archive.enable {
      agenix.secrets = {
        "backups/htpasswd".generation.template = {
          data.users = globalConfig.backups.clients;
          content = ''
            {{- range .users -}}
            {{ . }}:{{ hashBcrypt (readSecret (fmt "backups/passwords/%s" .)) 10 }}
            {{ end -}}
          '';
        };
        # The archive is copied elsewhere over SSH. The public half lands in secrets/derived, to be given to that place.
        "backups/copy-key".generation.script = {
          runtimeInputs = pkgs: with pkgs; [ coreutils openssh ];
          script = ''
            ssh-keygen -t ed25519 -f "$TMP_DIR/key" -C "backups of ${name}" -P "" -q
            mkdir -p secrets/derived/ssh-public-keys
            mv "$TMP_DIR/key.pub" secrets/derived/ssh-public-keys/backups
            cat "$TMP_DIR/key"
          '';
        };
      };
      agenix.secretMounts = {
        "backups/htpasswd".owner = "www-data";
        "backups/copy-key" = { };
      };
    })
  ];
}
