-- A generated practice, written as superuser with triggers off (they would fire a million times; the rows are right).
-- %(practices)s practices of 10 staff, %(children)s children with two guardians each, the first 45 %% with a log-in of their
-- own, %(notes)s notes. Children 1, 2 and 3 have 30, 500 and 5,000 entries; all are of the first therapist's caseload.

SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE TEMP TABLE kid AS
SELECT c AS id, p AS practice, (p - 1) * 10 + (c - 1) %% per / greatest(per / 5, 1) %% 5 + 1 AS therapist,
       staff + 2 * c - 1 AS mother, staff + 2 * c AS father, entries,
       CASE WHEN c <= 3 THEN entries / 2 ELSE %(notes)s / %(children)s END AS sessions,
       CASE WHEN c <= 3 THEN entries / 4 ELSE 10 END AS summaries,
       CASE WHEN c <= 3 THEN entries - entries / 2 - entries / 4 ELSE 20 END AS updates
FROM (
  SELECT c, per, 10 * %(practices)s AS staff, (c - 1) / per + 1 AS p, CASE c WHEN 1 THEN 30 WHEN 2 THEN 500 WHEN 3 THEN 5000 END AS entries
  FROM generate_series(1, %(children)s) c, (SELECT %(children)s / %(practices)s AS per) x
) y;

INSERT INTO accounts_practice (id, public_id, ref, name, time_zone, language, reply_within_hours, crisis_text, handbook,
  guardian_access, assent_age, majority_age, notes_due_hours, policy_source, reply_hours, fees, how_to_ask)
SELECT p, gen_random_uuid(), 'bench-' || p, 'Practice ' || p, 'America/New_York', 'en', 48, 'In danger, call.', '',
  'summaries_only', 12, 18, 72, '', '', '', '' FROM generate_series(1, %(practices)s) p;

INSERT INTO accounts_account (id, password, email, is_active, language, time_zone, factor_waived)
SELECT n, %(password)s, 'person-' || n || '@bench.example', true, '', '', false FROM generate_series(1, %(people)s) n;
INSERT INTO account_emailaddress (email, verified, "primary", user_id) SELECT email, true, true, id FROM accounts_account;
INSERT INTO accounts_person SELECT id, gen_random_uuid(), 'Person Number ' || id FROM accounts_account;
INSERT INTO accounts_contact (person_id, email, phone) SELECT id, email, '+1 555 0100' FROM accounts_account;

INSERT INTO accounts_membership (id, practice_id, person_id, role, starts)
SELECT gen_random_uuid(), (n - 1) / 10 + 1, n,
  (ARRAY['therapist','therapist','therapist','therapist','therapist','supervisor','supervisor','safeguarding_lead','admin','admin'])
    [(n - 1) %% 10 + 1], now() - interval '6 years'
FROM generate_series(1, 10 * %(practices)s) n;
INSERT INTO accounts_supervision (id, practice_id, supervisor_id, therapist_id, starts)
SELECT gen_random_uuid(), p, (p - 1) * 10 + 6 + t %% 2, (p - 1) * 10 + t, now() - interval '6 years'
FROM generate_series(1, %(practices)s) p, generate_series(1, 5) t;

INSERT INTO accounts_child (id, public_id, practice_id, name, date_of_birth, pronouns, about_me)
SELECT id, gen_random_uuid(), practice, 'Child Number ' || id, current_date - (6 + id %% 10) * 365, '', 'Likes trains.' FROM kid;
INSERT INTO accounts_circlerow (id, practice_id, child_id, person_id, role, authority, household, starts)
SELECT gen_random_uuid(), practice, id, person, role, authority, home, now() - interval '5 years'
FROM kid, LATERAL (VALUES
  (therapist, 'therapist', '', ''), (mother, 'guardian', 'full', 'one'), (father, 'guardian', 'full', 'two'),
  (CASE WHEN id <= %(children)s * 45 / 100 THEN 10 * %(practices)s + 2 * %(children)s + id END, 'young_person', '', '')
) v (person, role, authority, home) WHERE person IS NOT NULL;
INSERT INTO accounts_relationship (id, practice_id, child_id, circle_row_id, person_id, words)
SELECT gen_random_uuid(), practice_id, child_id, id, person_id, 'parent' FROM accounts_circlerow WHERE role = 'guardian';
INSERT INTO accounts_explanation (id, practice_id, child_id, person_id, explained_by_id, explained_at)
SELECT gen_random_uuid(), practice, id, person, therapist, now() - interval '5 years'
FROM kid, LATERAL (VALUES (mother), (father)) v (person);
INSERT INTO accounts_agreement (id, practice_id, child_id, guardian_access, young_person_access, in_force_from)
SELECT gen_random_uuid(), practice, id, CASE WHEN id %% 2 = 0 THEN 'signed_notes' ELSE 'summaries_only' END, 'summaries_only',
  now() - interval '5 years' FROM kid;

