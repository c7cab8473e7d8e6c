/*
 * usual - lines that are read the short way behind lines like them give the very events that they give alone: each
 * line is read by a frame that knows nothing and by one that has read all lines of its log, several times over.
 * Beside every usual line stand those that are nearly one, which is where a short way goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "logs/frame.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST 700
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static const char *const exim[] = {
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc 1vKliy-000000000G8-0CKr",
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc 1vKliy-000000000G8-0CK_",
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc a 1 args: bbbbbbbbbbbbb",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example [192.0.2.9]:33 P=esmtpsa S=991 "
	"for a@b.example",
	"cwd=/var/spool/exim 4 args: /usr/sbin/exim -Mc 1vKliy-000000000G8-0CKr",
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc 1vKliy-0003gH-2x",
	"cwd=/home/a 3 args: /usr/sbin/sendmail -t -i",
	"cwd=/home/a 3 args: /usr/sbin/exim -Mc 1vKliy-000000000G8-0CKr",
	"cwd=/home/a b 3 args: /usr/sbin/exim -Mc 1vKliy-000000000G8-0CKr",
	"cwd=/home/a/public_html/shop 4 args: /usr/sbin/sendmail -t -i -finfo@x.example",
	"cwd=/home/a/public_html/shop 4 args: /usr/sbin/sendmail -t  -finfo@x.example ",
	"cwd=/home/a/public_html/shop 3 args: /usr/sbin/sendmail -t -i -finfo@x.example",
	"cwd=/home/a/public_html/shop 3 args: /usr/sbin/sendmail \"-F a b\" -finfo@x.example",
	"cwd=/home/a/public_html/shop 9 args: /usr/sbin/sendmail -t -i -finfo@x.example ...",
	"cwd=/home/a/public_html/shop 3 args: /usr/sbin/sendmail 2 args: /usr/sbin/exim -bpc",
	"cwd=/home/a/public_html/shop 12 args: /usr/sbin/sendmail a b c d e f g h i j k",
	"cwd=/home/a/public_html/a-folder-with-a-long-name 4 args: \"a 1 args: b\"",
	"cwd=/var/spool/exim 3 args: /usr/sbin/exim -bpc a-long-word-so-that-it-is-no-short-line",
	"SMTP connection from [94.4.187.87]:55929 (TCP/IP connection count = 3)",
	"SMTP connection lost from [94.4.187.87]:55929 D=3s while nobody looked",
	"1vKliy-000000000G8-0CKr Completed",
	"1vKliy-000000000G8-0CKr Completed ",
	"1vKliy-0003gH-2x Completed",
	"1vKliy-000000000G8-0CKr => a <a@b.example> R=virtual_user T=dovecot_virtual_delivery C=\"250 2.0.0 "
	"<a@b.example> ok\"",
	"1vKliy-000000000G8-0CKr => a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9] "
	"X=TLS1.3:AES:256 C=\"250 OK id=1vKliy-0003gH-2x\"",
	"1vKliy-000000000G8-0CKr -> a@b.example R=dnslookup T=remote_smtp H=mx.b.example [127.0.0.1] C=\"250 "
	"OK id=1vKliy-0003gH-2x\"",
	"1vKliy-000000000G8-0CKr => a@b.example R=dnslookup T=remote_smtp H=(odd [192.0.2.9]",
	"1vKliy-000000000G8-0CKr => a@b.example R=dnslookup T=remote_smtp C=\"250 ok, and more than that\"",
	"1vKliy-000000000G8-0CKr => a@b.example R=dnslookup T=remote_text C=\"250 ok, and more than that\"",
	"1vKliy-0003gH-2x => a@b.example <c@d.example> R=dnslookup T=remote_smtp C=\"250 ok, and more\"",
	"1vKliy-000000000G8-0CKr => a@b.example R=dnslookup_for_a_domain T=my_own_smtp C=\"250 ok\"",
	"1vKliy-000000000G8-0CKr => |/bin/x y <a@b.example> R=r T=t",
	"1vKliy-000000000G8-0CKr => \"a b\"@b.example R=r T=t",
	"1vKliy-000000000G8-0CKr => a@b.example: R=r T=t",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9]: SMTP "
	"error from remote mail server after RCPT TO:<a@b.example>: 550 5.1.1 User unknown",
	"1vKliy-000000000G8-0CKr ** a@b.example <\"c d\"@e.example> R=dnslookup T=remote_smtp H=mx.b.example "
	"[192.0.2.9] X=TLS1.3:AES:256 CV=yes: SMTP error from remote mail server after end of data: 554 "
	"5.7.1 spam",
	"1vKliy-000000000G8-0CKr ** a@b.example <c@e.example> R=dnslookup T=remote_smtp H=mx.b.example "
	"[192.0.2.9]:25 X=TLS1.3:AES:256 CV=yes: SMTP error from remote mail server: 550 5.1.1 User unknown",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [127.0.0.1] CV=no: "
	"550 queue",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp: retry timeout exceeded",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=local_delivery:: retry timeout exceeded",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp: host mx.b.example [127.0.0.1]: "
	"550 "
	"5.1.1 User unknown",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp: host mx.b.example [192.0.2.9]: "
	"550 "
	"blocked",
	"1vKliy-000000000G8-0CKr ** a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9] C=\"x\" "
	"X=a:b: 550 5.1.1 User unknown",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp defer (110) H=mx.b.example "
	"[192.0.2.9]: Connection timed out",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp defer (110): Connection timed out "
	"H=mx.b.example [192.0.2.9] DT=1s: more",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp H=mx.b.example [192.0.2.9] defer "
	"(-44): SMTP error from remote mail server after RCPT TO:<a@b.example>: 451 4.7.1 Greylisting in "
	"action",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp defer (: 451 greylisting in action "
	")",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp defer (-: 451 greylisting in "
	"action )",
	"1vKliy-000000000G8-0CKr == a@b.example R=dnslookup T=remote_smtp defer (-53): retry time not "
	"reached for any host",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=local S=991 id=q@y.example T=\"hello (you)\" for "
	"a@b.example c@d.example",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example (helo [1]) [192.0.2.9]:33 P=esmtpsa "
	"X=TLS1.2:A:256 CV=no A=dovecot_login:x@y.example S=991 id=q@y.example T=\"hello\" for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example (helo) [192.0.2.9] P=esmtp A=dovecot_login:x "
	"S=991 id=q for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example (helo) [192.0.2.9] P=esmtps A=dovecot_login:x "
	"S=12 S=9 id=q for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example H=(a) [192.0.2.9] P=esmtp S=991 id=q T=x T=\"y\" for "
	"a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=lo(al S=991 id=q@y.example T=\"hello\" for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=local S=99999999999 id=q@y.example T=\"hello\" for "
	"a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=local S=991 id=q y T=\"hello\" for for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=local S=991 id=q T=\"hel\\\"lo\" from <x@y.example> "
	"for a@b.example",
	"1vKliy-000000000G8-0CKr <= <> R=1vKliy-0003gH-2x U=Debian-exim P=local S=991 T=\"Mail failed\" for "
	"a@b.example",
	"1vKliy-000000000G8-0CKr <= <> R=1vKliy-0003gH-2x H=mx.y.example [192.0.2.9] P=esmtp S=991 "
	"id=q@y.example "
	"T=\"Mail failed\" for a@b.example",
	"1vKliy-000000000G8-0CKr <= <> U=Debian-exim R=1vKliy-0003gH-2x P=local S=991 T=\"Mail failed\" for "
	"a@b.example",
	"1vKliy-000000000G8-0CKr <= <> R=1vKliy-0003gH-2x R=1vKliy-0003gH-2y U=mailnull P=local S=991 for "
	"a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example U=x P=local S=991 T=\"not closed for a@b.example",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example [127.0.0.1]:33 P=esmtpsa X=TLS1.3:AES:256 "
	"CV=yes "
	"A=plain:x:y S=991 id=q@y.example T=\"a subject that is long enough to lie in three windows of "
	"words\" for "
	"a@b.example c@d.example \"e f\"@g.example for",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example [192.0.2.9]:33 P=spam-scanned S=12345678 id=q "
	"T=\"hello\" for a@b.example <trunc>",
	"1vKliy-000000000G8-0CKr => a <\"a >b\"@b.example> R=virtual_user T=dovecot_virtual_delivery",
	"1vKliy-000000000G8-0CKr => a <a>:b@b.example> R=virtual_user T=remote_lmtp C=\"250 ok\"",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example [192.0.2.9]:33 P=esmtps "
	"X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no S=991 id=q@y.example T=\"hello\" for a@b.example "
	"c@d.e",
	"1vKliy-000000000G8-0CKr <= x@y.example H=(y) [192.0.2.9]:33 P=esmtpsa "
	"X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes A=dovecot_login:x@y.example S=991 for a@b.example  "
	"[c]@d.e",
	"1vKliy-000000000G8-0CKr <= x@y.example H=mx.y.example [192.0.2.9]:33 P=local-esmtps X=TLS1.2:A:256 "
	"CV=no S=991 id=a-name-of-sixty-four-bytes-and-more-as-great-providers-write-them@y.example for "
	"a-recipient-of-many-bytes@b.example another-recipient-of-many-bytes@d.example",
	"1vKliy-0003gH-2x <= x@y.example U=x P=local S=991 id=q@y.example T=\"hello\" for for@b.example for",
	"cwd=/ 2 args: /usr/sbin/exim -bpc",
	"cwd=/root 1 args: /usr/sbin/sendmail",
	"cwd=/home/a 2 args: sendmail -bm",
	"cwd=/home/a 5 args: sendmail -t  -i ",
	"dovecot_login authenticator failed for H=(a) [192.0.2.9]:33: 535 Incorrect (set_id=x@y.example)",
	"daemon_auth authenticator failed for H=(a) [192.0.2.9]:33: 535 Incorrect (set_id=x@y.example)",
	"auth authenticator failed for (a: Info: b) [192.0.2.9]: 535 Incorrect authentication data",
	"H=(a.example) [192.0.2.9]:33 F=<x@y.example> rejected RCPT <a@b.example>: No Such User Here",
	"H=mx.y.example [192.0.2.9]:33 rejected EHLO or HELO 1vKliy-000000000G8-0CKr: no",
	"+0100 1vKliy-000000000G8-0CKr Completed",
	" 1vKliy-000000000G8-0CKr Completed",
	"mail7 exim[12]: 1vKliy-000000000G8-0CKr Completed",
};

static const char *const postfix[] = {
	"smtpd[1420]: connect from unknown[192.0.2.9]",
	"smtpd[1420]: disconnect from unknown[192.0.2.9] ehlo=1 quit=1 commands=2",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=unknown[192.0.2.9]",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=unknown[::1]",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=localhost[127.0.0.1]",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=unknown[12345.0.2.9]",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=h[192.0.2.9]:25, sasl_method=LOGIN, sasl_username=a",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=h[192.0.2.9], sasl_method=LOGIN, sasl_username=a@b.example",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=h[192.0.2.9], sasl_method=LOGIN, sasl_username=a, sasl_sender=b",
	"smtpd[1420]: 4d8wQ3004qzFQH: client=h[192.0.2.9], sasl_method=LOGIN, sasl_username=a, b",
	"smtpd[1420]: NOQUEUE: client=h[192.0.2.9]",
	"smtpd[x]: connect from unknown[192.0.2.9]",
	"cleanup[700]: 4d8wQ3004qzFQH: message-id=<q@y.example>",
	"cleanup[700]: 4d8wQ3004qzFQH: message-id=<>",
	"cleanup[700]: 4d8wQ3004qzFQH: message-id=q@y.example",
	"cleanup[700]: 4d8wQ3004qzFQH: warning: header X-PHP-Originating-Script: 1018:index.php from local; "
	"from=<x@y.example> to=<a@b.example>",
	"cleanup[700]: 4d8wQ3004qzFQH: warning: header X-PHP-Originating-Script: 1018:index.php\t from "
	"local; from=<x@y.example> to=<a@b.example>",
	"cleanup[700]: 4d8wQ3004qzFQH: warning: header X-PHP-Originating-Script: 1018:a from local; from=<> "
	"to=<> from local; from=<x@y.example> to=<a@b.example>",
	"cleanup[700]: 4d8wQ3004qzFQH: warning: header X-PHP-Originating-Script: 1018:a from local; from=<x "
	"from local; from=<x@y.example> to=<a@b.example>",
	"cleanup[700]: 4d8wQ3004qzFQH: warning: header X-PHP-Originating-Script: 99999999999:a from local; "
	"from=<x@y.example> to=<a@b.example>",
	"pickup[612]: 4d8wQ3004qzFQH: uid=1316 from=<x@y.example>",
	"pickup[612]: 4d8wQ3004qzFQH: uid=0 from=<>",
	"pickup[612]: 4d8wQ3004qzFQH: uid=12345678 from=<x@y.example>",
	"pickup[612]: 4d8wQ3004qzFQH: uid=1316 from=<x@y.example> orig_id=4d8wQ3004qzFQJ",
	"pickup[612]: 4d8wQ3004qzFQH: uid=1316 from=<x orig_id=4d8wQ3004qzFQJ>",
	"pickup[612]: 4d8wQ3004qzFQH: uid= from=<x@y.example>",
	"qmgr[613]: 4d8wQ3004qzFQH: removed",
	"qmgr[613]: 4d8wQ3004qzFQH: removed x",
	"qmgr[613]: ABCDEF0123: removed",
	"qmgr[613]: removed: removed",
	"qmgr[613]: 4d8wQ3004qzFQH: from=<x@y.example>, size=2310, nrcpt=1 (queue active)",
	"qmgr[613]: 4d8wQ3004qzFQH: from=<>, size=2310, nrcpt=1 (queue active)",
	"qmgr[613]: 4d8wQ3004qzFQH: from=<x@y.example>, size=99999999999, nrcpt=1 (queue active)",
	"qmgr[613]: 4d8wQ3004qzFQH: from=<x>, size=1, nrcpt=2 (queue active)>, size=2310, nrcpt=1 (queue "
	"active)",
	"qmgr[613]: 4d8wQ3004qzFQH: from=<x@y.example>, status=expired, returned to sender",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as acdxnj14bwc)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, orig_to=<c@d.example>, "
	"relay=mx.b.example[192.0.2.9]:25, conn_use=2, delay=1.7, status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1.7, "
	"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4d8wQ3004qzFQJ)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=none, delay=1.7, dsn=4.4.1, status=deferred "
	"(connect to mx.b.example[192.0.2.9]:25: Connection refused)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"dsn=5.1.1, status=bounced (host mx.b.example[192.0.2.9] said: 550 5.1.1 User unknown (in reply to "
	"RCPT TO command))",
	"smtp[823]: 4d8wQ3004qzFQH: to=<\"a>, relay=x\"@b.example>, relay=mx.b.example[192.0.2.9]:25, "
	"delay=1.7, status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a>, relay=x[192.0.2.1], status=sent (x)>, "
	"relay=mx.b.example[192.0.2.9]:25, delay=1.7, status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1, "
	"relay=h[192.0.2.7]:25, status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a>, b@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, orig_to=<c>, relay=x>, "
	"relay=mx.b.example[192.0.2.9]:25, "
	"delay=1.7, status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a>b@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"status=sent (250 ok",
	"lmtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mail7[private/dovecot-lmtp], delay=3, "
	"delays=0/0/0/3, dsn=2.0.0, status=sent (250 2.0.0 <a@b.example> xyz Saved)",
	"lmtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mail7[private/dovecot-lmtp], delay=3, dsn=2.0.0, "
	"status=sent (250 2.0.0 queued as 4d8wQ3004qzFQJ)",
	"amavis/smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, delay=1.7, "
	"status=sent (250 ok)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, orig_to=<c>, relay=mx.b.example[192.0.2.9]:25, "
	"dsn=5.1.1, "
	"delay=1, status=bounced (host mx.b.example[192.0.2.9] said: 550 blocked by an rbl)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx.b.example[192.0.2.9]:25, dsn=5.1.1, delay=1, "
	"dsn=5.7.1, status=bounced (sorry)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=none, delay=1.7, dsn=4.4.1, status=deferred "
	"(connect "
	"to localhost[127.0.0.1]:10024: Connection refused)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=none, delay=1.7, dsn=4.4.1, status=deferred "
	"(delivery "
	"temporarily suspended: connect to mx.b.example[192.0.2.9]:25: Connection refused)",
	"smtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=none, delay=1.7, dsn=2.0.0, status=sent (250 ok)",
	"lmtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mail7[private/dovecot-lmtp], delay=3, dsn=5.1.1, "
	"status=bounced (host mail7[private/dovecot-lmtp] said: 550 5.1.1 no such user, queued as x)",
	"lmtp[823]: 4d8wQ3004qzFQH: to=<a@b.example>, relay=mx[192.0.2.9]:24, delay=3, dsn=4.2.0, "
	"status=deferred (host mx[192.0.2.9] refused to talk to me: 421 later)",
	"smtpd[1420]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
	"smtpd[1420]: warning: h[192.0.2.9]: SASL PLAIN authentication failed: , sasl_username=a@b.example",
	"smtpd[1420]: warning: h[192.0.2.9]: SASL LOGIN authentication failed: x, y, "
	"sasl_username=(unavailable)",
	"smtpd[1420]: warning: h[192.0.2.9]: SASL LOGIN authentication failed: x, "
	"sasl_username=(unavailable)",
	"smtpd[1420]: warning: h[192.0.2.9]: SASL CRAM-MD5 authentication failed: generic failure",
	"smtpd[1420]: warning: ABCDEF0123: h[192.0.2.9]: SASL LOGIN authentication failed: x",
	"smtpd[1420]: warning: hostname x.example does not resolve to address 192.0.2.9",
	"smtpd[1420]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <a@b.example>: Recipient "
	"address "
	"rejected: User unknown; from=<x@y.example> to=<a@b.example> proto=ESMTP helo=<y.example>",
	"smtpd[1420]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 554 5.7.1 blocked; see z; from=<> "
	"to=<a@b.example> proto=ESMTP helo=<y.example>",
	"smtpd[1420]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 554 5.7.1 <x; from=<p@q> to=<r@s> proto=SMTP "
	"helo=<z>>: no; from=<> to=<a@b.example> proto=ESMTP helo=<y.example>",
	"smtpd[1420]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 450 4.2.0 greylisted; from=<\"x y\"@z> "
	"to=<a@b.example> proto=ESMTP helo=<y.example> sasl_method=LOGIN sasl_username=u",
	"smtpd[1420]: NOQUEUE: reject: RCPT from h[192.0.2.9]:25: 450 x; from=<x@y> to=<a@b> proto=ESMTP "
	"helo=<y.example>",
	"smtpd[1420]: NOQUEUE: reject: RCPT from h[127.0.0.1]: 450 x; from=<> to=<a@b> proto=ESMTP helo=<y>: "
	"note",
	"smtpd[1420]: NOQUEUE: reject_warning: RCPT from h[192.0.2.9]: 450 x; from=<> to=<a@b> proto=ESMTP "
	"helo=<y>",
	"bounce[900]: 4d8wQ3004qzFQH: sender non-delivery notification: 4d8wQ3004qzFQJ",
	"bounce[900]: 4d8wQ3004qzFQH: sender non-delivery notification: removed",
	"bounce[900]: 4d8wQ3004qzFQH: sender delay notification: 4d8wQ3004qzFQJ",
};

static const char *const dovecot[] = {
	"imap-login: Login: user=<a@b.example>, method=PLAIN, rip=192.0.2.9, lip=192.0.2.1, TLS, "
	"session=<x7>",
	"imap-login: Logged in: user=<a@b.example>, method=PLAIN, rip=192.0.2.9, lip=192.0.2.1, TLS, "
	"session=<x7>",
	"pop3-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<a@b.example>, method=PLAIN, "
	"rip=192.0.2.9, lip=192.0.2.1",
	"imap-login: Disconnected: Aborted login by logging out (auth failed, 3 attempts in 2 secs): "
	"user=<>, "
	"method=LOGIN, rip=::ffff:192.0.2.9, lip=192.0.2.1, TLS",
	"imap-login: Aborted login (auth failed, 1 attempts): user=<a>, rip=x>, method=PLAIN, "
	"rip=2001:db8::1",
	"imap-login: Aborted login (auth failed, 1 attempts): user=<a>, method=x, rip=192.0.2.7>, "
	"method=PLAIN, "
	"rip=192.0.2.9, lip=192.0.2.1",
	"imap-login: Aborted login (auth failed, 1 attempts): user=<a; logname=b>, method=PLAIN, "
	"rip=192.0.2.9",
	"imap-login: Aborted login (no auth attempts in 2 secs): user=<>, method=PLAIN, rip=192.0.2.9, "
	"lip=192.0.2.1",
	"imap-login: Disconnected: Inactivity (no auth attempts in 2 secs): user=<>, rip=192.0.2.9, "
	"lip=192.0.2.1",
	"imap-login: Info: Login: user=<a@b.example>, method=PLAIN, rip=192.0.2.9, lip=192.0.2.1, TLS",
	"imap-login: proxy(a): Disconnected (auth failed): user=<a@b.example>, method=PLAIN, rip=192.0.2.9, "
	"lip=x",
	"imap(a@b.example)<12><x7>: Disconnected: Logged out in=12 out=34",
	"message repeated 2 times: [ imap-login: Login: user=<a@b.example>, method=PLAIN, rip=192.0.2.9, "
	"lip=x]",
	"auth: passwd-file(a@b.example,192.0.2.9): unknown user",
};

static struct evbuf warm_out, cold_out;
static struct qid_known known; /* of the lines before */

