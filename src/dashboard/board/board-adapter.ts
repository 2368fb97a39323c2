import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardRequest,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';

interface BoardRoute {
  pattern: RegExp;
  definition: AppControllerRoute;
}

interface FoundRoute {
  definition: AppControllerRoute;
  params: BullBoardRequest['params'];
}

/**
 * Takes from Bull Board what reads, and leaves what writes: a route that changes something is not even kept. It serves
 * nothing by itself, so that every request passes our guards and every error leaves in our envelope.
 */
export class BoardAdapter implements IServerAdapter {
  uiConfig: UIConfig = {};
  viewsPath = '';
  staticPath = '';
  entry: AppViewRoute | undefined;
  private routes: BoardRoute[] = [];

  setApiRoutes(routes: AppControllerRoute[]): this {
    this.routes = routes
      .filter(({ method }) => [method].flat().every((name) => name === 'get'))
      .flatMap((definition) => [definition.route].flat().map((path) => ({ pattern: patternOf(path), definition })));
    return this;
  }

  /** @param path such as `/api/queues`; the first of the routes that fit, as Bull Board orders them */
  find(path: string): FoundRoute | undefined {
    for (const { pattern, definition } of this.routes) {
      const match = pattern.exec(path);
      if (match) return { definition, params: { ...match.groups } };
    }
    return undefined;
  }

  setEntryRoute(route: AppViewRoute): this {
    this.entry = route;
    return this;
  }

  setViewsPath(path: string): this {
    this.viewsPath = path;
    return this;
  }

  setStaticPath(_route: string, path: string): this {
    this.staticPath = path;
    return this;
  }

  setUIConfig(config: UIConfig = {}): this {
    this.uiConfig = config;
    return this;
  }

  /** The queues are opened when they are asked, and errors are told as everywhere else. */
  setQueues = (): this => this;
  setErrorHandler = (): this => this;
}

const patternOf = (route: string): RegExp => new RegExp(`^${route.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
