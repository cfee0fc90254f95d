//! What `secrets.sh` does with a list of mounts, on a host, in folders of its own: no deployment, so that it can be tried with whatever comes.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::common::{Ran, lab::Lab};

const SCRIPT: &str = include_str!("../../nix/modules/secrets/secrets.sh");

/// What is there before each case: memory in place of what a host keeps, a key, and words to write lists with.
const BEFORE: &str = r#"
set -eu
umount /run/agenix.d 2> /dev/null || :
for folder in /run /var/lib /mnt; do mount -t tmpfs -o mode=0755 none "$folder"; done
cd /mnt
age-keygen -o key 2> /dev/null
mkdir sealed bin
PATH=/mnt/bin:$PATH
begin() { printf 'age age\nidentity /mnt/absent\nidentity /mnt/key\n' > manifest; }
# entry NAME TEXT [PATH [OWNER [GROUP [MODE]]]]
entry() {
    file=sealed/$(printf %s "$1$2" | sha256sum | cut -c 1-20)
    printf %s "$2" | age -r "$(age-keygen -y key)" > "$file"
    printf 'mount %s\nfile %s\nowner %s\ngroup %s\nmode %s\npath %s\nrestart %s\nreload %s\nend\n' \
        "$1" "/mnt/$file" "${4-root}" "${5-root}" "${6-u=r,go=}" "${3-/run/agenix/$1}" "${restart-}" "${reload-}" >> manifest
}
does() { sh /mnt/secrets.sh "$1" /mnt/manifest; }
activates() { does install && does own && does notify; }
# a program that fails, as it is found by the script
broken() { printf '#!/bin/sh\n%s\n' "${2-exit 1}" > "bin/$1"; chmod +x "bin/$1"; }
begin
"#;

/// Runs a case on a host. Nothing of it is left.
#[track_caller]
fn alone(lab: &Lab, case: &str) -> Ran {
    let script = BASE64_STANDARD.encode(SCRIPT);
    let case = BASE64_STANDARD.encode(format!("{BEFORE}\nmv /tmp/secrets.sh /mnt/\n{case}"));
    lab.on(
        "post",
        &format!(
            "echo {script} | base64 -d > /tmp/secrets.sh; echo {case} | base64 -d > /tmp/case.sh; exec unshare --mount sh /tmp/case.sh"
        ),
    )
}

#[test]
fn any_name_is_a_name() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r#"
        names() {
            cat << 'NAMES'
it's "quoted"
$(touch /mnt/ran)`touch /mnt/ran`
 spaces around 
-rf
a/-b/*
back\slash\n
%s%n
end
mount x
é/ü
NAMES
        }
        names | while IFS= read -r name; do
            entry "$name" "text of $name" "/mnt/links/-f/$name"
        done
        activates
        names | while IFS= read -r name; do
            for path in "/run/agenix/$name" "/mnt/links/-f/$name"; do
                [ "$(cat "$path")" = "text of $name" ] || echo "not there: $path"
                [ "$(stat -L -c %a "$path")" = 400 ] || echo "not closed: $path"
            done
        done
        [ ! -e ran ] || echo 'it was run'
        find /run/agenix/ -type f | wc -l
        "#,
    );
    assert_eq!(said.well(), "10\n");
}

#[test]
fn a_path_may_lead_through_folders_that_are_not_there_and_links() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r"
        mkdir real; ln -s real link
        entry one first /mnt/link/deep/er/one
        activates
        readlink real/deep/er/one; stat -c %a real/deep
        # it goes with its mount, and so does one whose mount is elsewhere now
        begin; entry one second /mnt/elsewhere; activates
        ls real/deep/er; cat elsewhere; echo
        # what others put there meanwhile stays
        begin; entry one third /mnt/taken/by-a-file/one
        mkdir taken; echo mine > taken/by-a-file
        does install || echo refused; cat taken/by-a-file
        # also where the name of our own new link is taken
        begin; entry one fourth /mnt/evil/one; mkdir -p evil/one.steading-new
        does install || echo refused; find evil
        ",
    );
    said.fails(
        0,
        &[
            "secret one: the link /mnt/taken/by-a-file/one can't be made",
            "the link /mnt/evil/one can't be made",
        ],
    );
    assert_eq!(
        said.stdout,
        "/run/agenix/one\n755\nsecond\nrefused\nmine\nrefused\nevil\nevil/one.steading-new\n"
    );
}

#[test]
fn accounts_may_come_late_or_not_at_all() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r"
        cp /etc/passwd passwd; mount --bind passwd /etc/passwd
        entry late first /run/agenix/late late mail 0640
        does install; stat -c '%U %G %a' /run/agenix/late
        echo 'late:x:4321:4321::/:/bin/sh' >> passwd
        does own; stat -c '%U %G %a' /run/agenix/late
        entry never second /run/agenix/never root nobody-s-group
        does install; does own || echo refused; stat -c '%U %G %a' /run/agenix/late /run/agenix/never
        ",
    );
    said.fails(
        0,
        &["secret never can't be given to root:nobody-s-group with the mode u=r,go=; only root can read it"],
    );
    assert_eq!(said.stdout, "root root 400\nlate mail 640\nrefused\nlate mail 640\nroot root 400\n");
}

#[test]
fn what_is_missing_on_the_host_is_named_before_anything_changes() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r#"
        entry one first
        activates
        refused() { for verb in check install; do does $verb && echo "$verb succeeded"; done; cat /run/agenix/one; echo; }
        sed -i 's/^age .*/age no-such-age/' manifest; refused
        begin; entry one second; mv key lost; refused; mv lost key
        # for another host
        age-keygen -o other 2> /dev/null; begin; entry one third
        printf x | age -r "$(age-keygen -y other)" > "$file"; refused
        : > "$file"; refused
        ls /run/agenix.d
        begin; entry one fourth
        mkdir /run/agenix.d/new.123; activates; cat /run/agenix/one; echo; ls /run/agenix.d
        "#,
    );
    said.fails(
        0,
        &[
            "there is no `no-such-age` on this host, which secrets are decrypted with: install it",
            "none of /mnt/absent /mnt/key exists",
            "secret one can't be decrypted with this host's key: no identity matched",
            "adopt it anew",
        ],
    );
    assert_eq!(said.stdout, "first\nfirst\nfirst\nfirst\n1\nfourth\n2\n");
}