static enum line_result read_all(struct frame *f, struct evbuf *out, const char *line, size_t n, bool all)
{
	struct maker m = { .out = out, .all = all };
	enum line_result result;

	if (out == &warm_out)
		m.known = known;
	/* exactly as large as needed: a step over the end shows under the sanitizer */
	out->base = xrealloc(out->base, n);
	memcpy(out->base, line, n);
	out->used = out->cap = n;
	out->mem_used = out->events = 0;
	result = frame_line(f, &m, span_of(out->base, n));
	if (out == &warm_out)
		known = m.known;
	return result;
}

static enum line_result read_by(struct frame *f, struct evbuf *out, const char *line, size_t n)
{
	return read_all(f, out, line, n, false);
}

static void same_event(const struct evbuf *a, const struct evbuf *b, const char *line)
{
	const struct event *x = (const struct event *)(const void *)a->mem;
	const struct event *y = (const struct event *)(const void *)b->mem;

	if (a->events != b->events || a->mem_used != b->mem_used)
		fail_msg("another event than alone: %s", line);
	if (!a->events)
		return;
	if (!qid_eq(x->id, y->id) || x->at != y->at || x->zone != y->zone || x->stamp != y->stamp ||
	    x->kind != y->kind || x->flags != y->flags || x->off != y->off || x->len != y->len ||
	    (x->pid != y->pid && (x->pid || x->dialect != DIALECT_POSTFIX)) || x->size != y->size ||
	    x->nrcpt != y->nrcpt || x->uid != y->uid || x->has != y->has ||
	    memcmp(x->f, y->f, x->nfields * sizeof(*x->f)) != 0)
		fail_msg("something else than alone: %s", line);
}

