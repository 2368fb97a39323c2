import { listenerName } from '../database/channel-listener.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/** The connection on which a worker's relay waits. */
export const RELAY_CONNECTION = listenerName(OUTBOX_CHANNEL);
