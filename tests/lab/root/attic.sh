# A multi-user Nix with a person who may use sudo but isn't trusted by the daemon.
useradd --create-home --shell /bin/bash steward
groupadd --system nixbld
for n in 1 2 3 4; do
  useradd --system --no-create-home --home-dir /var/empty --shell /usr/sbin/nologin --gid nixbld --groups nixbld "nixbld$n"
done
install -d -m 700 -o steward -g steward /home/steward/.ssh
install -m 600 -o steward -g steward /root/.ssh/authorized_keys /home/steward/.ssh/authorized_keys
# Root logs in nowhere on this host.
rm /root/.ssh/authorized_keys
chmod 440 /etc/sudoers.d/steward
sed -i 's/^build-users-group =$/build-users-group = nixbld/' /etc/nix/nix.conf
cat >>/etc/nix/nix.conf <<'TEXT'
require-sigs = true
trusted-users = root
TEXT
mkdir -p /nix/store
chown root:nixbld /nix/store
chmod 1775 /nix/store
