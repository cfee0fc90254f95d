# A server in a container: no consoles, no timers of Debian's, nothing that looks after hardware.
systemctl --quiet enable steading-boot.service ssh.service
systemctl --quiet mask console-getty.service getty.target getty-static.service systemd-logind.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
  systemd-resolved.service systemd-networkd.service systemd-timesyncd.service
systemctl --quiet set-default multi-user.target
