# One image for every process. It starts the API; the command names another one:
#   node dist/src/worker.js · node dist/src/migrate.js · node dist/src/cli/admin.js --help

ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS manifest
WORKDIR /app
COPY package.json package-lock.json ./

FROM manifest AS build
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY migrations migrations
COPY src src
RUN npm run build

# Apart from the build, so that a change of the code alone leaves this layer as it is. What is optional is TypeScript, as a
# peer of others, and accelerators with a fallback; declarations and source maps are read by nothing that runs.
FROM manifest AS packages
RUN --mount=type=cache,target=/root/.npm \
  npm ci --no-audit --no-fund --omit=dev --omit=optional \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM ${NODE_IMAGE}
# As process 1, Node would ignore SIGTERM until it listens to it, and the migration never does: tini passes it on. The
# package managers are of no use to what runs here.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY deploy/docker/healthcheck.js healthcheck.js
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# By number, so that Kubernetes can tell that it is not root. All files belong to root, and nothing is written anywhere.
USER 1000:1000
EXPOSE 3000 3001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "healthcheck.js"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/src/main.js"]

# Last, since they differ from build to build.
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Broadsheet" \
  org.opencontainers.image.description="A publishing backend: accounts, posts, and the e-mail that they cause" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
