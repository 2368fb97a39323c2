import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IfSent } from '../common/validation/if-sent.decorator.js';

/** Longer than any id of an event. */
const MAX_ID = 100;

/** Where a client goes on. */
export class ResumeQuery {
  @ApiPropertyOptional({
    description: 'The `id` of the last event that was received, where the header `Last-Event-ID` cannot be set',
    maxLength: MAX_ID,
    example: '5f0c4a52-8f52-4c0e-9a7e-0d0f6c1b7a11',
  })
  @IfSent()
  @IsString()
  @MaxLength(MAX_ID)
  lastEventId?: string;
}
