# The operator and its command line: docker build -t REGISTRY/appset-operator:VERSION .
# test/chart/image.test.ts runs the lines of the first stage and the result under a read-only root.

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
RUN npm ci --ignore-scripts --omit=dev --omit=optional
RUN npm pkg delete scripts devDependencies optionalDependencies && npm sbom --sbom-format=cyclonedx > sbom.cdx.json
COPY bin ./bin
COPY crds ./crds
COPY LICENSE ./

FROM node:24-slim
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="appset-operator" \
      org.opencontainers.image.description="Turns Argo CD ApplicationSets into Applications, and never deletes what it should not" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# git, ssh and gpg read repositories and signatures; tini reaps what git leaves behind.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git gnupg openssh-client tini \
    && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
       /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
    && groupadd --gid 65532 appset \
    && useradd --uid 65532 --gid 65532 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin appset \
    && mkdir -p /var/cache/appset-operator \
    && chown 65532:65532 /var/cache/appset-operator \
    && ln -s /app/bin/appset.js /usr/local/bin/appset \
    && ln -s /app/bin/appset.js /usr/local/bin/kubectl-appset
COPY --from=build /build/package.json /build/LICENSE /build/sbom.cdx.json /app/
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
COPY --from=build /build/bin /app/bin
COPY --from=build /build/crds /app/crds
ENV NODE_ENV=production HOME=/tmp
USER 65532:65532
WORKDIR /tmp
EXPOSE 7000 8080 8081
# Left alone, V8 lets what was just made grow to 128 MiB before it looks: a third of the memory after a burst.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/node", "--max-semi-space-size=8", "/app/bin/appset.js"]
CMD ["run"]
