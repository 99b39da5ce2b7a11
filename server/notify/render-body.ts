import { Liquid } from 'liquidjs';
import { TesseraError } from '#server/platform/error.ts';
import { type AlertNews, dedupKeyOf, linkOf, type Origin, subjectOf, textOf } from './news.ts';

/** Templates are input: 16 KiB of text, half a second and a megabyte of values each. */
const ENGINE = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // an in-memory set of partials, left empty: include and render find nothing on disk
  templates: {},
  parseLimit: 16 * 1024,
  renderLimit: 500,
  memoryLimit: 1_000_000,
});

/** The body of a webhook. Throws invalid_input naming the line and what is wrong there. */
export function renderBody(template: string, news: AlertNews, origin: Origin): string {
  try {
    return String(
      ENGINE.parseAndRenderSync(template, {
        key: news.key,
        news: news.news,
        at: news.at,
        drill: news.alert.drillId !== null,
        alert: news.alert,
        subject: subjectOf(news),
        text: textOf(news).join(' '),
        link: linkOf(origin, news.alert),
        dedupKey: dedupKeyOf(origin, news),
        installation: origin.installation,
      }),
    );
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const line = /line:(\d+)/.exec(message)?.[1];
    const reason = message.replace(/, (file:[^,]*, )?line:\d+, col:\d+$/, '');
    const sentence = `body${line ? `, line ${line}` : ''}: ${reason}`;
    throw new TesseraError('invalid_input', sentence, { cause, fields: { 'channel.config.body': sentence } });
  }
}
