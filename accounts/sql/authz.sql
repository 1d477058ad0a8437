-- The kernel's one stateful step: who is looking, from which places, since which moment.
--
-- authz.enter(viewer, moment) reads circle, restrictions, namings, agreements, memberships and supervision once per
-- transaction and leaves its answer in transaction-local settings (app.*). Row policies and Django's filters test those
-- settings and nothing else, so no policy has to read a table that its viewer may not see. Every sentence below cites
-- visibility.md. It is installed by `manage.py migrate` and owned by carebridge_authz, which cannot log in.

CREATE SCHEMA IF NOT EXISTS authz;

-- Majority: midnight, in the practice's zone, of the birthday; born on 29 February: 1 March (Words, Moment).
CREATE OR REPLACE FUNCTION authz.majority(born date, years integer, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE
    WHEN extract(day FROM born + make_interval(years => years)) <> extract(day FROM born)
      THEN (born + make_interval(years => years) + interval '1 day')
    ELSE born + make_interval(years => years)
  END)::timestamp AT TIME ZONE zone
$$;

-- A guardian's row ends at the child's majority unless it was renewed by then (Words, In force). The caller leaves out
-- authority none, which goes on taking everything away.
CREATE OR REPLACE FUNCTION authz.grown_up(circle_row uuid, role text, child bigint, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT role = 'guardian'
    AND moment >= (
      SELECT authz.majority(k.date_of_birth, p.majority_age, p.time_zone)
      FROM public.accounts_child k JOIN public.accounts_practice p ON p.id = k.practice_id WHERE k.id = child)
    AND NOT EXISTS (
      SELECT FROM public.accounts_renewal n WHERE n.circle_row_id = circle_row AND n.renewed_at <= moment)
$$;

-- The therapists of every child who are in force at a moment (Words, In force): the row's time, the account, staff in a
-- clinical role, not closed, and without a family row for the child at any time before (principle 1).
CREATE OR REPLACE FUNCTION authz.therapists(moment timestamptz)
RETURNS TABLE (child_id bigint, practice_id bigint, person_id bigint)
LANGUAGE sql STABLE AS $$
  SELECT c.child_id, c.practice_id, c.person_id
  FROM public.accounts_circlerow c
  JOIN public.accounts_account a ON a.id = c.person_id AND a.is_active
  WHERE c.role = 'therapist' AND c.starts <= moment AND (c.ends IS NULL OR moment < c.ends)
    AND NOT EXISTS (
      SELECT FROM public.accounts_deactivation d
      WHERE d.person_id = c.person_id AND d.practice_id = c.practice_id
        AND d.starts <= moment AND (d.ends IS NULL OR moment < d.ends))
    AND EXISTS (
      SELECT FROM public.accounts_membership m
      WHERE m.person_id = c.person_id AND m.practice_id = c.practice_id
        AND m.role IN ('therapist', 'supervisor', 'safeguarding_lead')
        AND m.starts <= moment AND (m.ends IS NULL OR moment < m.ends))
    AND NOT EXISTS (
      SELECT FROM public.accounts_circlerow f
      WHERE f.person_id = c.person_id AND f.child_id = c.child_id AND f.role <> 'therapist' AND f.starts <= moment)
    AND NOT EXISTS (
      SELECT FROM public.accounts_restriction r
      WHERE r.person_id = c.person_id AND r.child_id = c.child_id AND r.kind = 'closed'
        AND r.starts <= moment AND (r.ends IS NULL OR moment < r.ends))
$$;

-- The supervisors in force of one of a child's therapists in force (Words, Team); family is never staff here either.
CREATE OR REPLACE FUNCTION authz.supervisors(moment timestamptz)
RETURNS TABLE (child_id bigint, practice_id bigint, person_id bigint)
LANGUAGE sql STABLE AS $$
  SELECT t.child_id, t.practice_id, s.supervisor_id
  FROM authz.therapists(moment) t
  JOIN public.accounts_supervision s ON s.therapist_id = t.person_id AND s.practice_id = t.practice_id
    AND s.starts <= moment AND (s.ends IS NULL OR moment < s.ends)
  JOIN public.accounts_account a ON a.id = s.supervisor_id AND a.is_active
  WHERE NOT EXISTS (
      SELECT FROM public.accounts_deactivation d
      WHERE d.person_id = s.supervisor_id AND d.practice_id = s.practice_id
        AND d.starts <= moment AND (d.ends IS NULL OR moment < d.ends))
    AND EXISTS (
      SELECT FROM public.accounts_membership m
      WHERE m.person_id = s.supervisor_id AND m.practice_id = s.practice_id AND m.role = 'supervisor'
        AND m.starts <= moment AND (m.ends IS NULL OR moment < m.ends))
    AND NOT EXISTS (
      SELECT FROM public.accounts_circlerow f
      WHERE f.person_id = s.supervisor_id AND f.child_id = t.child_id AND f.role <> 'therapist' AND f.starts <= moment)
    AND NOT EXISTS (
      SELECT FROM public.accounts_restriction r
      WHERE r.person_id = s.supervisor_id AND r.child_id = t.child_id AND r.kind = 'closed'
        AND r.starts <= moment AND (r.ends IS NULL OR moment < r.ends))
$$;

-- `only_practice`: the one practice to stand in, for whoever has a place in several and chose one; NULL: all of them.
DROP FUNCTION IF EXISTS authz.enter(bigint, timestamptz);
CREATE OR REPLACE FUNCTION authz.enter(viewer bigint, moment timestamptz, only_practice bigint DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan  -- its joins are planned once a connection, not once a request
AS $$
DECLARE
  nowhere constant text[] := ARRAY['person', 'now', 'practices', 'member', 'admin', 'lead', 'barred', 'barred_people', 'team', 'therapist',
    'supervised', 'family', 'guardians', 'own', 'recipients', 'young', 'signers', 'note_readers', 'spans', 'notes',
    'notes_if_opened', 'withheld', 'opened', 'drafts', 'taken_out', 'to_review', 'people', 'known_rows', 'known_people',
    'named_concerns', 'named_about', 'newcomers', 'joining', 'operator'];
  place text;
  -- practices
  member bigint[]; admin bigint[]; lead bigint[]; clinical bigint[]; supervising bigint[]; practices bigint[]; office bigint[];
  -- children
  barred bigint[]; barred_people bigint[]; therapist bigint[]; supervised bigint[]; team bigint[];
  full_ bigint[]; informed bigint[]; contributor bigint[]; young bigint[]; helper bigint[];
  family bigint[]; guardians bigint[]; own bigint[]; note_readers bigint[]; audience bigint[];
  family_practices bigint[];
  -- spans and lists
  spans jsonb; notes jsonb; notes_if_opened jsonb;
  opened jsonb; withheld uuid[]; drafts uuid[]; taken_out uuid[]; to_review uuid[]; people bigint[]; known_rows uuid[]; known_people text[];
  named_concerns uuid[]; named_about bigint[];
  out_of bigint[]; operating boolean;
BEGIN
  FOREACH place IN ARRAY nowhere LOOP
    PERFORM set_config('app.' || place, '', true);
  END LOOP;
  PERFORM set_config('app.now', moment::text, true);
  IF viewer IS NULL OR NOT EXISTS (SELECT FROM public.accounts_account a WHERE a.id = viewer AND a.is_active) THEN
    RETURN '{}';
  END IF;

  -- Practices that ended the person's access: what the person is there does not count (ADR 11).
  SELECT coalesce(array_agg(DISTINCT d.practice_id), '{}') INTO out_of FROM public.accounts_deactivation d
  WHERE d.person_id = viewer AND d.starts <= moment AND (d.ends IS NULL OR moment < d.ends);

  -- Memberships in force.
  SELECT coalesce(array_agg(DISTINCT m.practice_id), '{}'),
         coalesce(array_agg(DISTINCT m.practice_id) FILTER (WHERE m.role = 'admin'), '{}'),
         coalesce(array_agg(DISTINCT m.practice_id) FILTER (WHERE m.role = 'safeguarding_lead'), '{}'),
         coalesce(array_agg(DISTINCT m.practice_id) FILTER (WHERE m.role <> 'admin'), '{}'),
         coalesce(array_agg(DISTINCT m.practice_id) FILTER (WHERE m.role = 'supervisor'), '{}')
  INTO member, admin, lead, clinical, supervising
  FROM public.accounts_membership m
  WHERE m.person_id = viewer AND m.starts <= moment AND (m.ends IS NULL OR moment < m.ends)
    AND m.practice_id <> ALL (out_of) AND (only_practice IS NULL OR m.practice_id = only_practice);

  -- The viewer's own circle rows. `live`: in force. A row of authority none takes away every other family row.
  WITH rows AS (
    SELECT c.child_id, c.practice_id, c.role, c.authority, c.starts, c.ends,
           c.authority <> 'none' AND authz.grown_up(c.id, c.role, c.child_id, moment) AS grown_up
    FROM public.accounts_circlerow c
    WHERE c.person_id = viewer AND c.starts <= moment
  ), closed AS (
    SELECT r.child_id FROM public.accounts_restriction r
    WHERE r.person_id = viewer AND r.kind = 'closed' AND r.starts <= moment AND (r.ends IS NULL OR moment < r.ends)
  ), ever_family AS (
    SELECT w.child_id FROM rows w WHERE w.role <> 'therapist'
  ), live AS (
    SELECT w.* FROM rows w
    WHERE (w.ends IS NULL OR moment < w.ends) AND NOT w.grown_up AND w.child_id NOT IN (SELECT c.child_id FROM closed c)
      AND w.practice_id <> ALL (out_of) AND (only_practice IS NULL OR w.practice_id = only_practice)
  ), kin AS (
    SELECT l.* FROM live l
    WHERE l.role <> 'therapist'
      AND l.child_id NOT IN (SELECT n.child_id FROM live n WHERE n.authority = 'none')
  )
  SELECT
    (SELECT coalesce(array_agg(DISTINCT b.child_id), '{}')
       FROM (SELECT e.child_id FROM ever_family e UNION SELECT c.child_id FROM closed c) b),
    (SELECT coalesce(array_agg(DISTINCT l.child_id), '{}') FROM live l
       WHERE l.role = 'therapist' AND l.practice_id = ANY (clinical)
         AND l.child_id NOT IN (SELECT e.child_id FROM ever_family e)),
    coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.authority = 'full'), '{}'),
    coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.authority = 'informed'), '{}'),
    coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.authority = 'contributor'), '{}'),
    coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.role = 'young_person'), '{}'),
    coalesce(array_agg(DISTINCT k.child_id) FILTER (WHERE k.role = 'helper'), '{}'),
    coalesce(array_agg(DISTINCT k.practice_id), '{}')
  INTO barred, therapist, full_, informed, contributor, young, helper, family_practices
  FROM kin k;

  -- Supervisors in force are on the child's team; nobody else pays for the look-up.
  supervised := '{}';
  IF cardinality(supervising) > 0 THEN
    SELECT coalesce(array_agg(DISTINCT s.child_id), '{}') INTO supervised
    FROM authz.supervisors(moment) s WHERE s.person_id = viewer AND s.practice_id = ANY (supervising);
  END IF;

  -- Leads and admins read the trail of their practice, but not what the circle of a child does that they are barred from.
  barred_people := '{}'; office := admin || lead;
  IF cardinality(office) > 0 AND cardinality(barred) > 0 THEN
    SELECT coalesce(array_agg(DISTINCT c.person_id), '{}') INTO barred_people FROM public.accounts_circlerow c
    WHERE c.child_id = ANY (barred) AND c.starts <= moment;
  END IF;

  team := therapist || supervised;
  guardians := full_ || informed;
  family := guardians || young;
  own := family || contributor || helper;
  note_readers := full_ || young;
  audience := team || guardians;
  practices := member || family_practices;

  -- What a family viewer may read of a child's time: up to now, without their quiet times.
  spans := '{}'; notes := '{}'; notes_if_opened := '{}'; withheld := '{}'; opened := '{}';
  named_concerns := '{}'; people := '{}'; known_rows := '{}'; known_people := '{}'; drafts := '{}';
  taken_out := '{}'; to_review := '{}';
  -- Who was ever named in a concern never reads who else was, not even once it is found to be an error.
  SELECT coalesce(array_agg(n.concern), '{}'), coalesce(array_agg(DISTINCT n.child_id), '{}')
  INTO named_concerns, named_about
  FROM public.accounts_named n
  WHERE n.person_id = viewer AND n.named_at <= moment;

  IF cardinality(own) > 0 THEN
    SELECT coalesce(jsonb_object_agg(x.child_id, x.span), '{}') INTO spans
    FROM (
      SELECT o.child_id,
             tstzmultirange(tstzrange(NULL, moment, '[]')) - coalesce(
               (SELECT range_agg(tstzrange(r.starts, r.ends)) FROM public.accounts_restriction r
                WHERE r.person_id = viewer AND r.child_id = o.child_id AND r.kind = 'quiet'),
               '{}'::tstzmultirange) AS span
      FROM (SELECT DISTINCT unnest(own) AS child_id) o
    ) x;
  END IF;

  -- Signed notes (row "Progress note, signed"): open now and open at the note's moment, never from before the reader's
  -- first family row, and not from a concern's first moment on for whoever is named in it.
  IF cardinality(note_readers) > 0 THEN
    SELECT coalesce(jsonb_object_agg(x.child_id, x.readable - x.since_named), '{}'),
           coalesce(jsonb_object_agg(x.child_id, x.readable), '{}')
    INTO notes, notes_if_opened
    FROM (
      SELECT o.child_id,
             (spans ->> o.child_id::text)::tstzmultirange * opening.times
               * tstzmultirange(tstzrange(first_row.starts, NULL)) AS readable,
             -- Not named: nothing is cut. (A range from NULL would be all of time.)
             CASE WHEN cut.raised_at IS NULL THEN '{}' ELSE tstzmultirange(tstzrange(cut.raised_at, NULL)) END AS since_named
      FROM (SELECT DISTINCT unnest(note_readers) AS child_id) o
      CROSS JOIN LATERAL (
        -- As guardian and as young person apart: what one may read now does not open what the other might have read then.
        SELECT range_agg(reader.times) AS times
        FROM (
          SELECT range_agg(tstzrange(w.starts, w.ends)) AS times
          FROM (
            SELECT r.kind, r.access = 'signed_notes' AS opens, g.in_force_from AS starts,
                   lead(g.in_force_from) OVER (PARTITION BY r.kind ORDER BY g.in_force_from) AS ends
            FROM public.accounts_agreement g
            CROSS JOIN LATERAL (VALUES ('full', full_, g.guardian_access), ('young', young, g.young_person_access))
              r(kind, children, access)
            WHERE g.child_id = o.child_id AND o.child_id = ANY (r.children)
          ) w
          WHERE w.opens
          GROUP BY w.kind
          HAVING bool_or(w.starts <= moment AND (w.ends IS NULL OR moment < w.ends))
        ) reader
      ) opening
      CROSS JOIN LATERAL (
        SELECT min(c.starts) AS starts FROM public.accounts_circlerow c
        WHERE c.person_id = viewer AND c.child_id = o.child_id AND c.role <> 'therapist'
      ) first_row
      CROSS JOIN LATERAL (
        SELECT min(n.raised_at) AS raised_at FROM public.accounts_named n
        WHERE n.person_id = viewer AND n.child_id = o.child_id
          AND n.named_at <= moment AND (n.void_from IS NULL OR moment < n.void_from)
      ) cut
      WHERE opening.times IS NOT NULL
    ) x;
    SELECT coalesce(array_agg(w.note_id), '{}') INTO withheld FROM public.sessions_log_withholding w
    WHERE w.person_id = viewer AND w.child_id = ANY (note_readers) AND w.withheld_at <= moment;
    -- An opening covers what stood then: the note if it was signed, and what had been added to it.
    SELECT coalesce(jsonb_object_agg(x.note_id, x.times), '{}') INTO opened
    FROM (
      SELECT w.note_id, range_agg(tstzrange(NULL, w.opened_at, '[]')) AS times FROM public.sessions_log_opening w
      WHERE w.person_id = viewer AND w.child_id = ANY (note_readers) AND w.opened_at <= moment
      GROUP BY w.note_id
    ) x;
  END IF;

  -- Drafts that are not the viewer's own (row "Progress note, draft"): offered to them as supervisor, or left behind by
  -- an author who is no longer a therapist of the child.
  IF cardinality(team) > 0 THEN
    SELECT coalesce(array_agg(d.id), '{}') INTO drafts FROM (
      SELECT n.id FROM public.sessions_log_noteoffer f
      JOIN public.sessions_log_progressnote n ON n.id = f.note_id
      WHERE f.person_id = viewer AND f.offered_at <= moment AND (f.withdrawn_at IS NULL OR moment < f.withdrawn_at)
        AND n.signed_at IS NULL AND n.child_id = ANY (supervised)
        AND n.author_id <> viewer
      UNION
      SELECT n.id FROM public.sessions_log_progressnote n
      WHERE n.signed_at IS NULL AND n.child_id = ANY (therapist) AND n.author_id <> viewer
        AND NOT EXISTS (
          SELECT FROM authz.therapists(moment) t WHERE t.child_id = n.child_id AND t.person_id = n.author_id)
    ) d;
  END IF;

  -- Updates from home entered in error (principle 7), for those who might read them but for that. Leads, who read none before,
  -- are given those that still say what they first said: an error never shows words their author has replaced.
  IF cardinality(audience) > 0 THEN
    SELECT coalesce(array_agg(t.update_id), '{}') INTO taken_out FROM public.sessions_log_takenout t
    WHERE t.child_id = ANY (audience);
  END IF;
  IF cardinality(lead) > 0 THEN
    SELECT coalesce(array_agg(t.update_id), '{}') INTO to_review FROM public.sessions_log_takenout t
    WHERE t.practice_id = ANY (lead)
      AND NOT EXISTS (SELECT FROM public.sessions_log_updateedit e WHERE e.update_id = t.update_id);
  END IF;

  -- Names family and helpers may read besides the therapists' (principle 10): the child's own account, supervisors, their
  -- household; guardians full and informed of each other; for the young person, whoever something was released to.
  IF cardinality(own) > 0 THEN
    SELECT coalesce(array_agg(DISTINCT n.person_id), '{}') INTO people FROM (
      SELECT c.person_id FROM public.accounts_circlerow c
      WHERE c.child_id = ANY (own) AND c.role = 'young_person' AND c.starts <= moment
      UNION ALL
      SELECT s.person_id FROM unnest(own) AS o (child_id)
      CROSS JOIN LATERAL (
        SELECT v.person_id FROM authz.supervisors(moment) v WHERE v.child_id = o.child_id OFFSET 0) s
      UNION ALL
      SELECT h.person_id FROM public.accounts_circlerow h
      JOIN public.accounts_circlerow c ON c.child_id = h.child_id AND c.household = h.household
      WHERE h.child_id = ANY (own) AND h.household <> '' AND h.role <> 'therapist'
        AND h.starts <= moment AND (h.ends IS NULL OR moment < h.ends)
        AND NOT authz.grown_up(h.id, h.role, h.child_id, moment)
        AND NOT EXISTS (
          SELECT FROM public.accounts_circlerow n
          WHERE n.child_id = h.child_id AND n.person_id = h.person_id AND n.authority = 'none'
            AND n.starts <= moment AND (n.ends IS NULL OR moment < n.ends))
        AND c.person_id = viewer AND c.starts <= moment AND (c.ends IS NULL OR moment < c.ends)
        AND NOT authz.grown_up(c.id, c.role, c.child_id, moment)
      UNION ALL
      SELECT g.person_id FROM public.accounts_circlerow g
      WHERE g.child_id = ANY (family) AND g.authority IN ('full', 'informed')
        AND g.starts <= moment AND (g.ends IS NULL OR moment < g.ends)
        AND NOT authz.grown_up(g.id, g.role, g.child_id, moment)
      UNION ALL
      SELECT r.recipient_id FROM public.sessions_log_release r
      WHERE r.child_id = ANY (young) AND r.error_at IS NULL
        AND (spans ->> r.child_id::text)::tstzmultirange @> r.released_at
    ) n;
    -- Guardians full and informed know of each other, whatever restriction applies: rows, and child:person pairs.
    SELECT coalesce(array_agg(g.id), '{}'), coalesce(array_agg(g.child_id || ':' || g.person_id), '{}')
    INTO known_rows, known_people
    FROM public.accounts_circlerow g
    WHERE g.child_id = ANY (guardians) AND g.authority IN ('full', 'informed')
      AND g.starts <= moment AND (g.ends IS NULL OR moment < g.ends)
      AND NOT authz.grown_up(g.id, g.role, g.child_id, moment);
    SELECT known_rows || coalesce(array_agg(c.id), '{}') INTO known_rows FROM public.accounts_circlerow c
    WHERE c.person_id = viewer AND c.child_id = ANY (own) AND c.starts <= moment;
  END IF;

  SELECT EXISTS (
    SELECT FROM public.accounts_operatoraccess o
    WHERE o.person_id = viewer AND o.starts <= moment AND moment < o.ends) INTO operating;

  PERFORM set_config('app.person', viewer::text, true),
          set_config('app.operator', CASE WHEN operating THEN 'yes' ELSE '' END, true),
          set_config('app.practices', practices::text, true),
          set_config('app.member', member::text, true),
          set_config('app.admin', admin::text, true),
          set_config('app.lead', lead::text, true),
          set_config('app.barred', barred::text, true),
          set_config('app.barred_people', barred_people::text, true),
          set_config('app.team', team::text, true),
          set_config('app.therapist', therapist::text, true),
          set_config('app.supervised', supervised::text, true),
          set_config('app.family', family::text, true),
          set_config('app.guardians', guardians::text, true),
          set_config('app.own', own::text, true),
          set_config('app.recipients', (family || helper)::text, true),
          set_config('app.young', young::text, true),
          set_config('app.signers', (full_ || young)::text, true),
          set_config('app.note_readers', note_readers::text, true),
          set_config('app.spans', spans::text, true),
          set_config('app.notes', notes::text, true),
          set_config('app.notes_if_opened', notes_if_opened::text, true),
          set_config('app.withheld', withheld::text, true),
          set_config('app.opened', opened::text, true),
          set_config('app.drafts', drafts::text, true),
          set_config('app.taken_out', taken_out::text, true),
          set_config('app.to_review', to_review::text, true),
          set_config('app.people', people::text, true),
          set_config('app.known_rows', known_rows::text, true),
          set_config('app.known_people', known_people::text, true),
          set_config('app.named_concerns', named_concerns::text, true),
          set_config('app.named_about', named_about::text, true);

  RETURN jsonb_build_object('places', jsonb_build_object(
    'practices', to_jsonb(practices), 'member', to_jsonb(member), 'admin', to_jsonb(admin), 'lead', to_jsonb(lead),
    'barred', to_jsonb(barred), 'team', to_jsonb(team), 'therapist', to_jsonb(therapist), 'full', to_jsonb(full_),
    'guardians', to_jsonb(guardians), 'own', to_jsonb(own), 'family', to_jsonb(family), 'young', to_jsonb(young),
    'contributor', to_jsonb(contributor), 'helper', to_jsonb(helper)))
    || jsonb_build_object('closed_to', (
      -- Told plainly, with the child's first name, to whoever would be in force but for the closing.
      SELECT coalesce(jsonb_agg(DISTINCT split_part(k.name, ' ', 1)), '[]')
      FROM public.accounts_circlerow c
      JOIN public.accounts_child k ON k.id = c.child_id
      JOIN public.accounts_restriction r ON r.person_id = c.person_id AND r.child_id = c.child_id
      WHERE c.person_id = viewer AND c.role <> 'therapist' AND c.authority <> 'none'
        AND c.starts <= moment AND (c.ends IS NULL OR moment < c.ends)
        AND c.practice_id <> ALL (out_of) AND (only_practice IS NULL OR c.practice_id = only_practice)
        AND r.kind = 'closed' AND r.starts <= moment AND (r.ends IS NULL OR moment < r.ends)
        AND NOT authz.grown_up(c.id, c.role, c.child_id, moment)
        AND NOT EXISTS (
          SELECT FROM public.accounts_circlerow n
          WHERE n.person_id = viewer AND n.child_id = c.child_id AND n.authority = 'none'
            AND n.starts <= moment AND (n.ends IS NULL OR moment < n.ends))))
    || CASE WHEN operating THEN '{"operator": true}'::jsonb ELSE '{}' END
    || (SELECT jsonb_build_object('name', n.name) FROM public.accounts_person n WHERE n.account_id = viewer)
    || coalesce((SELECT jsonb_build_object('zone', p.time_zone, 'language', p.language)
                 FROM public.accounts_practice p WHERE p.id = ANY (practices) ORDER BY p.id LIMIT 1), '{}');
