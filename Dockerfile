# The portal as one image; web, worker, beat and migrate are commands of it. docs/deploy.md tells how to run it.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/production.txt /tmp/production.txt
# Wheels only: nothing is compiled, so the image needs no compiler, and what is installed is what the hashes name.
RUN /venv/bin/pip install --require-hashes --only-binary :all: --requirement /tmp/production.txt

FROM ${PYTHON}
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --uid 1000 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin portal
COPY --from=builder /venv /venv
WORKDIR /app
COPY . .
# Everything that could be made at start is made here. The settings are thrown away with this line; none is a secret.
RUN export SECRET_KEY=only-for-this-line-of-the-build-and-never-for-a-running-portal \
      SITE_URL=https://build.invalid DATABASE_URL=postgresql://build.invalid/build \
      REDIS_URL=redis://build.invalid EMAIL_URL=smtp://build.invalid \
 && python -m compileall -q . \
 && python -m forestallies.devstack.catalogues \
 && python manage.py collectstatic --noinput --verbosity 0
# A new volume takes its owner from here.
RUN install --directory --owner=portal --group=portal --mode=700 ledger
USER portal
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os; from urllib.parse import urlsplit; from urllib.request import Request, urlopen; urlopen(Request('http://127.0.0.1:8000/healthz/', headers={'Host': urlsplit(os.environ['SITE_URL']).hostname}), timeout=4)"]
CMD ["gunicorn", "forestallies.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", "--preload", "--max-requests=5000", "--max-requests-jitter=500", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
