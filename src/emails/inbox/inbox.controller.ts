import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { Public } from '../../common/access/public.decorator.js';
import { IdParam } from '../../common/validation/id-param.dto.js';
import { HtmlPage } from '../../pages/html-page.decorator.js';
import { ListEmailsQuery } from '../dto/list-emails.query.js';
import { inboxPage } from './inbox.page.js';
import { InboxService, type InboxMessage, type InboxPage } from './inbox.service.js';

class InboxQuery extends ListEmailsQuery {
  @IsOptional()
  @IsUUID()
  id?: string;
}

/** What a mail may do in its frame: look like itself, and nothing more. */
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/** Every mail sent so far, for people in a browser and for tests as JSON. Only outside production. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('inbox')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get()
  @HtmlPage()
  async page(@Query() query: InboxQuery): Promise<string> {
    return inboxPage(await this.inbox.view(query));
  }

  @Get('messages')
  async messages(@Query() query: ListEmailsQuery): Promise<InboxPage> {
    return this.inbox.page(query);
  }

  @Get('messages/:id')
  async message(@Param() { id }: IdParam): Promise<InboxMessage> {
    return this.inbox.read(id);
  }

  @Get('messages/:id/html')
  @HtmlPage()
  @Header('content-security-policy', MAIL_POLICY)
  async html(@Param() { id }: IdParam): Promise<string> {
    const { html } = await this.inbox.read(id);
    // In its frame a link would open inside; with this it opens a window of its own.
    return html.replace('<head>', '<head><base target="_blank">');
  }
}