-- One father in twenty is quiet or closed, one in twenty-five named in a concern; none of a measured child.
INSERT INTO accounts_restriction (id, practice_id, child_id, person_id, kind, starts, reason, set_by_id)
SELECT gen_random_uuid(), practice, id, father, CASE WHEN id %% 40 = 0 THEN 'closed' ELSE 'quiet' END, now() - interval '1 year',
  %(words)s, therapist FROM kid WHERE id %% 20 = 0;
INSERT INTO accounts_named (id, practice_id, child_id, concern, person_id, raised_at, named_at)
SELECT gen_random_uuid(), practice, id, gen_random_uuid(), father, now() - interval '1 year', now() - interval '1 year'
FROM kid WHERE id %% 25 = 0;

INSERT INTO sessions_log_session (id, practice_id, child_id, therapist_id, held_at, logged_at, moment, minutes, error_reason)
SELECT gen_random_uuid(), practice, id, therapist, at, at + interval '1 hour', at + interval '1 hour', 50, ''
FROM kid, LATERAL (
  SELECT now() - interval '1 day' - interval '1200 days' * n / sessions AS at FROM generate_series(0, sessions - 1) n) s;
INSERT INTO sessions_log_sessionrecord (id, practice_id, child_id, session_id, author_id, setting, techniques, themes, affect,
  engagement, child_words, child_choices, error_reason)
SELECT gen_random_uuid(), practice_id, child_id, id, therapist_id, 'play room', '{drawing,ladder}', '{worry}', %(words)s, 7,
  'It is a bridge.', 'sand', '' FROM sessions_log_session;
INSERT INTO sessions_log_attendance (id, practice_id, child_id, session_id, person_id, logged_by_id, moment)
SELECT gen_random_uuid(), practice_id, child_id, id, NULL, therapist_id, moment FROM sessions_log_session;
INSERT INTO sessions_log_progressnote (id, practice_id, child_id, session_id, author_id, template, body, sections, written_at,
  changed_at, signed_at, signed_sha256, error_reason, template_name, late)
SELECT gen_random_uuid(), practice_id, child_id, id, therapist_id, 'free', repeat(%(words)s, 4), '[]', moment, moment,
  moment + interval '1 hour', repeat('0', 64), '', '', false FROM sessions_log_session;
-- One child in twenty has a draft left behind by somebody who is not their therapist.
INSERT INTO sessions_log_progressnote (id, practice_id, child_id, session_id, author_id, template, body, sections, written_at,
  changed_at, signed_sha256, error_reason, template_name, late)
SELECT gen_random_uuid(), practice_id, child_id, id, (practice_id - 1) * 10 + therapist_id %% 5 + 1, 'free', %(words)s, '[]', moment,
  moment, '', '', '', false
FROM (SELECT *, row_number() OVER (PARTITION BY child_id ORDER BY moment DESC) AS n FROM sessions_log_session) s
WHERE n = 1 AND child_id %% 20 = 9;
INSERT INTO sessions_log_processnote (id, practice_id, child_id, session_id, author_id, body, written_at, changed_at, error_reason)
SELECT gen_random_uuid(), practice_id, child_id, id, therapist_id, %(words)s, moment, moment, ''
FROM (SELECT *, row_number() OVER (PARTITION BY child_id ORDER BY moment DESC) AS n FROM sessions_log_session) s WHERE n %% 10 = 1;

