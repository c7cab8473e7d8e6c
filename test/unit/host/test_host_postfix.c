/*
 * Postfix: main.cf's grammar, its log, its networks, and what doctor says of it.
 */
#include "host_tree.h"

#define MAIN "/etc/postfix/main.cf"
#define MASTER "/etc/postfix/master.cf"

static void the_named_log_wins(void **state)
{
	struct learnt l =
		LEARN({ MAIN, "maillog_file = /var/log/postfix.log\n" }, { "/var/log/postfix.log", "x" },
		      { "/var/log/mail.log", "older" }, { "/var/log/exim_mainlog", "older" });

	assert_true(has_log(&l, "/var/log/postfix.log", LOG_MAIL));
	assert_int_equal(count_logs(&l, LOG_MAIL), 1);
	assert_int_equal(l.f.nunseen, 0);
	assert_text(l.f.mta, "Postfix");
	tree_end(&l);
}

static void a_named_log_that_is_missing_is_said(void **state)
{
	struct learnt l = LEARN({ MAIN, "maillog_file=/var/log/gone.log\n" }, { "/var/log/maillog", "x" });

	assert_true(has_log(&l, "/var/log/maillog", LOG_MAIL));
	assert_true(has_unseen(&l, "/var/log/gone.log"));
	tree_end(&l);
}

static void an_empty_or_rotated_log_is_there(void **state)
{
	struct learnt l = LEARN({ MAIN, "maillog_file=/var/log/pf.log\n" }, { "/var/log/pf.log.1", "x" },
				{ "/var/log/mail.log", "x" });

	assert_true(has_log(&l, "/var/log/pf.log", LOG_MAIL));
	assert_false(has_log(&l, "/var/log/mail.log", LOG_MAIL));
	assert_int_equal(l.f.nunseen, 0);
	tree_end(&l);
}

static void values_go_over_lines_and_names(void **state)
{
	struct learnt l =
		LEARN({ MAIN, "# comment\n"
			      "base = /var/log\n"
			      "leaf=${base}/pf\n"
			      "maillog_file = $(leaf).log\n"
			      "mynetworks = 127.0.0.0/8,\n"
			      "   # in between\n"
			      "\n"
			      "\t192.0.2.0/24\n"
			      " [2001:db8::]/64 !192.0.2.7 /etc/postfix/nets hash:/etc/postfix/more\n"
			      "mynetworks_style = host\n" },
		      { "/var/log/pf.log", "x" });

	assert_true(has_log(&l, "/var/log/pf.log", LOG_MAIL));
	assert_true(has_network(&l, "127.0.0.0/8"));
	assert_true(has_network(&l, "192.0.2.0/24"));
	assert_true(has_network(&l, "[2001:db8::]/64"));
	assert_int_equal(l.f.nnetworks, 3);
	assert_ok(&l, "postfix.mynetworks");
	assert_holds(advice_of(&l, "postfix.mynetworks", 0)->text, "were not read");
	tree_end(&l);
}

static void conditional_values(void **state)
{
	struct learnt l = LEARN(
		{ MAIN, "yes = 1\n"
			"maillog_file = ${yes?{/var/log/a.log}:{/var/log/b.log}}\n"
			"mynetworks = ${no?10.0.0.0/8} ${no:192.0.2.1} ${yes?192.0.2.2} ${yes:192.0.2.3}\n" },
		{ "/var/log/a.log", "x" });

	assert_true(has_log(&l, "/var/log/a.log", LOG_MAIL));
	assert_int_equal(l.f.nnetworks, 2);
	assert_true(has_network(&l, "192.0.2.1"));
	assert_true(has_network(&l, "192.0.2.2"));
	tree_end(&l);
}

static void a_name_that_names_itself_ends(void **state)
{
	struct learnt l = LEARN(
		{ MAIN, "a = $a$a$a$a$a$a$a$a\nmaillog_file = $a\nmynetworks = $b\nb = ${c}\nc = $b x\n" });

	assert_non_null(advice_of(&l, "postfix.header_checks", 0));
	tree_end(&l);
}

static void wide_networks_are_counted(void **state)
{
	struct learnt l = LEARN(
		{ MAIN,
		  "mynetworks = 127.0.0.0/8 [::1]/128 10.0.0.0/8, 203.0.0.0/16 0.0.0.0/0 192.168.0.0/16 "
		  "[::]/0 [::ffff:127.0.0.0]/104 [fe80::]/10 198.51.100.0/24\n" });

	assert_holds(
		advice_of(&l, "postfix.mynetworks", 0)->text,
		"mynetworks trusts 10.0.0.0/8 (16,777,216 addresses): any of them may relay without a login");
	assert_holds(advice_of(&l, "postfix.mynetworks", 1)->text, "203.0.0.0/16 (65,536 addresses)");
	assert_holds(advice_of(&l, "postfix.mynetworks", 2)->text, "0.0.0.0/0 (4,294,967,296 addresses)");
	assert_holds(advice_of(&l, "postfix.mynetworks", 3)->text, "[::]/0 (2^128 addresses)");
	assert_null(advice_of(&l, "postfix.mynetworks", 4));
	assert_text(advice_of(&l, "postfix.mynetworks", 3)->line,
		    "mynetworks = 127.0.0.0/8 [::1]/128 192.168.0.0/16 [::ffff:127.0.0.0]/104 [fe80::]/10 "
		    "198.51.100.0/24");
	tree_end(&l);
}

