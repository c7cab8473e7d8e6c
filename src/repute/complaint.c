/*
 * complaint - see complaint.h: its packing, as one function per struct for both directions (base/codec.h).
 *
 * TRUST: unpacked by the command line from what spamtrail-mime says, which has parsed anybody's mail. Lists are held to
 * their limits, an enum to its range; what a text says is not looked at here.
 */
#include "repute/complaint.h"
#include "base/err.h"
#include "base/codec.h"

const char *complaint_kind_name(enum complaint_kind kind)
{
	static const char *const names[] = {
		"arf", "hotmail", "dsn", "xarf", "spamcop", "forwarded", "other"
	};

	return kind < COMPLAINT_KINDS ? names[kind] : "other";
}

static void code_original(struct codec *c, struct original *v)
{
	code_span(c, &v->message_id);
	code_span(c, &v->from);
	code_span(c, &v->sender);
	code_span(c, &v->subject);
	code_span(c, &v->php_script);
	code_span(c, &v->php_originating);
	code_span(c, &v->auth_sender);
	code_span(c, &v->source_dir);
	code_span(c, &v->queue_id);
	CODE_LIST(c, v->received, v->nreceived, 4, code_span);
	code_refuse_if(c, v->nreceived > COMPLAINT_RECEIVED_MOST);
	code_bool(c, &v->twice);
}

static void code_failure(struct codec *c, struct failure *v)
{
	code_span(c, &v->recipient);
	code_span(c, &v->action);
	code_span(c, &v->status);
	code_span(c, &v->text);
}

static void code_complaint(struct codec *c, struct complaint *v)
{
	code_u32(c, &v->number);
	v->kind = code_enum(c, v->kind, COMPLAINT_KINDS);
	code_bool(c, &v->bounce);
	code_span(c, &v->type);
	code_span(c, &v->reporter);
	code_span(c, &v->about);
	code_span(c, &v->date);
	code_span(c, &v->source);
	code_span(c, &v->reporting_mta);
	code_original(c, &v->original);
	CODE_LIST(c, v->recipients, v->nrecipients, 4, code_span);
	CODE_LIST(c, v->envelope, v->nenvelope, 4, code_span);
	CODE_LIST(c, v->failures, v->nfailures, 16, code_failure);
	CODE_LIST(c, v->hosts, v->nhosts, 4, code_span);
	code_refuse_if(c, v->nhosts > COMPLAINT_HOSTS_MOST);
	code_refuse_if(c, v->nrecipients > COMPLAINT_RECIPIENTS_MOST ||
				  v->nenvelope > COMPLAINT_RECIPIENTS_MOST ||
				  v->nfailures > COMPLAINT_RECIPIENTS_MOST);
	code_span(c, &v->why);
}

void complaint_pack(const struct complaint *c, struct buf *out)
{
	struct packer p = { .out = out };
	struct codec codec = { .to = &p };

	/* A packing codec only reads. */
	code_complaint(&codec, (struct complaint *)c);
}

int complaint_unpack(struct arena *a, struct span bytes, struct complaint *ret, struct err *err)
{
	struct unpacker u = { .left = bytes };
	struct codec c = { .from = &u, .arena = a };
	struct complaint complaint = { 0 };

	code_complaint(&c, &complaint);
	if (!unpack_done(&u))
		return err_set(err, EXIT_SOFTWARE, "spamtrail-mime spoke nonsense: nothing of it is used");
	*ret = complaint;
	return 0;
}
