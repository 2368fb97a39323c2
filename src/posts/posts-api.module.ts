import { Module } from '@nestjs/common';
import { FeedController } from './feed/feed.controller.js';
import { PostsController } from './posts.controller.js';
import { PostsModule } from './posts.module.js';
import { PublicationController } from './publication.controller.js';
import { RevisionsController } from './revisions/revisions.controller.js';
import { TagsController } from './tags/tags.controller.js';
import { UserPostsController } from './user-posts.controller.js';

@Module({
  imports: [PostsModule],
  controllers: [
    PostsController,
    PublicationController,
    RevisionsController,
    TagsController,
    UserPostsController,
    FeedController,
  ],
})
export class PostsApiModule {}
