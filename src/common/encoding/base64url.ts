/**
 * The bytes of a base64url text in its one canonical spelling (RFC 4648 §3.5): the last letter may have bits to spare, and
 * Node passes over letters that it does not know, so that a secret would have several spellings.
 * @returns undefined for every other text
 */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
