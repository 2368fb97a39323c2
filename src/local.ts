import { Launcher } from './local/launcher.js';

/** `npm start`: the whole product on this machine, with nothing installed but Node. */
await new Launcher(process.env).run();
