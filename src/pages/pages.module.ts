import { Module } from '@nestjs/common';
import { PostsModule } from '../posts/posts.module.js';
import { AssetsController } from './assets.controller.js';
import { PagesController } from './pages.controller.js';

@Module({ imports: [PostsModule], controllers: [PagesController, AssetsController] })
export class PagesModule {}
