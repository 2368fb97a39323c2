import { Body, Post } from '@nestjs/common';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { Public } from '../common/access/public.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { RateClass } from '../core/throttle/rate-class.decorator.js';
import { AccountLinksService } from './account-links.service.js';
import { ChangeEmailDto, EmailDto } from './dto/email.dto.js';
import { ChangePasswordDto, ResetPasswordDto } from './dto/passwords.dto.js';
import { VerifyEmailDto } from './dto/verify-email.dto.js';

@ApiController('auth', 'Auth')
export class AccountLinksController {
  constructor(private readonly links: AccountLinksService) {}

  @Post('email/verify')
  @Public({ token: 'ignored' })
  @ApiAnswer(204, null, {
    summary: 'Verify an e-mail address',
    description: 'With the token of the link in the mail, which works once; also confirms a new address.',
    errors: ['LINK_TOKEN_INVALID', 'EMAIL_TAKEN'],
  })
  async verifyEmail(@Body() { token }: VerifyEmailDto): Promise<void> {
    await this.links.verifyEmail(token);
  }

  @Post('email/resend')
  @Public({ token: 'ignored' })
  @RateClass('account-mail')
  @ApiAnswer(202, null, {
    summary: 'Ask for the verification mail again',
    description: 'The answer is the same whether or not there is such an account.',
  })
  async resend(@Body() { email }: EmailDto): Promise<void> {
    await this.links.requestVerification(email);
  }

  @Post('email/change')
  @ApiAnswer(202, null, {
    summary: 'Change your e-mail address',
    description: 'A mail goes to the new address, a notice to the old one; it takes effect once it is confirmed.',
    errors: ['WRONG_PASSWORD', 'EMAIL_TAKEN', 'TOO_MANY_ATTEMPTS'],
  })
  async changeEmail(@CurrentUser() actor: Actor, @Body() { email, password }: ChangeEmailDto): Promise<void> {
    await this.links.changeEmail(actor, email, password);
  }

  @Post('password/forgot')
  @Public({ token: 'ignored' })
  @RateClass('account-mail')
  @ApiAnswer(202, null, {
    summary: 'Ask for a link to a new password',
    description: 'The answer, and the time that it takes, are the same whether or not there is such an account.',
  })
  async forgot(@Body() { email }: EmailDto): Promise<void> {
    await this.links.requestPasswordReset(email);
  }

  @Post('password/reset')
  @Public({ token: 'ignored' })
  @ApiAnswer(204, null, {
    summary: 'Set a new password',
    description: 'With the token of the link in the mail, which works once. Ends every session.',
    errors: ['LINK_TOKEN_INVALID'],
  })
  async reset(@Body() { token, password }: ResetPasswordDto): Promise<void> {
    await this.links.resetPassword(token, password);
  }

  @Post('password/change')
  @ApiAnswer(204, null, {
    summary: 'Change your password',
    description: 'Ends the other sessions.',
    errors: ['WRONG_PASSWORD', 'TOO_MANY_ATTEMPTS'],
  })
  async changePassword(
    @CurrentUser() actor: Actor,
    @Body() { currentPassword, newPassword }: ChangePasswordDto,
  ): Promise<void> {
    await this.links.changePassword(actor, currentPassword, newPassword);
  }
}
