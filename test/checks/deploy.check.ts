import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadSettings, SettingsError } from '../../src/core/config/settings.js';
import { settingsSchema } from '../../src/core/config/settings.schema.js';
import { createHttpApplication } from '../../src/core/http/create-http-application.js';
import { AppLogger } from '../../src/core/logging/app-logger.js';
import { Metrics } from '../../src/core/metrics/metrics.js';
import { WorkerModule } from '../../src/worker.module.js';
import {
  COMPOSE_FILE,
  deployedFiles,
  documentOf,
  expressions,
  kustomizationFolders,
  kustomizations,
  ofKind,
  settingsOf,
  type ComposeService,
  type Container,
  type PodSpec,
} from '../support/deployment.js';
import { freePort } from '../support/program.js';
import { selectorsOf } from '../support/promql.js';
import { TestApi } from '../support/test-api.js';

/** The setting whose default is the port of a process. */
const PORTS: Record<string, 'PORT' | 'WORKER_PORT'> = {
  'dist/src/main.js': 'PORT',
  'dist/src/worker.js': 'WORKER_PORT',
};

/** Variables that images other than ours read. */
const IMAGE_VARIABLES: Record<string, RegExp> = {
  postgres: /^POSTGRES_(USER|PASSWORD|DB)$/,
  'grafana/grafana': /^GF_/,
  // Read by its entrypoint in the compose file.
  'prom/prometheus': /^METRICS_TOKEN$/,
};

/** What the compose file itself asks for, beside settings. */
const COMPOSE_VARIABLES = new Set(['POSTGRES_PASSWORD', 'VERSION']);

interface DeclaredMetric {
  name: string;
  help: string;
  type: string;
  labelNames: string[];
}

/** What Prometheus adds to every series. */
const TARGET_LABELS = ['job', 'instance'];

const files = deployedFiles();
const compose = documentOf(files, COMPOSE_FILE) as { services: Record<string, ComposeService> };
const services = Object.entries(compose.services).map(([name, service]) => Object.assign({ name }, service));
const workloads = ofKind<{ metadata: { name: string }; spec: { template: { spec: PodSpec } } }>(
  files,
  'Deployment',
  'StatefulSet',
  'Job',
).map(({ file, metadata, spec }) => ({ name: `${file} ${metadata.name}`, pod: spec.template.spec }));
const containers = workloads.flatMap(({ name, pod }) =>
  [...(pod.initContainers ?? []), ...pod.containers].map((container) => ({
    name: `${name} ${container.name}`,
    pod,
    container,
  })),
);
const secrets = ofKind<{ stringData: Record<string, string> }>(files, 'Secret');
const ourContainers = containers.filter(({ container }) => container.image === 'broadsheet');

const isSetting = (name: string): boolean => name.replace(/_FILE$/, '') in settingsSchema.shape;
const defaultOf = (name: 'PORT' | 'WORKER_PORT' | 'SHUTDOWN_TIMEOUT'): number =>
  settingsSchema.shape[name].parse(undefined);
const entryOf = ({ args = [] }: Pick<Container, 'args'>): string => args[1] ?? '';

/** What the health check of the image says in a container with this environment. */
const healthOf = (environment: NodeJS.ProcessEnv): Promise<string> =>
  promisify(execFile)(process.execPath, ['deploy/docker/healthcheck.js'], { env: environment }).then(
    () => 'healthy',
    () => 'unhealthy',
  );

