/* fixture_mail - a reputation and complaints made by hand, every text that an outsider may write being FOREIGN. */
#include "fixture_mail.h"

#include "model/signs.h"
#include "repute/reputation.h"
#include "repute/identity.h"
#include "repute/check.h"
#include "repute/blocklists.h"
#include "model/inquiry.h"

struct reputation *fixture_reputation(struct arena *a, struct span foreign)
{
	struct reputation *r = arena_alloc(a, sizeof(*r));
	struct blocklist *lists = arena_alloc(a, 2 * sizeof(*lists));
	struct subject *subjects = arena_alloc(a, sizeof(*subjects));
	struct listing *listings = arena_alloc(a, 6 * sizeof(*listings));
	struct identity *identities = arena_alloc(a, IDENTITIES * sizeof(*identities));
	struct refusal *refusals = arena_alloc(a, 2 * sizeof(*refusals));
	struct span *texts = arena_alloc(a, sizeof(*texts));

	for (int i = 0; i < 2; i++)
		lists[i] = (struct blocklist){ .zone = foreign,
					       .shown = foreign,
					       .name = foreign,
					       .remove = foreign,
					       .who = foreign,
					       .lasts = foreign,
					       .form = foreign,
					       .note = foreign,
					       .source = foreign };
	subjects[0].text = foreign;
	texts[0] = foreign;
	for (unsigned i = 0; i < 6; i++)
		listings[i] =
			(struct listing){ .list = i & 1,
					  .since = 1795996800,
					  .cleared = i == 0 ? 1795996800 : 0,
					  .v = { .state = i < LIST_STATES ? (enum list_state)i : LIST_LISTED,
						 .policy = i == LIST_STATES,
						 .answer = foreign,
						 .text = foreign } };
	for (unsigned i = 0; i < IDENTITIES; i++)
		identities[i] = (struct identity){ .what = (enum identity_what)i,
						   .state = (enum identity_state)(i % IDENTITY_STATES),
						   .subject = foreign,
						   .address = foreign,
						   .value = foreign,
						   .text = foreign };
	for (unsigned i = 0; i < 2; i++)
		refusals[i] = (struct refusal){ foreign, foreign, 412, 1795996800, foreign };
	*r = (struct reputation){ .lists = lists,
				  .nlists = 2,
				  .subjects = subjects,
				  .nsubjects = 1,
				  .listings = listings,
				  .nlistings = 6,
				  .identities = identities,
				  .nidentities = IDENTITIES,
				  .refusals = refusals,
				  .nrefusals = 2,
				  .unseen = texts,
				  .nunseen = 1,
				  .notes = texts,
				  .nnotes = 1,
				  .resolver = foreign,
				  .logs_read = true,
				  .now = 1796083200 };
	return r;
}

struct complaints *fixture_complaints(struct arena *a, struct span foreign)
{
	struct complaints *c = arena_alloc(a, sizeof(*c));
	struct row *row = arena_alloc(a, sizeof(*row));
	struct evidence *line = arena_alloc(a, sizeof(*line));
	struct failure *failure = arena_alloc(a, sizeof(*failure));
	struct span *texts = arena_alloc(a, sizeof(*texts));

	*row = (struct row){ .kind = KIND_SCRIPT, .id = foreign, .account = foreign };
	*line = (struct evidence){ .grade = 'A', .file = foreign, .line = 1, .text = foreign };
	*failure = (struct failure){ foreign, foreign, foreign, foreign };
	texts[0] = foreign;
	*c = (struct complaints){ .unseen = texts, .nunseen = 1, .files = 1, .n = TIE_STATES, .nblamed = 1 };
	c->list = arena_alloc(a, TIE_STATES * sizeof(*c->list));
	c->blamed = arena_alloc(a, sizeof(*c->blamed));
	c->blamed[0] = (struct blamed){ foreign, 3, 5 };
	for (unsigned i = 0; i < TIE_STATES; i++)
		c->list[i] = (struct tied){
			.file = foreign,
			.c = { .number = 1,
			       .kind = i % COMPLAINT_KINDS,
			       .bounce = i & 1,
			       .type = foreign,
			       .reporter = foreign,
			       .about = foreign,
			       .date = foreign,
			       .source = foreign,
			       .reporting_mta = foreign,
			       .original = { foreign, foreign, foreign, foreign, foreign, foreign, foreign,
					     foreign, foreign, texts, 1, true },
			       .recipients = texts,
			       .nrecipients = 1,
			       .envelope = texts,
			       .nenvelope = 1,
			       .hosts = texts,
			       .nhosts = 1,
			       .failures = failure,
			       .nfailures = 1,
			       .why = foreign },
			.tie = { .ours = true,
				 .raw = foreign,
				 .queue_id = foreign,
				 .message_id = foreign,
				 .login = foreign,
				 .script = foreign },
			.state = (enum tie_state)i,
			.row = i <= TIE_CONTRADICTED ? row : NULL,
			.line = i <= TIE_CONTRADICTED ? line : NULL,
			.agrees = ABOUT_SUBJECT | ABOUT_TIME,
			.differs = i == TIE_CONTRADICTED ? ABOUT_RECIPIENT | ABOUT_MESSAGE_ID : 0,
		};
	return c;
}

struct signs *fixture_signs(struct arena *a, struct span foreign)
{
	struct signs *s = arena_alloc(a, sizeof(*s));

	*s = (struct signs){
		.host = foreign, .mta = foreign, .now = 1796083200, .state = SIGN_CRITICAL, .told = foreign
	};
	for (unsigned i = 0; i < SIGNS; i++)
		s->sign[i] = (struct sign){ .state = (enum sign_state)(i % 4),
					    .value = i * 1000.5,
					    .learns = true,
					    .samples = i % 2 * 5,
					    .usual = 12,
					    .warning = 100,
					    .critical = i % 3 ? 1000 : -1,
					    .text = foreign };
	s->unseen = s->notes = arena_alloc(a, 2 * sizeof(*s->unseen));
	s->unseen[0] = s->unseen[1] = foreign;
	s->nunseen = s->nnotes = 2;
	return s;
}