static void all_of(const char *const *list, size_t n, const char *head, size_t second)
{
	struct frame warm = FRAME_START;
	unsigned events = 0;

	for (unsigned round = 0; round < 3; round++)
		for (size_t i = 0; i < n; i++) {
			struct frame cold = FRAME_START;
			char line[LINE_MOST];
			int len = snprintf(line, sizeof(line), "%s%s", head, list[i]);

			/* another second each time */
			line[second] = (char)('0' + (i + round) % 10);
			assert_true(len > 0 && len < LINE_MOST);
			assert_int_equal(read_by(&warm, &warm_out, line, (size_t)len),
					 read_by(&cold, &cold_out, line, (size_t)len));
			same_event(&warm_out, &cold_out, line);
			events += warm_out.events;
		}
	assert_true(warm.head.len > 0 && events > n);
}

static void one_of(struct frame *warm, const char *line, size_t n)
{
	struct frame cold = FRAME_START;

	if (read_by(warm, &warm_out, line, n) != read_by(&cold, &cold_out, line, n))
		fail_msg("read otherwise than alone: %.*s", (int)n, line);
	same_event(&warm_out, &cold_out, line);
}

static bool same_field(const struct event *x, const struct event *y, enum field_key key)
{
	struct span a = event_get(x, warm_out.base, key), b = event_get(y, cold_out.base, key);

	return !a.p == !b.p && span_eq(a, b);
}

