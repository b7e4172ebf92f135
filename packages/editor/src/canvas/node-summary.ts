import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { type Reference, splitTemplate } from '../graph/template-parts.ts'
import { valueAt } from '../manifest/ports.ts'
import { signLabel } from '../manifest/value-label.ts'

/** One part of the sentence on a card. */
export type SummaryPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chip'; readonly text: string; readonly title: string }

const MAX_LENGTH = 140

/**
 * Returns the sentence on a card: the summary of the node type with params in its placeholders and references as chips.
 *
 * @returns An empty list if no param of the sentence is set.
 */
export function summarize(entry: NodeManifestEntry, params: JsonObject): readonly SummaryPart[] {
  const parts: SummaryPart[] = []
  let filled = 0
  let placeholders = 0
  let left = MAX_LENGTH
  for (const piece of entry.summary.split(/(\{[A-Za-z_][\w.]*\})/)) {
    if (left <= 0) break
    const placeholder = /^\{([\w.]+)\}$/.exec(piece)
    if (placeholder === null) {
      if (piece !== '') parts.push({ kind: 'text', text: piece })
      continue
    }
    placeholders += 1
    const shown = partsOfValue(valueAt(params, (placeholder[1] ?? '').split('.')), left)
    if (shown.length > 0) filled += 1
    for (const part of shown) left -= part.text.length
    parts.push(...shown)
  }
  return placeholders > 0 && filled === 0 ? [] : joinText(parts)
}

function partsOfValue(value: Json | undefined, left: number): SummaryPart[] {
  if (typeof value === 'string') return partsOfTemplate(signLabel(cutText(value, 2_000)), left)
  if (typeof value === 'number' || typeof value === 'boolean') return [{ kind: 'text', text: String(value) }]
  if (Array.isArray(value)) return [{ kind: 'text', text: String(value.length) }]
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    return [{ kind: 'text', text: Object.keys(value).slice(0, 4).join(', ') }]
  }
  return []
}

function partsOfTemplate(template: string, left: number): SummaryPart[] {
  const parts: SummaryPart[] = []
  let room = left
  for (const part of splitTemplate(template)) {
    if (room <= 0) break
    const text = part.kind === 'reference' ? referenceLabel(part.reference) : part.text
    const cut = text.length > room ? `${cutText(text, room).trimEnd()}…` : text
    room -= cut.length
    if (part.kind === 'text') parts.push({ kind: 'text', text: cut.replaceAll(/\s+/g, ' ') })
    else parts.push({ kind: 'chip', text: cutText(cut, 40), title: part.text })
  }
  return parts
}

/** Returns the label of a reference on a card: the field only, since the title names the node. */
function referenceLabel(reference: Reference): string {
  const field = reference.path.filter((segment) => !/^\d+$/.test(segment)).at(-1)
  return field ?? reference.path.at(-1) ?? reference.nodeId ?? reference.root
}

function joinText(parts: readonly SummaryPart[]): readonly SummaryPart[] {
  const joined: SummaryPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.kind === 'text' && last?.kind === 'text') {
      joined[joined.length - 1] = { kind: 'text', text: last.text + part.text }
    } else joined.push(part)
  }
  return joined
}