static void the_class_style_is_wide(void **state)
{
	struct learnt l = LEARN({ MAIN, "mynetworks_style = class\n" });

	assert_off(&l, "postfix.mynetworks");
	assert_true(has_network(&l, "127.0.0.0/8"));
	tree_end(&l);
}

static bool relays(const char *main_cf, const char *master_cf)
{
	struct learnt l = LEARN({ MAIN, main_cf }, { MASTER, master_cf });
	const struct advice *a = advice_of(&l, "postfix.relay_restrictions", 0);
	bool open = a && !a->ok;

	tree_end(&l);
	return open;
}

static void open_relays(void **state)
{
	const char *port25 = "smtp      inet  n       -       y       -       -       smtpd\n";

	assert_false(relays("", port25));
	assert_true(
		relays("smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated\n", port25));
	assert_true(relays("smtpd_relay_restrictions = permit\n", port25));
	assert_false(relays("smtpd_relay_restrictions =\n"
			    "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination\n",
			    port25));
	assert_true(
		relays("smtpd_relay_restrictions =\n"
		       "smtpd_recipient_restrictions = permit_mynetworks permit reject_unauth_destination\n",
		       port25));
	assert_false(relays("smtpd_relay_restrictions = permit\ninet_interfaces = loopback-only\n", port25));
	assert_false(relays("smtpd_relay_restrictions = permit_mynetworks,\n  defer_unauth_destination\n",
			    port25));
}

static void services_have_settings_of_their_own(void **state)
{
	assert_false(relays("", "submission inet n - y - - smtpd\n"
				"  -o syslog_name=postfix/submission\n"
				"  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n"));
	assert_true(
		relays("", "2525 inet n - y - - smtpd\n  -o smtpd_relay_restrictions=permit_mynetworks\n"));
	assert_true(relays(
		"",
		"2525 inet n - y - - smtpd -o { smtpd_relay_restrictions = permit_mynetworks, permit }\n"));
	assert_true(relays("", "2525 inet n - y - - smtpd -o smtpd_relay_restrictions=\n"));
	/* a filter's way back in, on loopback */
	assert_false(relays("", "127.0.0.1:10025 inet n - n - - smtpd -o smtpd_relay_restrictions=permit\n"));
	assert_false(relays("", "smtp unix - - y - - smtp -o smtpd_relay_restrictions=permit\n"));
}

static void who_may_say_who_logged_in(void **state)
{
	struct learnt l = LEARN({ MAIN, "myhostname = mx.example\n" });

	assert_false(l.f.logins_told);
	tree_end(&l);
	l = LEARN({ MAIN, "smtpd_authorized_xclient_hosts = 127.0.0.1\n" });
	assert_true(l.f.logins_told);
	tree_end(&l);
	l = LEARN({ MAIN, "myhostname = mx.example\n" },
		  { "/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n"
					      "10025 inet n - y - - smtpd\n"
					      "  -o smtpd_authorized_xclient_hosts=127.0.0.0/8\n" });
	assert_true(l.f.logins_told);
	tree_end(&l);
}

static void every_domain_is_a_relay(void **state)
{
	struct learnt l = LEARN({ MAIN, "relay_domains = $mydestination, static:ALL\n" });

	assert_off(&l, "postfix.relay_domains");
	tree_end(&l);
}

static void header_checks_off(void **state)
{
	struct learnt l = LEARN({ MAIN, "myhostname = mx.shop.example\n" });
	const struct advice *a = advice_of(&l, "postfix.header_checks", 0);

	assert_false(a->ok);
	assert_text(a->line, "header_checks = regexp:/etc/postfix/header_checks");
	assert_text(a->file, "/etc/postfix/main.cf");
	a = advice_of(&l, "postfix.header_checks_rule", 0);
	assert_text(a->line, "/^X-PHP-Originating-Script:/ WARN");
	assert_text(a->file, "/etc/postfix/header_checks");
	assert_text(l.f.hostname, "mx.shop.example");
	tree_end(&l);
}

static bool header_checks(const char *value, const char *table)
{
	struct learnt l = LEARN({ MAIN, value }, { "/etc/postfix/hc", table }, { "/home/u/hc", table });
	bool ok = advice_of(&l, "postfix.header_checks", 0)->ok;

	tree_end(&l);
	return ok;
}