/* Whose mail it was and what became of it. A result's sender and a reply that was kind are told by explain alone. */
static bool same_fields(const struct event *x, const struct event *y)
{
	bool result = x->kind == EV_DELIVER || x->kind == EV_DEFER || x->kind == EV_BOUNCE;
	static const enum field_key keys[] = { F_SENDER,    F_RECIPIENTS, F_RECIPIENT, F_ORIG_RECIPIENT,
					       F_CLIENT_IP, F_USER,	  F_UNIX_USER, F_MESSAGE_ID,
					       F_RELAY_IP,  F_PARENT_ID,  F_CWD };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (!(result && keys[i] == F_SENDER) && !same_field(x, y, keys[i]))
			return false;
	return x->kind == EV_DELIVER || same_field(x, y, F_TEXT);
}

/* What explain says of a line, by the long way, is what investigate counts. */
static void told_as_counted(const char *line, size_t n)
{
	struct frame brief = FRAME_START, full = FRAME_START;
	enum line_result a = read_all(&brief, &warm_out, line, n, false);
	enum line_result b = read_all(&full, &cold_out, line, n, true);
	const struct event *x = (const struct event *)(const void *)warm_out.mem;
	const struct event *y = (const struct event *)(const void *)cold_out.mem;

	/* who connects is counted by nobody */
	if (warm_out.events && x->kind <= EV_DISCONNECT)
		return;
	if (warm_out.events && cold_out.events &&
	    (x->kind != y->kind || !qid_eq(x->id, y->id) || (x->kind <= EV_BOUNCE && x->flags != y->flags) ||
	     x->at != y->at || x->size != y->size || x->nrcpt != y->nrcpt || x->uid != y->uid))
		fail_msg("told otherwise than counted (%d/%d, %x/%x): %.*s", x->kind, y->kind, x->flags,
			 y->flags, (int)n, line);
	if (warm_out.events && cold_out.events && x->dialect == DIALECT_EXIM && !same_fields(x, y))
		fail_msg("told with other fields than counted: %.*s", (int)n, line);
	if (warm_out.events > cold_out.events || (a == LINE_EVENT && b != LINE_EVENT))
		fail_msg("counted and not told: %.*s", (int)n, line);
}

