import { encoded } from './utf8.js';

describe('encoded', () => {
  it.each([
    { name: 'one byte', character: 'a' },
    { name: 'two bytes', character: 'é' },
    { name: 'three bytes', character: '—' },
    { name: 'four bytes', character: '🗞' },
  ])('gives the bytes of characters of $name', ({ character }) => {
    const text = character.repeat(20_000);
    expect(Buffer.from(text).equals(encoded(text) as Buffer)).toBe(true);
  });

  it('shares no memory between two answers', () => {
    const first = encoded('a'.repeat(10_000)) as Buffer;
    encoded('b'.repeat(20_000));
    expect(first.toString()).toBe('a'.repeat(10_000));
  });

  it.each([
    { name: 'a short text', payload: '{"status":"ok"}' },
    { name: 'a very long text', payload: 'a'.repeat(1_000_000) },
    { name: 'bytes', payload: Buffer.alloc(10_000) },
    { name: 'nothing', payload: null },
  ])('leaves $name as it is', ({ payload }) => {
    expect(encoded(payload)).toBe(payload);
  });
});