static void header_checks_tables(void **state)
{
	const char *rule = "/^x-php-originating-script:/i\n   WARN from a/b\n";

	assert_true(header_checks("header_checks = pcre:/etc/postfix/hc\n", rule));
	assert_true(header_checks("header_checks = regexp:/etc/postfix/hc\n",
				  "/^Subject:.*x/ REJECT\n/^X-PHP-Originating-Script/ warn\n"));
	assert_true(header_checks("header_checks = regexp:{{/^X-PHP-Originating-Script:/ WARN}}\n", ""));
	assert_false(header_checks("header_checks = regexp:/etc/postfix/hc\n",
				   "/^X-PHP-Originating-Script:/ IGNORE\n"));
	assert_false(header_checks("header_checks = regexp:/etc/postfix/hc\n",
				   "# /^X-PHP-Originating-Script:/ WARN\n"));
	assert_false(header_checks("header_checks = regexp:/home/u/hc\n", rule));
	assert_false(header_checks("header_checks = hash:/etc/postfix/hc\n", rule));
}

static void logins_without_tls(void **state)
{
	struct learnt l = LEARN({ MAIN, "smtpd_sasl_auth_enable = yes\n" });

	assert_off(&l, "postfix.tls_auth_only");
	tree_end(&l);
	l = LEARN({ MAIN, "smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only=yes\n" });
	assert_ok(&l, "postfix.tls_auth_only");
	tree_end(&l);
	l = LEARN({ MAIN, "smtpd_sasl_auth_enable = no\n" });
	assert_null(advice_of(&l, "postfix.tls_auth_only", 0));
	tree_end(&l);
}

static void a_log_that_postfix_refuses(void **state)
{
	struct learnt l = LEARN({ MAIN, "maillog_file = /srv/pf.log\n" }, { "/srv/pf.log", "x" });

	assert_off(&l, "postfix.maillog_file");
	assert_text(advice_of(&l, "postfix.maillog_file", 0)->line,
		    "maillog_file_prefixes = /var, /dev/stdout, /srv/pf.log");
	tree_end(&l);
	l = LEARN({ MAIN, "maillog_file = /srv/pf.log\nmaillog_file_prefixes = /var /srv\n" });
	assert_null(advice_of(&l, "postfix.maillog_file", 0));
	tree_end(&l);
}

static void the_version_is_debians(void **state)
{
	struct learnt l =
		LEARN({ MAIN, "" }, { "/etc/exim4/exim4.conf", "log_file_path = /var/log/old/%slog\n" },
		      { "/var/lib/dpkg/status", "Package: postfix\nStatus: install ok installed\n"
						"Version: 3.7.11-0+deb12u1\n\n"
						"Package: exim4-base\nStatus: deinstall ok config-files\n"
						"Version: 4.96-15+deb12u6\n\n" });

	assert_text(l.f.mta, "Postfix 3.7.11");
	assert_null(advice_of(&l, "exim.log_selector", 0));
	tree_end(&l);
}

static void addresses_that_mail_leaves_from(void **state)
{
	struct learnt l = LEARN({ MAIN, "myhostname = mx1.shop.example\nsmtp_bind_address = 192.0.2.4\n"
					"smtp_bind_address6 = [2001:db8::4]\n"
					"inet_interfaces = all, 192.0.2.5, loopback-only\n"
					"smtp_helo_name = out.shop.example\n" });

	assert_true(has_outgoing(&l, "192.0.2.4", "smtp_bind_address"));
	assert_true(has_outgoing(&l, "2001:db8::4", "smtp_bind_address6"));
	assert_true(has_outgoing(&l, "192.0.2.5", "inet_interfaces"));
	assert_int_equal(l.f.noutgoing, 3);
	assert_text(l.f.helo, "out.shop.example");
	tree_end(&l);
	l = LEARN({ MAIN, "myhostname = mx1.shop.example\n" });
	assert_text(l.f.helo, "mx1.shop.example");
	assert_int_equal(l.f.noutgoing, 0);
	tree_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_named_log_wins),
		cmocka_unit_test(a_named_log_that_is_missing_is_said),
		cmocka_unit_test(an_empty_or_rotated_log_is_there),
		cmocka_unit_test(values_go_over_lines_and_names),
		cmocka_unit_test(conditional_values),
		cmocka_unit_test(a_name_that_names_itself_ends),
		cmocka_unit_test(wide_networks_are_counted),
		cmocka_unit_test(the_class_style_is_wide),
		cmocka_unit_test(open_relays),
		cmocka_unit_test(services_have_settings_of_their_own),
		cmocka_unit_test(who_may_say_who_logged_in),
		cmocka_unit_test(every_domain_is_a_relay),
		cmocka_unit_test(header_checks_off),
		cmocka_unit_test(header_checks_tables),
		cmocka_unit_test(logins_without_tls),
		cmocka_unit_test(a_log_that_postfix_refuses),
		cmocka_unit_test(the_version_is_debians),
		cmocka_unit_test(addresses_that_mail_leaves_from),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
