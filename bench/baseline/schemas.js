/** Of answers, from which Fastify makes their serializers, and of what is sent. */

export const string = { type: 'string' };
export const boolean = { type: 'boolean' };
export const integer = { type: 'integer' };
export const time = { type: 'string', format: 'date-time' };
export const nullable = (schema) => ({ ...schema, nullable: true });
export const object = (properties) => ({ type: 'object', properties });
export const list = (items) => ({ type: 'array', items });

/** Of a body: nothing else may be sent, and nothing be left out. */
export const body = (properties) => ({
  ...object(properties),
  required: Object.keys(properties),
  additionalProperties: false,
});
