# tell.sh TEXT: sends a mail of one line. Speaks SMTP by itself (with bash, which opens connections), so no program for
# mail has to be installed; it fails if the server doesn't take the mail.

set -e
exec 3<> "/dev/tcp/$MAIL_SERVER"

answer() { # the server's: the last line of it has no - after the number, and a good one begins with 2 or 3
    while read -r -t 10 line <&3; do
        [[ $line == ???-* ]] || break
    done
    [[ $line == [23]* ]] || { echo "mail refused: $line" >&2; return 1; }
}
say() {
    printf '%s\r\n' "$1" >&3
    answer
}

answer
say "EHLO $HOSTNAME"
say "MAIL FROM:<$MAIL_FROM>"
say "RCPT TO:<$MAIL_TO>"
say DATA
printf 'From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\n%s\r\n' "$MAIL_FROM" "$MAIL_TO" "$1" "$1" >&3
say .
say QUIT
