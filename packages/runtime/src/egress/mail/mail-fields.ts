import { TenonError } from '@tenon/core/errors'

/** An address with the name of its owner. */
export interface MailAddress {
  readonly name: string
  readonly address: string
}

const MAX_SUBJECT = 900
const MAX_NAME = 200
// One address only: a comma or a second "@" would be another recipient.
const ADDRESS = /^[^\s@<>(),;:"\\[\]]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
const WITH_NAME = /^(.*)<([^<>]+)>$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin another header.
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/

/** @throws {@link TenonError} `MAIL_INVALID` (details: `field`). */
export function readAddress(text: string, field: string): MailAddress {
  if (CONTROL.test(text)) throw invalid(field, 'An address has a line break or another control character')
  const [, before = '', inside] = WITH_NAME.exec(text.trim()) ?? []
  const address = (inside ?? text).trim()
  const name = before.trim().replace(/^"(.*)"$/, '$1')
  if (name.length > MAX_NAME || address.length > 254 || !ADDRESS.test(address)) {
    throw invalid(field, `"${text.slice(0, 100)}" is no address; write ada@example.com or Ada <ada@example.com>`)
  }
  return { name, address }
}

/** @throws {@link TenonError} `MAIL_INVALID` (details: `field`). */
export function readAddresses(texts: readonly string[], field: string): MailAddress[] {
  return texts.map((text) => readAddress(text, field))
}

/** @throws {@link TenonError} `MAIL_INVALID` (details: `field`). */
export function readSubject(subject: string): string {
  if (CONTROL.test(subject)) throw invalid('subject', 'The subject has a line break or another control character')
  if (subject.length > MAX_SUBJECT) throw invalid('subject', `The subject is longer than ${MAX_SUBJECT} characters`)
  return subject
}

/** Returns the part of an address behind the "@". */
export function domainOf({ address }: MailAddress): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

function invalid(field: string, message: string): TenonError {
  return new TenonError('MAIL_INVALID', message, { details: { field } })
}
