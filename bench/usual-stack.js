import 'reflect-metadata';
import {
  ClassSerializerInterceptor,
  Controller,
  DefaultValuePipe,
  Get,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  ParseUUIDPipe,
  Query,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { Exclude, Expose } from 'class-transformer';
import { EntitySchema, IsNull } from 'typeorm';
import { SnakeNamingStrategy } from '../dist/src/core/database/snake-naming.strategy.js';
import { cursorOf } from './keys.js';

/**
 * The same answers as most would write them: Nest, TypeORM's `find` with relations, entities, and the class serializer.
 * For the record; nothing has to be reached by it. Plain JavaScript has no decorators, so they are called.
 */

const { PORT, HOST, DATABASE_URL, DATABASE_POOL_MAX } = process.env;

class User {}
Exclude()(User.prototype, 'deletedAt');

class Post {
  get published() {
    return this.status === 'published';
  }
}
Expose()(Post.prototype, 'published');
Exclude()(Post.prototype, 'deletedAt');

const text = { type: 'text' };
const time = { type: 'timestamptz', precision: 3, nullable: true };
const id = { type: 'uuid', primary: true };

const USER = new EntitySchema({
  name: 'User',
  tableName: 'users',
  target: User,
  columns: { id, username: text, fullName: { ...text, nullable: true }, deletedAt: time },
});

const POST = new EntitySchema({
  name: 'Post',
  tableName: 'posts',
  target: Post,
  columns: {
    id,
    slug: text,
    title: text,
    content: text,
    excerpt: text,
    tags: { ...text, array: true },
    status: text,
    publishedAt: time,
    publishAt: time,
    version: { type: 'int' },
    createdAt: time,
    updatedAt: time,
    deletedAt: time,
  },
  relations: { author: { type: 'many-to-one', target: 'User', joinColumn: true } },
});

const WITH_AUTHOR = { relations: { author: true } };
const PUBLISHED = { status: 'published', deletedAt: IsNull(), author: { deletedAt: IsNull() } };

class AppController {
  constructor(posts) {
    this.posts = posts;
  }

  health() {
    return { status: 'ok' };
  }

  async page(limit) {
    const order = { publishedAt: 'DESC', id: 'DESC' };
    const found = await this.posts.find({ where: PUBLISHED, ...WITH_AUTHOR, order, take: limit + 1 });
    const hasMore = found.length > limit;
    const items = found.slice(0, limit);
    return { items, page: { limit, hasMore, nextCursor: hasMore ? cursorOf(items.at(-1)) : null } };
  }

  async read(postId) {
    const [post] = await this.posts.find({ where: { ...PUBLISHED, id: postId }, ...WITH_AUTHOR });
    if (!post) throw new NotFoundException();
    return post;
  }
}
Reflect.defineMetadata('self:paramtypes', [{ index: 0, param: getRepositoryToken(POST) }], AppController);
route('health', 'health');
route('page', 'api/v1/posts', Query('limit', new DefaultValuePipe(20), ParseIntPipe));
route('read', 'api/v1/posts/:id', Param('id', ParseUUIDPipe));
Controller()(AppController);

/**
 * @param {string} method
 * @param {string} path
 * @param {ParameterDecorator} [parameter] its only one
 */
function route(method, path, parameter) {
  parameter?.(AppController.prototype, method, 0);
  Get(path)(AppController.prototype, method, Object.getOwnPropertyDescriptor(AppController.prototype, method));
}

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: DATABASE_URL,
      poolSize: Number(DATABASE_POOL_MAX),
      entities: [USER, POST],
      namingStrategy: new SnakeNamingStrategy(),
    }),
    TypeOrmModule.forFeature([POST]),
  ],
  controllers: [AppController],
})(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error'] });
app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector)));

process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; this one ends when it is told to.
process.on('SIGINT', () => undefined);

await app.listen(Number(PORT), HOST);
process.send('started');
