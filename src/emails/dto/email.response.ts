import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import { EMAIL_KINDS, EMAIL_STATES, type EmailKind, type EmailState } from '../email.entity.js';
import type { EmailRow } from '../email-row.js';

/** What an administrator sees of a mail: never its text, which may hold a link that opens an account. */
export class EmailResponse {
  @ApiProperty({ format: 'uuid', example: '01970f42-7be3-7a10-9f0c-0d3a5c1e8b77' })
  id: string;

  @ApiProperty({ enum: EMAIL_KINDS, example: 'welcome' })
  kind: EmailKind;

  @ApiProperty({ format: 'email', example: 'ada@example.com' })
  to: string;

  @ApiProperty({ enum: EMAIL_STATES, example: 'sent' })
  status: EmailState;

  @ApiProperty({ description: 'Attempts so far', minimum: 0, example: 1 })
  tries: number;

  @ApiProperty({ type: String, nullable: true, description: 'What the mail server said last', example: '250 OK' })
  lastAnswer: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-03-01T09:30:01.000Z' })
  sentAt: Date | null;

  static from(row: EmailRow): EmailResponse {
    return {
      id: row.id,
      kind: row.kind,
      to: row.toAddress,
      status: row.state,
      tries: row.tries,
      lastAnswer: row.lastAnswer,
      createdAt: row.createdAt,
      sentAt: row.sentAt,
    };
  }
}

export class EmailAttemptResponse {
  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:01.000Z' })
  at: string;

  @ApiProperty({ enum: EMAIL_STATES, description: 'The state that it led to', example: 'sent' })
  status: EmailState;

  @ApiProperty({ description: 'What the mail server, or the attempt to reach it, said', example: '250 OK' })
  answer: string;
}

export class EmailDetailResponse extends EmailResponse {
  @ApiProperty({ type: [EmailAttemptResponse], description: 'How each attempt ended, the first one first' })
  history: EmailAttemptResponse[];

  static override from(row: EmailRow): EmailDetailResponse {
    const history = row.history.map(({ at, state, answer }) => ({ at, status: state, answer }));
    return { ...EmailResponse.from(row), history };
  }
}

export class RetriedResponse {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many mails had failed', example: 3 })
  retried: number;
}

export class EmailPageResponse extends Page<EmailResponse> {
  @ApiProperty({ type: [EmailResponse] })
  items: EmailResponse[];

  static from({ rows, page }: RowPage<EmailRow>): EmailPageResponse {
    return { items: rows.map((row) => EmailResponse.from(row)), page };
  }
}
