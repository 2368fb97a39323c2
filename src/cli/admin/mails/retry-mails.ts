import { NestFactory } from '@nestjs/core';
import type { Settings } from '../../../core/config/settings.js';
import { EmailsModule } from '../../../emails/emails.module.js';
import { EmailsService } from '../../../emails/emails.service.js';
import { OperatorModule } from '../operator.module.js';

/**
 * Through the same service as the API, with the same audit trail.
 * @param id of one mail; all that failed where it is left out
 * @returns how many are due again
 * @throws AppError what the API would answer
 */
export async function retryMails(settings: Settings, id: string | undefined): Promise<number> {
  const module = OperatorModule.forRoot(settings, [EmailsModule]);
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    const emails = app.get(EmailsService);
    if (id === undefined) return await emails.retryFailed();
    await emails.retry(id);
    return 1;
  } finally {
    await app.close();
  }
}
