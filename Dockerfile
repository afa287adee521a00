# One image for all roles: docker run IMAGE [api|worker|ui].
#
#   docker build -t watcher .
#
# By default pip's own index is asked, whose torch for Linux is the large build for graphics cards.
# For the CPU build give pip a place that has it: an index,
#
#   docker build -t watcher --build-arg TORCH_INDEX=https://your.mirror/whl/cpu .
#
# or a wheel in the folder wheels/ beside this file, which is looked into first.
FROM python:3.11-slim AS packages
ARG TORCH_INDEX=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/watcher
COPY requirements.txt wheel[s]/ /build/
# torch goes in first, alone: the place with its CPU build need not hold anything else.
RUN grep '^torch==' /build/requirements.txt | cut -d' ' -f1 > /build/torch.txt \
    && /opt/watcher/bin/pip install --find-links /build \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r /build/torch.txt \
    && /opt/watcher/bin/pip install --find-links /build -r /build/requirements.txt

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home watcher \
    && install -d -o watcher /data
COPY --from=packages /opt/watcher /opt/watcher
COPY . /watcher
WORKDIR /watcher
USER watcher
# A container is reached from outside only through the ports that are published for it.
ENV PATH=/opt/watcher/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WATCHER_PYTHON=/opt/watcher/bin/python \
    WATCHER_DATA_DIR=/data \
    API_HOST=0.0.0.0 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0
VOLUME /data
EXPOSE 8080 8501
# Asks the part that this container runs.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-m", "scripts.check_health"]
ENTRYPOINT ["./start.sh"]
CMD ["api"]