END
$$;

-- From the assent age on, a release to an adult against the child's wish, or unasked, cannot exist without an override
-- (Releasing a summary). Deferred: the override names its release and comes after it.
CREATE OR REPLACE FUNCTION authz.hold_the_wish() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wish public.sessions_log_wish;
  of_age boolean;
BEGIN
  IF NEW.error_at IS NULL
     AND EXISTS (SELECT FROM public.sessions_log_summary s WHERE s.id = NEW.summary_id AND s.error_at IS NOT NULL) THEN
    RAISE EXCEPTION 'release of a summary entered in error' USING ERRCODE = 'check_violation';
  END IF;
  SELECT NEW.released_at >= authz.majority(k.date_of_birth, p.assent_age, p.time_zone) INTO of_age
  FROM public.accounts_child k JOIN public.accounts_practice p ON p.id = k.practice_id WHERE k.id = NEW.child_id;
  IF NOT of_age
     OR EXISTS (SELECT FROM public.sessions_log_override o WHERE o.release_id = NEW.id)
     OR EXISTS (SELECT FROM public.accounts_circlerow c
                WHERE c.child_id = NEW.child_id AND c.person_id = NEW.recipient_id AND c.role = 'young_person'
                  AND c.starts <= NEW.released_at AND (c.ends IS NULL OR NEW.released_at < c.ends)) THEN
    RETURN NULL;
  END IF;
  SELECT * INTO wish FROM public.sessions_log_wish w
  WHERE w.summary_id = NEW.summary_id AND NOT EXISTS (SELECT FROM public.sessions_log_wish l WHERE l.replaces_id = w.id);
  IF wish.id IS NULL OR wish.kind IN ('nobody', 'not_asked') OR (wish.kind = 'ask_me' AND wish.asked_at IS NULL)
     OR (wish.kind = 'not_to' AND NEW.recipient_id = ANY (wish.not_to)) THEN
    RAISE EXCEPTION 'release against the wish without an override' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS hold_the_wish ON public.sessions_log_release;
