# A small image that serves DynamoDB's protocol:
#   docker build -t parton .
#   docker run -p 127.0.0.1:8000:8000 -v music:/data parton
FROM debian:12 AS build
COPY . /src
RUN /src/scripts/package --tarball \
 && mkdir /parton \
 && tar -xf /src/build/package/packages/parton-*-linux-*.tar.xz --strip-components=1 -C /parton

FROM debian:12-slim
LABEL org.opencontainers.image.title="Parton" \
      org.opencontainers.image.description="PartiQL database with DynamoDB's tables and protocol" \
      org.opencontainers.image.licenses="Apache-2.0"
# Certificates are for tables of remote engines.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin parton
COPY --from=build /parton/bin/parton /usr/local/bin/
COPY --from=build /parton/LICENSE /parton/licenses /parton/sbom.spdx.json /usr/local/share/doc/parton/
USER 10001
VOLUME /data
WORKDIR /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s CMD ["parton", "healthcheck", "http://127.0.0.1:8000"]
ENTRYPOINT ["parton"]
# Whoever reaches the port may come in; with keys: serve /data --host 0.0.0.0 --credentials FILE
CMD ["serve", "/data", "--host", "0.0.0.0", "--port", "8000", "--no-auth"]