/* Each line cut at every byte, and with every byte left out or exchanged for what the grammar lives on. */
static void nearly(const char *const *list, size_t n, const char *head)
{
	static const char others[] = "<>,: =[]()x1\"";
	struct frame warm = FRAME_START;

	for (size_t i = 0; i < n; i++) {
		char line[LINE_MOST], odd[LINE_MOST];
		int len = snprintf(line, sizeof(line), "%s%s", head, list[i]);

		for (int at = (int)strlen(head); at < len; at++) {
			one_of(&warm, line, (size_t)len);
			one_of(&warm, line, (size_t)at);
			told_as_counted(line, (size_t)at);
			memcpy(odd, line, (size_t)len);
			memmove(odd + at, odd + at + 1, (size_t)(len - at - 1));
			one_of(&warm, odd, (size_t)len - 1);
			memcpy(odd, line, (size_t)len);
			/* the NUL at its end as well */
			for (size_t c = 0; c < sizeof(others); c++) {
				odd[at] = others[c];
				one_of(&warm, odd, (size_t)len);
				told_as_counted(odd, (size_t)len);
			}
		}
	}
}

static void test_nearly_usual(void **state)
{
	nearly(exim, COUNT(exim), "2025-11-17 05:51:36 ");
	nearly(postfix, COUNT(postfix), "2025-11-17T05:51:36.315010+01:00 mail7 postfix/");
}

