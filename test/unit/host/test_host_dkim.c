/*
 * The keys that mail is signed with, as OpenDKIM's and rspamd's settings tell.
 */
#include "host_tree.h"

static bool has(const struct learnt *l, const char *domain, const char *selector)
{
	for (size_t i = 0; i < l->f.ndkim; i++)
		if (span_eq(l->f.dkim[i].domain, span_str(domain)) &&
		    span_eq(l->f.dkim[i].selector, span_str(selector)))
			return true;
	return false;
}

static void opendkim(void **state)
{
	struct learnt l = LEARN({ "/etc/opendkim.conf", "# Selector no\n"
							"selector mail\n"
							"Domain one.example, two.example\n"
							"KeyTable refile:/etc/opendkim/key.table\n" },
				{ "/etc/opendkim/key.table", "k3 three.example:s3:/etc/keys/3\n"
							     "# k4 four.example:s4:/etc/keys/4\n"
							     "any %:s5:/etc/keys/5\n"
							     "odd six.example:no file\n"
							     "bad sev$n.example:s7:/x\n" });

	(void)state;
	assert_int_equal(l.f.ndkim, 4);
	assert_true(has(&l, "one.example", "mail"));
	assert_true(has(&l, "two.example", "mail"));
	assert_true(has(&l, "three.example", "s3"));
	assert_true(has(&l, "", "s5"));
	tree_end(&l);
}

static void a_selector_for_whatever_is_signed(void **state)
{
	struct learnt l = LEARN({ "/etc/opendkim.conf", "Selector mail\nDomain /etc/opendkim/domains\n" });

	(void)state;
	assert_int_equal(l.f.ndkim, 1);
	assert_true(has(&l, "", "mail"));
	tree_end(&l);
}

static void rspamd(void **state)
{
	struct learnt l = LEARN(
		{ "/etc/rspamd/local.d/dkim_signing.conf",
		  "enabled = true; # selector = \"no\";\n"
		  "selector = \"any1\";\n"
		  "domain {\n"
		  "  one.example { selector = \"s1\"; path = \"/var/lib/rspamd/{}/1.key\"; }\n"
		  "  two.example {\n    selectors [\n"
		  "      { path: \"/x\"; selector: \"s2\" },\n      { path: \"/y\"; selector: \"s3\" }\n"
		  "    ]\n  }\n"
		  "}\n"
		  "selector_map = \"/etc/rspamd/selectors.map\"\n" },
		{ "/etc/rspamd/selectors.map", "four.example s4\n# five.example s5\n" },
		{ "/etc/rspamd/override.d/dkim_signing.conf", "selector: over1\n" });

	(void)state;
	assert_int_equal(l.f.ndkim, 6);
	assert_true(has(&l, "", "over1"));
	assert_true(has(&l, "", "any1"));
	assert_true(has(&l, "one.example", "s1"));
	assert_true(has(&l, "two.example", "s2") && has(&l, "two.example", "s3"));
	assert_true(has(&l, "four.example", "s4"));
	tree_end(&l);
}

/* A transport's dkim_selector, for whatever domain; what is worked out for each message is not known. */
static void exim(void **state)
{
	struct learnt l =
		LEARN({ "/etc/exim4/exim4.conf", "begin transports\n"
						 "remote_smtp:\n"
						 "  driver = smtp\n"
						 "  dkim_domain = ${lc:${domain:$h_from:}}\n"
						 "  dkim_selector = x1 : x2\n"
						 "  dkim_private_key = /etc/exim4/dkim.key\n"
						 "other:\n"
						 "  driver = smtp\n"
						 "  dkim_selector = ${lookup{$dkim_domain}lsearch{/x}}\n" });

	(void)state;
	assert_int_equal(l.f.ndkim, 2);
	assert_true(has(&l, "", "x1"));
	assert_true(has(&l, "", "x2"));
	tree_end(&l);
}

/* A file that goes wrong names nobody twice, ends, and is read no deeper than it may be. */
static void damaged(void **state)
{
	char deep[400];
	struct learnt l;

	(void)state;
	memset(deep, '{', sizeof(deep));
	deep[sizeof(deep) - 1] = 0;
	l = LEARN({ "/etc/rspamd/local.d/dkim_signing.conf", deep },
		  { "/etc/rspamd/override.d/dkim_signing.conf", "}}} selector = \"open" },
		  { "/etc/opendkim.conf", "Selector ..\nKeyTable refile:/etc/../etc/shadow\nSelector\n" });
	assert_int_equal(l.f.ndkim, 0);
	tree_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opendkim), cmocka_unit_test(a_selector_for_whatever_is_signed),
		cmocka_unit_test(rspamd),   cmocka_unit_test(exim),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
