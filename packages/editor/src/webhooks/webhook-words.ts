import type { WebhookEndpoint, WebhookEventType } from '@tenon/core/client'

/** Returns an address for a list, without its query, which may have a token. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${search === '' ? '' : '?…'}`
}

/** Returns the name of a webhook for people: that which a person gave it, or its host and path. */
export function nameOf({ description, url }: Pick<WebhookEndpoint, 'description' | 'url'>): string {
  if (description.trim() !== '') return description
  const { host, pathname } = new URL(url)
  return pathname === '/' ? host : host + pathname
}

/** Returns a type as the texts name it, whose choices have no dots. */
export function choiceOf(type: WebhookEventType): string {
  return type.replaceAll('.', '_')
}