INSERT INTO sessions_log_summary (id, practice_id, child_id, session_id, author_id, body, written_at, changed_at, error_reason)
SELECT gen_random_uuid(), s.practice_id, s.child_id, s.id, s.therapist_id, %(words)s, s.moment, s.moment, ''
FROM kid, LATERAL (
  SELECT * FROM sessions_log_session s WHERE s.child_id = kid.id ORDER BY s.moment DESC LIMIT kid.summaries) s;
INSERT INTO sessions_log_wish (id, practice_id, child_id, summary_id, kind, not_to, asked_at, recorded_by_id, recorded_at)
SELECT gen_random_uuid(), practice_id, child_id, id, 'may_share', '{}', written_at, author_id, written_at FROM sessions_log_summary;
INSERT INTO sessions_log_release (id, practice_id, child_id, summary_id, recipient_id, released_by_id, released_at)
SELECT gen_random_uuid(), s.practice_id, s.child_id, s.id, person, s.author_id, s.written_at + interval '1 hour'
FROM sessions_log_summary s JOIN kid ON kid.id = s.child_id, LATERAL (VALUES (mother), (father)) v (person);

INSERT INTO sessions_log_homeupdate (id, practice_id, child_id, author_id, kind, body, "where", antecedent, behaviour, consequence,
  helped, intensity, observed_at, posted_at)
SELECT gen_random_uuid(), practice, id, mother, 'win', %(words)s, 'home', '', '', '', 'waiting', 3, at - interval '1 hour', at
FROM kid, LATERAL (
  SELECT now() - interval '12 hours' - interval '1200 days' * n / updates AS at FROM generate_series(0, updates - 1) n) u;
INSERT INTO sessions_log_sharing (id, practice_id, child_id, update_id, shared_by_id, person_id, posted_at, shared_at)
SELECT gen_random_uuid(), u.practice_id, u.child_id, u.id, u.author_id, u.author_id + 1, u.posted_at, u.posted_at
FROM (SELECT *, row_number() OVER (PARTITION BY child_id ORDER BY posted_at DESC) AS n FROM sessions_log_homeupdate) u WHERE n %% 3 = 1;
INSERT INTO sessions_log_reply (id, practice_id, child_id, update_id, author_id, body, posted_at, error_reason)
SELECT gen_random_uuid(), u.practice_id, u.child_id, u.id, kid.therapist, %(words)s, u.posted_at + interval '1 minute' * n, ''
FROM sessions_log_homeupdate u JOIN kid ON kid.id = u.child_id, generate_series(1, 5) n;
INSERT INTO sessions_log_mark (id, practice_id, child_id, update_id, marked_by_id, kind, marked_at, turn)
SELECT gen_random_uuid(), u.practice_id, u.child_id, u.id, kid.therapist, 'seen', u.posted_at + interval '1 minute', 0
FROM sessions_log_homeupdate u JOIN kid ON kid.id = u.child_id;
-- Every session page has something from home: the newest update was used in the newest session.
INSERT INTO sessions_log_mark (id, practice_id, child_id, update_id, marked_by_id, kind, turn, session_id, marked_at)
SELECT gen_random_uuid(), practice, kid.id, u.id, therapist, 'used', 0, s.id, s.moment
FROM kid, LATERAL (SELECT id FROM sessions_log_homeupdate WHERE child_id = kid.id ORDER BY posted_at DESC LIMIT 1) u,
  LATERAL (SELECT id, moment FROM sessions_log_session WHERE child_id = kid.id ORDER BY moment DESC LIMIT 1) s;

CREATE TABLE bench_line (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, child bigint, moment timestamptz, author text, body text);
INSERT INTO bench_line (child, moment, author, body)
SELECT n %% %(children)s + 1, now() - interval '1 minute' * n, 'Person Number ' || n, %(words)s FROM generate_series(1, %(notes)s) n;
CREATE INDEX ON bench_line (child, moment DESC);
GRANT SELECT ON bench_line TO carebridge_app;

-- The same login, past the wall: what the wall costs is measured against it.
DO $$ BEGIN CREATE ROLE bench_past_the_wall LOGIN BYPASSRLS IN ROLE carebridge_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