/* The same of all golden lines, each as it stands. */
static void test_nearly_golden(void **state)
{
	glob_t found;
	size_t lines = 0;

	if (glob("test/corpus/*/*.golden", 0, NULL, &found) != 0)
		fail_msg("no golden lines: run from the top of the tree");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *f = fopen(found.gl_pathv[i], "r");
		char line[4 * LINE_MOST];

		assert_non_null(f);
		while (fgets(line, sizeof(line), f)) {
			const char *one = line;

			line[strcspn(line, "\n")] = '\0';
			if (line[0] == '#' || strlen(line) >= LINE_MOST)
				continue;
			nearly(&one, 1, "");
			lines++;
		}
		fclose(f);
	}
	assert_true(lines > 400);
	globfree(&found);
}

static void test_dovecot(void **state)
{
	all_of(dovecot, COUNT(dovecot), "Nov 17 05:51:36 mail7.a-long-name.example dovecot: ", 14);
	nearly(dovecot, COUNT(dovecot), "2025-11-17T05:51:36.315010+01:00 mail7 dovecot: ");
}

static void test_exim(void **state)
{
	all_of(exim, COUNT(exim), "2025-11-17 05:51:36 ", 18);
}

/* What nobody has read yet is no text that a line may have. */
static void test_nothing_remembered(void **state)
{
	static const char *const before[] = { "cwd=/", "1vKliy-0003gH-2x Completed",
					      "1vKliy-0003gH-2x Frozen (delivery error message)",
					      "1vKliy-00000003gH2-2x5z Frozen (delivery error message)" };
	static const size_t ids[] = { 17, 24 };
	struct frame warm = FRAME_START;

	for (size_t i = 0; i < COUNT(before); i++) {
		char line[LINE_MOST], empty[64];
		int len = snprintf(line, sizeof(line), "2025-11-17 05:51:36 %s", before[i]);

		for (size_t k = 0; k < COUNT(ids); k++) {
			one_of(&warm, line, (size_t)len);
			one_of(&warm, line, (size_t)len);
			memset(empty + 20, 0, ids[k]);
			memcpy(empty, line, 20);
			memcpy(empty + 20 + ids[k], "Completed", 9);
			one_of(&warm, empty, 20 + ids[k] + 9);
			assert_true(warm.head.len > 0);
			warm = (struct frame)FRAME_START;
		}
	}
}

