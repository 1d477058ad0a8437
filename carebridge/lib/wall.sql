-- Everything that decides who may read or write what, a line each (backup.py).
SELECT concat_ws(' ', 'policy', tablename, policyname, permissive, roles, cmd, qual, with_check) FROM pg_policies
UNION ALL SELECT concat_ws(' ', 'relation', relname, relkind, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity)
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'authz')
UNION ALL SELECT concat_ws(' ', 'right', relname, acl)
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace,
  unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) acl
  WHERE nspname IN ('public', 'authz') AND relkind <> 'i'
UNION ALL SELECT concat_ws(' ', 'column right', attrelid::regclass, attname, acl)
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace, unnest(attacl) acl
  WHERE nspname IN ('public', 'authz')
UNION ALL SELECT concat_ws(' ', 'schema', nspname, pg_get_userbyid(nspowner), acl)
  FROM pg_namespace, unnest(coalesce(nspacl, acldefault('n', nspowner))) acl WHERE nspname IN ('public', 'authz')
UNION ALL SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid), pg_get_userbyid(proowner),
    ARRAY(SELECT acl::text FROM unnest(coalesce(proacl, acldefault('f', proowner))) acl ORDER BY 1))
  FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname IN ('public', 'authz')
UNION ALL SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), tgenabled)
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname IN ('public', 'authz') AND NOT tgisinternal
UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = connamespace WHERE nspname IN ('public', 'authz')
UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname IN ('public', 'authz');