describe('the files of the deployment', () => {
  it('can be read', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter(({ problems }) => problems.length > 0)).toEqual([]);
  });

  it('are all named by their kustomization, and there', () => {
    const found = kustomizations(files);
    expect(found.length).toBeGreaterThan(0);
    for (const { file, named, found: beside } of found) {
      expect({ file, missing: named.filter((name) => !existsSync(name)) }).toEqual({ file, missing: [] });
      expect({ file, leftOut: beside.filter((name) => !named.includes(name)) }).toEqual({ file, leftOut: [] });
    }
  });

  it('start what the build makes, from where the image has it', () => {
    const dockerfile = readFileSync('Dockerfile', 'utf8');
    const texts = [
      dockerfile,
      readFileSync(COMPOSE_FILE, 'utf8'),
      ...ourContainers.map(({ container }) => entryOf(container)),
    ];
    const entries = texts.flatMap((text) => text.match(/dist\/src\/[\w/]+\.js/g) ?? []);
    expect(entries).toEqual(expect.arrayContaining([...Object.keys(PORTS), 'dist/src/migrate.js']));
    expect(entries.filter((entry) => !existsSync(entry.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toEqual([]);
    expect(dockerfile).toContain(`EXPOSE ${defaultOf('PORT')} ${defaultOf('WORKER_PORT')}\n`);

    const mounted = services.flatMap(({ volumes = [] }) => volumes.filter((volume) => volume.startsWith('./')));
    expect(mounted.filter((volume) => !existsSync(volume.split(':')[0] ?? ''))).toEqual([]);
  });

  it('name a version of every image', () => {
    const images = [
      ...services.filter(({ build }) => !build).map(({ image }) => image ?? ''),
      ...containers.map(({ container }) => container.image).filter((image) => image !== 'broadsheet'),
    ];
    expect(images.length).toBeGreaterThan(0);
    expect(images.filter((image) => !/:v?\d/.test(image))).toEqual([]);
  });
});

describe('the settings of the deployment', () => {
  it('are known to the program', () => {
    const named = [
      ...services.filter(({ build }) => build).flatMap(({ environment = {} }) => Object.keys(environment)),
      ...kustomizationFolders(files).flatMap((folder) => Object.keys(settingsOf(files, folder))),
      ...secrets.flatMap(({ stringData }) => Object.keys(stringData)),
      ...ourContainers.flatMap(({ container }) => (container.env ?? []).map(({ name }) => name)),
      ...files.flatMap(({ documents }) => JSON.stringify(documents).match(/(?<="key":")[A-Z_]+(?=")/g) ?? []),
    ];
    expect(named).toEqual(expect.arrayContaining(['DATABASE_URL', 'PUBLIC_URL', 'METRICS_TOKEN']));
    expect(named.filter((name) => !isSetting(name))).toEqual([]);
  });

  it('are known to the other images, and asked for by their names', () => {
    for (const { name, image = '', build, environment = {} } of services) {
      const known = IMAGE_VARIABLES[image.split(':')[0] ?? ''];
      const unknown = build ? [] : Object.keys(environment).filter((variable) => !known?.test(variable));
      expect({ name, unknown }).toEqual({ name, unknown: [] });
    }
    const asked = [...readFileSync(COMPOSE_FILE, 'utf8').matchAll(/(?<!\$)\$\{(\w+)/g)].map(
      ([, variable = '']) => variable,
    );
    expect(asked.filter((variable) => !isSetting(variable) && !COMPOSE_VARIABLES.has(variable))).toEqual([]);
  });

  it('of the example are complete but for the secret, which is refused as it stands', () => {
    const folders = ['base', 'components/redis', 'overlays/example'].map((name) => `deploy/kubernetes/${name}`);
    const settings = Object.assign({}, ...folders.map((folder) => settingsOf(files, folder))) as NodeJS.ProcessEnv;
    const [secret] = secrets;
    const example = { ...settings, ...secret?.stringData };

    expect(() => loadSettings(example)).toThrow(SettingsError);
    expect(loadSettings({ ...example, SECRET_KEY: 'fGk2m4Jx0q7Zr9Tt1Wv3Yb5Nc8Pe6Ls0Hd2' })).toMatchObject({
      NODE_ENV: 'production',
      FORCE_HTTPS: true,
    });
  });

  it('leave time to stop', () => {
    for (const { name, pod } of workloads.filter(
      ({
        pod: {
          containers: [first],
        },
      }) => first?.image === 'broadsheet',
    )) {
      const [, seconds = '0'] = pod.containers[0]?.lifecycle?.preStop?.exec?.command ?? [];
      const { SHUTDOWN_TIMEOUT = '0' } = settingsOf(files, 'deploy/kubernetes/base');
      const spare = (pod.terminationGracePeriodSeconds ?? 30) - Number(seconds) - Number(SHUTDOWN_TIMEOUT);
      expect({ name, isEnough: spare >= 5 }).toEqual({ name, isEnough: true });
    }
    for (const { name, build, environment = {}, stop_grace_period: grace = '10s' } of services) {
      const timeout = Number(environment['SHUTDOWN_TIMEOUT'] ?? 0);
      expect({ name, isEnough: !build || Number.parseInt(grace, 10) >= timeout + 5 }).toEqual({ name, isEnough: true });
    }
  });
});

describe('the containers', () => {
  it('of the manifests have their resources, and no more rights than they need', () => {
    expect(containers.length).toBeGreaterThan(0);
    for (const { name, pod, container } of containers)
      expect({ where: name, pod, ...container }).toMatchObject({
        where: name,
        pod: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: {
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        },
      });
  });

  it('of the compose file have no more rights than they need, and are started again', () => {
    for (const service of services)
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        restart: service.name === 'migrate' ? 'no' : 'unless-stopped',
      });
  });
});

