/* queue_by - what a queue's messages are grouped by. Only numbers and words of ours. */
#ifndef SPAMTRAIL_MODEL_QUEUE_BY_H
#define SPAMTRAIL_MODEL_QUEUE_BY_H

enum queue_by { BY_CULPRIT, BY_SENDER, BY_SUBJECT, BY_DOMAIN, BY_AGE, BY_DOOR, BY_CLASS, QUEUE_BYS };

/* The word of --by. */
const char *queue_by_name(enum queue_by by);

#endif
