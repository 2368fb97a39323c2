import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './test-client.js';

interface DocumentedOperation {
  pattern: RegExp;
  /** Placeholders; a path with fewer wins, as in the router. */
  parameters: number;
  method: string;
  path: string;
  responses: Record<string, DocumentedResponse>;
}

interface DocumentedResponse {
  /** JSON pointer to it. */
  pointer: string;
  content?: Record<string, object>;
}

/** Holds answers against the OpenAPI document: the status must be declared, and the body must have its shape. */
export class AnswerValidator {
  private readonly ajv: Ajv2020;
  private readonly operations: DocumentedOperation[];
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: OpenAPIObject) {
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    this.ajv.addSchema(
      JSON.parse(JSON.stringify({ $id: 'openapi', components: document.components, paths: document.paths })),
    );
    this.operations = operationsOf(document);
  }

  /** @throws Error that says what the answer has and the document has not */
  check(method: string, url: string, answer: Answer): void {
    const path = url.split('?', 1)[0]?.replace(/(.)\/$/, '$1') ?? '';
    const operation = this.operations
      .filter((candidate) => candidate.method === method && candidate.pattern.test(path))
      .sort((one, other) => one.parameters - other.parameters)[0];
    if (!operation) return;
    const status = String(answer.status) in operation.responses ? String(answer.status) : 'default';
    const response = operation.responses[status];
    if (!response) throw new Error(`${method} ${path}: status ${answer.status} is not documented`);
    this.checkBody(operation, response, answer);
  }

  private checkBody(operation: DocumentedOperation, { pointer, content }: DocumentedResponse, answer: Answer): void {
    const where = `${operation.method} ${operation.path} ${answer.status}`;
    if (!content) {
      if (answer.text !== '') throw new Error(`${where}: a body where none is documented`);
      return;
    }
    const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? 'none';
    if (!(type in content)) throw new Error(`${where}: content type ${type} is not documented`);
    const validate = this.validator(`openapi${pointer}/content/${escapePointer(type)}/schema`);
    if (!validate(answer.body))
      throw new Error(`${where}: ${this.ajv.errorsText(validate.errors)}\n${answer.text.slice(0, 2_000)}`);
  }

  private validator(reference: string): ValidateFunction {
    const known = this.validators.get(reference);
    if (known) return known;
    const made = this.ajv.compile({ $ref: reference });
    this.validators.set(reference, made);
    return made;
  }
}

const escapePointer = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

function operationsOf(document: OpenAPIObject): DocumentedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
      const pointer = `#/paths/${escapePointer(path)}/${method}/responses`;
      const responses = Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [
          status,
          responseOf(document, `${pointer}/${status}`, response as ResponseOrReference),
        ]),
      );
      return [{ pattern, parameters: path.split('{').length - 1, method: method.toUpperCase(), path, responses }];
    }),
  );
}

type ResponseOrReference = { content?: Record<string, object> } | { $ref: string };

function responseOf(document: OpenAPIObject, pointer: string, response: ResponseOrReference): DocumentedResponse {
  if (!('$ref' in response)) return { pointer, content: response.content };
  const shared = document.components?.responses?.[response.$ref.slice(response.$ref.lastIndexOf('/') + 1)];
  if (!shared || !('content' in shared)) throw new Error(`${response.$ref} leads nowhere`);
  return { pointer: response.$ref, content: shared.content };
}