CREATE CONSTRAINT TRIGGER hold_the_wish AFTER INSERT ON public.sessions_log_release
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION authz.hold_the_wish();

-- A summary never changes once it has been released (principle 7), whoever asks.
CREATE OR REPLACE FUNCTION authz.hold_released_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(OLD.id::text, 0));
  IF EXISTS (SELECT FROM public.sessions_log_release r WHERE r.summary_id = OLD.id) THEN
    RAISE EXCEPTION 'a released summary never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

-- Releasing and changing wait for each other: without the lock each could miss the other's uncommitted row.
CREATE OR REPLACE FUNCTION authz.wait_for_words() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.summary_id::text, 0));
  RETURN NEW;
END
$$;

DROP TRIGGER IF EXISTS wait_for_words ON public.sessions_log_release;
CREATE TRIGGER wait_for_words BEFORE INSERT ON public.sessions_log_release
  FOR EACH ROW EXECUTE FUNCTION authz.wait_for_words();

DROP TRIGGER IF EXISTS hold_released_words ON public.sessions_log_summary;
CREATE TRIGGER hold_released_words BEFORE UPDATE OF body, author_id, child_id, session_id, written_at, changed_at, form_key
  ON public.sessions_log_summary FOR EACH ROW EXECUTE FUNCTION authz.hold_released_words();

