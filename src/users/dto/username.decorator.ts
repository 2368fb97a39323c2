import { applyDecorators } from '@nestjs/common';
import { IsString, Matches } from 'class-validator';
import { MaxCharacters, MinCharacters } from '../../common/validation/characters.decorator.js';

const USERNAME = /^[A-Za-z0-9_.-]+$/;
const UUID_SHAPED = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NOT_UUID_SHAPED = new RegExp(`^(?!${UUID_SHAPED.source.slice(1)})`, 'i');

export const USERNAME_SCHEMA = {
  example: 'ada.lovelace',
  minLength: 3,
  maxLength: 50,
  pattern: USERNAME.source,
};

/** 3–50 letters, digits, `_ . -`, and not of the shape of an id, with which a path could confuse it. */
export const IsUsername = () =>
  applyDecorators(
    IsString(),
    MinCharacters(3),
    MaxCharacters(50),
    Matches(USERNAME, { message: '$property may have letters, digits, and _ . - only' }),
    Matches(NOT_UUID_SHAPED, { message: '$property must not have the shape of an id' }),
  );
