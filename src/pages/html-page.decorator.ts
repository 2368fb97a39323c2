import { applyDecorators, Header } from '@nestjs/common';

/** A route that answers a page. */
export const HtmlPage = () =>
  applyDecorators(Header('content-type', 'text/html; charset=utf-8'), Header('cache-control', 'no-store'));
