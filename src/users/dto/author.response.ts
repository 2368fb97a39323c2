import { PickType } from '@nestjs/swagger';
import { UserResponse } from './user.response.js';

/** What everybody may see of an account. */
export class AuthorResponse extends PickType(UserResponse, ['id', 'username', 'fullName']) {}