-- Entered in error (principle 7): once, nothing changes with it, nothing changes after it; and whoever is not the author
-- changes nothing else, ever. The argument names the author's column. Outside any viewer (the loader) nothing is asked.
CREATE OR REPLACE FUNCTION authz.hold_the_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  error constant text[] := ARRAY['error_at', 'error_by_id', 'error_reason'];
  viewer constant text := coalesce(current_setting('app.person', true), '');
BEGIN
  IF OLD.error_at IS NOT NULL AND to_jsonb(OLD) <> to_jsonb(NEW) THEN
    RAISE EXCEPTION 'entered in error is final' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.error_at IS NOT NULL OR (viewer <> '' AND viewer <> to_jsonb(OLD) ->> TG_ARGV[0]))
     AND to_jsonb(OLD) - error <> to_jsonb(NEW) - error THEN
    RAISE EXCEPTION 'nothing but the error may be entered' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

-- What follows an item in error: a session's record and attendance, a summary's wish and releases.
CREATE OR REPLACE FUNCTION authz.follow_the_error() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.error_at IS NOT DISTINCT FROM OLD.error_at THEN
    RETURN NULL;
  ELSIF TG_TABLE_NAME = 'sessions_log_session' THEN
    UPDATE public.sessions_log_attendance SET error_at = NEW.error_at WHERE session_id = NEW.id AND error_at IS NULL;
    UPDATE public.sessions_log_sessionrecord
      SET error_at = NEW.error_at, error_by_id = NEW.error_by_id, error_reason = NEW.error_reason
      WHERE session_id = NEW.id AND error_at IS NULL;
  ELSE
    UPDATE public.sessions_log_release SET error_at = NEW.error_at WHERE summary_id = NEW.id AND error_at IS NULL;
    UPDATE public.sessions_log_wish SET error_at = NEW.error_at WHERE summary_id = NEW.id AND error_at IS NULL;
  END IF;
  RETURN NULL;