describe('what asks the processes', () => {
  let api: TestApi;
  let worker: NestFastifyApplication;
  let addresses: Record<string, string>;

  beforeAll(async () => {
    api = await TestApi.start();
    const logger = new AppLogger(api.settings);
    worker = await createHttpApplication(WorkerModule.forRoot(api.settings, logger), api.settings, logger);
    await worker.listen(0, '127.0.0.1');
    addresses = { 'dist/src/main.js': api.url, 'dist/src/worker.js': await worker.getUrl() };
  });

  afterAll(async () => {
    await worker.close();
    await api.stop();
  });

  it('probes paths and ports that they serve', async () => {
    const serving = ourContainers.filter(({ container }) => entryOf(container) in PORTS);
    expect(serving.map(({ container }) => container.name).sort()).toEqual(['api', 'worker']);
    for (const { name, container } of serving) {
      const port = container.ports?.find(
        ({ containerPort }) => containerPort === defaultOf(PORTS[entryOf(container)] ?? 'PORT'),
      );
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        expect({ name, port: probe?.httpGet?.port }).toEqual({ name, port: port?.name });
        const answer = await fetch(`${addresses[entryOf(container)]}${probe?.httpGet?.path}`);
        expect({ name, path: probe?.httpGet?.path, status: answer.status }).toMatchObject({ name, status: 200 });
      }
      expect(container.readinessProbe?.httpGet?.path).toBe('/readiness');
    }
  });

  it('reads metrics where they are', async () => {
    const { scrape_configs: jobs } = documentOf(files, 'deploy/prometheus/prometheus.yml') as {
      scrape_configs: {
        job_name: string;
        metrics_path?: string;
        dns_sd_configs: { names: string[]; port: number }[];
      }[];
    };
    const targets = jobs.map(({ job_name: job, metrics_path: path = '/metrics', dns_sd_configs: [target] }) =>
      Object.assign({ job, path }, target),
    );
    expect(targets).toMatchObject([
      { job: 'broadsheet-api', names: ['api'], port: defaultOf('PORT') },
      { job: 'broadsheet-worker', names: ['worker'], port: defaultOf('WORKER_PORT') },
    ]);
    const monitors = ofKind<{ spec: { podMetricsEndpoints: { path: string; port: string }[] } }>(files, 'PodMonitor');
    const endpoints = monitors.flatMap(({ spec }) => spec.podMetricsEndpoints);
    const ports = ourContainers.flatMap(({ container }) => (container.ports ?? []).map(({ name }) => name));
    expect(endpoints.map(({ port }) => port)).toEqual(ports);
    for (const { path } of [...targets, ...endpoints])
      for (const address of Object.values(addresses)) expect((await fetch(`${address}${path}`)).status).toBe(200);
  });

  /** Every series that can be asked for, with the labels it has. */
  function series(): Map<string, string[]> {
    const declared = [api.app, worker].flatMap((app) => app.get(Metrics).registry.getMetricsAsArray());
    const all = new Map([['up', TARGET_LABELS]]);
    for (const metric of declared) {
      const { name, type, labelNames } = metric as typeof metric & { labelNames: string[] };
      const labels = [...labelNames, ...TARGET_LABELS];
      const parts = type === 'histogram' || type === 'summary' ? ['_sum', '_count'] : [''];
      for (const part of parts) all.set(`${name}${part}`, labels);
      if (type === 'histogram') all.set(`${name}_bucket`, [...labels, 'le']);
      if (type === 'summary') all.set(name, [...labels, 'quantile']);
    }
    return all;
  }

  it('is told in a table what there is to be read', () => {
    const rows = new Set(readFileSync('deploy/metrics.md', 'utf8').match(/^\| `.*\|$/gm));
    const [ofApi, ofWorker] = [api.app, worker].map((app) => {
      const declared = app.get(Metrics).registry.getMetricsAsArray() as unknown as DeclaredMetric[];
      return new Map(
        declared.filter(({ name }) => !/^(process|nodejs)_/.test(name)).map((metric) => [metric.name, metric]),
      );
    });
    const declared = [...new Map([...(ofApi ?? []), ...(ofWorker ?? [])]).values()].map(
      ({ name, type, labelNames, help }) => {
        const processes = ofApi?.has(name) && ofWorker?.has(name) ? 'both' : ofApi?.has(name) ? 'API' : 'worker';
        return [`\`${name}\``, type, labelNames.map((label) => `\`${label}\``).join(', '), processes, help];
      },
    );
    const told = [...rows].map((row) =>
      row
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
    expect(told).toHaveLength(declared.length);
    expect(told).toEqual(expect.arrayContaining(declared));
  });

  it('names metrics and labels that they declare', () => {
    const known = series();
    const asked = expressions(files).flatMap(({ where, expression }) =>
      selectorsOf(expression).map((selector) => Object.assign({ where, expression }, selector)),
    );
    expect(new Set(asked.map(({ where }) => where))).toEqual(
      new Set(['deploy/grafana/broadsheet.json', 'deploy/prometheus/alerts.yml']),
    );
    expect(asked.filter(({ metric }) => !known.has(metric))).toEqual([]);
    expect(asked.filter(({ metric, labels }) => labels.some((label) => !known.get(metric)?.includes(label)))).toEqual(
      [],
    );
  });

  it('is told by an alert how bad it is, since when, and what to do', () => {
    const { groups } = documentOf(files, 'deploy/prometheus/alerts.yml') as { groups: { rules: object[] }[] };
    for (const rule of groups.flatMap((group) => group.rules))
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^Broadsheet/),
        for: expect.stringMatching(/^\d+[smh]$/),
        labels: { severity: expect.stringMatching(/^(critical|warning)$/) },
        annotations: { summary: expect.stringMatching(/\.$/), runbook: expect.stringMatching(/\.$/) },
      });
  });

  it('scales workers by a statement that the schema takes', async () => {
    const scaled = ofKind<{ spec: { triggers: { type: string; metadata: { query: string } }[] } }>(
      files,
      'ScaledObject',
    );
    const triggers = scaled.flatMap(({ spec }) => spec.triggers).filter(({ type }) => type === 'postgresql');
    expect(triggers).toHaveLength(1);
    for (const { metadata } of triggers) {
      const [row, ...others] = await api.database.rows<Record<string, unknown>>(metadata.query);
      expect(Object.values(row ?? {})).toEqual(['0']);
      expect(others).toEqual([]);
    }
  });

  it('finds either process healthy, and nothing that is not there', async () => {
    const nothing = String(await freePort());
    const [apiPort, workerPort] = Object.values(addresses).map((address) => new URL(address).port);
    expect(await healthOf({ PORT: apiPort, WORKER_PORT: nothing })).toBe('healthy');
    expect(await healthOf({ PORT: nothing, WORKER_PORT: workerPort })).toBe('healthy');
    expect(await healthOf({ PORT: nothing, WORKER_PORT: nothing })).toBe('unhealthy');
  });
});
