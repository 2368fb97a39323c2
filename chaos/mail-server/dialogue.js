import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One connection to the mail server. Speaks as much SMTP as a client needs (RFC 5321), and behaves as badly as it is
 * told to.
 */
export class Dialogue {
  #socket;
  #manners;
  #log;
  #worker;
  #unread = '';
  #recipient = '';
  /** @type {string[] | undefined} */
  #message;
  #trickles = false;
  #hangs = false;
  /** Commands are answered one after the other. */
  #turn = Promise.resolve();

  /**
   * @param {import('node:net').Socket} socket
   * @param {object} parts
   * @param {import('./manners.js').Manners} parts.manners
   * @param {import('./log.js').MailLog} parts.log
   * @param {string} parts.worker whose connection it is
   */
  constructor(socket, { manners, log, worker }) {
    this.#socket = socket;
    this.#manners = manners;
    this.#log = log;
    this.#worker = worker;
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (text) => this.#read(text));
    this.#then(() => this.#greet());
  }

  /** A server that is well again has no connections that hang. */
  behave() {
    if (this.#hangs) this.#socket.destroy();
  }

  /** @param {() => Promise<void> | void} step */
  #then(step) {
    this.#turn = this.#turn.then(step);
  }

  async #greet() {
    const greeting = this.#manners.greeting();
    if (greeting === 'close') this.#socket.destroy();
    else if (greeting === 'mute') this.#hangs = true;
    else if (greeting === 'busy') {
      await this.#say('421 4.3.2 Too busy');
      this.#socket.end();
    } else {
      this.#trickles = greeting === 'trickle';
      await this.#say('220 .');
    }
  }

  /** @param {string} text */
  #read(text) {
    const lines = (this.#unread + text).split('\r\n');
    this.#unread = lines.pop();
    for (const line of lines) this.#then(() => this.#take(line));
  }

  /** @param {string} line */
  async #take(line) {
    if (this.#hangs || this.#socket.destroyed) return;
    if (!this.#message) await this.#obey(line);
    else if (line === '.') await this.#end(this.#message);
    else this.#message.push(line);
  }

  /** @param {string} line */
  async #obey(line) {
    const command = line.slice(0, 4).toUpperCase();
    if (command === 'RCPT') return this.#receive(/<([^>]*)>/.exec(line)?.[1] ?? '');
    if (command === 'DATA') {
      this.#message = [];
      return this.#say('354 .');
    }
    if (command === 'QUIT') {
      await this.#say('221 .');
      this.#socket.end();
      return;
    }
    return this.#say('250 .');
  }

  /** @param {string} address */
  async #receive(address) {
    this.#recipient = address;
    const treatment = this.#manners.recipient(address);
    if (treatment === 'ignore') this.#hangs = true;
    else if (treatment === 'later') await this.#say('450 4.2.1 Not now');
    else if (treatment === 'refuse') {
      this.#log.refused(address);
      await this.#say('550 5.1.1 Nobody of that name');
    } else await this.#say('250 .');
  }

  /** @param {string[]} lines */
  async #end(lines) {
    this.#message = undefined;
    const message = { id: messageIdOf(lines), to: this.#recipient, worker: this.#worker, token: tokenOf(lines) };
    const ending = this.#manners.ending(message);
    if (ending === 'later') {
      await this.#say('451 4.3.0 Not now');
      return;
    }
    const copy = /before storing/.test(ending) ? undefined : this.#log.stored(message);
    if (ending === 'take') {
      if (await this.#say('250 .')) copy.answeredAt = Date.now();
      this.#trickles = false;
      return;
    }
    if (copy) copy.brokenBy = ending;
    if (/drop/.test(ending)) this.#socket.destroy();
    else this.#hangs = true;
  }

  /**
   * @param {string} line
   * @returns {Promise<boolean>} whether all of it was written
   */
  async #say(line) {
    const text = `${line}\r\n`;
    for (const byte of this.#trickles ? text : [text]) {
      if (this.#socket.destroyed || !this.#socket.writable) return false;
      this.#socket.write(byte);
      if (this.#trickles && this.#manners.isBad) await sleep(1_000);
    }
    return !this.#socket.destroyed;
  }
}

/** Of the link in it, which quoted-printable may have broken. @param {string[]} lines */
const tokenOf = (lines) => /[?]token=3D([\w.-]+)/.exec(lines.join('\n').replaceAll('=\n', ''))?.[1];

/** The product makes it of the id of the mail. @param {string[]} lines */
function messageIdOf(lines) {
  const line = lines.find((candidate) => /^message-id:/i.test(candidate)) ?? '';
  return /<([^@>]+)@/.exec(line)?.[1] ?? '';
}