END
$$;

DO $$
DECLARE
  held text[];
BEGIN
  FOREACH held SLICE 1 IN ARRAY ARRAY[
    ['session', 'therapist_id'], ['sessionrecord', 'author_id'], ['progressnote', 'author_id'], ['addendum', 'author_id'],
    ['processnote', 'author_id'], ['summary', 'author_id'], ['reply', 'author_id']]
  LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS hold_the_words ON public.sessions_log_%I', held[1]);
    EXECUTE format('CREATE TRIGGER hold_the_words BEFORE UPDATE ON public.sessions_log_%I FOR EACH ROW'
      ' EXECUTE FUNCTION authz.hold_the_words(%L)', held[1], held[2]);
  END LOOP;
END
$$;

DROP TRIGGER IF EXISTS follow_the_error ON public.sessions_log_session;
CREATE TRIGGER follow_the_error AFTER UPDATE OF error_at ON public.sessions_log_session
  FOR EACH ROW EXECUTE FUNCTION authz.follow_the_error();
DROP TRIGGER IF EXISTS follow_the_error ON public.sessions_log_summary;
CREATE TRIGGER follow_the_error AFTER UPDATE OF error_at ON public.sessions_log_summary
  FOR EACH ROW EXECUTE FUNCTION authz.follow_the_error();

-- Moving in (docs/adr/0007) -----------------------------------------------------------------------------------------------

-- What a worker goes on with: files that were started, and as whom. Numbers and ids alone.
CREATE OR REPLACE FUNCTION authz.moves_under_way() RETURNS TABLE (move uuid, person bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.id, m.uploaded_by_id FROM public.accounts_movein m WHERE m.status = 'running' ORDER BY m.started_at, m.id
$$;

-- Rows of a file last until it is over, and it is over a day after it was uploaded or started.
CREATE OR REPLACE FUNCTION authz.forget_moves(moment timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.accounts_movein SET status = 'expired', finished_at = moment
    WHERE status IN ('checked', 'running') AND coalesce(started_at, uploaded_at) <= moment - interval '24 hours';
  DELETE FROM public.accounts_moveinrow r USING public.accounts_movein m
    WHERE m.id = r.move_id AND m.status NOT IN ('checked', 'running');
$$;
