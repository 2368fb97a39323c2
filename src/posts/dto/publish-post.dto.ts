import { PickType } from '@nestjs/swagger';
import { WritePostDto } from './write-post.dto.js';

export class PublishPostDto extends PickType(WritePostDto, ['publishAt']) {}
