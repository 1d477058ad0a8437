# One image for web, worker and beat; `--target tools` adds PostgreSQL's programs for backups and the restore drill.

FROM python:3.13-slim-trixie AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /srv/carebridge
COPY pyproject.toml uv.lock .python-version ./
RUN uv sync --frozen --no-default-groups --group build
COPY manage.py ./
COPY accounts/ accounts/
COPY carebridge/ carebridge/
COPY goals/ goals/
COPY sessions_log/ sessions_log/
COPY locale/ locale/
COPY static/ static/
COPY templates/ templates/
RUN .venv/bin/python -m carebridge.lib.messages
# Production's settings ask for every secret; collecting uses none of them.
RUN CAREBRIDGE_ENV=production SECRET_KEY=none MFA_KEYS=none ALLOWED_HOSTS=none BASE_URL=https://none \
    DATABASE_URL=postgresql://none REDIS_URL=redis://none SMTP_HOST=none DEFAULT_FROM_EMAIL=none \
    .venv/bin/python manage.py collectstatic --noinput
RUN uv sync --frozen --no-default-groups
RUN .venv/bin/python -m compileall -q accounts carebridge goals sessions_log

FROM build AS build-tools
RUN uv sync --frozen --no-default-groups --group backup

FROM python:3.13-slim-trixie AS base
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin carebridge
WORKDIR /srv/carebridge
ENV CAREBRIDGE_ENV=production PATH=/srv/carebridge/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

FROM base AS tools
COPY --from=build-tools /srv/carebridge /srv/carebridge
RUN install -d -m 700 -o carebridge /backups
USER carebridge
VOLUME /backups
CMD ["python", "manage.py", "backup", "/backups"]

# The last one is what `docker build` makes. Its files are root's: the process cannot change its own code.
FROM base AS app
COPY --from=build /srv/carebridge /srv/carebridge
USER carebridge
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["gunicorn", "--config", "python:carebridge.lib.serving", "carebridge.wsgi"]
