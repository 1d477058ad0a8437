-- Who comes in, who stands where, who is told: what the database holds whatever pages do (docs/adr/0007, 0011). Installed
-- after authz.sql, and owned like it by carebridge_authz.

-- Knowing people ----------------------------------------------------------------------------------------------------------

-- The viewer is an admin of the practice or a therapist in force of a child there.
CREATE OR REPLACE FUNCTION authz.lets_in(practice bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT practice = ANY (coalesce(nullif(current_setting('app.admin', true), ''), '{}')::bigint[])
    OR EXISTS (
      SELECT FROM public.accounts_child k
      WHERE k.practice_id = practice
        AND k.id = ANY (coalesce(nullif(current_setting('app.therapist', true), ''), '{}')::bigint[]))
$$;

-- Whether the practice knows the person, as far as the viewer may know it: works or worked there, belongs to a circle the
-- viewer is not barred from, was invited, or was welcomed in this transaction.
CREATE OR REPLACE FUNCTION authz.is_known(person bigint, practice bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH barred AS (SELECT coalesce(nullif(current_setting('app.barred', true), ''), '{}')::bigint[] AS children)
  SELECT person = ANY (coalesce(nullif(current_setting('app.newcomers', true), ''), '{}')::bigint[])
    OR EXISTS (SELECT FROM public.accounts_membership m WHERE m.person_id = person AND m.practice_id = practice)
    OR EXISTS (SELECT FROM public.accounts_invitation i, barred b
               WHERE i.person_id = person AND i.practice_id = practice AND i.revoked_at IS NULL
                 AND (i.child_id IS NULL OR i.child_id <> ALL (b.children)))
    OR EXISTS (SELECT FROM public.accounts_circlerow c, barred b
               WHERE c.person_id = person AND c.practice_id = practice AND c.child_id <> ALL (b.children))
$$;

-- Someone new, for whoever lets people in: an account without an address and with a password nobody has, their name, how to
-- reach them. No process may make an account or a person in any other way, and this way touches none that is there. For the
-- rest of the transaction the viewer may tie them to a child or employ them (`newcomers`).
CREATE OR REPLACE FUNCTION authz.welcome(practice bigint, name text, email text, phone text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT authz.lets_in(practice) THEN
    RAISE EXCEPTION 'only an admin of the practice or a therapist of a child there welcomes'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN authz.newcomer(name, email, phone);
END
$$;

CREATE OR REPLACE FUNCTION authz.newcomer(name text, email text, phone text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  number bigint;
BEGIN
  INSERT INTO public.accounts_account (password, is_active, language, time_zone, factor_waived)
    VALUES ('!' || replace(gen_random_uuid()::text, '-', ''), true, '', '', false) RETURNING id INTO number;
  INSERT INTO public.accounts_person (account_id, public_id, name) VALUES (number, gen_random_uuid(), newcomer.name);
  IF newcomer.email <> '' OR newcomer.phone <> '' THEN
    INSERT INTO public.accounts_contact (person_id, email, phone) VALUES (number, newcomer.email, newcomer.phone);
  END IF;
  PERFORM set_config('app.newcomers',
    (coalesce(nullif(current_setting('app.newcomers', true), ''), '{}')::bigint[] || number)::text, true);
  RETURN number;
END
$$;

-- Who of the people the practice knows goes by this address; NULL when nobody does or more than one might. For whoever lets
-- people in: who types a whole address knows its owner.
CREATE OR REPLACE FUNCTION authz.known_by_address(practice bigint, email text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted constant text := lower(btrim(email));
  several bigint[];
BEGIN
  IF wanted = '' OR NOT authz.lets_in(practice) THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(a.id) INTO several
  FROM public.accounts_account a LEFT JOIN public.accounts_contact k ON k.person_id = a.id
  WHERE (lower(a.email) = wanted OR (a.email IS NULL AND lower(k.email) = wanted)) AND authz.is_known(a.id, practice);
  RETURN CASE WHEN cardinality(several) = 1 THEN several[1] END;
END
$$;

-- A young person's log-in is nobody else's (visibility.md, Growing up) ----------------------------------------------------------

-- What an address comes down to, for telling whether two are one: an e-mail without capitals; of a telephone number the last
-- nine digits, since with or without a country's prefix it is one telephone.
CREATE OR REPLACE FUNCTION authz.plain(address text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN address LIKE '%@%' THEN lower(btrim(address))
              ELSE right(regexp_replace(coalesce(address, ''), '[^0-9]', '', 'g'), 9) END
$$;

-- Whether an e-mail or telephone of the child's young person is a guardian's too, of then or now. Empty is no address.
CREATE OR REPLACE FUNCTION authz.shares_an_address(young bigint, child bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH addresses AS (
    SELECT c.person_id, c.role, authz.plain(x.address) AS address
    FROM public.accounts_circlerow c
    JOIN public.accounts_account a ON a.id = c.person_id
    LEFT JOIN public.accounts_contact k ON k.person_id = c.person_id
    CROSS JOIN LATERAL (VALUES (a.email), (k.email), (k.phone)) x (address)
    WHERE c.child_id = child AND c.role IN ('guardian', 'young_person')
  )
  SELECT EXISTS (
    SELECT FROM addresses mine JOIN addresses theirs ON theirs.address = mine.address
    WHERE mine.person_id = young AND mine.role = 'young_person' AND theirs.role = 'guardian' AND mine.address <> '')
$$;

-- Asked whenever an address changes or somebody joins a circle. Outside any viewer (the loader) nothing is asked.
CREATE OR REPLACE FUNCTION authz.hold_the_young() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who constant bigint := coalesce(to_jsonb(NEW) ->> 'person_id', to_jsonb(NEW) ->> 'id')::bigint;
BEGIN
  IF coalesce(current_setting('app.person', true), '') = '' AND coalesce(current_setting('app.joining', true), '') = '' THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'accounts_circlerow' AND to_jsonb(OLD) ->> 'person_id' = to_jsonb(NEW) ->> 'person_id' THEN
    RETURN NULL;  -- a row that ends has nobody join
  END IF;
  IF EXISTS (
    SELECT FROM public.accounts_circlerow mine
    JOIN public.accounts_circlerow y ON y.child_id = mine.child_id AND y.role = 'young_person'
    WHERE mine.person_id = who AND authz.shares_an_address(y.person_id, y.child_id)) THEN
    RAISE EXCEPTION 'an address of a young person and of a guardian' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS hold_the_young ON public.accounts_contact;
CREATE TRIGGER hold_the_young AFTER INSERT OR UPDATE ON public.accounts_contact
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_young();
DROP TRIGGER IF EXISTS hold_the_young ON public.accounts_account;
CREATE TRIGGER hold_the_young AFTER UPDATE OF email ON public.accounts_account
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_young();
DROP TRIGGER IF EXISTS hold_the_young ON public.accounts_circlerow;
CREATE TRIGGER hold_the_young AFTER INSERT OR UPDATE OF person_id ON public.accounts_circlerow
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_young();

-- Rows that hold for a time -----------------------------------------------------------------------------------------------------

-- A viewer ties only people whom the practice knows: a number is no acquaintance. And a young person's log-in is one person's
-- for one child: no other row beside it, no job, no second young person. Outside any viewer (the loader) nothing is asked.
CREATE OR REPLACE FUNCTION authz.hold_the_circle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF NOT authz.is_known(NEW.person_id, NEW.practice_id) THEN
    RAISE EXCEPTION 'the practice does not know this person' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
      SELECT FROM public.accounts_circlerow c
      WHERE c.person_id = NEW.person_id AND 'young_person' IN (c.role, NEW.role)
        AND (c.child_id <> NEW.child_id OR c.role <> NEW.role))
    OR (NEW.role = 'young_person' AND EXISTS (
      SELECT FROM public.accounts_membership m WHERE m.person_id = NEW.person_id))
    OR (NEW.role = 'young_person' AND EXISTS (
      SELECT FROM public.accounts_circlerow c
      WHERE c.child_id = NEW.child_id AND c.role = 'young_person' AND c.person_id <> NEW.person_id
        AND (c.ends IS NULL OR c.ends > NEW.starts))) THEN
    RAISE EXCEPTION 'the log-in of a young person is one person''s for one child' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER IF EXISTS hold_the_circle ON public.accounts_circlerow;
CREATE TRIGGER hold_the_circle BEFORE INSERT ON public.accounts_circlerow
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_circle();

-- A job, too, is given only to people the practice knows, and not to a young person's log-in.
CREATE OR REPLACE FUNCTION authz.hold_the_job() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF NOT authz.is_known(NEW.person_id, NEW.practice_id) THEN
    RAISE EXCEPTION 'the practice does not know this person' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM public.accounts_circlerow c WHERE c.person_id = NEW.person_id AND c.role = 'young_person') THEN
    RAISE EXCEPTION 'the log-in of a young person has no job' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER IF EXISTS hold_the_job ON public.accounts_membership;
CREATE TRIGGER hold_the_job BEFORE INSERT ON public.accounts_membership
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_job();

-- Access ends, and second factors come off, of people the practice knows; the latter where there is a log-in.
CREATE OR REPLACE FUNCTION authz.hold_the_stranger() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF NOT authz.is_known(NEW.person_id, NEW.practice_id) THEN
    RAISE EXCEPTION 'the practice does not know this person' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_TABLE_NAME = 'accounts_factorreset' AND NOT EXISTS (
      SELECT FROM public.accounts_account a WHERE a.id = NEW.person_id AND a.email IS NOT NULL) THEN
    RAISE EXCEPTION 'there is no log-in to mail a link to' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER IF EXISTS hold_the_stranger ON public.accounts_deactivation;
CREATE TRIGGER hold_the_stranger BEFORE INSERT ON public.accounts_deactivation
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_stranger();
DROP TRIGGER IF EXISTS hold_the_stranger ON public.accounts_factorreset;
CREATE TRIGGER hold_the_stranger BEFORE INSERT ON public.accounts_factorreset
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_stranger();

-- What was is history: of a row that holds for a time a viewer sets an end or brings one forward, to now at the earliest.
-- Runs as whoever writes, so that the kernel's own moves pass.
CREATE OR REPLACE FUNCTION authz.hold_the_time() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_user = 'carebridge_authz' OR coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF to_jsonb(OLD) - 'ends' <> to_jsonb(NEW) - 'ends' OR NEW.ends IS NULL OR NEW.ends > OLD.ends
     OR NEW.ends < current_setting('app.now')::timestamptz THEN
    RAISE EXCEPTION 'an end is set or brought forward, nothing else' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

-- The columns named are a viewer's to change; every other one stays as it is. Runs as whoever writes.
CREATE OR REPLACE FUNCTION authz.hold_columns() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  free constant text[] := string_to_array(TG_ARGV[0], ' ');
BEGIN
  IF current_user = 'carebridge_authz' OR coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF to_jsonb(OLD) - free <> to_jsonb(NEW) - free THEN
    RAISE EXCEPTION 'this column does not change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;

DO $$
DECLARE
  held text[];
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['circlerow', 'membership', 'supervision', 'deactivation'] LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS hold_the_time ON public.accounts_%I', named);
    EXECUTE format('CREATE TRIGGER hold_the_time BEFORE UPDATE ON public.accounts_%I FOR EACH ROW'
      ' EXECUTE FUNCTION authz.hold_the_time()', named);
  END LOOP;
  FOREACH held SLICE 1 IN ARRAY ARRAY[
    ['addresschange', 'void_at'],
    ['child', 'name date_of_birth pronouns about_me'],
    ['contact', 'phone'],
    ['helperconsent', 'until'],
    ['invitation', 'serial expires_at card_sha256 revoked_at'],
    ['notice', 'read_at'],
    ['person', 'name'],
    ['practice', 'name time_zone language reply_within_hours reply_hours notes_due_hours crisis_text handbook fees how_to_ask'
      ' guardian_access assent_age majority_age policy_source policy_review_on'],
    ['rowreview', 'reviewed_at reviewed_by_id'],
    ['staffphoto', 'picture'],
    ['staffprofile', 'body training']]
  LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS hold_columns ON public.accounts_%I', held[1]);
    EXECUTE format('CREATE TRIGGER hold_columns BEFORE UPDATE ON public.accounts_%I FOR EACH ROW'
      ' EXECUTE FUNCTION authz.hold_columns(%L)', held[1], held[2]);
  END LOOP;
END
$$;

-- Planned and not begun: the only rows that may go, since nobody has stood in them yet. Rows that a planned change would have
-- ended go on. The same bounds as for making and ending them: never one's own, therapists' by admins alone; short access does not
-- become lasting so, and nobody puts themself back on a team through whom they supervise. Returns how many went.
CREATE OR REPLACE FUNCTION authz.take_back(child bigint, planned uuid[], reopened uuid[]) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moment constant timestamptz := nullif(current_setting('app.now', true), '')::timestamptz;
  viewer constant bigint := nullif(current_setting('app.person', true), '')::bigint;
  office boolean; treating boolean; gone integer;
BEGIN
  SELECT k.practice_id = ANY (coalesce(nullif(current_setting('app.admin', true), ''), '{}')::bigint[])
           AND k.id <> ALL (coalesce(nullif(current_setting('app.barred', true), ''), '{}')::bigint[]),
         k.id = ANY (coalesce(nullif(current_setting('app.therapist', true), ''), '{}')::bigint[])
    INTO office, treating FROM public.accounts_child k WHERE k.id = take_back.child;
  IF viewer IS NULL OR NOT coalesce(office OR treating, false) OR EXISTS (
      SELECT FROM public.accounts_circlerow c
      WHERE c.id = ANY (planned || reopened)
        AND (c.child_id <> take_back.child OR c.person_id = viewer OR (c.role = 'therapist' AND NOT office)
             OR (c.id = ANY (planned) AND c.starts <= moment)
             OR (c.id = ANY (reopened) AND (c.ends IS NULL OR c.ends <= moment))
             OR (c.id = ANY (reopened) AND c.role = 'therapist' AND (
               c.ends <= c.starts + interval '72 hours'
               OR EXISTS (
                 SELECT FROM public.accounts_supervision s
                 WHERE s.supervisor_id = viewer AND s.therapist_id = c.person_id AND s.practice_id = c.practice_id
                   AND (s.ends IS NULL OR s.ends > moment)))))) THEN
    RAISE EXCEPTION 'it has begun, or is not this viewer''s to take back' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM public.accounts_notice n USING public.accounts_circlerow c
    WHERE c.id = ANY (planned) AND n.child_id = c.child_id AND n.about_id = c.person_id AND n.kind = 'therapist_from_now'
      AND n.told_at = c.starts;
  DELETE FROM public.accounts_relationship r WHERE r.circle_row_id = ANY (planned);
  DELETE FROM public.accounts_rowreview v WHERE v.circle_row_id = ANY (planned);
  DELETE FROM public.accounts_circlerow c WHERE c.id = ANY (planned);
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE public.accounts_circlerow c SET ends = NULL WHERE c.id = ANY (reopened);
  SET CONSTRAINTS ALL IMMEDIATE;  -- what hangs on a planned row (a consent) is told here, not at the commit
  SET CONSTRAINTS ALL DEFERRED;
  RETURN gone;
END
$$;

-- A role or a supervision that has not begun may go, for the same reason: for admins, never their own role. Returns how many went.
CREATE OR REPLACE FUNCTION authz.take_back_job(job uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moment constant timestamptz := nullif(current_setting('app.now', true), '')::timestamptz;
  viewer constant bigint := nullif(current_setting('app.person', true), '')::bigint;
  office constant bigint[] := coalesce(nullif(current_setting('app.admin', true), ''), '{}')::bigint[];
  roles integer; supervisions integer;
BEGIN
  DELETE FROM public.accounts_membership m
    WHERE m.id = job AND m.practice_id = ANY (office) AND m.person_id <> viewer AND m.starts > moment;
  GET DIAGNOSTICS roles = ROW_COUNT;
  DELETE FROM public.accounts_supervision s
    WHERE s.id = job AND s.practice_id = ANY (office) AND s.starts > moment;
  GET DIAGNOSTICS supervisions = ROW_COUNT;
  RETURN roles + supervisions;
END
$$;

-- Telling ---------------------------------------------------------------------------------------------------------------------

-- "Anyone's new therapist or supervision row is told to the child's therapists", where no page can forget it. The family is told
-- of a lasting therapist at the moment the row begins; a colleague made family is told to the leads, since it takes every right
-- as staff from them.
CREATE OR REPLACE FUNCTION authz.tell_of_a_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  viewer constant bigint := nullif(current_setting('app.person', true), '')::bigint;
  moment constant timestamptz := nullif(current_setting('app.now', true), '')::timestamptz;
BEGIN
  IF viewer IS NULL THEN
    RETURN NULL;
  END IF;
  IF NEW.role = 'therapist' THEN
    INSERT INTO public.accounts_notice (id, practice_id, child_id, person_id, kind, about_id, told_at)
      SELECT gen_random_uuid(), NEW.practice_id, NEW.child_id, t.person_id,
             CASE WHEN NEW.ends IS NULL THEN 'new_therapist' ELSE 'short_access' END, NEW.person_id, moment
      FROM authz.therapists(moment) t
      WHERE t.child_id = NEW.child_id AND t.person_id NOT IN (NEW.person_id, viewer);
    IF NEW.ends IS NULL THEN
      INSERT INTO public.accounts_notice (id, practice_id, child_id, person_id, kind, about_id, told_at)
        SELECT gen_random_uuid(), NEW.practice_id, NEW.child_id, f.person_id, 'therapist_from_now', NEW.person_id, NEW.starts
        FROM (SELECT DISTINCT c.person_id FROM public.accounts_circlerow c
              WHERE c.child_id = NEW.child_id AND c.role <> 'therapist' AND c.authority <> 'none'
                AND c.starts <= NEW.starts AND (c.ends IS NULL OR NEW.starts < c.ends)) f
        WHERE f.person_id <> viewer;
    END IF;
  ELSIF EXISTS (
      SELECT FROM public.accounts_membership m
      WHERE m.person_id = NEW.person_id AND m.practice_id = NEW.practice_id
        AND m.starts <= moment AND (m.ends IS NULL OR moment < m.ends)) THEN
    INSERT INTO public.accounts_notice (id, practice_id, person_id, kind, about_id, told_at)
      SELECT gen_random_uuid(), NEW.practice_id, l.person_id, 'staff_as_family', NEW.person_id, moment
      FROM (SELECT DISTINCT m.person_id FROM public.accounts_membership m
            WHERE m.practice_id = NEW.practice_id AND m.role = 'safeguarding_lead'
              AND m.starts <= moment AND (m.ends IS NULL OR moment < m.ends)
              AND NOT EXISTS (SELECT FROM public.accounts_circlerow f
                              WHERE f.person_id = m.person_id AND f.child_id = NEW.child_id AND f.role <> 'therapist')) l
      WHERE l.person_id NOT IN (NEW.person_id, viewer);
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS tell_of_a_row ON public.accounts_circlerow;
CREATE TRIGGER tell_of_a_row AFTER INSERT ON public.accounts_circlerow
  FOR EACH ROW EXECUTE FUNCTION authz.tell_of_a_row();

-- A new supervisor reads what the therapist reads: told to the therapist, and to whoever treats a child with them.
CREATE OR REPLACE FUNCTION authz.tell_of_supervision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  viewer constant bigint := nullif(current_setting('app.person', true), '')::bigint;
  moment constant timestamptz := nullif(current_setting('app.now', true), '')::timestamptz;
BEGIN
  IF viewer IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.accounts_notice (id, practice_id, person_id, kind, about_id, told_at)
    SELECT gen_random_uuid(), NEW.practice_id, x.person_id, 'new_supervisor', NEW.supervisor_id, moment
    FROM (SELECT NEW.therapist_id AS person_id
          UNION
          SELECT other.person_id
          FROM authz.therapists(moment) mine JOIN authz.therapists(moment) other ON other.child_id = mine.child_id
          WHERE mine.person_id = NEW.therapist_id AND mine.practice_id = NEW.practice_id) x
    WHERE x.person_id NOT IN (NEW.supervisor_id, viewer);
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS tell_of_supervision ON public.accounts_supervision;
CREATE TRIGGER tell_of_supervision AFTER INSERT ON public.accounts_supervision
  FOR EACH ROW EXECUTE FUNCTION authz.tell_of_supervision();

-- Who supervises a therapist, for the family of a child they treat together ("who supervises", on the therapist's page): of the
-- supervisors in force on the child's team, whom the family knows by name anyway (principle 10), those of this therapist. Nobody
-- who is family of the child or closed to it. Supervision rows themselves are staff's alone.
CREATE OR REPLACE FUNCTION authz.supervisors_told(therapist bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH here AS (
    SELECT nullif(current_setting('app.now', true), '')::timestamptz AS moment,
           coalesce(nullif(current_setting('app.own', true), ''), '{}')::bigint[] AS own
  )
  SELECT coalesce(array_agg(DISTINCT v.person_id), '{}')
  FROM here h
  CROSS JOIN LATERAL unnest(h.own) AS o (child_id)
  CROSS JOIN LATERAL (SELECT t.practice_id FROM authz.therapists(h.moment) t
                      WHERE t.child_id = o.child_id AND t.person_id = supervisors_told.therapist OFFSET 0) t
  CROSS JOIN LATERAL (SELECT s.person_id FROM authz.supervisors(h.moment) s WHERE s.child_id = o.child_id OFFSET 0) v
  JOIN public.accounts_supervision s ON s.supervisor_id = v.person_id AND s.therapist_id = supervisors_told.therapist
    AND s.practice_id = t.practice_id AND s.starts <= h.moment AND (s.ends IS NULL OR h.moment < s.ends)
$$;

-- Invitations -------------------------------------------------------------------------------------------------------------------

-- An invitation is for somebody without a log-in and without a trace in another practice; a card, for the child's young person.
-- So nobody's log-in is taken over by inviting them. Who gives the address gives the log-in: a therapist gives it only to people
-- who stand nowhere but with children of theirs, and to no colleague.
CREATE OR REPLACE FUNCTION authz.may_be_invited(person bigint, practice bigint, kind text, child bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.accounts_account a
                 WHERE a.id = person AND a.email IS NULL AND (a.username IS NULL OR may_be_invited.kind = 'young_person'))
    AND NOT EXISTS (SELECT FROM public.account_emailaddress e WHERE e.user_id = person)
    AND NOT EXISTS (SELECT FROM public.accounts_membership m WHERE m.person_id = person AND m.practice_id <> practice)
    AND NOT EXISTS (SELECT FROM public.accounts_circlerow c WHERE c.person_id = person AND c.practice_id <> practice)
    AND (may_be_invited.kind = 'young_person') = EXISTS (
      SELECT FROM public.accounts_circlerow c
      WHERE c.person_id = person AND c.role = 'young_person'
        AND (may_be_invited.kind <> 'young_person' OR c.child_id = may_be_invited.child))
$$;

CREATE OR REPLACE FUNCTION authz.hold_the_invitation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('app.person', true), '') = '' THEN
    RETURN NEW;
  END IF;
  IF NOT authz.is_known(NEW.person_id, NEW.practice_id)
     OR NOT authz.may_be_invited(NEW.person_id, NEW.practice_id, NEW.kind, NEW.child_id) THEN
    RAISE EXCEPTION 'this person is not to be invited' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.child_id IS NOT NULL
     AND NOT NEW.practice_id = ANY (coalesce(nullif(current_setting('app.admin', true), ''), '{}')::bigint[])
     AND (EXISTS (SELECT FROM public.accounts_membership m WHERE m.person_id = NEW.person_id)
          OR NOT EXISTS (
            SELECT FROM public.accounts_circlerow c WHERE c.person_id = NEW.person_id AND c.child_id = NEW.child_id)
          OR EXISTS (
            SELECT FROM public.accounts_circlerow c
            WHERE c.person_id = NEW.person_id
              AND c.child_id <> ALL (coalesce(nullif(current_setting('app.therapist', true), ''), '{}')::bigint[]))) THEN
    RAISE EXCEPTION 'a therapist invites the circles of their own children' USING ERRCODE = 'check_violation';
  END IF;
  -- Of a card for a log-in that is there already the young person is told: they may not have asked for it.
  IF NEW.kind = 'young_person' AND EXISTS (
      SELECT FROM public.accounts_account a WHERE a.id = NEW.person_id AND a.username IS NOT NULL) THEN
    INSERT INTO public.accounts_notice (id, practice_id, person_id, kind, about_id, told_at)
      VALUES (gen_random_uuid(), NEW.practice_id, NEW.person_id, 'new_card', NEW.invited_by_id, NEW.invited_at);
  END IF;
  RETURN NEW;
END
$$;

DROP TRIGGER IF EXISTS hold_the_invitation ON public.accounts_invitation;
CREATE TRIGGER hold_the_invitation BEFORE INSERT ON public.accounts_invitation
  FOR EACH ROW EXECUTE FUNCTION authz.hold_the_invitation();

-- An open invitation by its number and what was last sent; nothing for any other. The web process has checked the signature of
-- the link or the code of the card. `has_account`: the address signs somebody else in already.
CREATE OR REPLACE FUNCTION authz.open_invitation(invitation uuid, serial integer, moment timestamptz)
RETURNS TABLE (person bigint, practice text, language text, kind text, email text, name text, invited_by text, has_account boolean,
               username text, practice_number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.person_id, p.name::text, p.language::text, i.kind::text, i.email::text, n.name::text, b.name::text,
         i.email <> '' AND (
           EXISTS (SELECT FROM public.account_emailaddress e WHERE lower(e.email) = lower(i.email) AND e.user_id <> i.person_id)
           OR EXISTS (SELECT FROM public.accounts_account a WHERE lower(a.email) = lower(i.email) AND a.id <> i.person_id)),
         own.username::text, i.practice_id
  FROM public.accounts_invitation i
  JOIN public.accounts_practice p ON p.id = i.practice_id
  JOIN public.accounts_person n ON n.account_id = i.person_id
  JOIN public.accounts_person b ON b.account_id = i.invited_by_id
  JOIN public.accounts_account own ON own.id = i.person_id AND own.is_active
  WHERE i.id = open_invitation.invitation AND i.serial = open_invitation.serial AND i.revoked_at IS NULL
    AND i.accepted_at IS NULL AND moment < i.expires_at
    AND authz.may_be_invited(i.person_id, i.practice_id, i.kind, i.child_id)
$$;

-- The open card with this code: its invitation and serial.
CREATE OR REPLACE FUNCTION authz.open_card(code_sha256 text, moment timestamptz) RETURNS TABLE (invitation uuid, serial integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.id, i.serial FROM public.accounts_invitation i
  WHERE i.card_sha256 = code_sha256 AND i.card_sha256 <> '' AND i.kind = 'young_person' AND i.revoked_at IS NULL
    AND i.accepted_at IS NULL AND moment < i.expires_at
$$;

-- Accepting, once: the person invited gets a log-in of their own. By mail: the invited address, proven by its link. By a card: a
-- name to sign in by; with a log-in there already, a new password for it. Returns the account, or NULL when the invitation is not
-- open or its address belongs to an account. `hash`: a password's, never empty.
CREATE OR REPLACE FUNCTION authz.join(invitation uuid, serial integer, moment timestamptz, username text, hash text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  way record; young boolean;
BEGIN
  PERFORM FROM public.accounts_invitation i WHERE i.id = "join".invitation FOR UPDATE;
  SELECT * INTO way FROM authz.open_invitation("join".invitation, "join".serial, "join".moment);
  IF way.person IS NULL OR way.has_account OR coalesce(hash, '') = '' THEN
    RETURN NULL;
  END IF;
  young := way.kind = 'young_person';
  IF young AND coalesce(way.username, nullif(btrim("join".username), '')) IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.joining', 'yes', true);
  UPDATE public.accounts_account a
    SET password = hash, email = CASE WHEN young THEN NULL ELSE lower(way.email) END,
        username = CASE WHEN young THEN coalesce(a.username, btrim("join".username)) END
    WHERE a.id = way.person;
  IF young THEN
    PERFORM authz.sign_out_everywhere(way.person);
  ELSE
    INSERT INTO public.account_emailaddress (user_id, email, verified, "primary")
      VALUES (way.person, lower(way.email), true, true);
    INSERT INTO public.accounts_contact (person_id, email, phone) VALUES (way.person, way.email, '')
      ON CONFLICT (person_id) DO UPDATE SET email = excluded.email;
  END IF;
  UPDATE public.accounts_invitation i SET accepted_at = "join".moment WHERE i.id = "join".invitation;
  PERFORM set_config('app.joining', '', true);
  RETURN way.person;
END
$$;

-- Where a person who never signed in can stand: as the one spoken of. Never as an author.
CREATE OR REPLACE FUNCTION authz.said_of() RETURNS TABLE (named text, col text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  VALUES ('accounts_circlerow', 'person_id'), ('accounts_relationship', 'person_id'), ('accounts_membership', 'person_id'),
    ('accounts_supervision', 'supervisor_id'), ('accounts_supervision', 'therapist_id'), ('accounts_restriction', 'person_id'),
    ('accounts_named', 'person_id'), ('accounts_explanation', 'person_id'), ('accounts_signature', 'person_id'),
    ('accounts_helperconsent', 'given_by_id'), ('accounts_deactivation', 'person_id'), ('accounts_invitation', 'person_id'),
    ('accounts_circlechange', 'person_id'), ('accounts_rowreview', 'person_id'), ('accounts_notice', 'person_id'),
    ('accounts_notice', 'about_id'), ('accounts_staffprofile', 'person_id'),
    ('sessions_log_attendance', 'person_id'), ('sessions_log_release', 'recipient_id'), ('sessions_log_sharing', 'person_id'),
    ('sessions_log_withholding', 'person_id'), ('sessions_log_opening', 'person_id'), ('sessions_log_noteoffer', 'person_id')
$$;

-- Accepting with an account that is there already, whose proven address is the invited one: what the practice has of the person
-- invited, who never signed in, becomes the account's, and the empty place goes. Returns the account's number; NULL when the
-- invitation is not open or not for this account; -1 when both cannot be one person here (family and staff of one child).
CREATE OR REPLACE FUNCTION authz.join_as(invitation uuid, serial integer, moment timestamptz, account bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  way record; place record;
BEGIN
  PERFORM FROM public.accounts_invitation i WHERE i.id = join_as.invitation FOR UPDATE;
  SELECT * INTO way FROM authz.open_invitation(join_as.invitation, join_as.serial, join_as.moment);
  IF way.person IS NULL OR way.kind = 'young_person' OR NOT EXISTS (
      SELECT FROM public.account_emailaddress e
      WHERE e.user_id = join_as.account AND e.verified AND lower(e.email) = lower(way.email))
     OR EXISTS (SELECT FROM public.accounts_circlerow c WHERE c.person_id = join_as.account AND c.role = 'young_person') THEN
    RETURN NULL;
  END IF;
  BEGIN
    PERFORM set_config('app.joining', 'yes', true);
    UPDATE public.accounts_invitation i SET accepted_at = join_as.moment WHERE i.id = join_as.invitation;
    FOR place IN SELECT * FROM authz.said_of() LOOP
      EXECUTE format('UPDATE public.%I SET %I = $1 WHERE %I = $2', place.named, place.col, place.col)
        USING join_as.account, way.person;
    END LOOP;
    UPDATE public.sessions_log_wish w SET not_to = array_replace(w.not_to, way.person, join_as.account)
      WHERE way.person = ANY (w.not_to);
    DELETE FROM public.accounts_contact k WHERE k.person_id = way.person;
    DELETE FROM public.accounts_person n WHERE n.account_id = way.person;
    DELETE FROM public.accounts_account a WHERE a.id = way.person;
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM set_config('app.joining', '', true);
  EXCEPTION WHEN integrity_constraint_violation THEN
    RETURN -1;
  END;
  RETURN join_as.account;
END
$$;

-- Log-ins -----------------------------------------------------------------------------------------------------------------------

-- Ends every browser session of a person.
CREATE OR REPLACE FUNCTION authz.sign_out_everywhere(person bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone integer;
BEGIN
  DELETE FROM public.django_session s USING public.usersessions_usersession u
    WHERE u.user_id = person AND u.session_key = s.session_key;
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM public.usersessions_usersession u WHERE u.user_id = person;
  RETURN gone;
END
$$;

-- The same, for an admin of a practice that knows the person.
CREATE OR REPLACE FUNCTION authz.end_sessions(person bigint, practice bigint) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT practice = ANY (coalesce(nullif(current_setting('app.admin', true), ''), '{}')::bigint[])
     OR person = ANY (coalesce(nullif(current_setting('app.barred_people', true), ''), '{}')::bigint[])
     OR NOT authz.is_known(person, practice) THEN
    RAISE EXCEPTION 'only an admin of the practice ends sessions of its people' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN authz.sign_out_everywhere(person);
END
$$;

-- Whose address a mailed link changes, from what to what; no row when it is not open any more.
CREATE OR REPLACE FUNCTION authz.open_address(change uuid, moment timestamptz)
RETURNS TABLE (person bigint, old text, new text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT x.person_id, a.email::text, x.email::text
  FROM public.accounts_addresschange x JOIN public.accounts_account a ON a.id = x.person_id
  WHERE x.id = change AND x.done_at IS NULL AND x.void_at IS NULL AND moment < x.expires_at
$$;

-- Both mailboxes have said yes, each by its own link, whose signature the web process has checked: the new address signs in, the
-- old one no more, and the person's guardian rows are to be looked at. Returns whether the change is done; NULL when it is not
-- open or the address belongs to another account by now.
CREATE OR REPLACE FUNCTION authz.confirm_address(change uuid, side text, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  c public.accounts_addresschange;
BEGIN
  SELECT * INTO c FROM public.accounts_addresschange x
  WHERE x.id = confirm_address.change AND x.done_at IS NULL AND x.void_at IS NULL AND confirm_address.moment < x.expires_at
  FOR UPDATE;
  IF c.id IS NULL OR side NOT IN ('old', 'new') OR EXISTS (
      SELECT FROM public.accounts_account a WHERE lower(a.email) = lower(c.email) AND a.id <> c.person_id
      UNION ALL
      SELECT FROM public.account_emailaddress e WHERE lower(e.email) = lower(c.email) AND e.user_id <> c.person_id) THEN
    RETURN NULL;
  END IF;
  UPDATE public.accounts_addresschange x
    SET old_said_yes_at = CASE WHEN side = 'old' THEN coalesce(x.old_said_yes_at, confirm_address.moment) ELSE x.old_said_yes_at END,
        new_said_yes_at = CASE WHEN side = 'new' THEN coalesce(x.new_said_yes_at, confirm_address.moment) ELSE x.new_said_yes_at END
    WHERE x.id = c.id RETURNING * INTO c;
  -- Whoever has had no address, a young person, has no old mailbox to ask.
  IF c.new_said_yes_at IS NULL OR (c.old_said_yes_at IS NULL AND EXISTS (
      SELECT FROM public.accounts_account a WHERE a.id = c.person_id AND a.email IS NOT NULL)) THEN
    RETURN false;
  END IF;
  PERFORM set_config('app.joining', 'yes', true);
  UPDATE public.accounts_account a SET email = lower(c.email) WHERE a.id = c.person_id;
  DELETE FROM public.account_emailaddress e WHERE e.user_id = c.person_id;
  INSERT INTO public.account_emailaddress (user_id, email, verified, "primary") VALUES (c.person_id, lower(c.email), true, true);
  INSERT INTO public.accounts_contact (person_id, email, phone) VALUES (c.person_id, c.email, '')
    ON CONFLICT (person_id) DO UPDATE SET email = excluded.email;
  INSERT INTO public.accounts_rowreview (id, practice_id, child_id, circle_row_id, person_id, reason, flagged_at)
    SELECT gen_random_uuid(), r.practice_id, r.child_id, r.id, r.person_id, 'new_address', confirm_address.moment
    FROM public.accounts_circlerow r
    WHERE r.person_id = c.person_id AND r.role = 'guardian' AND (r.ends IS NULL OR r.ends > confirm_address.moment);
  UPDATE public.accounts_addresschange x SET done_at = confirm_address.moment WHERE x.id = c.id;
  PERFORM authz.sign_out_everywhere(c.person_id);
  PERFORM set_config('app.joining', '', true);
  RETURN true;
END
$$;

-- The practice has ended the person's access: what it asked for about their log-in is worth nothing any more.
CREATE OR REPLACE FUNCTION authz.is_out_of(person bigint, practice bigint, moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM public.accounts_deactivation d
    WHERE d.person_id = person AND d.practice_id = practice AND d.starts <= moment AND (d.ends IS NULL OR moment < d.ends))
$$;

-- Whose second factor a mailed link takes off; NULL when it is not open any more.
CREATE OR REPLACE FUNCTION authz.open_reset(reset uuid, moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.person_id FROM public.accounts_factorreset r
  WHERE r.id = reset AND r.used_at IS NULL AND moment < r.expires_at AND NOT authz.is_out_of(r.person_id, r.practice_id, moment)
$$;

-- It comes off, once; the web process has checked the link's signature and the person's own password.
CREATE OR REPLACE FUNCTION authz.take_off_factors(reset uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r public.accounts_factorreset;
BEGIN
  UPDATE public.accounts_factorreset x SET used_at = take_off_factors.moment
    WHERE x.id = take_off_factors.reset AND x.used_at IS NULL AND take_off_factors.moment < x.expires_at
      AND NOT authz.is_out_of(x.person_id, x.practice_id, take_off_factors.moment)
    RETURNING * INTO r;
  IF r.id IS NULL THEN
    RETURN false;
  END IF;
  DELETE FROM public.mfa_authenticator m WHERE m.user_id = r.person_id;
  INSERT INTO public.accounts_notice (id, practice_id, person_id, kind, about_id, told_at)
    VALUES (gen_random_uuid(), r.practice_id, r.person_id, 'factor_reset', r.asked_by_id, take_off_factors.moment);
  PERFORM authz.sign_out_everywhere(r.person_id);
  RETURN true;
END
$$;

-- What a worker has to mail about log-ins, claimed by marking it in the worker's own transaction: one that dies has sent nothing,
-- or sends again. Decided now: what is not open any more is not sent. `passed`: rows to leave for later. Codes, addresses, the
-- names of practice and inviter, until when the link is good and in whose time to say so; no child.
CREATE OR REPLACE FUNCTION authz.mails_about_log_ins(moment timestamptz, at_most integer, passed uuid[])
RETURNS TABLE (kind text, id uuid, serial integer, email text, language text, practice text, invited_by text, until timestamptz,
               zone text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  free integer := at_most; found_now integer;
BEGIN
  RETURN QUERY
    WITH claimed AS (
      UPDATE public.accounts_invitation x SET sent_serial = x.serial
      WHERE x.id IN (
        SELECT i.id FROM public.accounts_invitation i
        WHERE i.sent_serial < i.serial AND i.email <> '' AND i.revoked_at IS NULL AND i.accepted_at IS NULL
          AND mails_about_log_ins.moment < i.expires_at AND i.id <> ALL (passed)
        ORDER BY i.invited_at, i.id LIMIT free FOR UPDATE SKIP LOCKED)
      RETURNING x.*
    )
    SELECT 'invitation'::text, c.id, c.serial, c.email::text, coalesce(nullif(a.language, ''), p.language)::text, p.name::text,
           b.name::text, c.expires_at, p.time_zone::text
    FROM claimed c
    JOIN public.accounts_account a ON a.id = c.person_id
    JOIN public.accounts_practice p ON p.id = c.practice_id
    JOIN public.accounts_person b ON b.account_id = c.invited_by_id;
  GET DIAGNOSTICS found_now = ROW_COUNT;
  free := greatest(free - found_now, 0);
  RETURN QUERY
    WITH claimed AS (
      UPDATE public.accounts_addresschange x SET sent_at = mails_about_log_ins.moment
      WHERE x.id IN (
        SELECT y.id FROM public.accounts_addresschange y
        WHERE y.sent_at IS NULL AND y.done_at IS NULL AND y.void_at IS NULL AND mails_about_log_ins.moment < y.expires_at
          AND y.id <> ALL (passed)
        ORDER BY y.asked_at, y.id LIMIT free FOR UPDATE SKIP LOCKED)
      RETURNING x.*
    )
    SELECT s.side, c.id, 0, s.address::text, a.language::text, ''::text, ''::text, c.expires_at, a.time_zone::text
    FROM claimed c JOIN public.accounts_account a ON a.id = c.person_id
    CROSS JOIN LATERAL (VALUES ('address_old', a.email), ('address_new', c.email)) s (side, address)
    WHERE s.address IS NOT NULL;
  GET DIAGNOSTICS found_now = ROW_COUNT;
  free := greatest(free - found_now, 0);
  RETURN QUERY
    WITH claimed AS (
      UPDATE public.accounts_factorreset x SET sent_at = mails_about_log_ins.moment
      WHERE x.id IN (
        SELECT y.id FROM public.accounts_factorreset y
        WHERE y.sent_at IS NULL AND y.used_at IS NULL AND mails_about_log_ins.moment < y.expires_at
          AND y.id <> ALL (passed) AND NOT authz.is_out_of(y.person_id, y.practice_id, mails_about_log_ins.moment)
        ORDER BY y.asked_at, y.id LIMIT free FOR UPDATE SKIP LOCKED)
      RETURNING x.*
    )
    SELECT 'factor_reset'::text, c.id, 0, a.email::text, coalesce(nullif(a.language, ''), p.language)::text, p.name::text,
           b.name::text, c.expires_at, coalesce(nullif(a.time_zone, ''), p.time_zone)::text
    FROM claimed c JOIN public.accounts_account a ON a.id = c.person_id AND a.email IS NOT NULL
    JOIN public.accounts_practice p ON p.id = c.practice_id
    JOIN public.accounts_person b ON b.account_id = c.asked_by_id;
END
$$;

-- The operator of the installation (OperatorAccess, in its hours) -------------------------------------------------------------------

CREATE OR REPLACE FUNCTION authz.must_operate() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('app.operator', true), '') = '' THEN
    RAISE EXCEPTION 'only the operator, in the hours given' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;

-- A new practice. Its number.
CREATE OR REPLACE FUNCTION authz.found_practice(ref text, name text, time_zone text, language text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  number bigint;
BEGIN
  PERFORM authz.must_operate();
  INSERT INTO public.accounts_practice
      (public_id, ref, name, time_zone, language, reply_within_hours, notes_due_hours, crisis_text, handbook, guardian_access,
       assent_age, majority_age, policy_source, reply_hours, fees, how_to_ask)
    VALUES (gen_random_uuid(), found_practice.ref, found_practice.name, found_practice.time_zone, found_practice.language, 48, 72,
       '', '', 'summaries_only', 12, 18, '', '', '', '') RETURNING id INTO number;
  RETURN number;
END
$$;

-- An admin for a practice: someone new, invited by the operator. Returns the invitation.
CREATE OR REPLACE FUNCTION authz.appoint_admin(practice bigint, name text, email text, expires timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  number bigint; invitation constant uuid := gen_random_uuid();
  moment constant timestamptz := nullif(current_setting('app.now', true), '')::timestamptz;
  viewer constant bigint := nullif(current_setting('app.person', true), '')::bigint;
BEGIN
  PERFORM authz.must_operate();
  number := authz.newcomer(appoint_admin.name, appoint_admin.email, '');
  INSERT INTO public.accounts_membership (id, practice_id, person_id, role, starts)
    VALUES (gen_random_uuid(), appoint_admin.practice, number, 'admin', moment);
  INSERT INTO public.accounts_invitation
      (id, practice_id, person_id, kind, email, card_sha256, invited_by_id, invited_at, expires_at, serial, sent_serial)
    VALUES (invitation, appoint_admin.practice, number, 'staff', appoint_admin.email, '', viewer, moment, expires, 1, 0);
  RETURN invitation;
END
$$;

-- An account as a whole: closed to sign-in, or open again. Not the operator's own.
CREATE OR REPLACE FUNCTION authz.set_active(account bigint, active boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM authz.must_operate();
  IF account = nullif(current_setting('app.person', true), '')::bigint THEN
    RAISE EXCEPTION 'not one''s own' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.accounts_account a SET is_active = set_active.active WHERE a.id = set_active.account;
  IF NOT active THEN
    PERFORM authz.sign_out_everywhere(account);
  END IF;
END
$$;

