import { Injectable } from '@nestjs/common';
import { fromBase64url } from '../../common/encoding/base64url.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Keyring } from '../../core/keys/keyring.js';

const NAME = 'broadsheet_queues';
const PATH = '/queues';
/** Seconds, for the browser and for the server alike. */
const LIFE = 900;

/** The id of a session, the second at which it expires, and the signature over both. */
const VALUE = /^([0-9a-f-]{36})\.(\d{10})\.([A-Za-z0-9_-]{43})$/;

/**
 * The one cookie of the product: names the session behind the dashboard. It is no access token, and signed with a key of
 * its own, so that it opens nothing else, wherever it gets to.
 */
@Injectable()
export class DashboardCookie {
  constructor(
    private readonly keyring: Keyring,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @returns a `Set-Cookie` */
  issue(sessionId: string): string {
    const content = `${sessionId}.${this.seconds() + LIFE}`;
    return this.render(`${content}.${this.keyring.sign('dashboard', content).toString('base64url')}`, LIFE);
  }

  /** @returns a `Set-Cookie` that takes it away */
  expire(): string {
    return this.render('', 0);
  }

  /**
   * @param header `Cookie`, as it came
   * @returns the id of the session; undefined where there is none that was made here and has not expired
   */
  read(header: string | undefined): string | undefined {
    const [, sessionId = '', expiry = '', signature = ''] = VALUE.exec(valueIn(header)) ?? [];
    if (Number(expiry) <= this.seconds()) return undefined;
    const given = fromBase64url(signature);
    const isOurs = given && this.keyring.verify('dashboard', `${sessionId}.${expiry}`, given);
    return isOurs ? sessionId : undefined;
  }

  private render(value: string, maxAge: number): string {
    const attributes = [`${NAME}=${value}`, `Path=${PATH}`, `Max-Age=${maxAge}`, 'HttpOnly', 'SameSite=Strict'];
    if (this.settings.PUBLIC_URL.startsWith('https:')) attributes.push('Secure');
    return attributes.join('; ');
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1_000);
  }
}

/** Of two of the same name one was put there by another host of the domain: then neither counts. */
function valueIn(header = ''): string {
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  return values.length === 1 ? (values[0] ?? '') : '';
}
