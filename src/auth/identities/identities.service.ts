import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { isSingleLine } from '../../common/validation/single-line.decorator.js';
import { isEmailAddress } from '../../users/dto/email-address.decorator.js';
import type { UserRow } from '../../users/dto/user.response.js';
import { RegistrationService } from '../../users/registration.service.js';
import { UsersService } from '../../users/users.service.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { OutsideClaims } from './outside-tokens.js';

/** Finds the account of an outside name, or makes one the first time it is seen. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly registration: RegistrationService,
    private readonly users: UsersService,
  ) {}

  /** @returns undefined where the account is deleted, or none can be made for want of a verified address */
  async accountOf(claims: OutsideClaims): Promise<UserRow | undefined> {
    if (!isStorable(claims.subject)) return undefined;
    const known = await this.identities.account(claims.issuer, claims.subject);
    if (known) return known.isDeleted ? undefined : known;
    const userId = await this.link(claims).catch((error: unknown) => this.lostRace(claims, error));
    if (!userId) return undefined;
    const made = await this.identities.account(claims.issuer, claims.subject);
    return made?.isDeleted === false ? made : undefined;
  }

  /**
   * By e-mail only where both sides have verified it: an address that one side takes on trust would let anybody in who
   * names it there.
   */
  @Transactional()
  private async link({ issuer, subject, email, emailVerified, name }: OutsideClaims): Promise<string | undefined> {
    if (!email || !emailVerified || !isEmailAddress(email)) return undefined;
    const existing = await this.users.contactByEmail(email);
    if (existing && existing.emailVerifiedAt === null) return undefined;
    const userId =
      existing?.id ??
      (await this.registration.registerVerified(email, name && isStorable(name) && isSingleLine(name) ? name : null))
        .id;
    await this.identities.insert(issuer, subject, userId);
    return userId;
  }

  /** Two first requests at once: one makes the account, the other finds the address taken and uses what was made. */
  private async lostRace({ issuer, subject }: OutsideClaims, error: unknown): Promise<string> {
    const winner = await this.identities.account(issuer, subject);
    if (!winner) throw error;
    return winner.id;
  }
}

/** Control characters have no place in a subject, and PostgreSQL cannot keep NUL or half of a surrogate pair. */
const isStorable = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text);