#[test]
fn nothing_is_decrypted_onto_a_disk() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r#"
        entry one first
        broken mount
        does install || echo refused; find /run/agenix* -type f
        # a kernel without ramfs, and one that can't keep a tmpfs from being swapped
        broken mount 'case "$*" in *ramfs*) exit 1 ;; *) exec /bin/mount "$@" ;; esac'
        does install; grep -o ' /run/agenix.d tmpfs .*noswap' /proc/mounts | wc -l; umount /run/agenix.d
        broken mount 'case "$*" in *ramfs* | *noswap*) exit 1 ;; *) exec /bin/mount "$@" ;; esac'
        does install; stat -f -c %T /run/agenix.d; cat /run/agenix/one; echo; umount /run/agenix.d
        rm bin/mount; does install; stat -f -c %T /run/agenix.d
        # a folder where our link should be
        rm /run/agenix; mkdir /run/agenix; does install || echo refused
        "#,
    );
    said.fails(
        0,
        &["no file system in memory could be mounted at /run/agenix.d", "/run/agenix is in the way"],
    );
    assert!(
        ["refused\n1\ntmpfs\nfirst\nramfs\nrefused\n", "refused\n0\ntmpfs\nfirst\nramfs\nrefused\n"]
            .contains(&said.stdout.as_str()),
        "{said:?}"
    );
}

#[test]
fn what_is_mounted_no_more_is_nowhere() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r"
        entry one first /mnt/links/one; entry two second
        activates; cp manifest both
        begin; entry two second; activates
        find /run/agenix.d -type f; ls links
        : > manifest; activates
        find /run/agenix.d -type f; ls links; wc -c < /run/steading/secrets
        # back to the system before, as a rollback does
        cp both manifest; activates; cat links/one; echo; ls /run/agenix.d
        ",
    );
    assert_eq!(said.well(), "/run/agenix.d/2/two\n0\nfirst\n4\n");
}

#[test]
fn units_hear_of_what_is_new_and_of_nothing_else() {
    let Some(lab) = Lab::take() else { return };
    let said = alone(
        &lab,
        r#"
        asked() { for list in restart reload; do echo "$list: $(sort /run/nixos/activation-$list-list 2> /dev/null | paste -s -d ' ')"; done; rm -rf /run/nixos; }
        export NIXOS_ACTION=switch
        restart='a\x2db.service -.mount twice.service' reload='twice.service c.service'
        entry one first; activates; asked
        activates; asked
        begin; entry one first /run/agenix/one root mail; activates; asked
        NIXOS_ACTION=boot; begin; entry one second; activates; asked
        # one that doesn't run is left alone where a request would start it
        NIXOS_ACTION=test SYSTEMCTL=/mnt/bin/systemctl; export SYSTEMCTL
        broken systemctl '[ "$*" = "is-active --quiet -- c.service" ]'
        begin; entry one third; activates; asked
        "#,
    );
    let all = r"restart: -.mount a\x2db.service twice.service
reload: c.service twice.service
";
    let none = "restart: \nreload: \n";
    assert_eq!(said.well(), [all, none, all, none, "restart: \nreload: c.service\n"].concat());
}
