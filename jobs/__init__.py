"""RQ: a job is one call of a service; the database is the queue of record, Redis only a doorbell."""
