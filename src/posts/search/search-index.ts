import { Injectable } from '@nestjs/common';
import { PostsRepository } from '../posts.repository.js';
import { FIRST_ID } from './reindex.js';

const BATCH = 500;

/** Brings the search index up to date with SEARCH_LANGUAGE, and with posts that were imported without one. */
@Injectable()
export class SearchIndex {
  constructor(private readonly posts: PostsRepository) {}

  async complete(): Promise<void> {
    let after: string | null = FIRST_ID;
    while (after !== null) after = await this.posts.reindex(after, BATCH);
  }
}
