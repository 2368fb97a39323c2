import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '../core/config/settings.js';
import { PostsModule } from '../posts/posts.module.js';
import { AssetsController } from './assets.controller.js';
import { PagesController } from './pages.controller.js';
import { RedocController } from './redoc/redoc.controller.js';
import { SiteFilesController } from './site-files.controller.js';
import { StatusModule } from './status/status.module.js';

/** The few pages for people; ReDoc follows DOCS, as Swagger UI does. */
@Module({})
export class PagesModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: PagesModule,
      imports: [PostsModule, StatusModule],
      controllers: [
        PagesController,
        AssetsController,
        SiteFilesController,
        ...(settings.DOCS ? [RedocController] : []),
      ],
    };
  }
}