static void test_postfix(void **state)
{
	all_of(postfix, COUNT(postfix), "2025-11-17T05:51:36.315010+01:00 mail7 postfix/", 18);
	all_of(postfix, COUNT(postfix), "Nov 17 05:51:36 mail7.a-long-name.example postfix/", 14);
}

/* LINE's minute, whose digits stand from AT on, is another each time, and sometimes none. */
static void turning(const char *line, size_t at)
{
	static const char *const minutes[] = { "05:51", "05:52", "06:00", "23:59", "00:00", "05:60",
					       "24:00", "05:51", "2x:10", "10:1x", "10 10", "3a:00",
					       "19:09", "19:10", "29:10", "19:99", "1:019", "19:11" };
	static const char *const odd[] = { "kernel: up", "kernel: up", "dovecot: imap-login: x" };
	struct frame warm = FRAME_START;

	for (size_t i = 0; i < COUNT(minutes); i++) {
		char text[LINE_MOST];
		int len = snprintf(text, sizeof(text), "%s", line);

		memcpy(text + at, minutes[i], 5);
		one_of(&warm, text, (size_t)len);
		/* the same minute by the long way, and the short way after it */
		len = snprintf(text, sizeof(text), "%.*s%s%.*s %s", (int)at, line, minutes[i],
			       (int)strcspn(line + at + 5, " "), line + at + 5, odd[i % COUNT(odd)]);
		one_of(&warm, text, (size_t)len);
		/* another day at that minute */
		text[at - 2] = '8';
		if (i % 4 == 3)
			one_of(&warm, text, (size_t)len);
		one_of(&warm, line, strlen(line));
	}
	assert_true(warm.head.len > 0);
}

static void test_turning(void **state)
{
	turning("2025-11-17T05:51:36.315010+01:00 mail7 postfix/qmgr[613]: 4d8wQ3004qzFQH: removed", 11);
	turning("2025-11-17T05:51:36.315010Z mail7 postfix/qmgr[613]: 4d8wQ3004qzFQH: removed", 11);
	turning("Nov 17 05:51:36 mail7 postfix/qmgr[613]: 4d8wQ3004qzFQH: removed", 7);
	turning("2025-11-17 05:51:36 1vKliy-000000000G8-0CKr Completed", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exim),
		cmocka_unit_test(test_postfix),
		cmocka_unit_test(test_dovecot),
		cmocka_unit_test(test_turning),
		cmocka_unit_test(test_nearly_usual),
		cmocka_unit_test(test_nearly_golden),
		cmocka_unit_test(test_nothing_remembered),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
