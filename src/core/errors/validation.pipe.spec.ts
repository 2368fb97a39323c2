import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { AppError } from '../../common/errors/app-error.js';
import { createValidationPipe } from './validation.pipe.js';

class Author {
  @MinLength(2)
  @IsString()
  name: string;
}

class Dto {
  @MaxLength(5)
  @IsString()
  title: string;

  @IsOptional()
  @IsInt()
  year?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => Author)
  author?: Author;
}

const pipe = createValidationPipe();
const validate = async (value: unknown): Promise<Dto> => pipe.transform(value, { type: 'body', metatype: Dto });

async function refusal(value: unknown): Promise<AppError> {
  try {
    await validate(value);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

class Other {
  @IsString()
  title: string;
}

const query = async (value: unknown, metatype: new () => object = Dto): Promise<unknown> =>
  pipe.transform(value, { type: 'query', metatype });

describe('the validation pipe', () => {
  it('makes an instance of the class', async () => {
    const dto = await validate({ title: 'A', author: { name: 'Ada' } });
    expect(dto).toBeInstanceOf(Dto);
    expect(dto.author).toBeInstanceOf(Author);
    expect(dto).toEqual({ title: 'A', author: { name: 'Ada' } });
  });

  it.each([
    { name: 'a missing field', value: {}, field: 'title', code: 'IS_STRING' },
    { name: 'no body', value: undefined, field: 'title', code: 'IS_STRING' },
    { name: 'a wrong type, which is not converted', value: { title: 7 }, field: 'title', code: 'IS_STRING' },
    { name: 'digits as text', value: { title: 'A', year: '7' }, field: 'year', code: 'IS_INT' },
    { name: 'too long a text', value: { title: 'too long' }, field: 'title', code: 'MAX_LENGTH' },
    { name: 'an unknown field', value: { title: 'A', role: 'admin' }, field: 'role', code: 'UNKNOWN_FIELD' },
    { name: 'a field inside', value: { title: 'A', author: { name: 'x' } }, field: 'author.name', code: 'MIN_LENGTH' },
    {
      name: 'an unknown field inside',
      value: { title: 'A', author: { name: 'Ada', isAdmin: true } },
      field: 'author.isAdmin',
      code: 'UNKNOWN_FIELD',
    },
  ])('names $name', async ({ value, field, code }) => {
    const error = await refusal(value);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', status: 422 });
    expect(error.errors).toEqual([{ field, code, detail: expect.stringContaining(field.split('.').at(-1) ?? '') }]);
    expect(error.message).toBe(error.errors?.[0]?.detail);
  });

  it.each(['query', 'param'] as const)(
    'leaves a single parameter of a %s to who reads it, there or not',
    async (type) => {
      for (const value of [undefined, 'a']) expect(await pipe.transform(value, { type, metatype: Object })).toBe(value);
    },
  );

  it('names every field at once, each with its first fault', async () => {
    const { errors } = await refusal({ title: 7, year: 'x', extra: 1 });
    expect(errors?.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
      'extra UNKNOWN_FIELD',
      'title IS_STRING',
      'year IS_INT',
    ]);
  });

  it('never repeats a value, which may be a secret', async () => {
    const error = await refusal({ title: 'hunter2-hunter2', password: 'hunter2' });
    expect(JSON.stringify([error.message, error.errors])).not.toContain('hunter2');
  });

  it('bounds how much it says', async () => {
    const value = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${'k'.repeat(300)}${index}`, 1]));
    const { errors = [] } = await refusal({ title: 'A', ...value });
    expect(errors).toHaveLength(50);
    expect(errors.every(({ field }) => field.length <= 200)).toBe(true);
  });

  describe('of paths and queries', () => {
    it('remembers what was found valid, for each class, and lets nobody change it', async () => {
      const first = await query({ title: 'News' });
      expect(first).toBeInstanceOf(Dto);
      expect(await query({ title: 'News' })).toBe(first);
      expect(Object.isFrozen(first)).toBe(true);
      expect(await query({ title: 'Newer' })).toMatchObject({ title: 'Newer' });
      expect(await query({ title: 'News' }, Other)).toBeInstanceOf(Other);
      expect(await query({ title: 'a'.repeat(400) }, Other)).not.toBe(await query({ title: 'a'.repeat(400) }, Other));
    });

    it('refuses each time', async () => {
      for (let time = 0; time < 2; time += 1) await expect(query({ title: 'Too long' })).rejects.toThrow(AppError);
    });

    it('keeps nothing of what has no class, which may be a token', async () => {
      const given = { token: 'secret' };
      expect(await pipe.transform(given, { type: 'query', metatype: Object })).toBe(given);
      expect(Object.isFrozen(given)).toBe(false);
      for (const value of [undefined, 'x', ['x', 'y']])
        expect(await pipe.transform(value, { type: 'query', metatype: Object, data: 'token' })).toEqual(value);
    });
  });
});
