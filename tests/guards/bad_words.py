"""Texts nobody should type, and everybody does."""

SCRIPTS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//x.example/x.js></SCRIPT>", "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>", "<a href=javascript:alert(1)>x</a>", '"><script>alert(1)</script>',
    "'><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>", "--><script>alert(1)</script>", "]]><script>alert(1)</script>",
    '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='", "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)></video>", "<math><mtext></mtext><script>1</script>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<form action=javascript:alert(1)><button>",
    "<base href=//x.example/>", "<meta http-equiv=refresh content=0;url=//x.example>", "<link rel=stylesheet href=//x.example>",
    "<style>@import'//x.example'</style>", "<p style=background:url(//x.example)>", "<div hx-get=//x.example hx-trigger=load>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<<script>alert(1)//<</script>", "<script\x0b>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)", "%3Cscript%3Ealert(1)%3C/script%3E",
    "{{ 7|add:7 }}{% debug %}{% load static %}", "${alert(1)}<%= 7*7 %>#{7*7}", "`-alert(1)-`", "\\u003cscript\\u003ealert(1)",
]  # fmt: skip
STATEMENTS = [
    "' OR '1'='1", "'; DROP TABLE accounts_child; --", '" OR ""="', "') OR ('1'='1", "1; SELECT pg_sleep(9)", "1 OR 1=1",
    "' UNION SELECT body FROM sessions_log_progressnote --", "%' OR 1=1 --", "_%_%", "\\", "\\'", "'||(SELECT 1)||'",
    "$$; SELECT 1; $$", "E'\\x27'", "%s %(x)s {0} :x ?", "NULL", "'; SET app.person = '1'; --", "'; RESET ROLE; --",
    "0x27204f5220", "/**/OR/**/1=1",
]  # fmt: skip
ODD = [
    "👩‍👩‍👧‍👦🏳️‍🌈", "שלום עולם مرحبا", "\u202eabc\u202c\u2066x\u2069\u200f", "\u0000", "a\u0000b", "\ud800", "a\udfffb",
    "\ufeff\ufffe\uffff", "Z\u0300\u0301\u0302\u0303" * 50, "\r\n\r\nSet-Cookie: x=1", "\x1b[31m\x07\x08",
    "\u2028\u2029", "ﷺ" * 200, "٣", "１２", "1e400", "-1", "99999999999999999999999", "9" * 5000, "NaN", "inf",
    "2026-02-30T10:00", "true", "null", "[]", "{}", " ", "\t", "../../etc/passwd", "🦄" * 2000,
    "00000000-0000-0000-0000-000000000000",
]  # fmt: skip
WRAPS = ["{}", "x{}", "{}x", " {} ", "{}\n{}"]
EXTREME_MOMENTS = [
    "0001-01-01T00:00", "0001-01-01T23:59", "0001-12-31T00:00", "1582-10-15T00:00", "1883-11-18T12:00", "1900-01-01T00:00",
    "9999-12-31T23:59", "2026-03-08T02:30", "2026-11-01T01:30",
]  # fmt: skip
