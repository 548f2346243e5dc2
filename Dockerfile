# The suite on the official image: addons and their pinned requirements baked in.
# Build:  docker compose build
FROM odoo:19.0

USER root
COPY requirements-addons.txt /tmp/requirements-addons.txt
# The image's own Python packages stay as they are: ours are laid beside them.
RUN pip3 install --no-cache-dir --break-system-packages --ignore-installed \
        --requirement /tmp/requirements-addons.txt \
    && rm /tmp/requirements-addons.txt

COPY --chown=root:root odoo.conf /etc/odoo/odoo.conf
COPY --chown=root:root container/initialise /usr/local/bin/initialise
COPY --chown=root:root mfg_variance_core /mnt/extra-addons/mfg_variance_core
RUN chmod 0755 /usr/local/bin/initialise \
    && install --directory --owner=odoo --group=odoo /var/lib/mfg-variance

USER odoo
# Compose has a health check per service; this one serves a plain `docker run`.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD curl --fail --silent --output /dev/null http://127.0.0.1:8069/web/health
CMD ["odoo", "--addons-path=/mnt/extra-addons"]
