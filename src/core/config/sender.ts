export interface Sender {
  name: string;
  address: string;
  domain: string;
}

/** Reads MAIL_FROM: an address, or `Name <address>`. */
export function senderOf(setting: string): Sender {
  const match = /^\s*(?:"?([^"<>]*?)"?\s*<\s*([^<>\s]+)\s*>|([^<>\s]+))\s*$/.exec(setting);
  const address = match?.[2] ?? match?.[3] ?? setting;
  return { name: match?.[1] ?? '', address, domain: address.slice(address.lastIndexOf('@') + 1) };
}
