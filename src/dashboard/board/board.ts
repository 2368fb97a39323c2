import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { ControllerHandlerReturnType } from '@bull-board/api/typings/app';
import { Injectable } from '@nestjs/common';
import { OpenQueues } from '../../core/queue/open-queues.js';
import { EMAIL_QUEUE } from '../../core/queue/queue-names.js';
import { BoardAdapter } from './board-adapter.js';
import { BoardAssets, type BoardAsset } from './board-assets.js';
import { renderBoard } from './board-page.js';

/** Bull Board over the queues of the product, read-only. */
@Injectable()
export class Board {
  readonly page: string;
  private readonly adapter = new BoardAdapter();
  private readonly assets: BoardAssets;

  constructor(private readonly queues: OpenQueues) {
    createBullBoard({
      queues: [],
      serverAdapter: this.adapter,
      options: {
        uiConfig: {
          boardTitle: 'Broadsheet',
          hideDocsLink: true,
          miscLinks: [{ text: 'Sign out', url: '/queues/logout' }],
        },
      },
    });
    this.page = renderBoard(this.adapter);
    this.assets = new BoardAssets(this.adapter.staticPath);
  }

  async asset(name: string): Promise<BoardAsset | undefined> {
    return this.assets.read(name);
  }

  /**
   * @param path under `/queues`, such as `/api/queues`
   * @returns undefined for one that reads nothing
   * @throws AppError `SERVICE_UNAVAILABLE`
   */
  async read(path: string, query: Record<string, unknown>): Promise<ControllerHandlerReturnType | undefined> {
    const found = this.adapter.find(path);
    if (!found) return undefined;
    const { definition, params } = found;
    const { uiConfig } = this.adapter;
    return this.queues.ask(EMAIL_QUEUE, async (queue) => {
      const queues = new Map([[EMAIL_QUEUE, new BullMQAdapter(queue, { readOnlyMode: true })]]);
      return definition.handler({ queues, uiConfig, params, query, body: {}, headers: {} });
    });
  }
}
