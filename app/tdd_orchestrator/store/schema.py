"""The tables of `run.sqlite`: columns for people, and a `doc` (JSON) for the program, which reads nothing else back.

Raise `VERSION` with every change here: what has another version, or other tables than these, is rebuilt from the log.
"""

VERSION = 2

TABLES = """
CREATE TABLE run (
  id TEXT PRIMARY KEY, repo TEXT, number INTEGER, state TEXT, title TEXT, author TEXT, head TEXT, base TEXT,
  opened_at REAL, ended_at REAL, usd REAL, reason TEXT, doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE task (
  key TEXT PRIMARY KEY, seq INTEGER NOT NULL, title TEXT, kind TEXT, state TEXT, attempts INTEGER, chances INTEGER,
  landed TEXT, reason TEXT, doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE attempt (
  task TEXT, seq INTEGER, number INTEGER, nonce TEXT, started_at REAL, ended_at REAL, accepted INTEGER, reason TEXT,
  doc TEXT NOT NULL, PRIMARY KEY (task, seq)
) WITHOUT ROWID;
CREATE TABLE stage (
  task TEXT, attempt INTEGER, seq INTEGER, stage TEXT, state TEXT, sentence TEXT, seconds REAL, suite_runs INTEGER,
  commit_sha TEXT, doc TEXT NOT NULL, PRIMARY KEY (task, attempt, seq)
) WITHOUT ROWID;
CREATE TABLE usage (
  task TEXT, attempt INTEGER, stage_seq INTEGER, seq INTEGER, stage TEXT, model TEXT, calls INTEGER,
  input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER, usd REAL,
  PRIMARY KEY (task, attempt, stage_seq, seq)
) WITHOUT ROWID;
CREATE TABLE job (
  nonce TEXT PRIMARY KEY, seq INTEGER NOT NULL, step TEXT, task TEXT, state TEXT, asked_at REAL, workflow_run INTEGER,
  url TEXT, doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE outbox (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, kind TEXT, doc TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE shown (key TEXT PRIMARY KEY, id INTEGER, digest TEXT, node TEXT) WITHOUT ROWID;
CREATE TABLE applied (seq INTEGER PRIMARY KEY, txn TEXT NOT NULL, at REAL);
"""

VIEWS = """
CREATE VIEW v_tasks AS
SELECT t.key AS task, t.title, t.state, t.attempts || ' of ' || t.chances AS attempts,
  (SELECT s.stage || ' ' || s.state FROM stage s WHERE s.task = t.key
    ORDER BY s.attempt DESC, s.seq DESC LIMIT 1) AS stage,
  (SELECT round(total(s.seconds), 1) FROM stage s WHERE s.task = t.key) AS seconds,
  (SELECT coalesce(sum(u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens), 0)
    FROM usage u WHERE u.task = t.key) AS tokens,
  (SELECT round(total(u.usd), 4) FROM usage u WHERE u.task = t.key) AS usd, t.landed, t.reason
FROM task t ORDER BY t.seq;
CREATE VIEW v_attempts AS
SELECT a.task, a.number AS attempt,
  CASE a.accepted WHEN 1 THEN 'accepted' WHEN 0 THEN 'sent back' ELSE 'in progress' END AS outcome,
  datetime(a.started_at, 'unixepoch') AS started, round(a.ended_at - a.started_at, 1) AS seconds,
  (SELECT group_concat(s.stage || ' ' || s.state, ', ') FROM
    (SELECT stage, state FROM stage WHERE task = a.task AND attempt = a.seq ORDER BY seq) s) AS stages,
  (SELECT round(total(u.usd), 4) FROM usage u WHERE u.task = a.task AND u.attempt = a.seq) AS usd, a.reason
FROM attempt a JOIN task t ON t.key = a.task ORDER BY t.seq, a.seq;
CREATE VIEW v_costs AS
SELECT CASE u.task WHEN '' THEN 'plan' ELSE u.task END AS task, u.stage, u.model, sum(u.calls) AS calls,
  sum(u.input_tokens) AS input_tokens, sum(u.output_tokens) AS output_tokens,
  sum(u.cache_read_tokens) AS cache_read_tokens, sum(u.cache_write_tokens) AS cache_write_tokens,
  round(total(u.usd), 4) AS usd
FROM usage u GROUP BY u.task, u.stage, u.model
UNION ALL
SELECT 'total', '', '', sum(calls), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
  sum(cache_write_tokens), round(total(usd), 4) FROM usage;
"""
