/** What an operation is called in the OpenAPI document: clients name their functions after it. */
export const operationId = (controller: string, method: string): string =>
  `${lowerFirst(controller.replace(/Controller$/, ''))}${upperFirst(method)}`;

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
