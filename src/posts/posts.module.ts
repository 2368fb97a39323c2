import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { PostEditing } from './post-editing.js';
import { PostListsRepository } from './post-lists.repository.js';
import { PostsRepository } from './posts.repository.js';
import { PostsService } from './posts.service.js';
import { Publication } from './publication.js';
import { RevisionsRepository } from './revisions/revisions.repository.js';
import { RevisionsService } from './revisions/revisions.service.js';
import { ScheduledPosts } from './scheduled-posts.js';
import { SearchIndex } from './search/search-index.js';
import { SlugsRepository } from './slugs/slugs.repository.js';
import { TagsRepository } from './tags/tags.repository.js';
import { TrashService } from './trash.service.js';

/** Posts without their routes, for API and worker alike. */
@Module({
  imports: [UsersModule],
  providers: [
    PostsService,
    TrashService,
    RevisionsService,
    ScheduledPosts,
    SearchIndex,
    PostEditing,
    Publication,
    PostsRepository,
    PostListsRepository,
    RevisionsRepository,
    SlugsRepository,
    TagsRepository,
  ],
  exports: [PostsService, TrashService, RevisionsService, ScheduledPosts, SearchIndex, TagsRepository],
})
export class PostsModule {}
