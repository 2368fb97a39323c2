import { readEnvironment } from './core/config/settings.js';
import { Launcher } from './local/launcher.js';

/** `npm start`: the whole product on this machine, with nothing installed but Node. */
await new Launcher(readEnvironment()).run();
