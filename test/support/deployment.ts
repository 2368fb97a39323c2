import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { parseEnv } from 'node:util';
import { parseAllDocuments } from 'yaml';

/** What is read of a container of a manifest. */
export interface Container {
  name: string;
  image: string;
  args?: string[];
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; valueFrom?: { secretKeyRef?: { key: string }; configMapKeyRef?: { key: string } } }[];
  securityContext?: object;
  resources?: { requests?: { cpu?: string; memory?: string }; limits?: { memory?: string } };
  lifecycle?: { preStop?: { exec?: { command: string[] } } };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
}

interface Probe {
  httpGet?: { path: string; port: string | number };
}

export interface PodSpec {
  securityContext?: object;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  initContainers?: Container[];
  containers: Container[];
}

/** What is read of a service of docker-compose.yml. */
export interface ComposeService {
  image?: string;
  build?: object;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  stop_grace_period?: string;
  healthcheck?: object;
  volumes?: string[];
}

export interface DeployedFile {
  file: string;
  /** Its documents; a JSON file is one. */
  documents: object[];
  problems: string[];
}

export const COMPOSE_FILE = 'docker-compose.yml';
const KUSTOMIZATION = 'kustomization.yaml';

/** Every YAML and JSON file of the deployment, parsed. */
export function deployedFiles(): DeployedFile[] {
  const below = readdirSync('deploy', { recursive: true, encoding: 'utf8' }).map((file) => join('deploy', file));
  return [COMPOSE_FILE, ...below].filter((file) => /\.(ya?ml|json)$/.test(file)).map((file) => parsed(file));
}

function parsed(file: string): DeployedFile {
  const documents = [parseAllDocuments(readFileSync(file, 'utf8'), { merge: true, strict: true })].flat();
  const problems = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ message }) => message));
  if (file.endsWith('.json')) problems.push(...jsonProblems(file));
  return { file, documents: documents.map((document) => document.toJS() as object), problems };
}

function jsonProblems(file: string): string[] {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** The first document of a file. */
export function documentOf(files: DeployedFile[], name: string): unknown {
  const found = files.find(({ file }) => file === name);
  if (!found) throw new Error(`${name} is not there`);
  return found.documents[0];
}

/** The documents of a kind, each with the file that it is from. */
export const ofKind = <T>(files: DeployedFile[], ...kinds: string[]): (T & { file: string })[] =>
  files.flatMap(({ file, documents }) =>
    documents
      .filter((document) => kinds.includes((document as { kind?: string }).kind ?? ''))
      .map((document) => Object.assign({ file }, document as T)),
  );

interface Kustomization {
  resources?: string[];
  components?: string[];
  configMapGenerator?: { envs?: string[]; literals?: string[] }[];
}

export interface KustomizationFiles {
  file: string;
  /** Paths from the root of the repository. */
  named: string[];
  /** Beside the kustomization, apart from itself. */
  found: string[];
}

/** What each kustomization names, and what there is beside it. */
export function kustomizations(files: DeployedFile[]): KustomizationFiles[] {
  return ofKind<Kustomization>(files, 'Kustomization', 'Component').map((kustomization) => {
    const { file, resources = [], components = [], configMapGenerator = [] } = kustomization;
    const folder = dirname(file);
    const names = [...resources, ...components, ...configMapGenerator.flatMap(({ envs = [] }) => envs)];
    return {
      file,
      named: names.map((name) => normalize(join(folder, name))),
      found: readdirSync(folder)
        .filter((name) => name !== KUSTOMIZATION)
        .map((name) => join(folder, name)),
    };
  });
}

/** The settings that a kustomization adds. */
export function settingsOf(files: DeployedFile[], folder: string): NodeJS.Dict<string> {
  const { configMapGenerator = [] } = documentOf(files, join(folder, KUSTOMIZATION)) as Kustomization;
  const texts = configMapGenerator.flatMap(({ envs = [], literals = [] }) =>
    envs.map((name) => readFileSync(join(folder, name), 'utf8')).concat(literals),
  );
  return parseEnv(texts.join('\n'));
}

/** Folders that have a kustomization. */
export const kustomizationFolders = (files: DeployedFile[]): string[] =>
  files.filter(({ file }) => basename(file) === KUSTOMIZATION).map(({ file }) => dirname(file));

/** Expressions of alerts, panels and autoscalers, each with where it stands. */
export function expressions(files: DeployedFile[]): { where: string; expression: string }[] {
  return files.flatMap(({ file, documents }) =>
    membersOf(documents)
      .filter(([name, value]) => (name === 'expr' || name === 'query') && isPromQl(file, value))
      .map(([, value]) => ({ where: file, expression: value as string })),
  );
}

/** Grafana calls the kind of a data source a query, and KEDA a statement in SQL. */
const isPromQl = (file: string, value: unknown): boolean =>
  typeof value === 'string' && value !== 'prometheus' && !/^\s*SELECT\b/i.test(value) && file !== COMPOSE_FILE;

/** Every member of everything, however deep. */
function membersOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.entries(value) as [string, unknown][];
  return members.concat(members.flatMap(([, member]) => membersOf(member)));
}
